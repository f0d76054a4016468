#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace cadenza::cli {

/// A query::Sink that writes to standard output.
Status PutOnStdout(std::string_view bytes);
/// After the last bytes: fails when they did not arrive.
Status FlushStdout();

}  // namespace cadenza::cli
