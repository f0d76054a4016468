#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "delta/snapshot.h"

namespace cadenza::delta {

/// The twin of the engine's codec for tests: a checkpoint with one action a line, no Parquet.
class LineCodec final : public CheckpointCodec {
 public:
  Result<std::string> Encode(const std::vector<std::string>& actions) override {
    std::string bytes(kMagic);
    for (const std::string& action : actions) bytes += action + "\n";
    return bytes;
  }

  Result<std::vector<std::string>> Decode(const std::string& parquet_bytes) override {
    std::string_view rest = parquet_bytes;
    if (!rest.starts_with(kMagic)) return Error{ErrorKind::kInput, "no checkpoint"};
    rest.remove_prefix(kMagic.size());
    std::vector<std::string> actions;
    while (!rest.empty()) {
      const size_t end = rest.find('\n');
      actions.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return actions;
  }

 private:
  static constexpr std::string_view kMagic = "LINES\n";
};

}  // namespace cadenza::delta
