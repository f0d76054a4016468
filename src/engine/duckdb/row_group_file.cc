#include "engine/duckdb/row_group_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/unique_id.h"
#include "engine/duckdb/row_layout.h"

namespace cadenza::engine {
namespace {

Status WriteAt(int file, std::string_view bytes, int64_t at) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      return MakeError(ErrorKind::kIo, "{}", strerror(written == 0 ? EIO : errno));
    }
    bytes.remove_prefix(static_cast<size_t>(written));
    at += written;
  }
  return {};
}

Status WriteAt(const std::string& path, std::string_view bytes, int64_t at) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return MakeError(ErrorKind::kIo, "cannot create {}: {}", path, strerror(errno));
  Status status = WriteAt(file, bytes, at);
  // The disk begins now, while the next rows are made: the commit's flush finds little left to do.
  ::sync_file_range(file, at, static_cast<int64_t>(bytes.size()), SYNC_FILE_RANGE_WRITE);
  // Some file systems report only here that a write failed.
  if (::close(file) != 0 && status.ok()) status = Error{ErrorKind::kIo, strerror(errno)};
  if (!status.ok()) {
    return MakeError(ErrorKind::kIo, "cannot write {}: {}", path, status.error().message);
  }
  return {};
}

}  // namespace

RowGroupFile::RowGroupFile(std::string path, const std::vector<parquet::Column>& columns)
    : path_(std::move(path)), columns_(columns), table_(columns) {}

Status RowGroupFile::Append(parquet::RowGroup row_group, std::string_view bytes) {
  int64_t at = 0;
  bool is_first = false;
  {
    const std::scoped_lock lock(mutex_);
    is_first = table_.rows() == 0;
    at = table_.Place(std::move(row_group), bytes.size());
  }
  if (is_first) CADENZA_TRY(WriteAt(path_, parquet::kMagic, 0));
  return WriteAt(path_, bytes, at);
}

Result<WrittenFile> RowGroupFile::Finish() {
  const std::string footer = table_.Footer();
  CADENZA_TRY(WriteAt(path_, footer, table_.end()));
  WrittenFile written;
  written.rows = table_.rows();
  written.size_bytes = table_.end() + static_cast<int64_t>(footer.size());
  written.columns = RangesOf(columns_, table_.Summaries());
  return written;
}

std::string NewFileName(const WriteRequest& request, const std::string& folder) {
  return fmt::format("{}{}{}-{}.parquet", folder, folder.empty() ? "" : "/", request.file_prefix,
                     UniqueId());
}

}  // namespace cadenza::engine
