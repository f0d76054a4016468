#include "engine/parquet_faults.h"

#include <fmt/format.h>

namespace cadenza::engine {

std::string ParquetFaultsOf(const std::string& paths) {
  return fmt::format(
      "SELECT file_name, name, 'has decimals of ' || precision || ' digits, and 38 is the most "
      "that can be read; store them as text or with fewer digits' FROM parquet_schema([{0}]) WHERE "
      "precision > 38 UNION ALL SELECT file_name, path_in_schema, 'is ' || type || ' in the "
      "encoding BYTE_STREAM_SPLIT, which can be read of FLOAT and DOUBLE only; write it in another "
      "encoding' FROM parquet_metadata([{0}][1:1]) WHERE encodings LIKE '%BYTE_STREAM_SPLIT%' AND "
      "type "
      "NOT IN ('FLOAT', 'DOUBLE') ORDER BY ALL LIMIT 1",
      paths);
}

Status RefusedBy(const RowSet& faults) {
  if (faults.rows.empty()) return {};
  return MakeError(ErrorKind::kInput, "{}: column {} {}", faults.Text(0, 0), faults.Text(0, 1),
                   faults.Text(0, 2));
}

Status CheckParquetFaults(Engine* engine, const std::string& paths) {
  const Result<RowSet> faults = engine->Query(ParquetFaultsOf(paths));
  return faults.ok() ? RefusedBy(*faults) : Status();
}

}  // namespace cadenza::engine
