#include "simulate/table_file.h"

#include <utility>

namespace cadenza::simulate {

TableFile::TableFile(std::string table, std::vector<parquet::Column> columns, FileSink* sink)
    : table_(std::move(table)), writer_(std::move(columns)), sink_(sink) {}

Status TableFile::EndRow() {
  ++rows_;
  return writer_.rows() < kRowsMax ? Status() : EndFile();
}

Status TableFile::EndFile() {
  // A table without rows has one file, which says what its columns are.
  if (writer_.rows() == 0 && files_ > 0) return {};
  ++files_;
  std::vector<parquet::ColumnSummary> ignored;
  CADENZA_TRY(sink_->Begin(fmt::format("{}/{:05}.parquet", table_, files_)));
  CADENZA_TRY(sink_->Append(std::string(writer_.Finish(&ignored))));
  return sink_->End();
}

}  // namespace cadenza::simulate
