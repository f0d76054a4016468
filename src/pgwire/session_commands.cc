#include <algorithm>
#include <limits>

#include "pgwire/constant_text.h"
#include "pgwire/session.h"

namespace cadenza::pgwire {

Outcome<void> Session::RunCommand(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::kWrite:
      return MakeSqlError("25006", "cannot execute {} in a read-only transaction", statement.tag);
    case StatementKind::kBegin:
    case StatementKind::kCommit:
    case StatementKind::kRollback:
    case StatementKind::kSavepoint:
    case StatementKind::kRollbackTo:
      return RunTransaction(statement);
    case StatementKind::kSet:
    case StatementKind::kReset:
    case StatementKind::kResetAll:
      CADENZA_TRY(RunSet(statement));
      break;
    case StatementKind::kDiscard:
      DiscardAll();
      break;
    case StatementKind::kDeclare:
      CADENZA_TRY(RunDeclare(statement));
      break;
    case StatementKind::kFetch:
      return RunFetch(statement, false);
    case StatementKind::kClose:
      if (statement.name.empty()) {
        std::erase_if(portals_, [](const auto& entry) { return entry.second->is_cursor; });
      } else {
        CADENZA_TRY(FindCursor(statement));
        portals_.erase(statement.name);
      }
      break;
    case StatementKind::kPrepare:
      CADENZA_TRY(RunPrepare(statement));
      break;
    case StatementKind::kDeallocate:
      CADENZA_TRY(RunDeallocate(statement));
      break;
    default:
      break;
  }
  AppendCommandComplete(statement.tag, &out_);
  return {};
}

Outcome<void> Session::RunTransaction(const Statement& statement) {
  const bool is_open = transaction_ != 'I';
  std::string tag = statement.tag;
  switch (statement.kind) {
    case StatementKind::kBegin:
      for (const auto& [name, value] : statement.options) {
        if (name == "transaction_read_only" && (value == "0" || value == "false")) {
          return SqlError{"25006", "cannot set transaction read-write mode: the lake is read only"};
        }
      }
      if (is_open)
        AppendNotice("WARNING", "25001", "there is already a transaction in progress", &out_);
      else
        transaction_ = 'T';
      is_implicit_ = false;
      break;
    case StatementKind::kCommit:
    case StatementKind::kRollback:
      if (!is_open) AppendNotice("WARNING", "25P01", "there is no transaction in progress", &out_);
      if (transaction_ == 'E') tag = "ROLLBACK";
      EndTransaction(tag == "ROLLBACK");
      break;
    default:
      if (!is_open)
        return MakeSqlError("25P01", "{} can only be used in transaction blocks", statement.tag);
      CADENZA_TRY(RunSavepoint(statement));
      break;
  }
  AppendCommandComplete(tag, &out_);
  return {};
}

/// SAVEPOINT, RELEASE and ROLLBACK TO. Nothing is written here: what a savepoint takes back are the
/// cursors that were opened behind it.
Outcome<void> Session::RunSavepoint(const Statement& statement) {
  if (statement.kind == StatementKind::kSavepoint && statement.tag == "SAVEPOINT") {
    savepoints_.emplace_back(statement.name, portals_made_);
    return {};
  }
  const auto found = std::ranges::find(savepoints_.rbegin(), savepoints_.rend(), statement.name,
                                       [](const auto& savepoint) { return savepoint.first; });
  if (found == savepoints_.rend())
    return MakeSqlError("3B001", "savepoint \"{}\" does not exist", statement.name);
  if (statement.kind == StatementKind::kSavepoint) {  // RELEASE
    savepoints_.erase(found.base() - 1, savepoints_.end());
    return {};
  }
  std::erase_if(portals_, [&](const auto& entry) { return entry.second->serial > found->second; });
  savepoints_.erase(found.base(), savepoints_.end());
  transaction_ = 'T';
  return {};
}

void Session::ReportSettings() {
  for (const auto& [name, value] : settings_.Reported()) {
    const auto known = reported_.find(name);
    if (known != reported_.end() && known->second == value) continue;
    AppendParameterStatus(name, value, &out_);
    reported_[name] = value;
  }
}

/// What the engine has to know as well.
Outcome<void> Session::ApplySetting(const std::string& name) {
  if (name != "timezone") return {};
  const std::string set =
      "SET SESSION TimeZone = " + engine::QuoteText(*settings_.Find("timezone"));
  if (connections_.empty()) {
    CADENZA_TRY(EnterTransaction());
    CADENZA_TRY(FreeConnection());
  }
  for (const auto& connection : connections_) {
    if (!connection->engine->Execute(set).ok()) {
      return MakeSqlError("22023", "invalid value for parameter \"TimeZone\": \"{}\"",
                          *settings_.Find("timezone"));
    }
  }
  return {};
}

Outcome<void> Session::RunSet(const Statement& statement) {
  if (statement.kind == StatementKind::kResetAll) {
    settings_.ResetAll();
    CADENZA_TRY(ApplySetting("timezone"));
    ReportSettings();
    return {};
  }
  // SET TRANSACTION and SET SESSION CHARACTERISTICS say how to read; there is one way.
  if (statement.name == "transaction" || statement.name == "session characteristics") {
    for (const auto& [name, value] : statement.options) {
      if (name == "transaction_read_only" && (value == "0" || value == "false") &&
          statement.name == "transaction") {
        return SqlError{"25006", "cannot set transaction read-write mode: the lake is read only"};
      }
    }
    return {};
  }
  const std::string* before = settings_.Find(statement.name);
  const std::string old = before ? *before : "";
  if (statement.kind == StatementKind::kReset) {
    CADENZA_TRY(settings_.Reset(statement.name));
  } else {
    std::string value;
    for (const std::string& part : statement.values) value += (value.empty() ? "" : ", ") + part;
    if (statement.name == "timezone" && (value == "default" || value == "local")) value = "UTC";
    CADENZA_TRY(settings_.Set(statement.name, value));
  }
  Outcome<void> applied = ApplySetting(statement.name);
  if (!applied.ok()) {
    static_cast<void>(settings_.Set(statement.name, old));
    static_cast<void>(ApplySetting(statement.name));
    return applied;
  }
  if (statement.is_local && transaction_ == 'T') local_before_.emplace(statement.name, old);
  ReportSettings();
  return {};
}

Outcome<Statement> Session::ShownSetting(const Statement& statement) {
  std::string sql;
  if (statement.kind == StatementKind::kShowAll) {
    for (const auto& [name, value] : settings_.All()) {
      sql += fmt::format("{}({}, {}, '')", sql.empty() ? "" : ", ", engine::QuoteText(name),
                         engine::QuoteText(value));
    }
    sql = "SELECT name, setting, description FROM (VALUES " + sql +
          ") AS settings (name, setting, description)";
  } else {
    std::string name = statement.name;
    if (name == "transaction isolation level") name = "transaction_isolation";
    if (name == "time zone") name = "timezone";
    const std::string* value = settings_.Find(name);
    if (!value)
      return MakeSqlError("42704", "unrecognized configuration parameter \"{}\"", statement.name);
    const char* shown = name == "timezone"        ? "TimeZone"
                        : name == "datestyle"     ? "DateStyle"
                        : name == "intervalstyle" ? "IntervalStyle"
                                                  : name.c_str();
    sql = fmt::format("SELECT {} AS {}", engine::QuoteText(*value), engine::QuoteName(shown));
  }
  CADENZA_ASSIGN(std::vector<Statement> parsed, ParseStatements(sql));
  parsed[0].tag = "SHOW";
  return std::move(parsed[0]);
}

Outcome<void> Session::RunDeclare(const Statement& statement) {
  if (transaction_ == 'I' && !statement.is_held) {
    return SqlError{"25P01", "DECLARE CURSOR can only be used in transaction blocks"};
  }
  if (portals_.contains(statement.name))
    return MakeSqlError("42P03", "cursor \"{}\" already exists", statement.name);
  auto source = std::make_shared<NamedStatement>();
  source->statement = statement;
  source->statement.kind = StatementKind::kSelect;
  source->statement.tag = "FETCH";
  CADENZA_TRY(MakeReady(source.get()));
  const std::vector<Format> formats(statement.is_binary ? 1 : 0, Format::kBinary);
  CADENZA_ASSIGN(std::unique_ptr<Portal> portal, MakePortal(std::move(source), {}, formats));
  portal->is_cursor = true;
  portals_[statement.name] = std::move(portal);
  return {};
}

Outcome<Portal*> Session::FindCursor(const Statement& statement) {
  const auto found = portals_.find(statement.name);
  if (found != portals_.end()) return found->second.get();
  return MakeSqlError("34000", "cursor \"{}\" does not exist", statement.name);
}

Outcome<void> Session::RunFetch(const Statement& statement, bool describe) {
  CADENZA_ASSIGN(Portal * cursor, FindCursor(statement));
  if (statement.count < 0) return SqlError{"55000", "cursor can only scan forward"};
  CADENZA_TRY(EnterTransaction());
  if (!cursor->query && !cursor->is_done) CADENZA_TRY(OpenRows(cursor));
  if (describe && !statement.is_move) {
    if (!cursor->source->query) CADENZA_TRY(MakeReady(cursor->source.get()));
    AppendRowDescription(*cursor->source->query, cursor->formats);
  }
  const int64_t before = cursor->sent_rows;
  const bool all = statement.count >= std::numeric_limits<int64_t>::max() / 2;
  if (!cursor->is_done && statement.count > 0)
    CADENZA_TRY(SendRows(cursor, all ? 0 : statement.count, statement.is_move));
  AppendCommandComplete(fmt::format("{} {}", statement.tag, cursor->sent_rows - before), &out_);
  return {};
}

Outcome<void> Session::RunPrepare(const Statement& statement) {
  if (statements_.contains(statement.name))
    return MakeSqlError("42P05", "prepared statement \"{}\" already exists", statement.name);
  auto named = std::make_shared<NamedStatement>();
  named->statement = *statement.prepared;
  named->given_types = statement.argument_types;
  if (named->statement.kind == StatementKind::kWrite)
    return MakeSqlError("25006", "cannot execute {} in a read-only transaction", "PREPARE");
  CADENZA_TRY(MakeReady(named.get()));
  statements_[statement.name] = std::move(named);
  return {};
}

Outcome<std::shared_ptr<NamedStatement>> Session::ExecutedStatement(
    const Statement& statement, std::vector<ParameterValue>* values) {
  CADENZA_ASSIGN(std::shared_ptr<NamedStatement> named, FindStatement(statement.name));
  for (const auto& argument : statement.arguments) {
    CADENZA_ASSIGN(std::optional<std::string> text, ConstantOf(*argument));
    values->push_back({std::move(text), Format::kText});
  }
  CADENZA_TRY(MakeReady(named.get()));
  const size_t wanted = named->query->parameter_types().size();
  if (wanted != values->size()) {
    return MakeSqlError(
        "42601", "wrong number of parameters for prepared statement \"{}\": {} instead of {}",
        statement.name, values->size(), wanted);
  }
  return named;
}

Outcome<void> Session::RunDeallocate(const Statement& statement) {
  if (statement.name.empty()) {
    statements_.clear();
    return {};
  }
  CADENZA_TRY(FindStatement(statement.name));
  statements_.erase(statement.name);
  return {};
}

void Session::DiscardAll() {
  portals_.clear();
  statements_.clear();
  settings_.ResetAll();
  static_cast<void>(ApplySetting("timezone"));
  ReportSettings();
}

}  // namespace cadenza::pgwire
