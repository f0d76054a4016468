#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stream/json_files.h"
#include "stream/source.h"

namespace cadenza::stream {

/// kafka://host:port,host:port/topic,topic
bool IsKafkaAddress(std::string_view text);

/// Topics whose messages are JSON objects. A batch takes a range of offsets of each partition;
/// where a stream stands is in its checkpoint, not in the broker's consumer groups. The messages of
/// a batch go to files first, which are read as any others are. _offset is the message's.
class KafkaSource final : public Source {
 public:
  /// kUsage for an address that is none, or a setting that librdkafka does not know. The lake must
  /// outlive the source.
  static Result<std::unique_ptr<KafkaSource>> Open(lake::Lake* lake, SourceOptions options);
  ~KafkaSource() override;

  /// The ranges of offsets that the brokers have now.
  Result<std::vector<Part>> List() override;
  Status Bind(const std::vector<Part>& parts, const std::string& folder) override;
  Result<std::vector<decode::LineCounts>> Counts(bool some_without_time) override;
  Result<std::string> Quarantined(int64_t run) override;
  Result<int64_t> Rescued() override;
  std::string Kind() const override { return kind_; }
  bool has_offsets() const override { return true; }

 private:
  struct Client;
  KafkaSource(lake::Lake* lake, SourceOptions options);
  Status Connect(const std::string& address);
  /// The messages of a part as a file of lines, and where which message begins.
  Result<SourceFile> Fetch(const Part& part, const std::string& folder, size_t number);
  std::string WithMessageOffsets(const std::string& select) const;

  lake::Lake* lake_;
  SourceOptions options_;
  std::string kind_;
  std::vector<std::string> topics_;
  std::unique_ptr<Client> client_;
  std::string servers_;
  std::unique_ptr<JsonFiles> reader_;
  std::string index_;  ///< SQL: _file, _offset, message
};

}  // namespace cadenza::stream
