#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"
#include "lake/write_lock.h"
#include "stream/source.h"
#include "stream/watermark.h"

namespace cadenza::stream {

/// A batch, written down before it is worked on, so that a restart takes the same.
/// Stored as <lake>/_cadenza/streams/<name>/batches/<batch, 20 digits>.json, e.g.
///   {"batch":3,"id":"6f…","flush":false,"skip":false,
///    "parts":[{"name":"in/a.json","first":0,"end":812,"modified_ms":1541106106796}]}
struct BatchPlan {
  int64_t batch = 0;
  std::string id;  ///< so that two plans never have the same bytes
  bool flush = false;
  bool skip = false;  ///< the parts are noted as taken and not read
  std::vector<Part> parts;
};
std::string PlanToJson(const BatchPlan& plan);
Result<BatchPlan> PlanFromJson(std::string_view text);

/// Where a stream stands, as the lake's last finished run says.
struct StreamPosition {
  int64_t batch = 0;  ///< the last one committed
  Watermark watermark;
  bool has_open_windows = false;
  bool flushed = false;
};

/// What the lake knows of a stream that was begun.
struct DefinedStream {
  std::string name, table, key;
  std::vector<std::string> groups;
};
/// A definition that cannot be read leaves all but the name empty.
Result<std::vector<DefinedStream>> DefinedStreams(lake::Lake* lake);

/// What a stream has to know to go on where it was. The truth is in the tables ops.stream_batches
/// and ops.stream_files, which the lake commits together with the windows; the files below
/// _cadenza/streams/<name> hold what a batch intends. Not thread-safe.
class Checkpoint {
 public:
  /// kConflict when another process of this machine runs the stream.
  static Result<Checkpoint> Open(lake::Lake* lake, const std::string& stream);

  const std::string& stream() const { return stream_; }
  const StreamPosition& position() const { return position_; }
  /// The definition's text at the first start, for ever; a later start gets the first one's.
  Result<std::string> DefinitionOrElse(const std::string& definition);
  /// The columns of the stream's first file of Parquet, for ever; likewise.
  Result<std::vector<std::string>> ColumnsOrElse(const std::vector<std::string>& columns);
  /// The definition, if the stream has begun.
  Result<std::optional<std::string>> Definition();

  /// kUsage when another stream of the lake writes the table.
  Status CheckTableIsFree(const std::string& table);

  /// True when the part was taken; where it starts behind what was taken of it, it was not.
  bool IsTaken(const Part& part) const;
  /// A part of that name was taken, with other bytes.
  bool HasChanged(const Part& part) const;
  /// Of a partition: behind the last message taken.
  std::optional<int64_t> EndOf(const std::string& name) const;

  /// The batch that an earlier process wrote down and did not commit.
  Result<std::optional<BatchPlan>> Pending();
  Status Write(const BatchPlan& plan);
  Status Drop(const BatchPlan& plan);
  /// The batch cannot be made with these settings or files: as if it had not been begun. A stream
  /// that has no batch yet is as if it had not been begun itself.
  Status GiveUp(const BatchPlan& plan);
  /// kConflict when the lake knows another last batch than this process.
  Status CheckUnchanged();
  /// After the commit of the plan.
  void Advance(const BatchPlan& plan, const StreamPosition& position);
  /// Of what may be wrong with the last process, for people and monitors.
  Status Heartbeat(const std::string& json);

 private:
  Checkpoint(lake::Lake* lake, std::string stream) : lake_(lake), stream_(std::move(stream)) {}
  /// As the lake has it.
  Result<StreamPosition> ReadPosition();
  Status ReadTaken();
  /// What the file holds; the text, for ever, where there is none yet.
  Result<std::string> TextOrElse(const std::string& file, const std::string& text);
  std::string Name(const std::string& file) const;
  std::string NameOf(int64_t batch) const;

  lake::Lake* lake_;
  std::string stream_;
  std::unique_ptr<lake::FileLock> lock_;
  StreamPosition position_;
  struct Taken {
    int64_t end, modified_ms;
  };
  std::map<std::string, Taken> taken_;
};

}  // namespace cadenza::stream
