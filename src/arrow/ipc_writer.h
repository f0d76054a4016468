#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "arrow/array.h"
#include "base/result.h"

namespace flatbuffers {
class FlatBufferBuilder;
}

namespace cadenza::arrow {

/// Writes a stream of Arrow's IPC format (ipc_reader.h has its shape) from arrays of the C data
/// interface, whose buffers go out as they are. One thread.
class IpcWriter {
 public:
  /// `write` takes the bytes in their order; they are valid during the call only.
  using Write = std::function<Status(std::string_view)>;
  explicit IpcWriter(Write write) : write_(std::move(write)) {}

  /// First, once. The schema is a struct; its members are the columns. kInput, naming the column,
  /// for a type that the reader does not know.
  Status Columns(const ArrowSchema& schema);
  /// Rows of these columns, from their beginning: an array with an offset is kInternal.
  Status Rows(const ArrowArray& rows);
  Status End();

 private:
  struct Body;
  Status Collect(const Field& field, const ArrowArray& array, Body* body) const;
  Status WriteMessage(const flatbuffers::FlatBufferBuilder& metadata);
  Status WritePadded(std::string_view bytes);

  Write write_;
  std::vector<Field> fields_;
};

}  // namespace cadenza::arrow
