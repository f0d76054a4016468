#include "engine/arrow_rows.h"

#include <duckdb.h>

#include <vector>

#include "arrow/c_data.h"
#include "engine/duckdb/duckdb_engine.h"

namespace cadenza::engine {
namespace {

/// What a query holds of the engine, given back whatever way the function ends.
struct Running {
  ~Running() {
    for (duckdb_logical_type& type : types) duckdb_destroy_logical_type(&type);
    duckdb_destroy_arrow_options(&options);
    duckdb_destroy_result(&result);
    duckdb_destroy_pending(&pending);
    duckdb_destroy_prepare(&prepared);
  }

  duckdb_prepared_statement prepared = nullptr;
  duckdb_pending_result pending = nullptr;
  duckdb_result result{};
  duckdb_arrow_options options = nullptr;
  std::vector<duckdb_logical_type> types;
};

template <class Struct>
struct Released : Struct {
  Released() : Struct{} {}
  Released(const Released&) = delete;
  Released& operator=(const Released&) = delete;
  ~Released() {
    if (this->release) this->release(this);
  }
};

Status Check(duckdb_error_data error) {
  if (!error) return {};
  Status status;
  if (duckdb_error_data_has_error(error)) status = EngineError(duckdb_error_data_message(error));
  duckdb_destroy_error_data(&error);
  return status;
}

/// Whether the engine's Arrow has another meaning than the type, in the type or within it.
bool LosesMeaning(duckdb_logical_type type) {
  const auto any_child = [](idx_t count, const auto& child_of) {
    for (idx_t c = 0; c < count; ++c) {
      duckdb_logical_type child = child_of(c);
      const bool loses = LosesMeaning(child);
      duckdb_destroy_logical_type(&child);
      if (loses) return true;
    }
    return false;
  };
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BIT:
    case DUCKDB_TYPE_BIGNUM:
    case DUCKDB_TYPE_TIME_TZ:
      return true;
    case DUCKDB_TYPE_LIST:
      return any_child(1, [&](idx_t) { return duckdb_list_type_child_type(type); });
    case DUCKDB_TYPE_MAP:
      return any_child(2, [&](idx_t c) {
        return c == 0 ? duckdb_map_type_key_type(type) : duckdb_map_type_value_type(type);
      });
    case DUCKDB_TYPE_STRUCT:
      return any_child(duckdb_struct_type_child_count(type),
                       [&](idx_t c) { return duckdb_struct_type_child_type(type, c); });
    default:
      return false;
  }
}

Status HandOnColumns(Running* running, const ArrowReceiver& receiver) {
  std::vector<const char*> names;
  for (idx_t c = 0; c < duckdb_column_count(&running->result); ++c) {
    names.push_back(duckdb_column_name(&running->result, c));
    running->types.push_back(duckdb_column_logical_type(&running->result, c));
    if (!LosesMeaning(running->types.back())) continue;
    return MakeError(ErrorKind::kInput,
                     "this type has no place as Arrow (cast it, e.g. to varchar), column {}",
                     names.back());
  }
  Released<ArrowSchema> schema;
  CADENZA_TRY(Check(duckdb_to_arrow_schema(running->options, running->types.data(), names.data(),
                                           names.size(), &schema)));
  return receiver.columns(schema);
}

Status HandOn(Running* running, duckdb_data_chunk chunk, const ArrowReceiver& receiver) {
  Released<ArrowArray> rows;
  CADENZA_TRY(Check(duckdb_data_chunk_to_arrow(running->options, chunk, &rows)));
  return receiver.rows(rows);
}

}  // namespace

Status DuckDbEngine::BindArrowStream(const std::string& name, ArrowArrayStream* stream) {
  CADENZA_TRY(Drop(name));
  auto* wrapped = reinterpret_cast<duckdb_arrow_stream>(stream);
  if (duckdb_arrow_scan(connection_->handle(), name.c_str(), wrapped) == DuckDBSuccess) {
    bound_[name] = Bound::kView;
    return {};
  }
  const char* reason = stream->get_last_error(stream);
  return MakeError(ErrorKind::kInput, "cannot read the rows: {}", reason ? reason : "no columns");
}

Status DuckDbEngine::QueryArrow(const std::string& select, const ArrowReceiver& receiver) {
  CADENZA_TRY(CheckHasNoNul(select));
  Running running;
  if (duckdb_prepare(connection_->handle(), select.c_str(), &running.prepared) == DuckDBError) {
    return EngineError(duckdb_prepare_error(running.prepared));
  }
  if (duckdb_pending_prepared_streaming(running.prepared, &running.pending) == DuckDBError) {
    return EngineError(duckdb_pending_error(running.pending));
  }
  if (duckdb_execute_pending(running.pending, &running.result) == DuckDBError) {
    return EngineError(duckdb_result_error(&running.result));
  }
  running.options = duckdb_result_get_arrow_options(&running.result);
  CADENZA_TRY(HandOnColumns(&running, receiver));
  while (duckdb_data_chunk chunk = duckdb_fetch_chunk(running.result)) {
    const Status status = HandOn(&running, chunk, receiver);
    duckdb_destroy_data_chunk(&chunk);
    CADENZA_TRY(status);
  }
  // A query that fails on the way ends as one that is over.
  const char* reason = duckdb_result_error(&running.result);
  return reason && *reason ? Status(EngineError(reason)) : Status();
}

Status BindArrowStream(Engine* engine, const std::string& name, ArrowArrayStream* stream) {
  auto* duckdb = dynamic_cast<DuckDbEngine*>(engine);
  if (!duckdb) return MakeError(ErrorKind::kInternal, "this engine reads no Arrow");
  return duckdb->BindArrowStream(name, stream);
}

Status QueryArrow(Engine* engine, const std::string& select, const ArrowReceiver& receiver) {
  auto* duckdb = dynamic_cast<DuckDbEngine*>(engine);
  if (!duckdb) return MakeError(ErrorKind::kInternal, "this engine hands on no Arrow");
  return duckdb->QueryArrow(select, receiver);
}

Status ReadArrowStream(ArrowArrayStream* stream, const ArrowReceiver& receiver) {
  const auto failed = [stream] {
    const char* reason = stream->get_last_error(stream);
    return MakeError(ErrorKind::kInput, "cannot read the rows: {}", reason ? reason : "no reason");
  };
  Released<ArrowSchema> schema;
  if (stream->get_schema(stream, &schema) != 0) return failed();
  CADENZA_TRY(receiver.columns(schema));
  while (true) {
    Released<ArrowArray> rows;
    if (stream->get_next(stream, &rows) != 0) return failed();
    if (!rows.release) return {};
    CADENZA_TRY(receiver.rows(rows));
  }
}

}  // namespace cadenza::engine
