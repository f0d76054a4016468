#pragma once

#include <string>

#include "base/result.h"

struct ArrowArrayStream;

namespace cadenza::engine {

class Engine;

/// Rows of another program, by Arrow's C interface, as a relation of the embedded engine (kInternal
/// for any other). All columns are read, once: only `SELECT * FROM name` is defined. The stream
/// must outlive the relation.
Status BindArrowStream(Engine* engine, const std::string& name, ArrowArrayStream* stream);

}  // namespace cadenza::engine
