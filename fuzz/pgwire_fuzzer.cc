#include <cstdint>
#include <string>

#include "pgwire/parameter.h"
#include "pgwire/rewrite.h"
#include "pgwire/scram.h"
#include "pgwire/statement.h"

namespace {

using namespace cadenza::pgwire;

void ReadStatement(const std::string& text) {
  static const Relations kRelations = {
      {{"gold", "plays"}, {"gold", "plays", "lake_1", "gold", 20'000, {{"level", TypeOf(kVarchar)}}}},
      {{"pg_catalog", "pg_class"}, {"pg_catalog", "pg_class", "pgr_1", "pgc", 1259, {{"oid", TypeOf(kOid)}}}}};
  QueryContext context;
  context.relations = &kRelations;
  context.search_path = {"gold"};
  context.database = "lake";
  context.user = "ana";
  auto statements = ParseStatements(text);
  if (!statements.ok()) return;
  for (const Statement& statement : *statements) {
    if (!statement.query) continue;
    context.parameter_types.assign(static_cast<size_t>(ParameterCount(*statement.query)) % 64, kInt4);
    static_cast<void>(RewriteQuery(*statement.query, context));
  }
}

}  // namespace

/// The first byte says what the rest is: a text of SQL, a binary value, an array, a login.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr uint32_t kTypes[] = {kBool, kInt2, kInt4, kInt8, kFloat8, kNumeric, kDate, kTimestamptz, kInterval, kUuid, 1007, 1009};
  switch (data[0] % 4) {
    case 0: ReadStatement(rest); break;
    case 1: static_cast<void>(TextOfBinary(rest, kTypes[data[0] / 4 % std::size(kTypes)], 1)); break;
    case 2: static_cast<void>(ElementsOf(rest)); break;
    default: {
      ScramServer server("SCRAM-SHA-256$4096:AAAA$AAAA:AAAA", "ana", "");
      static_cast<void>(server.OnFirst("SCRAM-SHA-256", rest));
      static_cast<void>(server.OnFinal(rest));
    }
  }
  return 0;
}
