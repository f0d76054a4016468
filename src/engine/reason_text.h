#pragma once

#include <string>
#include <string_view>

namespace cadenza::engine {

/// A message without what the engine adds to its reasons for those who use it bare: the kinds of
/// its errors, lists of candidates, hints to install something, the line of SQL, which may not be
/// what the user wrote, and the exceptions of its libraries; what is left in plain words
/// (PlainReason). Other messages stay as they are.
std::string WithoutEngineWords(std::string_view message);

}  // namespace cadenza::engine
