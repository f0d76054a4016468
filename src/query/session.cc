#include "query/session.h"

#include <algorithm>
#include <array>

#include "engine/shared_engine.h"
#include "engine/sql_text.h"
#include "query/fence.h"
#include "query/raw_sources.h"
#include "query/statement_failure.h"

namespace cadenza::query {
namespace {

constexpr const char* kKeptRows = "cadenza_kept_rows";

/// Without the semicolon and white space at the end.
std::string Trimmed(std::string sql) {
  const size_t last = sql.find_last_not_of(" \t\r\n;");
  sql.resize(last == std::string::npos ? 0 : last + 1);
  return sql;
}

/// These are no queries to the engine's COPY and LIMIT, but relations they are.
std::string AsRelation(const std::string& sql) {
  const engine::SqlText text(sql);
  constexpr auto kWords =
      std::to_array<std::string_view>({"show", "describe", "desc", "summarize", "from", "values"});
  const bool wraps =
      std::ranges::any_of(kWords, [&](std::string_view word) { return text.IsWord(0, word); });
  return wraps ? fmt::format("FROM ({}\n)", sql) : sql;
}

std::string AtMost(const std::string& select, int64_t rows) {
  return fmt::format("SELECT * FROM ({}\n) AS statement LIMIT {}", select, rows);
}

}  // namespace

Result<std::unique_ptr<Session>> Session::Open(Database* database, std::shared_ptr<LakeState> lake,
                                               SessionOptions options) {
  std::unique_ptr<Session> session(new Session(database, std::move(options)));
  CADENZA_ASSIGN(session->engine_, engine::OpenBeside(&database->engine()));
  session->statement_.engine = session->engine_.get();
  session->statement_.seconds = session->options_.limits.seconds;
  session->statement_.stop = session->options_.stop;
  if (lake) CADENZA_TRY(session->Follow(std::move(lake)));
  return session;
}

Session::~Session() = default;

Status Session::Follow(std::shared_ptr<LakeState> lake) {
  if (lake == lake_) return {};
  CADENZA_TRY(lake->Enter(engine_.get()));
  lake_ = std::move(lake);
  return {};
}

template <class Work>
auto Session::Run(const std::string& statement, const Work& work) -> decltype(work()) {
  statement_.interrupted = false;
  statement_.ending = Ending::kNone;
  statement_.clock = {};
  database_->watch().Add(&statement_);
  auto result = work();
  const Ending ending = database_->watch().Remove(&statement_);
  if (result.ok()) return result;
  const bool interrupted = result.error().kind == ErrorKind::kInterrupted;
  if (!interrupted && ending == Ending::kNone) {
    return ExplainFailure(result.error(), statement, lake_.get());
  }
  // Where the engine is asked about a statement, an interrupt has other words than its own.
  if (ending != Ending::kTime && interrupted) return result;
  if (ending != Ending::kTime) return MakeError(ErrorKind::kInterrupted, "interrupted");
  return MakeError(ErrorKind::kInterrupted, "stopped: longer than {:g} s, the limit of a statement",
                   statement_.seconds);
}

Result<Session::Prepared> Session::Prepare(const std::string& statement) {
  Prepared prepared{Trimmed(statement)};
  if (prepared.sql.empty()) return MakeError(ErrorKind::kUsage, "no query was given");
  if (const size_t nul = prepared.sql.find('\0'); nul != std::string::npos) {
    return MakeError(ErrorKind::kInput, "the statement has a NUL byte, behind: {}",
                     prepared.sql.substr(0, nul));
  }
  std::string& sql = prepared.sql;
  if (!options_.raw_files || options_.may_read) {
    CADENZA_ASSIGN(sql, Fence(lake_.get(), options_.may_read).Pass(engine_.get(), sql));
  }
  if (lake_) {
    CADENZA_ASSIGN(sql, lake_->Bind(sql));
  }
  Status reached;
  if (options_.raw_files) {
    CADENZA_ASSIGN(sql, ResolveRawFiles(sql, engine_.get(), database_->s3()));
    // The engine reads Parquet and CSV there itself; but the text may as well be a mere value.
    if (sql.find("s3://") != std::string::npos) reached = engine_->ReachS3();
  }
  const Status checked = engine_->CheckReadOnly(sql);
  if (!checked.ok()) return reached.ok() ? checked.error() : reached.error();
  prepared.is_plan = engine::SqlText(sql).IsWord(0, "explain");
  return prepared;
}

Result<std::vector<engine::Column>> Session::Columns(const std::string& statement) {
  return Run(statement, [&]() -> Result<std::vector<engine::Column>> {
    CADENZA_ASSIGN(const Prepared prepared, Prepare(statement));
    if (prepared.is_plan) return std::vector<engine::Column>{{"explain_value", "VARCHAR"}};
    return engine_->Describe(AsRelation(prepared.sql));
  });
}

Result<Answer> Session::Query(const std::string& statement) {
  return Run(statement, [&]() -> Result<Answer> {
    CADENZA_ASSIGN(const Prepared prepared, Prepare(statement));
    Answer answer;
    if (prepared.is_plan) {
      CADENZA_ASSIGN(answer.rows, engine_->Query(prepared.sql));
      return answer;
    }
    const std::string select = AsRelation(prepared.sql);
    const int64_t rows_max = options_.limits.rows;
    CADENZA_ASSIGN(std::vector<engine::Column> columns, engine_->Describe(select));
    CADENZA_ASSIGN(answer.rows,
                   engine_->Query(rows_max > 0 ? AtMost(select, rows_max + 1) : select));
    answer.rows.columns = std::move(columns);
    answer.is_cut = rows_max > 0 && std::ssize(answer.rows.rows) > rows_max;
    if (answer.is_cut) answer.rows.rows.resize(static_cast<size_t>(rows_max));
    return answer;
  });
}

/// Nothing tells beforehand whether a result has more rows than wanted: with a limit they are kept
/// first (in memory, spilling to disk), which the limit bounds.
template <class Work>
Result<bool> Session::WithRows(const std::string& statement, const Work& work) {
  return Run(statement, [&]() -> Result<bool> {
    CADENZA_ASSIGN(const Prepared prepared, Prepare(statement));
    if (prepared.is_plan) return MakeError(ErrorKind::kUsage, "a plan (explain) has no rows");
    const std::string select = AsRelation(prepared.sql);
    const int64_t rows_max = options_.limits.rows;
    if (rows_max <= 0) {
      CADENZA_TRY(work(select));
      return false;
    }
    CADENZA_TRY(engine_->Materialize(kKeptRows, AtMost(select, rows_max + 1)));
    const auto hand_on = [&]() -> Result<bool> {
      CADENZA_ASSIGN(const engine::RowSet rows,
                     engine_->Query(fmt::format("SELECT count(*) FROM {}", kKeptRows)));
      CADENZA_TRY(work(fmt::format("SELECT * FROM {} LIMIT {}", kKeptRows, rows_max)));
      return rows.Number() > rows_max;
    };
    Result<bool> is_cut = hand_on();
    CADENZA_TRY(engine_->Drop(kKeptRows));
    return is_cut;
  });
}

Result<bool> Session::Export(const std::string& statement, const std::string& format,
                             const Sink& sink) {
  return WithRows(statement, [&](const std::string& select) {
    return ExportRows(engine_.get(), select, format, sink);
  });
}

Result<bool> Session::Arrow(const std::string& statement, const engine::ArrowReceiver& receiver) {
  return WithRows(statement, [&](const std::string& select) {
    return engine::QueryArrow(engine_.get(), select, receiver);
  });
}

}  // namespace cadenza::query
