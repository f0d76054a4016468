#include "pgwire/prepared_query.h"

#include <duckdb.h>

#include <algorithm>

#include "engine/duckdb/duckdb_engine.h"
#include "pgwire/engine_message.h"
#include "pgwire/engine_value.h"
#include "pgwire/foreign_query.h"
#include "pgwire/parameter.h"

namespace cadenza::pgwire {
namespace {

duckdb_connection HandleOf(engine::Engine* connection) {
  return static_cast<engine::DuckDbEngine*>(connection)->handle();
}

/// A statement of the engine, given back with its types.
class Handle {
 public:
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { Reset(); }

  Outcome<void> Prepare(engine::Engine* connection, const std::string& sql) {
    Reset();
    if (duckdb_prepare(HandleOf(connection), sql.c_str(), &prepared_) == DuckDBError) {
      return SqlErrorOfEngine(duckdb_prepare_error(prepared_));
    }
    const duckdb_statement_type kind = duckdb_prepared_statement_type(prepared_);
    if (kind != DUCKDB_STATEMENT_TYPE_SELECT && kind != DUCKDB_STATEMENT_TYPE_EXPLAIN) {
      return SqlError{"25006", "this statement does more than read"};
    }
    for (idx_t c = 0; c < duckdb_prepared_statement_column_count(prepared_); ++c) {
      types_.push_back(duckdb_prepared_statement_column_logical_type(prepared_, c));
      const char* name = duckdb_prepared_statement_column_name(prepared_, c);
      names_.emplace_back(name ? name : "");
      duckdb_free(const_cast<char*>(name));
    }
    return {};
  }

  duckdb_prepared_statement get() const { return prepared_; }
  const std::vector<duckdb_logical_type>& types() const { return types_; }
  const std::vector<std::string>& names() const { return names_; }
  /// False: the engine waits for the values of the parameters to say what comes out.
  bool is_known() const {
    return types_.size() != 1 || names_[0] != "unknown" ||
           duckdb_get_type_id(types_[0]) != DUCKDB_TYPE_INVALID;
  }

 private:
  void Reset() {
    for (duckdb_logical_type& type : types_) duckdb_destroy_logical_type(&type);
    types_.clear();
    names_.clear();
    duckdb_destroy_prepare(&prepared_);
  }

  duckdb_prepared_statement prepared_ = nullptr;
  std::vector<duckdb_logical_type> types_;
  std::vector<std::string> names_;
};

class EngineStream : public RowStream {
 public:
  EngineStream() = default;
  EngineStream(const EngineStream&) = delete;
  EngineStream& operator=(const EngineStream&) = delete;
  ~EngineStream() override {
    duckdb_destroy_data_chunk(&chunk_);
    duckdb_destroy_result(&result_);
    duckdb_destroy_pending(&pending_);
  }

  Outcome<void> Start(duckdb_prepared_statement prepared) {
    if (duckdb_pending_prepared_streaming(prepared, &pending_) == DuckDBError) {
      return SqlErrorOfEngine(duckdb_pending_error(pending_));
    }
    if (duckdb_execute_pending(pending_, &result_) == DuckDBError) {
      return SqlErrorOfEngine(duckdb_result_error(&result_));
    }
    return {};
  }

  Outcome<bool> Next() override {
    ++row_;
    while (!chunk_ || row_ >= duckdb_data_chunk_get_size(chunk_)) {
      duckdb_destroy_data_chunk(&chunk_);
      chunk_ = duckdb_fetch_chunk(result_);
      row_ = 0;
      if (chunk_) continue;
      // A query that fails on the way ends as one that is over.
      const char* reason = duckdb_result_error(&result_);
      if (reason && *reason) return SqlErrorOfEngine(reason);
      return false;
    }
    return true;
  }

  void Append(const RowEncoder& encoder, MessageBuffer* out) const override {
    encoder.AppendRow(chunk_, row_, out);
  }

 private:
  duckdb_pending_result pending_ = nullptr;
  duckdb_result result_{};
  duckdb_data_chunk chunk_ = nullptr;
  idx_t row_ = 0;
};

uint32_t ParameterTypeOf(duckdb_prepared_statement prepared, size_t number) {
  duckdb_logical_type type = duckdb_param_logical_type(prepared, number);
  if (!type) return kText;
  const duckdb_type id = duckdb_get_type_id(type);
  const uint32_t oid =
      id == DUCKDB_TYPE_INVALID || id == DUCKDB_TYPE_ANY || id == DUCKDB_TYPE_SQLNULL
          ? static_cast<uint32_t>(kText)
          : TypeOfLogical(type).oid;
  duckdb_destroy_logical_type(&type);
  return oid == kVarchar || oid == kJson ? static_cast<uint32_t>(kText) : oid;
}

class EngineQueryRun : public PreparedQuery {
 public:
  Outcome<void> Prepare(engine::Engine* connection, const Statement& statement,
                        QueryContext context) {
    text_ = statement.text;
    offset_ = statement.offset;
    const Outcome<void> made = Make(connection, statement, std::move(context));
    return made.ok() ? made : Placed(made.error());
  }

  const std::vector<ResultColumn>& columns() const override { return columns_; }
  const std::vector<uint32_t>& parameter_types() const override { return parameter_types_; }

  RowEncoder MakeEncoder(const std::vector<Format>& formats) const override {
    std::vector<SqlType> types;
    for (const ResultColumn& column : columns_) types.push_back(column.type);
    return RowEncoder(described_->types(), types, formats);
  }

  Outcome<std::unique_ptr<RowStream>> Start(const std::vector<ParameterValue>& values) override {
    duckdb_clear_bindings(handle_.get());
    // A plan is made of the query without its values.
    for (size_t p = 0; p < values.size() && !is_plan_; ++p) {
      CADENZA_ASSIGN(duckdb_value value, MakeParameter(values[p], parameter_types_[p], p + 1));
      const duckdb_state bound = duckdb_bind_value(handle_.get(), p + 1, value);
      duckdb_destroy_value(&value);
      if (bound == DuckDBError) return SqlErrorOfEngine(duckdb_prepare_error(handle_.get()));
    }
    auto stream = std::make_unique<EngineStream>();
    const Outcome<void> started = stream->Start(handle_.get());
    if (!started.ok()) return Placed(started.error());
    return std::unique_ptr<RowStream>(std::move(stream));
  }

 private:
  Outcome<void> Make(engine::Engine* connection, const Statement& statement, QueryContext context) {
    CADENZA_ASSIGN(EngineQuery query, Rewrite(connection, statement, &context));
    CADENZA_TRY(handle_.Prepare(connection, query.sql));
    if (InferParameters(&context)) {
      CADENZA_ASSIGN(query, Rewrite(connection, statement, &context));
      CADENZA_TRY(handle_.Prepare(connection, query.sql));
    }
    parameter_types_ = context.parameter_types;
    if (statement.kind == StatementKind::kExplain) {
      context.parameters_are_null = true;
      CADENZA_ASSIGN(const EngineQuery with_nulls, Rewrite(connection, statement, &context));
      return MakePlan(connection, with_nulls.sql);
    }
    std::string described_sql = query.sql;
    if (!parameter_types_.empty() && !handle_.is_known()) {
      context.parameters_are_null = true;
      CADENZA_ASSIGN(const EngineQuery with_nulls, Rewrite(connection, statement, &context));
      described_sql = with_nulls.sql;
      CADENZA_TRY(with_nulls_.Prepare(connection, described_sql));
      described_ = &with_nulls_;
    }
    DescribeColumns(query);
    const std::string encodable = Encodable(query.sql), described = Encodable(described_sql);
    if (encodable.empty()) return {};
    CADENZA_TRY(handle_.Prepare(connection, encodable));
    if (described_ == &with_nulls_) CADENZA_TRY(with_nulls_.Prepare(connection, described));
    return {};
  }

  /// With the place of what is wrong, in characters of the client's query.
  SqlError Placed(SqlError error) const {
    const int place = error.position == 0 ? PlaceOf(error.about, text_) : 0;
    if (place > 0) error.position = offset_ + place;
    return error;
  }

  static Outcome<EngineQuery> Rewrite(engine::Engine* connection, const Statement& statement,
                                      QueryContext* context) {
    if (statement.kind == StatementKind::kForeign)
      return RewriteForeign(connection, statement, *context);
    const auto count = static_cast<size_t>(ParameterCount(*statement.query));
    if (count > context->parameter_types.size()) context->parameter_types.resize(count);
    TypeParameters(*statement.query, &context->parameter_types);
    return RewriteQuery(*statement.query, *context);
  }

  /// The engine's plan as PostgreSQL gives one: a column of lines.
  Outcome<void> MakePlan(engine::Engine* connection, const std::string& sql) {
    is_plan_ = true;
    const Result<engine::RowSet> plan = connection->Query("EXPLAIN " + sql);
    if (!plan.ok()) return SqlErrorOfEngine(plan.error().message);
    std::string lines;
    for (const auto& row : plan->rows) {
      std::string_view text = row.back() ? std::string_view(*row.back()) : "";
      while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        lines += (lines.empty() ? "" : ", ") + engine::QuoteText(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
      }
    }
    CADENZA_TRY(handle_.Prepare(connection, "SELECT unnest([" + lines + "]) AS \"QUERY PLAN\""));
    DescribeColumns({});
    return {};
  }

  /// True: types were found, which the query is to be rewritten with.
  bool InferParameters(QueryContext* context) {
    bool found = false;
    for (size_t p = 0; p < context->parameter_types.size(); ++p) {
      uint32_t& type = context->parameter_types[p];
      if (type != 0 && type != kUnknown) continue;
      type = ParameterTypeOf(handle_.get(), p + 1);
      found = true;
    }
    return found;
  }

  void DescribeColumns(const EngineQuery& query) {
    const bool known = query.columns.size() == described_->types().size();
    for (size_t c = 0; c < described_->types().size(); ++c) {
      const ColumnOrigin origin = known ? query.columns[c] : ColumnOrigin{};
      ResultColumn column;
      column.name = described_->names()[c];
      column.type = NarrowedType(TypeOfLogical(described_->types()[c]), origin.type);
      column.table = origin.table;
      column.number = origin.number;
      columns_.push_back(std::move(column));
    }
  }

  /// The query with casts around columns that the encoder does not know; empty: it knows all.
  std::string Encodable(const std::string& sql) const {
    std::string names, values;
    bool any = false;
    for (size_t c = 0; c < described_->types().size(); ++c) {
      const duckdb_type id = duckdb_get_type_id(described_->types()[c]);
      const std::string name = fmt::format("c{}", c + 1);
      std::string value = name;
      const bool is_json = id == DUCKDB_TYPE_STRUCT || id == DUCKDB_TYPE_MAP ||
                           id == DUCKDB_TYPE_UNION || id == DUCKDB_TYPE_LIST;
      if (!CanEncode(described_->types()[c])) {
        value = is_json ? fmt::format("CAST(to_json({}) AS VARCHAR)", name)
                        : fmt::format("CAST({} AS VARCHAR)", name);
        any = true;
      }
      names += (names.empty() ? "" : ", ") + name;
      values += (values.empty() ? "" : ", ") + value;
    }
    return any ? fmt::format("SELECT {} FROM ({}) AS encoded ({})", values, sql, names) : "";
  }

  std::string text_;  ///< as the client wrote it
  int offset_ = 0;
  bool is_plan_ = false;
  Handle handle_;
  Handle with_nulls_;  ///< where the engine tells what comes out only once it has the values
  const Handle* described_ = &handle_;
  std::vector<ResultColumn> columns_;
  std::vector<uint32_t> parameter_types_;
};

}  // namespace

Outcome<std::unique_ptr<PreparedQuery>> PreparedQuery::Prepare(engine::Engine* connection,
                                                               const Statement& statement,
                                                               QueryContext context) {
  auto query = std::make_unique<EngineQueryRun>();
  CADENZA_TRY(query->Prepare(connection, statement, std::move(context)));
  return std::unique_ptr<PreparedQuery>(std::move(query));
}

}  // namespace cadenza::pgwire
