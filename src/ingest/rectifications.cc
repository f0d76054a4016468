#include "ingest/rectifications.h"

#include <algorithm>

#include "base/unique_id.h"

namespace cadenza::ingest {
namespace {

constexpr const char* kColumns[] = {"first_name", "last_name", "gender", "location"};

}  // namespace

std::span<const char* const> Rectifications::Columns() { return kColumns; }

Result<Rectifications> Rectifications::Read(lake::Lake& lake) {
  Rectifications rectifications;
  CADENZA_ASSIGN(const lake::TableState state, lake.Load(*lake::FindModel("rectifications")));
  engine::Engine& engine = lake.engine().here();
  CADENZA_TRY(engine.BindFiles("rectifications_before", state.Relation()));
  std::string columns;
  for (const char* column : kColumns) {
    columns += fmt::format(
        ", bool_or(column_name = '{0}') AS has_{0}, max(value) FILTER (column_name = '{0}') AS {0}",
        column);
  }
  CADENZA_TRY(
      engine.BindQuery("rectified_listeners",
                       "SELECT user_id" + columns +
                           " FROM rectifications_before WHERE ended_at IS NULL GROUP BY user_id"));
  CADENZA_TRY(engine.BindQuery(
      "former_marks",
      "SELECT DISTINCT user_id, split_part(mark, ':', 1) AS kind, split_part(mark, ':', 2) AS"
      " mark_hash FROM (SELECT user_id, unnest(string_split(former_marks, ' ')) AS mark"
      " FROM rectifications_before) AS marks WHERE mark <> ''"));
  CADENZA_ASSIGN(const engine::RowSet salts,
                 engine.Query("SELECT max(salt), count(*) FILTER (ended_at IS NULL)"
                              " FROM rectifications_before"));
  rectifications.salt_ = salts.Text();
  rectifications.any_holds_ = salts.Number(0, 1) > 0;
  return rectifications;
}

std::string SaltOf(const Forgotten& forgotten, const Rectifications& rectified) {
  if (!forgotten.empty()) return forgotten.salt();
  return rectified.salt().empty() ? UniqueId() : rectified.salt();
}

std::string Rectifications::Applied(const std::string& select, const lake::Model& model) const {
  if (empty()) return select;
  std::string columns;
  for (const lake::ModelColumn& column : model.columns) {
    if (!columns.empty()) columns += ", ";
    if (std::ranges::count(kColumns, column.name) > 0) {
      columns +=
          fmt::format("CASE WHEN rectified.has_{0} THEN rectified.{0} ELSE as_read.{0} END AS {0}",
                      column.name);
    } else {
      columns += "as_read." + engine::QuoteName(column.name);
    }
  }
  return fmt::format(
      "SELECT {} FROM ({}\n) AS as_read LEFT JOIN rectified_listeners AS rectified ON"
      " rectified.user_id = as_read.user_id",
      columns, select);
}

}  // namespace cadenza::ingest
