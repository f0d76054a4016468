#include "storage/object_name.h"

namespace cadenza {

Status CheckObjectName(std::string_view name) {
  std::string_view rest = name;
  while (true) {
    const size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != part.npos) {
      return MakeError(ErrorKind::kInput, "not a name inside a store: '{}'", name);
    }
    if (slash == rest.npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

std::string_view WithoutTrailingSlash(std::string_view prefix) {
  if (prefix.ends_with('/')) prefix.remove_suffix(1);
  return prefix;
}

}  // namespace cadenza
