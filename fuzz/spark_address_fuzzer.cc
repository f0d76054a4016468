// Any text as the address of a Spark Connect server. What is accepted keeps its promises.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "spark/connection_string.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = cadenza::spark::ParseConnectionString(text);
  if (!parsed.ok()) return 0;
  if (parsed->host.empty() || parsed->port < 1 || parsed->port > 65535) __builtin_trap();
  if (!parsed->token.empty() && !parsed->use_tls && !parsed->is_local()) __builtin_trap();
  for (const auto& [name, value] : parsed->headers) {
    if (!name.starts_with("x-")) __builtin_trap();
    for (char c : value) {
      if (c < 0x20 || c > 0x7e) __builtin_trap();
    }
  }
  return 0;
}
