#include "engine/duckdb/checkpoint_codec.h"

#include <fstream>

#include "storage/plain_file.h"
#include "storage/scratch_folder.h"

namespace cadenza::engine {
namespace {

/// The columns that the protocol gives to a V1 checkpoint.
constexpr const char* kColumns =
    "{txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',"
    " add: 'STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT,"
    " modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, tags MAP(VARCHAR, VARCHAR))',"
    " remove: 'STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN,"
    " extendedFileMetadata BOOLEAN, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT)',"
    " metaData: 'STRUCT(id VARCHAR, name VARCHAR, description VARCHAR,"
    " format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR,"
    " partitionColumns VARCHAR[], createdTime BIGINT, configuration MAP(VARCHAR, VARCHAR))',"
    " protocol: 'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER)'}";

}  // namespace

Result<std::string> ParquetCheckpointCodec::Encode(const std::vector<std::string>& actions) {
  CADENZA_ASSIGN(const std::unique_ptr<ScratchFolder> folder, ScratchFolder::Make("cadenza-"));
  const std::string json = folder->File("actions.json");
  const std::string parquet = folder->File("checkpoint.parquet");
  {
    std::ofstream file(json, std::ios::binary);
    for (const std::string& action : actions) file << action << '\n';
    file.close();
    if (!file) return MakeError(ErrorKind::kIo, "cannot write {}", json);
  }
  Connection connection(database_);
  CADENZA_TRY(connection.Execute(
      fmt::format("COPY (SELECT * FROM read_json({}, format = 'newline_delimited', columns = {}, "
                  "maximum_object_size = 67108864)) TO {} (FORMAT parquet)",
                  QuoteText(json), kColumns, QuoteText(parquet))));
  CADENZA_ASSIGN(const std::shared_ptr<PlainFile> file, PlainFile::Open(parquet));
  std::string bytes(static_cast<size_t>(file->size_bytes()), '\0');
  CADENZA_ASSIGN(const size_t got, file->ReadAt(0, bytes.data(), bytes.size()));
  if (got == bytes.size()) return bytes;
  return MakeError(ErrorKind::kIo, "cannot read all of {}", parquet);
}

Result<std::vector<std::string>> ParquetCheckpointCodec::Decode(const std::string& parquet_bytes) {
  CADENZA_ASSIGN(const std::unique_ptr<ScratchFolder> folder, ScratchFolder::Make("cadenza-"));
  const std::string parquet = folder->File("checkpoint.parquet");
  {
    std::ofstream file(parquet, std::ios::binary);
    file << parquet_bytes;
    file.close();
    if (!file) return MakeError(ErrorKind::kIo, "cannot write {}", parquet);
  }
  Connection connection(database_);
  const std::string source = "read_parquet(" + QuoteText(parquet) + ")";
  CADENZA_ASSIGN(const std::vector<Column> columns, connection.Describe("SELECT * FROM " + source));
  std::string cases;
  for (const Column& column : columns) {
    const std::string name = QuoteName(column.name);
    cases += fmt::format(" WHEN {} IS NOT NULL THEN json_object({}, {})", name,
                         QuoteText(column.name), name);
  }
  if (cases.empty()) return std::vector<std::string>{};
  CADENZA_ASSIGN(RowSet rows,
                 connection.Query("SELECT CASE" + cases + " END AS action FROM " + source));
  std::vector<std::string> actions;
  for (auto& row : rows.rows) {
    if (!row[0]) {
      return MakeError(ErrorKind::kInput, "damaged: row {} holds no action", actions.size() + 1);
    }
    actions.push_back(std::move(*row[0]));
  }
  return actions;
}

}  // namespace cadenza::engine
