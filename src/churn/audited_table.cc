#include "churn/audited_table.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>

#include "base/nearest_name.h"
#include "engine/parquet_faults.h"
#include "engine/sql_text.h"
#include "engine/typed_rows.h"

namespace cadenza::churn {
namespace {

constexpr size_t kCategoriesMost = 100;
constexpr int64_t kRowsMost = 100'000;
constexpr const char* kIdNames[] = {"user_id", "userid", "customer_id", "customerid", "id"};

bool EndsWith(const std::string& text, std::string_view end) {
  return engine::Lower(text).ends_with(end);
}

Result<std::string> SelectOf(engine::Engine* engine, const std::string& file) {
  std::error_code failure;
  if (!std::filesystem::exists(file, failure)) {
    return MakeError(ErrorKind::kUsage, "no such file: {}", file);
  }
  const std::string path = engine::QuotePath(file);
  if (EndsWith(file, ".parquet")) {
    CADENZA_TRY(engine::CheckParquetFaults(engine, path));
    return fmt::format("SELECT * FROM read_parquet({})", path);
  }
  if (EndsWith(file, ".csv") || EndsWith(file, ".csv.gz") || EndsWith(file, ".tsv")) {
    return fmt::format("SELECT * FROM read_csv({}, sample_size = -1)", path);
  }
  return MakeError(ErrorKind::kUsage, "churn audit reads .csv, .csv.gz and .parquet, not: {}",
                   file);
}

/// 1, 0, or nothing for a missing label; an error for what is neither.
Result<std::optional<uint8_t>> LabelOf(const std::string& text, bool is_null, const char* column) {
  if (is_null) return std::optional<uint8_t>();
  const std::string lower = engine::Lower(text);
  for (const char* yes : {"1", "1.0", "true", "yes", "t", "y"}) {
    if (lower == yes) return std::optional<uint8_t>(1);
  }
  for (const char* no : {"0", "0.0", "false", "no", "f", "n"}) {
    if (lower == no) return std::optional<uint8_t>(0);
  }
  if (lower.empty()) return std::optional<uint8_t>();
  return MakeError(ErrorKind::kInput,
                   "the label {} is neither 0 nor 1, true nor false, yes nor no: {}", column, text);
}

bool IsNumber(const std::string& type) {
  return !type.starts_with("VARCHAR") && !type.starts_with("STRUCT") && !type.ends_with("[]") &&
         !type.starts_with("MAP") && type != "BLOB" && type != "UUID" &&
         !type.starts_with("ENUM") && !type.starts_with("TIME") && type != "INTERVAL" &&
         type != "DATE";
}

/// A column in a form that ReadTyped takes: a number, a time as a number, else a text.
std::string ReadForm(const engine::Column& column) {
  const std::string name = engine::QuoteName(column.name);
  if (IsNumber(column.type)) return fmt::format("CAST({} AS DOUBLE)", name);
  if (column.type == "DATE" || column.type.starts_with("TIMESTAMP")) {
    return fmt::format("CAST(epoch_us(CAST({} AS TIMESTAMP)) AS DOUBLE)", name);
  }
  return fmt::format("CAST({} AS VARCHAR)", name);
}

/// Texts become numbers by how often they come. Empty where there are too many different ones.
std::optional<AuditedColumn> Categories(const std::string& name,
                                        const std::vector<std::optional<std::string>>& texts) {
  std::map<std::string, int64_t> counts;
  for (const auto& text : texts) {
    if (text) ++counts[*text];
  }
  if (counts.size() > kCategoriesMost) return std::nullopt;
  std::vector<std::pair<int64_t, std::string>> order;
  for (const auto& [text, count] : counts) order.emplace_back(-count, text);
  std::ranges::sort(order);
  AuditedColumn column;
  column.name = name;
  std::map<std::string, float> numbers;
  for (const auto& [count, text] : order) {
    numbers[text] = static_cast<float>(column.categories.size());
    column.categories.push_back(text);
  }
  for (const auto& text : texts) {
    column.values.push_back(text ? numbers[*text] : std::numeric_limits<float>::quiet_NaN());
  }
  return column;
}

/// Why a column cannot tell one row from another; nullptr: it can. One of the two has the rows.
const char* SaysNothing(const std::vector<float>& numbers,
                        const std::vector<std::optional<std::string>>& texts) {
  const auto is_missing = [](float value) { return std::isnan(value); };
  if (std::ranges::all_of(numbers, is_missing) &&
      std::ranges::none_of(texts, [](const auto& text) { return text.has_value(); })) {
    return "no value at all";
  }
  const bool is_constant =
      std::ranges::all_of(numbers, [&](float value) { return value == numbers.front(); }) &&
      std::ranges::all_of(texts, [&](const auto& text) { return text == texts.front(); });
  return is_constant ? "the same value in all rows" : nullptr;
}

const engine::Column* FindColumn(const std::vector<engine::Column>& columns,
                                 const std::string& name) {
  const auto found = std::ranges::find_if(
      columns, [&](const auto& c) { return engine::Lower(c.name) == engine::Lower(name); });
  return found == columns.end() ? nullptr : &*found;
}

Error NoColumn(const char* flag, const std::string& file, const std::string& name,
               const std::vector<engine::Column>& columns) {
  std::vector<std::string> names;
  for (const engine::Column& column : columns) names.push_back(column.name);
  return MakeError(ErrorKind::kUsage, "{}: {} has {}", flag, file, NoSuch("column", name, names));
}

Result<const engine::Column*> IdColumn(const std::vector<engine::Column>& columns,
                                       const TableToAudit& table) {
  if (!table.id.empty()) {
    const engine::Column* found = FindColumn(columns, table.id);
    if (found) return found;
    return NoColumn("--id", table.file, table.id, columns);
  }
  for (const char* name : kIdNames) {
    if (const engine::Column* found = FindColumn(columns, name)) return found;
  }
  return nullptr;
}

}  // namespace

Result<AuditedTable> ReadTableToAudit(engine::Engine* engine, const TableToAudit& table,
                                      bool needs_label) {
  std::string rows = "SELECT * FROM " + engine::QuoteName(table.file);
  if (!table.is_relation) {
    CADENZA_ASSIGN(rows, SelectOf(engine, table.file));
  }
  const Result<std::vector<engine::Column>> described = engine->Describe(rows);
  if (!described.ok()) {
    return MakeError(ErrorKind::kInput, "cannot read {}: {}", table.file,
                     described.error().message);
  }
  const engine::Column* label = FindColumn(*described, table.label);
  if (!label && needs_label) {
    return NoColumn("--label", table.file, table.label, *described);
  }
  CADENZA_ASSIGN(const engine::Column* id, IdColumn(*described, table));
  std::string select = label ? fmt::format("CAST({} AS VARCHAR)", engine::QuoteName(label->name))
                             : std::string("CAST(NULL AS VARCHAR)");
  select += fmt::format(", {}", id ? fmt::format("CAST({} AS VARCHAR)", engine::QuoteName(id->name))
                                   : std::string("CAST(NULL AS VARCHAR)"));
  std::vector<std::string> names;
  for (const engine::Column& column : *described) {
    if (&column == label || &column == id) continue;
    names.push_back(column.name);
    select += ", " + ReadForm(column);
  }
  AuditedTable audited;
  std::vector<std::vector<float>> numbers(names.size());
  std::vector<std::vector<std::optional<std::string>>> texts(names.size());
  std::vector<bool> is_text(names.size(), false);
  std::vector<int64_t> not_finite(names.size(), 0);
  const auto take = [&](const engine::TypedBatch& batch) -> Status {
    for (size_t row = 0; row < batch.rows; ++row) {
      CADENZA_ASSIGN(const std::optional<uint8_t> yes,
                     LabelOf(std::string(batch.columns[0].Text(row)), batch.columns[0].null[row],
                             table.label.c_str()));
      if (!yes && needs_label) {
        ++audited.without_label;
        continue;
      }
      audited.labels.push_back(yes.value_or(0));
      if (id) audited.ids.emplace_back(batch.columns[1].Text(row));
      for (size_t c = 0; c < names.size(); ++c) {
        const engine::TypedColumn& column = batch.columns[c + 2];
        if (column.kind == engine::TypedColumn::Kind::kText) {
          is_text[c] = true;
          texts[c].push_back(column.null[row] ? std::nullopt
                                              : std::optional(std::string(column.Text(row))));
        } else {
          const auto value = static_cast<float>(column.Number(row));
          if (!column.null[row] && !std::isfinite(value)) ++not_finite[c];
          numbers[c].push_back(std::isfinite(value) ? value
                                                    : std::numeric_limits<float>::quiet_NaN());
        }
      }
    }
    return {};
  };
  CADENZA_ASSIGN(const engine::RowSet count,
                 engine->Query(fmt::format("SELECT count(*) FROM ({}) AS all_rows", rows)));
  // Of a large table a sample, the same each time, tells enough.
  const std::string sample =
      count.Number() > kRowsMost
          ? fmt::format(" USING SAMPLE reservoir({} ROWS) REPEATABLE (1)", kRowsMost)
          : "";
  // What is drawn for folds and trees goes by position: the same rows have to come in one order.
  CADENZA_TRY(engine::ReadTyped(
      engine, fmt::format("SELECT {} FROM ({}) AS audited{} ORDER BY ALL", select, rows, sample),
      take));
  for (size_t c = 0; c < names.size(); ++c) {
    if (not_finite[c] > 0) {
      audited.left_out.push_back(
          fmt::format("{}: {} values that are infinite or no number count as missing", names[c],
                      not_finite[c]));
    }
    if (const char* why = SaysNothing(numbers[c], texts[c])) {
      audited.left_out.push_back(fmt::format("{}: {}", names[c], why));
    } else if (!is_text[c]) {
      audited.columns.push_back({names[c], std::move(numbers[c]), {}});
    } else if (auto column = Categories(names[c], texts[c])) {
      audited.columns.push_back(std::move(*column));
    } else {
      audited.left_out.push_back(
          fmt::format("{}: a text of more than {} values", names[c], kCategoriesMost));
    }
  }
  if (audited.without_label > 0) {
    audited.left_out.push_back(fmt::format("{} rows without a label", audited.without_label));
  }
  const auto yes = std::ranges::count(audited.labels, uint8_t{1});
  if (needs_label && (yes == 0 || static_cast<size_t>(yes) == audited.rows())) {
    return MakeError(ErrorKind::kInput, "the label {} has the same value in all {} rows of {}",
                     table.label, audited.rows(), table.file);
  }
  return audited;
}

}  // namespace cadenza::churn
