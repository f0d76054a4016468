#include "engine/parquet_faults.h"

namespace cadenza::engine {

std::string ParquetFaultsOf(const std::string& paths) {
  return "SELECT file_name, name, precision FROM parquet_schema([" + paths +
         "]) WHERE precision > 38 ORDER BY ALL LIMIT 1";
}

Status RefusedBy(const RowSet& faults) {
  if (faults.rows.empty()) return {};
  return MakeError(ErrorKind::kInput,
                   "{}: column {} has decimals of {} digits, and 38 is the most that can be read; "
                   "store them as text or with fewer digits",
                   faults.Text(0, 0), faults.Text(0, 1), faults.Text(0, 2));
}

Status CheckParquetFaults(Engine* engine, const std::string& paths) {
  const Result<RowSet> faults = engine->Query(ParquetFaultsOf(paths));
  return faults.ok() ? RefusedBy(*faults) : Status();
}

}  // namespace cadenza::engine
