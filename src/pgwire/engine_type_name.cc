#include "pgwire/engine_type_name.h"

#include <array>

#include "pgwire/alias_types.h"

namespace cadenza::pgwire {
namespace {

struct TypeName {
  std::string_view postgres, engine;
};

/// Types that the engine calls otherwise.
constexpr auto kTypeNames = std::to_array<TypeName>({
    {"name", "varchar"},
    {"oid", "uinteger"},
    {kNamedOid, "uinteger"},
    {"xid", "uinteger"},
    {"char", "varchar"},
    {"bpchar", "varchar"},
    {"text", "varchar"},
    {"cstring", "varchar"},
    {"aclitem", "varchar"},
    {"unknown", "varchar"},
    {"jsonb", "json"},
    {"citext", "varchar"},
    {"inet", "varchar"},
    {"money", "numeric"},
    {"timetz", "time"},
});

}  // namespace

std::string_view EngineTypeName(std::string_view name) {
  for (const TypeName& known : kTypeNames) {
    if (known.postgres == name) return known.engine;
  }
  return name;
}

}  // namespace cadenza::pgwire
