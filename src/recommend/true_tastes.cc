#include "recommend/true_tastes.h"

#include <algorithm>

#include "recommend/truth_tables.h"

namespace cadenza::recommend {
namespace {

class TrueTastes : public Truth {
 public:
  /// As Truth::Read has it.
  Status Fill(engine::Engine* engine, const std::string& folder, const History& history,
              int first_day, int end_day);

  std::vector<float> ExpectedPlays(size_t listener) const override;
  std::vector<float> Liking(size_t listener) const override;

 private:
  struct Weight {
    int32_t track = 0;
    int style = 0;
    double share = 0;  ///< of its style
  };

  void Weigh(const std::vector<TrueSong>& songs, int first_day, int end_day);

  size_t tracks_ = 0;
  std::vector<Weight> weights_;
  std::vector<double> style_shares_;
  std::vector<TrueListener> listeners_;
};

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

Status TrueTastes::Fill(engine::Engine* engine, const std::string& folder, const History& history,
                        int first_day, int end_day) {
  tracks_ = static_cast<size_t>(history.tracks);
  CADENZA_ASSIGN(const std::vector<TrueSong> songs, ReadTrueSongs(engine, folder, tracks_));
  Weigh(songs, first_day, end_day);
  CADENZA_ASSIGN(listeners_, ReadTrueListeners(engine, folder, history, style_shares_.size()));
  return {};
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
  const std::vector<double> fits = who.Fits();
  for (const Weight& weight : weights_) {
    liking[static_cast<size_t>(weight.track)] =
        static_cast<float>(fits[static_cast<size_t>(weight.style)]);
  }
  return liking;
}

}  // namespace

Result<std::unique_ptr<Truth>> ReadTrueTastes(engine::Engine* engine, const std::string& folder,
                                              const History& history, int first_day, int end_day) {
  auto truth = std::make_unique<TrueTastes>();
  CADENZA_TRY(truth->Fill(engine, folder, history, first_day, end_day));
  return std::unique_ptr<Truth>(std::move(truth));
}

}  // namespace cadenza::recommend
