#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "delta/snapshot.h"
#include "lake/model.h"

namespace cadenza::share {

/// How a client wants to be told of files.
enum class ResponseFormat { kParquet, kDelta };

/// The address of a file, by its path below the table's folder.
using AddressOf = std::function<std::string(const std::string& path)>;

/// A file that a commit added, for an answer about changes.
struct AddedFile {
  delta::AddFile file;
  int64_t version = 0;
  int64_t timestamp_ms = 0;
};

// The lines of an answer, each one JSON object without its line end.

std::string ProtocolLine(ResponseFormat format);
/// The GUID that a table of the lake always has.
std::string TableId(const lake::Model& model);
std::string MetadataLine(ResponseFormat format, const lake::Model& model,
                         const delta::Snapshot& snapshot);
std::string FileLine(ResponseFormat format, const delta::AddFile& file, const AddressOf& address,
                     int64_t expires_ms);
std::string AddedFileLine(ResponseFormat format, const AddedFile& added, const AddressOf& address,
                          int64_t expires_ms);
std::string EndLine(int64_t expires_ms);

}  // namespace cadenza::share
