#include <algorithm>

#include "pgwire/session.h"

namespace cadenza::pgwire {
namespace {

constexpr size_t kRowsFlushSize = 256 << 10;

}  // namespace

QueryContext Session::Context() const {
  QueryContext context;
  context.relations = &catalogue_->relations();
  context.search_path = settings_.SearchPath();
  context.database = host_->options().database;
  context.user = user_;
  return context;
}

Outcome<std::shared_ptr<EngineConnection>> Session::FreeConnection() {
  const auto free = std::ranges::find_if(
      connections_, [](const auto& connection) { return !connection->is_busy; });
  std::shared_ptr<EngineConnection> connection;
  if (free != connections_.end()) {
    connection = *free;
  } else {
    connection = std::make_shared<EngineConnection>();
    CADENZA_ASSIGN(connection->engine, host_->Connect());
    const std::string& zone = *settings_.Find("timezone");
    if (zone != "UTC")
      static_cast<void>(
          connection->engine->Execute("SET SESSION TimeZone = " + engine::QuoteText(zone)));
    connections_.push_back(connection);
  }
  if (connection->catalogue != catalogue_) {
    CADENZA_TRY(catalogue_->Enter(connection->engine.get()));
    connection->catalogue = catalogue_;
  }
  return connection;
}

Outcome<void> Session::MakeReady(NamedStatement* statement) {
  CADENZA_TRY(EnterTransaction());
  const bool ready = statement->query && !statement->connection->is_busy &&
                     statement->connection->catalogue == catalogue_ &&
                     statement->search_path == settings_.SearchPath();
  if (ready) return {};
  CADENZA_ASSIGN(statement->connection, FreeConnection());
  QueryContext context = Context();
  context.parameter_types = statement->given_types;
  statement->search_path = context.search_path;
  CADENZA_ASSIGN(statement->query,
                 PreparedQuery::Prepare(statement->connection->engine.get(), statement->statement,
                                        std::move(context)));
  return {};
}

Outcome<void> Session::OpenRows(Portal* portal) {
  CADENZA_TRY(MakeReady(portal->source.get()));
  portal->query = portal->source->query;
  const size_t columns = portal->query->columns().size();
  if (portal->formats.size() > 1 && portal->formats.size() != columns) {
    return MakeSqlError("08P01", "bind message has {} result formats but query has {} columns",
                        portal->formats.size(), columns);
  }
  if (portal->values.size() != portal->query->parameter_types().size()) {
    return MakeSqlError(
        "08P01", "bind message supplies {} parameters, but prepared statement \"\" requires {}",
        portal->values.size(), portal->query->parameter_types().size());
  }
  std::vector<Format> formats = portal->formats;
  formats.resize(columns, formats.size() == 1 ? formats[0] : Format::kText);
  portal->encoder = portal->query->MakeEncoder(formats);
  {
    const std::scoped_lock lock(running_mutex_);
    running_ = portal->source->connection->engine.get();
  }
  Outcome<std::unique_ptr<RowStream>> rows = portal->query->Start(portal->values);
  {
    const std::scoped_lock lock(running_mutex_);
    running_ = nullptr;
  }
  CADENZA_ASSIGN(portal->rows, std::move(rows));
  portal->connection = portal->source->connection;
  portal->connection->is_busy = true;
  return {};
}

void Session::AppendRowDescription(const PreparedQuery& query, const std::vector<Format>& formats) {
  out_.Begin('T');
  out_.Int16(static_cast<int16_t>(query.columns().size()));
  for (size_t c = 0; c < query.columns().size(); ++c) {
    const ResultColumn& column = query.columns()[c];
    out_.Text(column.name);
    out_.Int32(static_cast<int32_t>(column.table));
    out_.Int16(column.number);
    out_.Int32(static_cast<int32_t>(column.type.oid));
    out_.Int16(column.type.length);
    out_.Int32(column.type.modifier);
    const Format format = formats.empty()       ? Format::kText
                          : formats.size() == 1 ? formats[0]
                                                : formats[std::min(c, formats.size() - 1)];
    out_.Int16(static_cast<int16_t>(format));
  }
  out_.End();
}

Outcome<void> Session::CheckLimits(const Portal& portal) const {
  const auto& options = host_->options();
  if (options.rows_max > 0 && portal.sent_rows > options.rows_max) {
    return MakeSqlError("54000",
                        "the result has more than the {} rows that may be read at once: use LIMIT",
                        options.rows_max);
  }
  if (options.bytes_max > 0 && portal.sent_bytes > options.bytes_max) {
    return MakeSqlError("54000", "the result has more than the {} bytes that may be read at once",
                        options.bytes_max);
  }
  return {};
}

Outcome<bool> Session::SendRows(Portal* portal, int64_t rows_max, bool silent) {
  struct Running {
    Session* session;
    ~Running() {
      const std::scoped_lock lock(session->running_mutex_);
      session->running_ = nullptr;
    }
  };
  {
    const std::scoped_lock lock(running_mutex_);
    running_ = portal->connection->engine.get();
  }
  const Running running{this};
  for (int64_t row = 0; rows_max == 0 || row < rows_max; ++row) {
    CADENZA_ASSIGN(const bool more, portal->rows->Next());
    if (!more) {
      portal->is_done = true;
      portal->Close();
      return true;
    }
    ++portal->sent_rows;
    if (silent) continue;
    const size_t before = out_.size();
    portal->rows->Append(*portal->encoder, &out_);
    portal->sent_bytes += static_cast<int64_t>(out_.size() - before);
    CADENZA_TRY(CheckLimits(*portal));
    if (out_.size() < kRowsFlushSize) continue;
    if (!Flush()) {
      is_open_ = false;
      return SqlError{"08006", "the client is gone"};
    }
  }
  return false;
}

Outcome<void> Session::RunPortal(Portal* portal, int64_t rows_max) {
  const Statement& statement = portal->source->statement;
  if (statement.kind == StatementKind::kCopyOut) return CopyOut(portal);
  const int64_t before = portal->is_done ? 0 : portal->sent_rows;
  int64_t sent = 0;
  bool done = true;
  if (!portal->is_done) {
    if (!portal->rows) CADENZA_TRY(OpenRows(portal));
    CADENZA_ASSIGN(done, SendRows(portal, rows_max, false));
    sent = portal->sent_rows - before;
  }
  if (!done) {
    out_.Empty('s');
    return {};
  }
  const bool counts = statement.tag == "SELECT" || statement.tag == "FETCH";
  AppendCommandComplete(counts ? fmt::format("{} {}", statement.tag, sent) : statement.tag, &out_);
  return {};
}

namespace {

Outcome<std::pair<RowForm, CopyOptions>> ReadCopyOptions(const Statement& statement,
                                                         bool* has_header) {
  RowForm form = RowForm::kCopyText;
  CopyOptions options;
  bool own_delimiter = false, own_null = false;
  for (const auto& [name, value] : statement.options) {
    if (name == "format" && value == "csv")
      form = RowForm::kCopyCsv;
    else if (name == "format" && value == "binary")
      form = RowForm::kCopyBinary;
    else if (name == "format" && value == "text")
      form = RowForm::kCopyText;
    else if (name == "header")
      *has_header = value != "false" && value != "off" && value != "0";
    else if (name == "delimiter" && value.size() == 1)
      options.delimiter = value[0], own_delimiter = true;
    else if (name == "null")
      options.null = value, own_null = true;
    else if (name == "quote" && value.size() == 1)
      options.quote = value[0];
    else if (name == "force_quote")
      options.force_quote = true;
    else if (name != "encoding" && name != "escape") {
      return MakeSqlError("0A000", "COPY option \"{}\" with this value is not supported", name);
    }
  }
  if (form == RowForm::kCopyCsv && !own_delimiter) options.delimiter = ',';
  if (form == RowForm::kCopyCsv && !own_null) options.null = "";
  return std::pair(form, options);
}

}  // namespace

Outcome<void> Session::CopyOut(Portal* portal) {
  bool has_header = false;
  CADENZA_ASSIGN(const auto form, ReadCopyOptions(portal->source->statement, &has_header));
  CADENZA_TRY(OpenRows(portal));
  portal->encoder->SetCopy(form.first, form.second);
  const bool is_binary = form.first == RowForm::kCopyBinary;
  const auto& columns = portal->query->columns();
  out_.Begin('H');
  out_.Byte(is_binary ? 1 : 0);
  out_.Int16(static_cast<int16_t>(columns.size()));
  for (size_t c = 0; c < columns.size(); ++c) out_.Int16(is_binary ? 1 : 0);
  out_.End();
  // In one message with the first row, where ADBC looks for it.
  if (is_binary) out_.Hold(std::string_view("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19));
  if (has_header && !is_binary) {
    out_.Begin('d');
    for (size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) out_.Byte(form.second.delimiter);
      out_.Bytes(columns[c].name);
    }
    out_.Byte('\n');
    out_.End();
  }
  CADENZA_TRY(SendRows(portal, 0, false));
  if (is_binary) {
    out_.Begin('d');
    out_.Int16(-1);
    out_.End();
  }
  out_.Empty('c');
  AppendCommandComplete(fmt::format("COPY {}", portal->sent_rows), &out_);
  return {};
}

}  // namespace cadenza::pgwire
