#include "cli/message_text.h"

namespace cadenza::cli {

std::string Counted(int64_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

}  // namespace cadenza::cli
