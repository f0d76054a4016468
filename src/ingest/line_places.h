#pragma once

#include <cstdint>
#include <map>

#include "base/result.h"
#include "storage/source_file.h"

namespace cadenza::ingest {

/// What a cluster read of one file: by the offset where a piece begins, the bytes of the lines that
/// begin in it, each with one byte for its line end.
using BlockBytes = std::map<int64_t, int64_t>;

/// Where the lines of a file stand, in decompressed bytes.
struct FilePlaces {
  int64_t size_bytes = 0;
  int64_t bom_bytes = 0;  ///< a byte order mark, which is no part of the first line
  BlockBytes begins;      ///< by piece: the offset of its first line
};

/// From the sums and the file's size, which tells a missing line end at the file's end and a byte
/// order mark. Of a .gz, the size at its end and its first bytes are read. kInput when they do not
/// fit together: the cluster has read something else.
Result<FilePlaces> PlaceLines(const SourceFile& file, const BlockBytes& read);

}  // namespace cadenza::ingest
