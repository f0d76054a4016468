#include "warehouse/model_columns.h"

#include <algorithm>
#include <array>

#include "engine/shared_engine.h"

namespace cadenza::warehouse {
namespace {

constexpr const char* kCatalogue = "cadenza_column_check";

bool IsNumber(const std::string& type) {
  constexpr auto kNumbers = std::to_array<std::string_view>(
      {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
       "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE"});
  return type.starts_with("DECIMAL") || std::ranges::count(kNumbers, type) > 0;
}

/// Whether values go over without a change of meaning; "NULL" is the type of NULL alone.
bool MayBecome(const std::string& type, const std::string& promised) {
  return type == promised || type == "\"NULL\"" || (IsNumber(type) && IsNumber(promised));
}

}  // namespace

Result<std::unique_ptr<ColumnCheck>> ColumnCheck::Open(engine::Engine* database) {
  CADENZA_ASSIGN(std::unique_ptr<engine::Engine> engine, engine::OpenBeside(database));
  CADENZA_TRY(engine->Execute(fmt::format(
      "ATTACH ':memory:' AS {0}; SET search_path = '{0}.main,memory.main'", kCatalogue)));
  return std::unique_ptr<ColumnCheck>(new ColumnCheck(std::move(engine)));
}

ColumnCheck::~ColumnCheck() {
  static_cast<void>(
      engine_->Execute(fmt::format("SET search_path = 'memory.main'; DETACH {}", kCatalogue)));
}

Status ColumnCheck::Add(const lake::Model& table) {
  return engine_->BindQuery(table.name, engine::EmptySelect(table.engine_columns()));
}

Status ColumnCheck::CheckReads(const std::string& select) {
  CADENZA_TRY(engine_->Describe(select));
  return {};
}

Result<std::string> ColumnCheck::FaultOf(const lake::Model& model, const std::string& select) {
  CADENZA_ASSIGN(const std::vector<engine::Column> given, engine_->Describe(select));
  for (const engine::Column& promised : model.engine_columns()) {
    const auto column = std::ranges::find(given, promised.name, &engine::Column::name);
    if (column == given.end()) {
      return fmt::format("the SELECT has no column {}, which the header has", promised.name);
    }
    if (MayBecome(column->type, promised.type)) continue;
    return fmt::format("{} is {} in the header, but the SELECT gives {}", promised.name,
                       promised.type, column->type);
  }
  for (const engine::Column& column : given) {
    if (model.has_column(column.name)) continue;
    return fmt::format("the SELECT has a column {} ({}), which the header lacks", column.name,
                       column.type);
  }
  return std::string();
}

}  // namespace cadenza::warehouse
