#pragma once

#include <string>

#include "cli/completion_table.h"

namespace cadenza::cli {

/// Scripts that teach a shell to complete the program's command line. Each stands alone.
std::string BashCompletion(const CompletionTable& table);
std::string ZshCompletion(const CompletionTable& table);
std::string FishCompletion(const CompletionTable& table);

}  // namespace cadenza::cli
