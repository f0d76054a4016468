#include <algorithm>

#include "pgwire/session.h"

namespace cadenza::pgwire {
namespace {

constexpr size_t kNamedMax = 10'000;

bool HasRows(StatementKind kind) {
  switch (kind) {
    case StatementKind::kSelect:
    case StatementKind::kForeign:
    case StatementKind::kExplain:
    case StatementKind::kShow:
    case StatementKind::kShowAll:
      return true;
    default:
      return false;
  }
}

Outcome<std::vector<Format>> ReadFormats(MessageBody* body) {
  CADENZA_ASSIGN(const int16_t count, body->Int16());
  std::vector<Format> formats;
  for (int i = 0; i < static_cast<uint16_t>(count); ++i) {
    CADENZA_ASSIGN(const int16_t format, body->Int16());
    if (format != 0 && format != 1)
      return MakeSqlError("08P01", "unsupported format code: {}", format);
    formats.push_back(static_cast<Format>(format));
  }
  return formats;
}

}  // namespace

Outcome<std::shared_ptr<NamedStatement>> Session::FindStatement(const std::string& name) {
  const auto found = statements_.find(name);
  if (found != statements_.end()) return found->second;
  return MakeSqlError("26000", "prepared statement \"{}\" does not exist", name);
}

Outcome<Portal*> Session::FindPortal(const std::string& name) {
  const auto found = portals_.find(name);
  if (found != portals_.end()) return found->second.get();
  return MakeSqlError("34000", "portal \"{}\" does not exist", name);
}

Outcome<void> Session::OnParse(MessageBody body) {
  CADENZA_ASSIGN(const std::string name, body.Text());
  CADENZA_ASSIGN(const std::string text, body.Text());
  CADENZA_ASSIGN(const int16_t count, body.Int16());
  auto parsed = std::make_shared<NamedStatement>();
  for (int p = 0; p < static_cast<uint16_t>(count); ++p) {
    CADENZA_ASSIGN(const int32_t type, body.Int32());
    parsed->given_types.push_back(static_cast<uint32_t>(type));
  }
  CADENZA_TRY(body.End());
  if (!name.empty() && statements_.contains(name))
    return MakeSqlError("42P05", "prepared statement \"{}\" already exists", name);
  if (statements_.size() >= kNamedMax) return SqlError{"53000", "too many prepared statements"};
  CADENZA_ASSIGN(std::vector<Statement> statements, ParseStatements(text));
  if (statements.size() > 1)
    return SqlError{"42601", "cannot insert multiple commands into a prepared statement"};
  const bool is_empty = statements.empty();
  if (!is_empty) parsed->statement = std::move(statements[0]);
  if (is_empty) parsed->statement.kind = StatementKind::kNothing;
  const StatementKind kind = parsed->statement.kind;
  const bool ends = kind == StatementKind::kCommit || kind == StatementKind::kRollback ||
                    kind == StatementKind::kRollbackTo;
  if (transaction_ == 'E' && !ends && !is_empty) {
    return SqlError{
        "25P02", "current transaction is aborted, commands ignored until end of transaction block"};
  }
  if (kind == StatementKind::kShow || kind == StatementKind::kShowAll) {
    CADENZA_ASSIGN(parsed->statement, ShownSetting(parsed->statement));
  }
  // What does not work is told now, as PostgreSQL does.
  if (parsed->statement.query || kind == StatementKind::kForeign) {
    const bool is_query = HasRows(kind) || kind == StatementKind::kCopyOut;
    if (is_query) CADENZA_TRY(MakeReady(parsed.get()));
  }
  statements_[name] = std::move(parsed);
  out_.Empty('1');
  return {};
}

Outcome<std::unique_ptr<Portal>> Session::MakePortal(std::shared_ptr<NamedStatement> source,
                                                     std::vector<ParameterValue> values,
                                                     std::vector<Format> formats) {
  auto portal = std::make_unique<Portal>();
  portal->source = std::move(source);
  portal->values = std::move(values);
  portal->formats = std::move(formats);
  portal->serial = ++portals_made_;
  return portal;
}

Outcome<void> Session::OnBind(MessageBody body) {
  CADENZA_ASSIGN(const std::string portal_name, body.Text());
  CADENZA_ASSIGN(const std::string statement_name, body.Text());
  CADENZA_ASSIGN(const std::vector<Format> value_formats, ReadFormats(&body));
  CADENZA_ASSIGN(const int16_t count, body.Int16());
  const size_t values_count = static_cast<uint16_t>(count);
  if (value_formats.size() > 1 && value_formats.size() != values_count) {
    return MakeSqlError("08P01", "bind message has {} parameter formats but {} parameters",
                        value_formats.size(), values_count);
  }
  std::vector<ParameterValue> values(values_count);
  for (size_t v = 0; v < values_count; ++v) {
    CADENZA_ASSIGN(const int32_t length, body.Int32());
    if (length < -1) return SqlError{"08P01", "invalid length of a parameter"};
    if (!value_formats.empty()) values[v].format = value_formats[value_formats.size() == 1 ? 0 : v];
    if (length == -1) continue;
    CADENZA_ASSIGN(const std::string_view bytes, body.Bytes(static_cast<size_t>(length)));
    values[v].bytes = bytes;
  }
  CADENZA_ASSIGN(std::vector<Format> formats, ReadFormats(&body));
  CADENZA_TRY(body.End());
  CADENZA_ASSIGN(std::shared_ptr<NamedStatement> source, FindStatement(statement_name));
  if (!portal_name.empty() && portals_.contains(portal_name)) {
    return MakeSqlError("42P03", "cursor \"{}\" already exists", portal_name);
  }
  if (portals_.size() >= kNamedMax) return SqlError{"53000", "too many portals"};
  const size_t wanted = source->query ? source->query->parameter_types().size() : 0;
  if (source->query && wanted != values_count) {
    return MakeSqlError(
        "08P01", "bind message supplies {} parameters, but prepared statement \"{}\" requires {}",
        values_count, statement_name, wanted);
  }
  portals_.erase(portal_name);
  CADENZA_ASSIGN(portals_[portal_name],
                 MakePortal(std::move(source), std::move(values), std::move(formats)));
  out_.Empty('2');
  return {};
}

Outcome<void> Session::OnDescribe(MessageBody body) {
  CADENZA_ASSIGN(const char kind, body.Byte());
  CADENZA_ASSIGN(const std::string name, body.Text());
  CADENZA_TRY(body.End());
  std::shared_ptr<NamedStatement> source;
  std::vector<Format> formats;
  if (kind == 'S') {
    CADENZA_ASSIGN(source, FindStatement(name));
  } else if (kind == 'P') {
    CADENZA_ASSIGN(Portal * portal, FindPortal(name));
    source = portal->source;
    formats = portal->formats;
  } else {
    return MakeSqlError("08P01", "invalid DESCRIBE message subtype {}", static_cast<int>(kind));
  }
  const bool has_rows = HasRows(source->statement.kind);
  if (has_rows) CADENZA_TRY(MakeReady(source.get()));
  if (kind == 'S') {
    const std::vector<uint32_t> types =
        source->query ? source->query->parameter_types() : std::vector<uint32_t>();
    out_.Begin('t');
    out_.Int16(static_cast<int16_t>(types.size()));
    for (const uint32_t type : types) out_.Int32(static_cast<int32_t>(type));
    out_.End();
  }
  if (source->statement.kind == StatementKind::kFetch && !source->statement.is_move) {
    CADENZA_ASSIGN(Portal * cursor, FindCursor(source->statement));
    CADENZA_TRY(MakeReady(cursor->source.get()));
    AppendRowDescription(*cursor->source->query, cursor->formats);
  } else if (source->statement.kind == StatementKind::kExecute) {
    std::vector<ParameterValue> values;
    CADENZA_ASSIGN(const std::shared_ptr<NamedStatement> inner,
                   ExecutedStatement(source->statement, &values));
    CADENZA_TRY(MakeReady(inner.get()));
    AppendRowDescription(*inner->query, formats);
  } else if (has_rows) {
    AppendRowDescription(*source->query, formats);
  } else {
    out_.Empty('n');
  }
  return {};
}

Outcome<void> Session::OnExecute(MessageBody body) {
  CADENZA_ASSIGN(const std::string name, body.Text());
  CADENZA_ASSIGN(const int32_t rows_max, body.Int32());
  CADENZA_TRY(body.End());
  CADENZA_ASSIGN(Portal * portal, FindPortal(name));
  const Statement& statement = portal->source->statement;
  const bool is_empty = statement.kind == StatementKind::kNothing && statement.tag.empty();
  if (is_empty) {
    out_.Empty('I');
    return {};
  }
  const bool ends = statement.kind == StatementKind::kCommit ||
                    statement.kind == StatementKind::kRollback ||
                    statement.kind == StatementKind::kRollbackTo;
  if (transaction_ == 'E' && !ends) {
    return SqlError{
        "25P02", "current transaction is aborted, commands ignored until end of transaction block"};
  }
  const bool is_query = HasRows(statement.kind) || statement.kind == StatementKind::kCopyOut;
  if (is_query) return RunPortal(portal, std::max(rows_max, 0));
  if (statement.kind == StatementKind::kExecute) {
    std::vector<ParameterValue> values;
    CADENZA_ASSIGN(std::shared_ptr<NamedStatement> inner, ExecutedStatement(statement, &values));
    CADENZA_ASSIGN(const std::unique_ptr<Portal> once,
                   MakePortal(std::move(inner), std::move(values), portal->formats));
    return RunPortal(once.get(), 0);
  }
  // The statement may end the transaction, and the portal with it.
  const std::shared_ptr<NamedStatement> source = portal->source;
  return RunCommand(source->statement);
}

Outcome<void> Session::OnClose(MessageBody body) {
  CADENZA_ASSIGN(const char kind, body.Byte());
  CADENZA_ASSIGN(const std::string name, body.Text());
  CADENZA_TRY(body.End());
  if (kind != 'S' && kind != 'P')
    return MakeSqlError("08P01", "invalid CLOSE message subtype {}", static_cast<int>(kind));
  if (kind == 'S') statements_.erase(name);
  if (kind == 'P') portals_.erase(name);
  out_.Empty('3');
  return {};
}

}  // namespace cadenza::pgwire
