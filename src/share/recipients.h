#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/object_store.h"

namespace cadenza::share {

/// Somebody outside who may read some tables for a while.
struct Recipient {
  std::string name;
  std::string token_sha256;         ///< hex; the token itself is in his profile alone
  std::vector<std::string> tables;  ///< patterns of layer.table, e.g. gold.*
  bool with_listeners = false;      ///< tables that name listeners too
  int64_t expires_ms = 0;

  bool operator==(const Recipient&) const = default;
};

/// Stored in the lake as _cadenza/recipients.json; read again for each request, so that who was
/// withdrawn is out at once.
class Recipients {
 public:
  static Result<Recipients> Read(ObjectStore& lake);
  Status Write(ObjectStore& lake) const;

  /// Replaces who has the name.
  void Add(Recipient recipient);
  /// False: there is none of that name.
  bool Remove(std::string_view name);
  /// Who holds the token, unless it has expired.
  std::optional<Recipient> Find(std::string_view token, int64_t now_ms) const;
  const std::vector<Recipient>& all() const { return all_; }

 private:
  std::vector<Recipient> all_;
};

/// gold.* matches gold.listening; a star stands for any letters.
bool Matches(std::string_view pattern, std::string_view name);
std::string Sha256Hex(std::string_view text);

/// The profile file that clients read.
std::string ProfileText(const std::string& endpoint, const std::string& token, int64_t expires_ms);

}  // namespace cadenza::share
