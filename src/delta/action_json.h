#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "delta/json_text.h"
#include "delta/snapshot.h"

namespace cadenza::delta {

/// The versions and features that a table asks of its readers and writers.
struct Protocol {
  int64_t min_reader_version = 0;
  int64_t min_writer_version = 0;
  std::vector<std::string> reader_features;
  std::vector<std::string> writer_features;
};

/// One line of a commit each, without the line end.
std::string AddAction(const AddFile& file, bool data_change);
std::string RemoveAction(const AddFile& file, int64_t deletion_ms, bool data_change);
std::string ProtocolAction(const Protocol& protocol);
std::string TransactionAction(const std::string& app_id, int64_t version, int64_t now_ms);

/// From what stands within {"add":...} and its like. Unknown keys are passed over.
Result<AddFile> AddFileFromJson(const Json& add);
Result<std::string> PathFromJson(const Json& action);
Protocol ProtocolFromJson(const Json& protocol);

/// Calls `visit` for each line that is not blank; errors get the file's name and the line's number.
Status ForEachLine(std::string_view file_name, std::string_view text,
                   const std::function<Status(std::string_view line)>& visit);

}  // namespace cadenza::delta
