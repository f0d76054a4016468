#include "recommend/interactions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/held_rows.h"
#include "engine/typed_rows.h"
#include "recommend/interaction_file.h"

namespace cadenza::recommend {
namespace {

using engine::TypedBatch;

/// Sums of doubles in a fixed order, as pairs are few for each; then the weight.
float WeightOf(double value) { return static_cast<float>(std::log2(1 + value)); }

class Interactions {
 public:
  Interactions(engine::Engine* engine, const InteractionOptions& options)
      : engine_(engine), options_(options) {}

  Result<InteractionSummary> Work() {
    Begin("reading");
    CADENZA_ASSIGN(has_time_, BindInteractions(engine_, "learned_pairs", options_.learn_from,
                                               options_.columns));
    CADENZA_TRY(engine_->Materialize(
        "item_numbers",
        "SELECT item, CAST(row_number() OVER (ORDER BY item) - 1 AS INTEGER) AS "
        "number FROM (SELECT DISTINCT item FROM learned_pairs) AS items"));
    CADENZA_ASSIGN(const engine::RowSet items, engine_->Query("SELECT count(*) FROM item_numbers"));
    summary_.items = items.Number();
    if (summary_.items == 0) {
      return MakeError(ErrorKind::kInput, "no pair with a value above 0: {}", options_.learn_from);
    }
    CADENZA_TRY(CheckFits());
    CADENZA_ASSIGN(const PlayMatrix liked, Read("learned_pairs", "learned_users"));
    summary_.users = static_cast<int64_t>(liked.rows());
    summary_.pairs = static_cast<int64_t>(liked.pairs());
    Begin("choosing and testing");
    CADENZA_TRY(Choose(liked));
    if (options_.only_evaluate) return std::move(summary_);
    Begin("learning");
    CADENZA_ASSIGN(
        const TasteModel model,
        LearnTaste(liked, {}, summary_.evaluation.choice.settings, options_.evaluation.threads,
                   nullptr, options_.evaluation.keep_going));
    Begin("lists");
    if (options_.fold_in.empty()) {
      CADENZA_TRY(engine_->BindQuery("folded_users", "SELECT * FROM learned_users"));
      CADENZA_TRY(WriteLists(model, liked, ListenersOf(liked)));
      return std::move(summary_);
    }
    CADENZA_TRY(BindInteractions(engine_, "folded_pairs", options_.fold_in, options_.columns));
    CADENZA_ASSIGN(const PlayMatrix folded, Read("folded_pairs", "folded_users"));
    CADENZA_TRY(WriteLists(model, folded, ListenersOf(liked)));
    return std::move(summary_);
  }

 private:
  void Begin(const char* stage) const {
    if (options_.on_stage) options_.on_stage(stage);
  }

  Status CheckFits() const {
    CADENZA_ASSIGN(const engine::RowSet counts,
                   engine_->Query("SELECT count(*) FROM learned_pairs"));
    constexpr int64_t kPairBytes = 40, kItemBytes = 2 * 4 * 128 + 2 * 8 * 300;
    const int64_t needed = counts.Number() * kPairBytes + summary_.items * kItemBytes;
    if (needed <= options_.memory_bytes) return {};
    return MakeError(ErrorKind::kUsage,
                     "{} pairs of {} items take about {:.1f} GB to learn from; about {} million "
                     "pairs fit into --memory {:.1f}GB",
                     counts.Number(), summary_.items, static_cast<double>(needed) / 1e9,
                     std::max<int64_t>(0, options_.memory_bytes - summary_.items * kItemBytes) /
                         kPairBytes / 1'000'000,
                     static_cast<double>(options_.memory_bytes) / 1e9);
  }

  /// The pairs whose item is known, row after row by the numbers of the users.
  Result<PlayMatrix> Read(const std::string& pairs, const std::string& users) {
    CADENZA_TRY(engine_->Materialize(
        users, fmt::format("SELECT \"user\", CAST(row_number() OVER (ORDER BY \"user\") - 1 AS "
                           "INTEGER) AS number FROM (SELECT DISTINCT \"user\" FROM {}) AS users",
                           pairs)));
    CADENZA_ASSIGN(const engine::RowSet counts,
                   engine_->Query(fmt::format(
                       "SELECT (SELECT count(*) FROM {}), (SELECT count(*) FROM {} WHERE item NOT "
                       "IN (SELECT item FROM item_numbers))",
                       users, pairs)));
    summary_.unknown_items = counts.Number(0, 1);
    PlayMatrix matrix;
    matrix.columns = static_cast<int32_t>(summary_.items);
    const auto end_rows = [&](int64_t before) {
      while (static_cast<int64_t>(matrix.rows()) < before) matrix.EndRow();
    };
    CADENZA_TRY(ReadTyped(
        engine_,
        fmt::format("SELECT u.number, i.number, sum(p.value ORDER BY p.day) FROM {} AS p JOIN {} "
                    "AS u ON u.\"user\" = p.\"user\" JOIN item_numbers AS i ON i.item = p.item "
                    "GROUP BY 1, 2 ORDER BY 1, 2",
                    pairs, users),
        [&](const TypedBatch& batch) -> Status {
          for (size_t row = 0; row < batch.rows; ++row) {
            end_rows(batch.columns[0].whole[row]);
            matrix.Add(static_cast<int32_t>(batch.columns[1].whole[row]),
                       WeightOf(batch.columns[2].Number(row)));
          }
          return {};
        }));
    end_rows(counts.Number(0, 0));
    return matrix;
  }

  Status Choose(const PlayMatrix& liked) {
    EvaluationOptions options = options_.evaluation;
    options.only_choose = !options_.only_evaluate;
    CADENZA_ASSIGN(summary_.evaluation, EvaluateByListeners(liked, options));
    summary_.by_popularity = summary_.evaluation.why_not.empty() ? false : true;
    return {};
  }

  Status WriteLists(const TasteModel& model, const PlayMatrix& known,
                    const std::vector<int32_t>& listeners) {
    std::vector<std::vector<Ranked>> lists(known.rows());
    const FoldIn fold_in(model.tracks, model.settings.factors, options_.evaluation.threads);
    const std::vector<float> counts(listeners.begin(), listeners.end());
    ScoreListeners(
        model, fold_in, known, options_.evaluation.threads, [&](ScoredListener& listener) {
          // Who is not known to like anything gets what most do.
          if (known.RowSize(listener.row) == 0 || summary_.by_popularity) {
            std::ranges::copy(counts, listener.scores.begin());
          }
          lists[listener.row] = ListOf(listener.scores, known.Places(listener.row), options_.top);
        });
    std::vector<int32_t> user, rank, item;
    std::vector<double> score;
    for (size_t row = 0; row < lists.size(); ++row) {
      summary_.lists += lists[row].empty() ? 0 : 1;
      for (size_t place = 0; place < lists[row].size(); ++place) {
        user.push_back(static_cast<int32_t>(row));
        rank.push_back(static_cast<int32_t>(place) + 1);
        item.push_back(lists[row][place].track);
        score.push_back(std::round(static_cast<double>(lists[row][place].score) * 1e6) / 1e6);
      }
    }
    engine::HeldRows rows;
    rows.Add("user_number", std::move(user));
    rows.Add("rank", std::move(rank));
    rows.Add("item_number", std::move(item));
    rows.Add("score", std::move(score));
    CADENZA_TRY(BindHeldRows(engine_, "made_lists", &rows));
    return engine_->Export(
        "SELECT u.\"user\", m.rank, i.item, m.score FROM made_lists AS m JOIN folded_users AS u ON "
        "u.number = m.user_number JOIN item_numbers AS i ON i.number = m.item_number ORDER BY "
        "m.user_number, m.rank",
        options_.out, options_.out.ends_with(".parquet") ? "parquet" : "csv");
  }

  engine::Engine* engine_;
  const InteractionOptions& options_;
  bool has_time_ = false;
  InteractionSummary summary_;
};

}  // namespace

Result<InteractionSummary> RunInteractions(engine::Engine* engine,
                                           const InteractionOptions& options) {
  return Interactions(engine, options).Work();
}

}  // namespace cadenza::recommend
