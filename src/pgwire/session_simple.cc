#include "pgwire/session.h"

namespace cadenza::pgwire {

void Session::OnQuery(MessageBody body) {
  Outcome<std::string> text = body.Text();
  Outcome<void> outcome;
  if (!text.ok())
    outcome = text.error();
  else
    outcome = RunText(*text);
  portals_.erase("");
  if (!outcome.ok()) Fail(outcome.error());
  if (transaction_ == 'I') EndTransaction(!outcome.ok());
  AppendReady(transaction_, &out_);
  is_open_ = is_open_ && Flush();
}

Outcome<void> Session::RunText(const std::string& text) {
  CADENZA_ASSIGN(const std::vector<Statement> statements, ParseStatements(text));
  if (statements.empty()) {
    out_.Empty('I');
    return {};
  }
  for (const Statement& statement : statements) CADENZA_TRY(RunStatement(statement));
  return {};
}

Outcome<void> Session::RunStatement(const Statement& statement) {
  const bool ends = statement.kind == StatementKind::kCommit ||
                    statement.kind == StatementKind::kRollback ||
                    statement.kind == StatementKind::kRollbackTo;
  if (transaction_ == 'E' && !ends) {
    return SqlError{
        "25P02", "current transaction is aborted, commands ignored until end of transaction block"};
  }
  auto named = std::make_shared<NamedStatement>();
  named->statement = statement;
  std::vector<ParameterValue> values;
  switch (statement.kind) {
    case StatementKind::kShow:
    case StatementKind::kShowAll: {
      CADENZA_ASSIGN(named->statement, ShownSetting(statement));
      break;
    }
    case StatementKind::kExecute: {
      CADENZA_ASSIGN(named, ExecutedStatement(statement, &values));
      break;
    }
    case StatementKind::kFetch:
      return RunFetch(statement, true);
    case StatementKind::kSelect:
    case StatementKind::kForeign:
    case StatementKind::kExplain:
    case StatementKind::kCopyOut:
      break;
    default:
      return RunCommand(statement);
  }
  CADENZA_TRY(MakeReady(named.get()));
  CADENZA_ASSIGN(const std::unique_ptr<Portal> portal, MakePortal(named, std::move(values), {}));
  if (named->statement.kind != StatementKind::kCopyOut) AppendRowDescription(*named->query, {});
  return RunPortal(portal.get(), 0);
}

}  // namespace cadenza::pgwire
