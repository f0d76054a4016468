// Any text as a query of a PostgreSQL client: what its grammar takes is rewritten for the engine or
// refused, and says nothing of tables that the session may not read.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "pgwire/rewrite.h"
#include "pgwire/statement.h"
#include "pgwire/system_tables.h"

using namespace cadenza::pgwire;

namespace {

const Relations& KnownRelations() {
  static const Relations kRelations = [] {
    Relations relations;
    for (const Relation& relation : SystemTables())
      relations[{relation.schema, relation.name}] = relation;
    Relation users{"silver", "users", "run_1", "silver", 20'000, {{"user_id", TypeOf(kVarchar)}}};
    relations[{"silver", "users"}] = users;
    return relations;
  }();
  return kRelations;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find('\0') != std::string::npos) return 0;  // ends a text of the protocol
  auto statements = ParseStatements(text);
  if (!statements.ok()) return 0;
  for (const Statement& statement : *statements) {
    if (!statement.query) continue;
    QueryContext context;
    context.relations = &KnownRelations();
    context.search_path = {"gold", "silver"};
    context.database = "lake";
    context.user = "postgres";
    context.parameter_types.resize(static_cast<size_t>(ParameterCount(*statement.query)));
    TypeParameters(*statement.query, &context.parameter_types);
    auto rewritten = RewriteQuery(*statement.query, context);
    if (!rewritten.ok()) continue;
    if (rewritten->sql.empty()) std::abort();
  }
  return 0;
}
