// kafka_produce HOST:PORT TOPIC PARTITION: sends each line of standard input as a message. For
// tests/test_stream_kafka.py.

#include <librdkafka/rdkafka.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::array<char, 512> reason{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], reason.data(), reason.size());
  rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason.data(), reason.size());
  if (!producer) {
    std::fprintf(stderr, "%s\n", reason.data());
    return 1;
  }
  const auto partition = static_cast<int32_t>(std::strtol(argv[3], nullptr, 10));
  std::string line;
  while (std::getline(std::cin, line)) {
    const rd_kafka_resp_err_t sent =
        rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(argv[2]), RD_KAFKA_V_PARTITION(partition),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK),
                          RD_KAFKA_V_VALUE(line.data(), line.size()), RD_KAFKA_V_END);
    if (sent != RD_KAFKA_RESP_ERR_NO_ERROR) {
      std::fprintf(stderr, "%s\n", rd_kafka_err2str(sent));
      return 1;
    }
  }
  constexpr int kTimeoutMs = 30'000;
  const bool sent_all = rd_kafka_flush(producer, kTimeoutMs) == RD_KAFKA_RESP_ERR_NO_ERROR;
  rd_kafka_destroy(producer);
  return sent_all ? 0 : 1;
}
