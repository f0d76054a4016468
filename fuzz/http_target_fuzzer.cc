// Any bytes as the target of a request line: what is taken has no way up, no NUL and is UTF-8.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto target = cadenza::http::ParseTarget(bytes);
  if (!target.ok()) return 0;
  const std::string& path = target->path;
  const bool goes_up = (path + "/").find("/../") != std::string::npos;
  const bool is_clean = cadenza::http::IsUtf8(path) && path.find('\0') == std::string::npos &&
                        path.find('\\') == std::string::npos && path.starts_with('/');
  if (goes_up || !is_clean) std::abort();
  for (const auto& [name, value] : target->query) {
    if (!cadenza::http::IsUtf8(name) || !cadenza::http::IsUtf8(value)) std::abort();
    if (value.find('\0') != std::string::npos) std::abort();
  }
  return 0;
}
