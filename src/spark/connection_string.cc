#include "spark/connection_string.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace cadenza::spark {
namespace {

constexpr std::string_view kScheme = "sc://";
constexpr const char* kForm = "sc://host:port/;name=value;…";

template <class... Args>
Error Wrong(fmt::format_string<Args...> format, Args&&... args) {
  return Error{ErrorKind::kUsage, fmt::format("not a Spark address ({}): {}", kForm,
                                              fmt::format(format, std::forward<Args>(args)...))};
}

std::optional<int> NumberOf(std::string_view text, int least, int most) {
  int number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  if (number < least || number > most) return std::nullopt;
  return number;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// nullopt: a % without two digits, or something that no header can hold.
std::optional<std::string> Decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c < 0x20 || c > 0x7e) return std::nullopt;
    decoded += c;
  }
  return decoded;
}

bool IsHostName(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.' || c == '_';
  });
}

bool IsHeaderName(std::string_view name) {
  return name.size() > 2 && std::ranges::all_of(name, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
                  c == '.';
         });
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : HexDigit(text[i]) < 0) return false;
  }
  return true;
}

Status ReadPort(std::string_view text, ConnectionString* to) {
  const std::optional<int> port = NumberOf(text, 1, 65535);
  if (!port) return Wrong("the port has to be 1 to 65535, not {}", text);
  to->port = *port;
  return {};
}

Status ReadAddress(std::string_view text, ConnectionString* to) {
  if (text.find('@') != std::string_view::npos) {
    return Wrong("user and password have no place before the host; use user_id= and token=");
  }
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return Wrong("the bracket of the host is not closed");
    to->host = std::string(text.substr(1, end - 1));
    const bool sound = !to->host.empty() && std::ranges::all_of(to->host, [](char c) {
      return HexDigit(c) >= 0 || c == ':' || c == '.';
    });
    if (!sound) return Wrong("not an IPv6 address in the brackets");
    text.remove_prefix(end + 1);
    if (text.empty()) return {};
    if (text[0] != ':') return Wrong("after the bracket comes :port");
    return ReadPort(text.substr(1), to);
  }
  const size_t colon = text.find(':');
  to->host = std::string(text.substr(0, colon));
  if (to->host.empty()) return Wrong("the host is missing");
  if (!IsHostName(to->host)) return Wrong("not a host's name: {}", to->host);
  return colon == std::string_view::npos ? Status() : ReadPort(text.substr(colon + 1), to);
}

Status Assign(const std::string& name, std::string value, std::optional<bool>* use_ssl,
              ConnectionString* to) {
  if (name == "token") {
    if (value.empty()) return Wrong("token is empty");
    to->token = std::move(value);
  } else if (name == "use_ssl") {
    if (value != "true" && value != "false") return Wrong("use_ssl is true or false");
    *use_ssl = value == "true";
  } else if (name == "user_id") {
    to->user_id = std::move(value);
  } else if (name == "user_agent") {
    to->user_agent = std::move(value);
  } else if (name == "session_id") {
    if (!IsUuid(value)) return Wrong("session_id is a UUID such as 01234567-89ab-…");
    to->session_id = std::move(value);
  } else if (name == "grpc_max_message_size") {
    const std::optional<int> bytes = NumberOf(value, 1 << 16, 2'000'000'000);
    if (!bytes) return Wrong("grpc_max_message_size is bytes, 65536 to 2000000000");
    to->message_bytes_max = *bytes;
  } else if (name.starts_with("x-") && IsHeaderName(name)) {
    to->headers.emplace_back(name, std::move(value));
  } else {
    return Wrong(
        "no such parameter (there are token, use_ssl, user_id, user_agent, session_id, "
        "grpc_max_message_size and headers x-…): {}",
        name);
  }
  return {};
}

Status ReadParameters(std::string_view text, std::optional<bool>* use_ssl, ConnectionString* to) {
  while (!text.empty()) {
    const size_t end = std::min(text.find(';'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    // What has no name may be a piece of a secret: it is not shown.
    if (equals == std::string_view::npos) return Wrong("a parameter has no =");
    std::string name(pair.substr(0, equals));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    std::optional<std::string> value = Decoded(pair.substr(equals + 1));
    if (!value) return Wrong("a value that is no printable ASCII, percent-encoded: {}", name);
    CADENZA_TRY(Assign(name, *std::move(value), use_ssl, to));
  }
  return {};
}

}  // namespace

std::string ConnectionString::address() const {
  const bool six = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", six ? "[" : "", host, six ? "]" : "", port);
}

bool ConnectionString::is_local() const {
  return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

Result<ConnectionString> ParseConnectionString(std::string_view text) {
  if (!text.starts_with(kScheme)) return Wrong("it begins with sc://");
  text.remove_prefix(kScheme.size());
  const size_t slash = std::min(text.find('/'), text.size());
  const std::string_view address = text.substr(0, slash);
  std::string_view rest = text.substr(slash);
  ConnectionString connection;
  if (address.find(';') != std::string_view::npos) return Wrong("parameters come after /;");
  CADENZA_TRY(ReadAddress(address, &connection));
  if (!rest.empty()) rest.remove_prefix(1);
  if (!rest.empty() && rest[0] != ';') return Wrong("a path has no place after the port");
  std::optional<bool> use_ssl;
  CADENZA_TRY(ReadParameters(rest, &use_ssl, &connection));
  const bool has_token = !connection.token.empty();
  connection.use_tls = use_ssl.value_or(has_token && !connection.is_local());
  if (has_token && !connection.use_tls && !connection.is_local()) {
    return Wrong("a token is not sent without TLS (use_ssl=false), except to this machine");
  }
  return connection;
}

}  // namespace cadenza::spark
