#include "engine/duckdb/scan_tasks.h"

#include <algorithm>

namespace cadenza::engine {
namespace {

constexpr int64_t kRangeBytes = int64_t{8} << 20;

}  // namespace

ScanTaskQueue::ScanTaskQueue(const EventScan& scan) {
  for (size_t f = 0; f < scan.files.size(); ++f) {
    const SourceFile& file = scan.files[f];
    next_.push_back(tasks_.size());
    const int64_t step = file.compression == Compression::kNone ? kRangeBytes : INT64_MAX / 2;
    for (int64_t begin = 0; begin < std::max<int64_t>(file.size_bytes, 1); begin += step) {
      tasks_.push_back({f, begin, std::min(begin + step, file.size_bytes)});
    }
    ends_.push_back(tasks_.size());
  }
}

}  // namespace cadenza::engine
