#include "recommend/truth_tables.h"

#include <algorithm>

#include "simulate/laws.h"

namespace cadenza::recommend {

std::string TruthFiles(const std::string& folder, const char* table) {
  return fmt::format("read_parquet({} || '/{}/*.parquet')", engine::QuotePath(folder), table);
}

Result<bool> HasTruthTable(engine::Engine* engine, const std::string& folder, const char* table) {
  CADENZA_ASSIGN(const engine::RowSet found,
                 engine->Query(fmt::format("SELECT count(*) FROM glob({} || '/{}/*.parquet')",
                                           engine::QuotePath(folder), table)));
  return found.Number(0, 0) > 0;
}

Status ReadTruthTable(engine::Engine* engine, const std::string& folder, const std::string& select,
                      const std::function<Status(const engine::TypedBatch&)>& take) {
  const Status read = engine::ReadTyped(engine, select, take);
  if (read.ok()) return {};
  return MakeError(ErrorKind::kInput, "--truth: {}: {}", folder, read.error().message);
}

double TrueSong::WeightOn(double day) const {
  if (released < 0) return popularity;
  return day < released ? 0 : popularity * simulate::Freshness(day - released);
}

Result<std::vector<TrueSong>> ReadTrueSongs(engine::Engine* engine, const std::string& folder,
                                            size_t tracks) {
  std::vector<TrueSong> songs;
  CADENZA_TRY(ReadTruthTable(
      engine, folder,
      fmt::format("SELECT coalesce(track_number, -1), style, popularity, "
                  "coalesce(epoch_ms(released_at) / 86400000.0, -1), songs.artist_id FROM {} AS "
                  "songs LEFT JOIN track_numbers ON track_id = md5(concat(match_text(artist_name), "
                  "'|', match_text(title))) ORDER BY song_id",
                  TruthFiles(folder, "truth_songs")),
      [&](const engine::TypedBatch& batch) -> Status {
        for (size_t row = 0; row < batch.rows; ++row) {
          songs.push_back({static_cast<int32_t>(batch.columns[0].whole[row]),
                           static_cast<int>(batch.columns[1].whole[row]),
                           batch.columns[2].Number(row), batch.columns[3].Number(row),
                           std::string(batch.columns[4].Text(row))});
        }
        return {};
      }));
  const auto played =
      std::ranges::count_if(songs, [](const TrueSong& song) { return song.track >= 0; });
  if (2 * static_cast<size_t>(played) >= tracks) return songs;
  return MakeError(ErrorKind::kInput,
                   "--truth: {} is of another world: it has {} of the {} tracks that were played",
                   folder, played, tracks);
}

std::vector<double> TrueListener::Fits() const {
  const double greatest = *std::ranges::max_element(taste);
  std::vector<double> fits = taste;
  for (double& fit : fits) fit /= greatest;
  return fits;
}

std::unordered_map<std::string, size_t> NumbersOf(const History& history) {
  std::unordered_map<std::string, size_t> numbers;
  for (size_t listener = 0; listener < history.listeners(); ++listener) {
    numbers[history.listener_ids[listener]] = listener;
  }
  return numbers;
}

Result<std::vector<TrueListener>> ReadTrueListeners(engine::Engine* engine,
                                                    const std::string& folder,
                                                    const History& history, size_t styles) {
  const std::unordered_map<std::string, size_t> numbers = NumbersOf(history);
  std::vector<TrueListener> listeners(history.listeners());
  size_t known = 0;
  CADENZA_TRY(ReadTruthTable(
      engine, folder,
      fmt::format("SELECT CAST(tastes.user_id AS VARCHAR), style, weight, exploration FROM {} AS "
                  "tastes JOIN {} AS users ON users.user_id = tastes.user_id ORDER BY 1, 2",
                  TruthFiles(folder, "truth_taste"), TruthFiles(folder, "truth_users")),
      [&](const engine::TypedBatch& batch) -> Status {
        for (size_t row = 0; row < batch.rows; ++row) {
          const auto found = numbers.find(std::string(batch.columns[0].Text(row)));
          const auto style = static_cast<size_t>(batch.columns[1].whole[row]);
          if (found == numbers.end() || style >= styles) continue;
          TrueListener& listener = listeners[found->second];
          if (listener.taste.empty()) {
            listener.taste.resize(styles);
            ++known;
          }
          listener.taste[style] = batch.columns[2].Number(row);
          listener.exploration = batch.columns[3].Number(row);
        }
        return {};
      }));
  if (known > 0) return listeners;
  return MakeError(ErrorKind::kInput, "--truth: {} knows none of the {} listeners", folder,
                   history.listeners());
}

}  // namespace cadenza::recommend
