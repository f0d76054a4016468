#include "stream/kafka_source.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <mutex>

#include "base/clock.h"
#include "sources/relation.h"
#include "stream/relations.h"

namespace cadenza::stream {
namespace {

constexpr std::string_view kScheme = "kafka://";
constexpr const char* kLinesOfMessages = "stream_rows_again_by_line";
constexpr int kTimeoutMs = 10'000;
constexpr double kSilenceSecondsMax = 30;

std::vector<std::string> Split(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    if (comma > 0) items.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return items;
}

std::string NameOf(const std::string& topic, int32_t partition) {
  return fmt::format("kafka:{}/{}", topic, partition);
}

/// "kafka:topic/3" -> topic, 3.
std::pair<std::string, int32_t> PartitionOf(const std::string& name) {
  const size_t slash = name.rfind('/');
  int32_t partition = 0;
  std::from_chars(name.data() + slash + 1, name.data() + name.size(), partition);
  constexpr size_t kPrefix = 6;
  return {name.substr(kPrefix, slash - kPrefix), partition};
}

Error KafkaError(const std::string& what, rd_kafka_resp_err_t code) {
  return MakeError(ErrorKind::kIo, "{}: {}", what, rd_kafka_err2str(code));
}

/// A line of its own for each message, whatever white space its JSON has.
std::string LineOf(const rd_kafka_message_t& message) {
  std::string line(static_cast<const char*>(message.payload), message.payload ? message.len : 0);
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return line + '\n';
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

}  // namespace

bool IsKafkaAddress(std::string_view text) { return text.starts_with(kScheme); }

namespace {

/// "…: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)": what
/// stands behind the last colon outside of brackets.
std::string ReasonIn(std::string_view line) {
  const size_t end = std::min(line.rfind(" (after "), line.size());
  line = line.substr(0, end);
  const size_t colon = line.rfind(": ");
  return std::string(colon == line.npos ? line : line.substr(colon + 2));
}

}  // namespace

struct KafkaSource::Client {
  rd_kafka_t* handle = nullptr;
  std::mutex mutex;
  std::string trouble;  ///< what the client last told of a connection
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  /// In place of the client's own lines on standard error; from any of its threads.
  static void OnLog(const rd_kafka_t* handle, int /*level*/, const char* kind, const char* text) {
    auto* client = static_cast<Client*>(rd_kafka_opaque(handle));
    if (!client || std::string_view(kind) != "FAIL") return;
    const std::scoped_lock lock(client->mutex);
    client->trouble = ReasonIn(text);
  }
  std::string Trouble() {
    const std::scoped_lock lock(mutex);
    return trouble;
  }
  ~Client() {
    if (!handle) return;
    rd_kafka_consumer_close(handle);
    rd_kafka_destroy(handle);
  }
};

KafkaSource::KafkaSource(lake::Lake* lake, SourceOptions options)
    : lake_(lake), options_(std::move(options)), kind_(options_.kind) {}

KafkaSource::~KafkaSource() = default;

Result<std::unique_ptr<KafkaSource>> KafkaSource::Open(lake::Lake* lake, SourceOptions options) {
  const std::string address = options.paths.front();
  if (options.paths.size() > 1) {
    return MakeError(ErrorKind::kUsage,
                     "one --source with Kafka, which may name several topics: {}",
                     options.paths[1]);
  }
  std::unique_ptr<KafkaSource> source(new KafkaSource(lake, std::move(options)));
  CADENZA_TRY(sources::KnowZones(&lake->engine()));
  CADENZA_TRY(source->Connect(address));
  return source;
}

Status KafkaSource::Connect(const std::string& address) {
  const std::string rest = address.substr(kScheme.size());
  const size_t slash = rest.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == rest.size()) {
    return MakeError(ErrorKind::kUsage, "not kafka://host:port/topic: {}", address);
  }
  topics_ = Split(rest.substr(slash + 1));
  std::vector<std::pair<std::string, std::string>> settings = {
      {"bootstrap.servers", rest.substr(0, slash)},
      {"group.id", "cadenza"},  // needed to assign partitions; nothing is committed to it
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"enable.partition.eof", "true"},
      {"auto.offset.reset", "error"},
      {"queued.max.messages.kbytes", "16384"},
      {"log_level", "3"}};
  settings.insert(settings.end(), options_.kafka.begin(), options_.kafka.end());
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 512> reason{};
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), reason.data(), reason.size()) ==
        RD_KAFKA_CONF_OK) {
      continue;
    }
    rd_kafka_conf_destroy(conf);
    return MakeError(ErrorKind::kUsage, "--kafka: {}: {}", reason.data(), key);
  }
  client_ = std::make_unique<Client>();
  rd_kafka_conf_set_opaque(conf, client_.get());
  rd_kafka_conf_set_log_cb(conf, Client::OnLog);
  servers_ = rest.substr(0, slash);
  client_->handle = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason.data(), reason.size());
  if (!client_->handle) {
    rd_kafka_conf_destroy(conf);
    return MakeError(ErrorKind::kUsage, "Kafka: {}", reason.data());
  }
  rd_kafka_poll_set_consumer(client_->handle);
  return {};
}

Result<std::vector<Part>> KafkaSource::List() {
  std::vector<Part> parts;
  for (const std::string& topic : topics_) {
    rd_kafka_topic_t* handle = rd_kafka_topic_new(client_->handle, topic.c_str(), nullptr);
    const rd_kafka_metadata_t* metadata = nullptr;
    const rd_kafka_resp_err_t code =
        rd_kafka_metadata(client_->handle, 0, handle, &metadata, kTimeoutMs);
    rd_kafka_topic_destroy(handle);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const std::string trouble = client_->Trouble();
      return MakeError(ErrorKind::kIo, "cannot reach Kafka ({}): {}",
                       trouble.empty() ? rd_kafka_err2str(code) : trouble.c_str(), servers_);
    }
    const int found = metadata->topics[0].partition_cnt;
    const rd_kafka_resp_err_t of_topic = metadata->topics[0].err;
    rd_kafka_metadata_destroy(metadata);
    if (of_topic != RD_KAFKA_RESP_ERR_NO_ERROR || found == 0) {
      return MakeError(ErrorKind::kNotFound, "no such topic ({}): {}", rd_kafka_err2str(of_topic),
                       topic);
    }
    for (int32_t partition = 0; partition < found; ++partition) {
      Part part;
      part.name = NameOf(topic, partition);
      const rd_kafka_resp_err_t asked = rd_kafka_query_watermark_offsets(
          client_->handle, topic.c_str(), partition, &part.first, &part.end, kTimeoutMs);
      if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return KafkaError("cannot ask Kafka for the offsets of " + part.name, asked);
      }
      parts.push_back(std::move(part));
    }
  }
  return parts;
}

Result<SourceFile> KafkaSource::Fetch(const Part& part, const std::string& folder, size_t number) {
  SourceFile file;
  file.name = part.name;
  file.container = fmt::format("{}/messages-{}.json", folder, number);
  const File lines(std::fopen(file.container.c_str(), "wb"));
  const File index(std::fopen((folder + "/messages.csv").c_str(), "ab"));
  if (!lines || !index) return MakeError(ErrorKind::kIo, "cannot write {}", file.container);
  const auto [topic, partition] = PartitionOf(part.name);
  rd_kafka_topic_partition_list_t* wanted = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(wanted, topic.c_str(), partition)->offset = part.first;
  const rd_kafka_resp_err_t assigned = rd_kafka_assign(client_->handle, wanted);
  rd_kafka_topic_partition_list_destroy(wanted);
  if (assigned != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaError(part.name, assigned);
  Stopwatch silence;
  Status status;
  for (bool done = false; !done && status.ok();) {
    constexpr int kPollMs = 100;
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client_->handle, kPollMs);
    if (!message) {
      if (options_.should_stop && options_.should_stop()) {
        status = MakeError(ErrorKind::kInterrupted, "interrupted");
      } else if (silence.seconds() > kSilenceSecondsMax) {
        status = MakeError(ErrorKind::kIo, "Kafka has been silent for {:.0f} s: {}",
                           silence.seconds(), part.name);
      }
      continue;
    }
    silence = Stopwatch();
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF || message->offset >= part.end) {
      // Offsets need not be without gaps: the last of the range may be no message at all.
      done = message->err == RD_KAFKA_RESP_ERR_NO_ERROR || message->offset >= part.end;
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      status = KafkaError(part.name, message->err);
    } else {
      const std::string line = LineOf(*message);
      fmt::print(index.get(), "{},{},{}\n", part.name, file.size_bytes, message->offset);
      if (std::fwrite(line.data(), 1, line.size(), lines.get()) != line.size()) {
        status = MakeError(ErrorKind::kIo, "cannot write {}", file.container);
      }
      file.size_bytes += static_cast<int64_t>(line.size());
      done = message->offset + 1 >= part.end;
    }
    rd_kafka_message_destroy(message);
  }
  rd_kafka_assign(client_->handle, nullptr);
  CADENZA_TRY(status);
  if (std::fflush(lines.get()) != 0 || std::fflush(index.get()) != 0) {
    return MakeError(ErrorKind::kIo, "cannot write {}", file.container);
  }
  return file;
}

std::string KafkaSource::WithMessageOffsets(const std::string& select) const {
  return fmt::format(
      "SELECT r.* REPLACE (m.message AS _offset) FROM ({}) AS r JOIN {} AS m ON "
      "r._file = m._file AND r._offset = m._offset",
      select, index_);
}

Status KafkaSource::Bind(const std::vector<Part>& parts, const std::string& folder) {
  std::vector<SourceFile> files;
  for (const Part& part : parts) {
    CADENZA_ASSIGN(files.emplace_back(), Fetch(part, folder, files.size()));
  }
  if (kind_ == "auto") {
    const SourceFile& longest = *std::ranges::max_element(files, {}, &SourceFile::size_bytes);
    CADENZA_ASSIGN(const bool is_log, IsLog(&lake_->engine(), longest));
    kind_ = is_log ? "logs" : "sessions";
  }
  if (!reader_) {
    reader_ = std::make_unique<JsonFiles>(lake_, options_, kind_ == "logs", kLinesOfMessages);
  }
  index_ = fmt::format(
      "read_csv({}, header = false, auto_detect = false, columns = {{'_file': 'VARCHAR', "
      "'_offset': "
      "'BIGINT', 'message': 'BIGINT'}})",
      engine::QuoteText(folder + "/messages.csv"));
  CADENZA_TRY(reader_->Bind(files, folder));
  return lake_->engine().BindQuery(
      kRowsAgain, WithMessageOffsets(fmt::format("SELECT * FROM {}", kLinesOfMessages)));
}

Result<std::vector<decode::LineCounts>> KafkaSource::Counts(bool some_without_time) {
  return reader_->Counts(some_without_time);
}

Result<std::string> KafkaSource::Quarantined(int64_t run) {
  CADENZA_ASSIGN(const std::string select, reader_->Quarantined(run));
  return select.empty() ? select : WithMessageOffsets(select);
}

Result<int64_t> KafkaSource::Rescued() { return reader_->Rescued(); }

}  // namespace cadenza::stream
