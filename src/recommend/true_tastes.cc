#include "recommend/true_tastes.h"

#include <algorithm>
#include <cmath>

#include "engine/typed_rows.h"

namespace cadenza::recommend {
namespace {

// As the simulator has them (simulate/catalogue.cc).
constexpr double kFreshBoost = 10, kFreshDays = 14;

struct Song {
  int32_t track = -1;  ///< -1: nobody played it
  int style = 0;
  double popularity = 0;
  double released = -1;  ///< days since 1970; below 0: always there

  double WeightOn(double day) const {
    if (released < 0) return popularity;
    const double age = day - released;
    return age < 0 ? 0 : popularity * (1 + kFreshBoost * std::exp(-age / kFreshDays));
  }
};

std::string Files(const std::string& folder, const char* table) {
  return engine::QuotePath(folder) + " || '/" + table + "/*.parquet'";
}

Status ReadTruth(engine::Engine* engine, const std::string& folder, const std::string& select,
                 const std::function<Status(const engine::TypedBatch&)>& take) {
  const Status read = engine::ReadTyped(engine, select, take);
  if (read.ok()) return {};
  return MakeError(ErrorKind::kInput, "--truth: {}: {}", folder, read.error().message);
}

}  // namespace

Status TrueTastes::ReadSongs(engine::Engine* engine, const std::string& folder, int first_day,
                             int end_day) {
  std::vector<Song> songs;
  size_t styles = 0;
  CADENZA_TRY(ReadTruth(
      engine, folder,
      fmt::format("SELECT coalesce(track_number, -1), style, popularity, "
                  "coalesce(epoch_ms(released_at) / 86400000.0, -1) FROM read_parquet({}) AS songs "
                  "LEFT JOIN track_numbers ON track_id = md5(concat(match_text(artist_name), '|', "
                  "match_text(title))) ORDER BY song_id",
                  Files(folder, "truth_songs")),
      [&](const engine::TypedBatch& batch) -> Status {
        for (size_t row = 0; row < batch.rows; ++row) {
          songs.push_back({static_cast<int32_t>(batch.columns[0].whole[row]),
                           static_cast<int>(batch.columns[1].whole[row]),
                           batch.columns[2].Number(row), batch.columns[3].Number(row)});
          styles = std::max(styles, static_cast<size_t>(songs.back().style) + 1);
        }
        return {};
      }));
  style_shares_.assign(styles, 0);
  std::vector<double> shares(songs.size());
  const double days = std::max(1, end_day - first_day);
  for (int day = first_day; day < end_day; ++day) {
    std::vector<double> sums(styles);
    double all = 0;
    for (const Song& song : songs) {
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
  const auto played =
      std::ranges::count_if(songs, [](const Song& song) { return song.track >= 0; });
  if (2 * static_cast<size_t>(played) < tracks_) {
    return MakeError(ErrorKind::kInput,
                     "--truth: {} is of another world: it has {} of the {} tracks that were played",
                     folder, played, tracks_);
  }
  for (size_t s = 0; s < songs.size(); ++s) {
    if (songs[s].track >= 0) weights_.push_back({songs[s].track, songs[s].style, shares[s]});
  }
  return {};
}

Status TrueTastes::ReadListeners(engine::Engine* engine, const std::string& folder,
                                 const History& history) {
  std::unordered_map<std::string, size_t> place;
  for (size_t listener = 0; listener < history.listeners(); ++listener) {
    place[history.listener_ids[listener]] = listener;
  }
  listeners_.resize(history.listeners());
  size_t known = 0;
  CADENZA_TRY(ReadTruth(
      engine, folder,
      fmt::format("SELECT CAST(tastes.user_id AS VARCHAR), style, weight, exploration FROM "
                  "read_parquet({}) AS tastes JOIN read_parquet({}) AS users ON users.user_id = "
                  "tastes.user_id ORDER BY 1, 2",
                  Files(folder, "truth_taste"), Files(folder, "truth_users")),
      [&](const engine::TypedBatch& batch) -> Status {
        for (size_t row = 0; row < batch.rows; ++row) {
          const auto found = place.find(std::string(batch.columns[0].Text(row)));
          const auto style = static_cast<size_t>(batch.columns[1].whole[row]);
          if (found == place.end() || style >= style_shares_.size()) continue;
          Listener& listener = listeners_[found->second];
          if (listener.taste.empty()) {
            listener.taste.resize(style_shares_.size());
            ++known;
          }
          listener.taste[style] = batch.columns[2].Number(row);
          listener.exploration = batch.columns[3].Number(row);
        }
        return {};
      }));
  if (known > 0) return {};
  return MakeError(ErrorKind::kInput, "--truth: {} knows none of the {} listeners", folder,
                   history.listeners());
}

Result<TrueTastes> TrueTastes::Read(engine::Engine* engine, const std::string& folder,
                                    const History& history, int first_day, int end_day) {
  TrueTastes truth;
  truth.tracks_ = static_cast<size_t>(history.tracks);
  CADENZA_TRY(truth.ReadSongs(engine, folder, first_day, end_day));
  CADENZA_TRY(truth.ReadListeners(engine, folder, history));
  return truth;
}

std::vector<float> TrueTastes::ExpectedPlays(size_t listener) const {
  std::vector<float> plays(tracks_);
  const Listener& who = listeners_[listener];
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

}  // namespace cadenza::recommend
