#include "pgwire/system_tables.h"

#include <array>
#include <charconv>

#include "pgwire/catalogue.h"
#include "pgwire_texts.h"

namespace cadenza::pgwire {
namespace {

/// relations.tsv: schema, oid, relation, kind, number, column, type, required
constexpr size_t kFields = 8;

std::array<std::string_view, kFields> FieldsOf(std::string_view line) {
  std::array<std::string_view, kFields> fields;
  for (std::string_view& field : fields) {
    const size_t tab = std::min(line.find('\t'), line.size());
    field = line.substr(0, tab);
    line.remove_prefix(std::min(tab + 1, line.size()));
  }
  return fields;
}

uint32_t Number(std::string_view text) {
  uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// information_schema's domains over the types that they are made of.
uint32_t BaseOfDomain(uint32_t oid) {
  switch (oid) {
    case 13221:
      return kInt4;
    case 13224:
    case 13234:
      return kVarchar;
    case 13226:
      return kName;
    case 13232:
      return kTimestamptz;
    default:
      return oid;
  }
}

std::vector<Relation> Parse(std::string_view text) {
  std::vector<Relation> tables;
  text.remove_prefix(text.find('\n') + 1);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const auto fields = FieldsOf(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (tables.empty() || tables.back().name != fields[2]) {
      Relation table;
      table.schema = fields[0];
      table.name = fields[2];
      table.engine_catalog = kSystemCatalogue;
      table.engine_schema = table.schema == "pg_catalog" ? "pgc" : "pgi";
      table.oid = Number(fields[1]);
      tables.push_back(std::move(table));
    }
    tables.back().columns.push_back(
        {std::string(fields[5]), TypeOf(BaseOfDomain(Number(fields[6])))});
  }
  return tables;
}

}  // namespace

const std::vector<Relation>& SystemTables() {
  static const std::vector<Relation> kTables = Parse(kRelations);
  return kTables;
}

std::vector<std::pair<std::string, std::string_view>> SystemRows() {
  return {{"pg_am", kPgAm},
          {"pg_collation", kPgCollation},
          {"pg_language", kPgLanguage},
          {"pg_opclass", kPgOpclass},
          {"pg_proc", kPgProc},
          {"pg_range", kPgRange},
          {"pg_settings", kPgSettings},
          {"pg_type", kPgType}};
}

std::string EngineTypeOfSystem(uint32_t oid) {
  switch (oid) {
    case kRegproc:
      return "UINTEGER";
    case 1034:  // aclitem[]
    case 2277:  // anyarray
      return "VARCHAR[]";
    default:
      return EngineType(oid);
  }
}

}  // namespace cadenza::pgwire
