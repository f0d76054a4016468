#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "decode/block.h"
#include "decode/line.h"
#include "engine/engine.h"
#include "lake/lake.h"
#include "sources/column.h"

namespace cadenza::stream {

/// What a batch takes: a file, or a range of a topic's partition.
struct Part {
  std::string name;         ///< as in _file
  int64_t first = 0;        ///< byte, or offset of a message
  int64_t end = 0;          ///< behind the last
  int64_t modified_ms = 0;  ///< of a file

  bool operator==(const Part&) const = default;
};

enum class SchemaMode {
  kAdd,     ///< unknown fields are taken as they come, and can be grouped by
  kRescue,  ///< and counted
  kFail,    ///< the first unknown field ends the stream before the batch is committed
};

struct SourceOptions {
  std::vector<std::string> paths;   ///< files, folders, globs, archives; on disk or S3
  std::string kind = "auto";        ///< logs: Sparkify events; sessions: any rows with a time; auto
  std::string key;                  ///< column that is counted distinctly; empty: the customer
  std::vector<std::string> groups;  ///< columns
  std::string where;                ///< SQL condition on the source's columns; empty: all rows
  std::vector<sources::ColumnMapping> mappings;
  std::string zone = "UTC";  ///< of times without one
  /// Of epochs: s, ms, us, ns or auto. Empty: ms for logs, for sessions auto, by the size of each.
  std::string ts_unit;
  SchemaMode schema = SchemaMode::kAdd;
  /// The stream has taken nothing yet: what its settings name has to be in the first files.
  bool is_new = false;
  /// Parquet: the columns of the stream's first file, which are these when it has none yet.
  std::function<Result<std::vector<std::string>>(const std::vector<std::string>&)> first_columns;
  /// Settings of librdkafka, e.g. security.protocol.
  std::vector<std::pair<std::string, std::string>> kafka;
  std::function<bool()> should_stop;  ///< asked while a source waits
  decode::BlockLimits limits;
};

/// Where events come from. Not thread-safe.
class Source {
 public:
  virtual ~Source() = default;
  /// All there is, ordered; the caller leaves out what was taken before.
  virtual Result<std::vector<Part>> List() = 0;
  /// Binds kRows and kRowsAgain to these parts of the last List(). Scratch files go below `folder`,
  /// which outlives the relations.
  virtual Status Bind(const std::vector<Part>& parts, const std::string& folder) = 0;
  /// After kRows was read: what became of each part's rows, in the order of Bind; in bytes good +
  /// quarantined + blank + bom = size. `some_without_time`: there were
  /// rows without event_us, which belong into quarantine.
  virtual Result<std::vector<decode::LineCounts>> Counts(bool some_without_time) = 0;
  /// After kRows was read: the SELECT of quarantined rows with the columns of ops.quarantine, or
  /// nothing. `run` is their last column's value.
  virtual Result<std::string> Quarantined(int64_t run) = 0;
  /// Good rows with fields that are not known; counted where the mode asks for it.
  virtual Result<int64_t> Rescued() { return int64_t{0}; }
  /// After an error: those of the parts that are cut or damaged, with the reason. Reads them whole.
  virtual Result<std::map<std::string, std::string>> Damaged(const std::vector<Part>& /*parts*/) {
    return std::map<std::string, std::string>();
  }
  /// Folders on disk to be watched for new files.
  virtual std::vector<std::string> Folders() const { return {}; }
  /// "logs", "sessions" or "kafka".
  virtual std::string Kind() const = 0;
  /// About how many bytes of JSON lines a part of the last List() is: what a batch is measured by.
  virtual int64_t PlainBytes(const Part& part) const { return part.end - part.first; }
  /// Parts are ranges of offsets, of which a batch may take a piece, and not files.
  virtual bool has_offsets() const { return false; }
};

}  // namespace cadenza::stream
