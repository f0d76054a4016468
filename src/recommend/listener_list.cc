#include "recommend/listener_view.h"
#include "recommend/recommend_job.h"

namespace cadenza::recommend {
namespace {

std::string ReasonOf(const NamedRecommendation& named, const std::string& title,
                     const std::string& artist) {
  switch (named.what.kind) {
    case Kind::kPopular:
      return "popular now";
    case Kind::kNew:
      return "new by " + (named.artist_name.empty() ? named.title : named.artist_name);
    case Kind::kFar:
      return fmt::format("from {}, {} km away", named.place.empty() ? "far away" : named.place,
                         named.what.km);
    case Kind::kTaste:
      return "because you play " + title + (artist.empty() ? "" : " by " + artist);
  }
  return "";
}

}  // namespace

std::vector<NamedRecommendation> ListOfView(const ListenerView& view,
                                            const RecommendOptions& options) {
  const History& history = view.listening.history;
  const PlayMatrix liked = LikedPairs(history, history.All()),
                   heard = HeardPairs(history, history.All());
  const ListMaker maker(view.model.taste, view.listening, view.model.choice.dial,
                        view.model.popularity, view.model.by_popularity, options.lists);
  std::vector<Recommended> list;
  const std::vector<int32_t> numbers = {0};
  maker.Make(liked, heard, numbers, 1,
             [&](size_t, std::vector<Recommended> made) { list = std::move(made); });
  std::vector<NamedRecommendation> named;
  for (const Recommended& one : list) {
    const TrackName& name = view.names[static_cast<size_t>(one.track)];
    NamedRecommendation line{one, name.title, name.artist_name, name.place, ""};
    const TrackName because =
        one.reason < 0 ? TrackName() : view.names[static_cast<size_t>(one.reason)];
    line.reason = ReasonOf(line, because.title, because.artist_name);
    named.push_back(std::move(line));
  }
  return named;
}

Result<std::vector<NamedRecommendation>> RecommendFor(lake::Lake* lake, const std::string& user,
                                                      const RecommendOptions& options) {
  CADENZA_ASSIGN(const ListenerView view, ViewListener(lake, user, options.source));
  RecommendOptions how = options;
  CADENZA_ASSIGN(how.lists.is_allowed,
                 TracksFrom(&lake->engine(), view.listening.facts, options.lists.places));
  return ListOfView(view, how);
}

}  // namespace cadenza::recommend
