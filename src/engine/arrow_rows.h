#pragma once

#include <functional>
#include <string>

#include "base/result.h"

struct ArrowArray;
struct ArrowArrayStream;
struct ArrowSchema;

namespace cadenza::engine {

class Engine;

/// Rows of another program, by Arrow's C interface, as a relation of the embedded engine (kInternal
/// for any other). All columns are read, once: only `SELECT * FROM name` is defined. The stream
/// must outlive the relation.
Status BindArrowStream(Engine* engine, const std::string& name, ArrowArrayStream* stream);

/// Takes a query's columns, then its rows, batch after batch. What it is given stays the giver's.
struct ArrowReceiver {
  std::function<Status(const ArrowSchema& columns)> columns;
  std::function<Status(const ArrowArray& rows)> rows;
};

/// Hands on the rows of a query of the embedded engine (kInternal for any other) as they come;
/// they are never all in memory.
Status QueryArrow(Engine* engine, const std::string& select, const ArrowReceiver& receiver);

/// The same of a stream.
Status ReadArrowStream(ArrowArrayStream* stream, const ArrowReceiver& receiver);

}  // namespace cadenza::engine
