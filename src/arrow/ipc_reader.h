#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arrow/array.h"
#include "base/result.h"

namespace cadenza::arrow {

struct IpcContent {
  std::vector<Field> fields;
  std::vector<Batch> batches;
};

/// Reads a whole stream of Arrow's IPC format:
///
///   stream  = message* [end]          end = FFFFFFFF 00000000
///   message = FFFFFFFF, size of the metadata (4 bytes), metadata (FlatBuffers), body
///
/// The first message is the schema, the others are batches, whose buffers lie in the body at
/// multiples of 8. Nothing is copied. The bytes may come from anybody: after kInput nothing of them
/// is used, after success every offset, length and text of a batch has been checked.
///
/// Not read, with an error that names the column and its type: dictionaries, compressed bodies,
/// unions, lists and binaries of fixed size, views, half floats, decimals over 128 bits.
Result<IpcContent> ReadIpcStream(const std::shared_ptr<const std::string>& bytes);

}  // namespace cadenza::arrow
