// Any text as the predecessor's settings file: settings or an error, and never a credential in it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cli/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto plain = cadenza::cli::ParseDlCfg(text, "dl.cfg");
  if (plain.ok()) {
    if (!plain->local && plain->bucket.empty()) std::abort();
  } else if (plain.error().message.empty()) {
    std::abort();
  }
  // The same text behind a secret, which the error must not hold.
  const std::string secret = "c4d3nz4-s3cr3t";
  const auto hidden =
      cadenza::cli::ParseDlCfg("[AWS]\nAWS_SECRET_ACCESS_KEY=" + secret + "\n" + text, "dl.cfg");
  if (!hidden.ok() && hidden.error().message.find(secret) != std::string::npos) std::abort();
  return 0;
}
