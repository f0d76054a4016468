#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace cadenza::spark {

/// Where a Spark Connect server is and who asks:
///
///   sc://host[:port][/;name=value;name=value…]
///
///   sc://spark.example:15002/;token=secret;user_id=ana;x-cluster=blue
///
/// Names: token, use_ssl, user_id, user_agent, session_id, grpc_max_message_size; any other that
/// begins with `x-` is sent as a header. Values may be percent-encoded. IPv6 stands in brackets.
struct ConnectionString {
  std::string host;  ///< without brackets
  int port = 15002;
  bool use_tls = false;
  std::string token;
  std::string user_id;
  std::string user_agent;
  std::string session_id;  ///< a UUID, to share a session; empty: a new one
  int message_bytes_max = 128 << 20;
  std::vector<std::pair<std::string, std::string>> headers;

  /// host:port, as gRPC takes it and messages show it: no message shows more.
  std::string address() const;
  /// 127.0.0.1, ::1 or localhost: what is sent does not leave the machine.
  bool is_local() const;
};

/// kUsage with what is wrong; never with the value of a token or header. A token goes with TLS,
/// unless the server is on this machine: use_ssl=false with a token to elsewhere is refused.
Result<ConnectionString> ParseConnectionString(std::string_view text);

}  // namespace cadenza::spark
