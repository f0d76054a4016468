#include "recommend/true_tastes.h"

#include <algorithm>

#include "recommend/true_scenes.h"

namespace cadenza::recommend {

Result<std::unique_ptr<Truth>> Truth::Read(engine::Engine* engine, const std::string& folder,
                                           const History& history, int first_day, int end_day) {
  CADENZA_ASSIGN(const bool has_scenes, HasTruthTable(engine, folder, "truth_homes"));
  return has_scenes ? TrueScenes::Read(engine, folder, history, first_day, end_day)
                    : TrueTastes::Read(engine, folder, history, first_day, end_day);
}

void TrueTastes::Weigh(const std::vector<TrueSong>& songs, int first_day, int end_day) {
  size_t styles = 0;
  for (const TrueSong& song : songs) styles = std::max(styles, static_cast<size_t>(song.style) + 1);
  style_shares_.assign(styles, 0);
  std::vector<double> shares(songs.size());
  const double days = std::max(1, end_day - first_day);
  for (int day = first_day; day < end_day; ++day) {
    std::vector<double> sums(styles);
    double all = 0;
    for (const TrueSong& song : songs) {
      const double weight = song.WeightOn(day + 0.5);
      sums[static_cast<size_t>(song.style)] += weight;
      all += weight;
    }
    for (size_t style = 0; style < styles; ++style)
      style_shares_[style] += sums[style] / all / days;
    for (size_t s = 0; s < songs.size(); ++s) {
      const double sum = sums[static_cast<size_t>(songs[s].style)];
      if (sum > 0) shares[s] += songs[s].WeightOn(day + 0.5) / sum / days;
    }
  }
  for (size_t s = 0; s < songs.size(); ++s) {
    if (songs[s].track >= 0) weights_.push_back({songs[s].track, songs[s].style, shares[s]});
  }
}

Result<std::unique_ptr<Truth>> TrueTastes::Read(engine::Engine* engine, const std::string& folder,
                                                const History& history, int first_day,
                                                int end_day) {
  auto truth = std::make_unique<TrueTastes>();
  truth->tracks_ = static_cast<size_t>(history.tracks);
  CADENZA_ASSIGN(const std::vector<TrueSong> songs, ReadTrueSongs(engine, folder, truth->tracks_));
  truth->Weigh(songs, first_day, end_day);
  CADENZA_ASSIGN(truth->listeners_,
                 ReadTrueListeners(engine, folder, history, truth->style_shares_.size()));
  return std::unique_ptr<Truth>(std::move(truth));
}

std::vector<float> TrueTastes::ExpectedPlays(size_t listener) const {
  std::vector<float> plays(tracks_);
  const TrueListener& who = listeners_[listener];
  if (who.taste.empty()) return plays;
  std::vector<double> heard(style_shares_.size());
  for (size_t style = 0; style < heard.size(); ++style) {
    heard[style] =
        who.exploration * style_shares_[style] + (1 - who.exploration) * who.taste[style];
  }
  for (const Weight& weight : weights_) {
    plays[static_cast<size_t>(weight.track)] +=
        static_cast<float>(heard[static_cast<size_t>(weight.style)] * weight.share);
  }
  return plays;
}

std::vector<float> TrueTastes::Liking(size_t listener) const {
  std::vector<float> liking(tracks_);
  const TrueListener& who = listeners_[listener];
  if (who.taste.empty()) return liking;
  for (const Weight& weight : weights_) {
    liking[static_cast<size_t>(weight.track)] = static_cast<float>(who.Fit(weight.style));
  }
  return liking;
}

}  // namespace cadenza::recommend
