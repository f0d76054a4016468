#include <algorithm>

#include "pgwire/scram.h"
#include "pgwire/session.h"

namespace cadenza::pgwire {
namespace {

constexpr int32_t kProtocol3 = 3 << 16;
constexpr int32_t kCancelRequest = 80'877'102;
constexpr int32_t kSslRequest = 80'877'103;
constexpr int32_t kGssRequest = 80'877'104;
constexpr int32_t kStartPacketMax = 10'000;

}  // namespace

bool Session::ReadStartPacket(std::string* body) {
  const auto until = std::chrono::steady_clock::now() + host_->options().startup_max;
  char header[4];
  if (transport_->Read(header, sizeof header, until) != Transport::Got::kBytes) return false;
  const int32_t length = MessageBody(std::string_view(header, 4)).Int32().value();
  if (length < 8 || length > kStartPacketMax)
    return SendAway({"08P01", "invalid length of startup packet"});
  body->resize(static_cast<size_t>(length) - 4);
  return transport_->Read(body->data(), body->size(), until) == Transport::Got::kBytes;
}

bool Session::Start() {
  // A client asks for TLS and GSS once each at most, before it says who it is.
  for (int packet = 0; packet < 4; ++packet) {
    std::string bytes;
    if (!ReadStartPacket(&bytes)) return false;
    MessageBody body(bytes);
    const int32_t code = body.Int32().value();
    if (code == kCancelRequest) {
      const Outcome<int32_t> process = body.Int32();
      Outcome<int32_t> secret = body.Int32();
      if (secret.ok()) host_->Cancel({Outcome<int32_t>(process).value(), secret.value()});
      return false;
    }
    if (code == kSslRequest && transport_->can_start_tls() && !transport_->has_tls()) {
      if (!transport_->Write("S") || !transport_->StartTls()) return false;
    } else if (code == kSslRequest || code == kGssRequest) {
      if (!transport_->Write("N")) return false;
    } else if (code >> 16 == 3) {
      if (code != kProtocol3) {  // 3.2 and what may come: we speak 3.0
        out_.Begin('v');
        out_.Int32(kProtocol3);
        out_.Int32(0);
        out_.End();
      }
      return OnStartup(body) && Authenticate() && Welcome();
    } else {
      return SendAway(
          MakeSqlError("0A000", "unsupported frontend protocol {}.{}: server supports 3.0 to 3.0",
                       code >> 16, code & 0xFFFF));
    }
  }
  return SendAway({"08P01", "too many startup packets"});
}

bool Session::OnStartup(MessageBody body) {
  std::string database, options;
  while (true) {
    Outcome<std::string> name = body.Text();
    if (!name.ok())
      return SendAway({"08P01", "invalid startup packet layout: expected terminator as last byte"});
    if (name->empty()) break;
    Outcome<std::string> value = body.Text();
    if (!value.ok())
      return SendAway({"08P01", "invalid startup packet layout: expected terminator as last byte"});
    if (*name == "user")
      user_ = *value;
    else if (*name == "database")
      database = *value;
    else if (*name == "options")
      options = *value;
    else if (*name != "replication" && !name->starts_with("_pq_")) {
      const Outcome<void> set = settings_.Set(*name, *value);
      if (!set.ok()) return SendAway(set.error());
    }
  }
  if (user_.empty())
    return SendAway({"28000", "no PostgreSQL user name specified in startup packet"});
  if (database.empty()) database = user_;
  // -c name=value and --name=value
  for (size_t at = 0; at < options.size();) {
    const size_t end = std::min(options.find(' ', at), options.size());
    std::string word = options.substr(at, end - at);
    at = end + 1;
    if (word.starts_with("--") || word.starts_with("-c")) word = word.substr(2);
    const size_t is = word.find('=');
    if (is == word.npos) continue;
    std::string name = word.substr(0, is);
    std::ranges::replace(name, '-', '_');
    const Outcome<void> set = settings_.Set(name, word.substr(is + 1));
    if (!set.ok()) return SendAway(set.error());
  }
  if (database != host_->options().database) {
    return SendAway(MakeSqlError("3D000",
                                 "database \"{}\" does not exist; this lake is called \"{}\"",
                                 database, host_->options().database));
  }
  return true;
}

bool Session::Authenticate() {
  const auto& find_user = host_->options().find_user;
  if (!find_user) {
    role_ = "analyst";
  } else {
    const std::optional<WireUser> user = find_user(user_);
    // Who is not there is asked all the same: an answer must not tell which names exist.
    if (!AskForPassword(user ? user->verifier : "")) return false;
    role_ = user->role;
  }
  out_.Begin('R');
  out_.Int32(0);
  out_.End();
  return true;
}

Outcome<std::string> Session::ReadPassword() {
  if (!Flush()) return SqlError{"08006", "the client is gone"};
  const auto until = std::chrono::steady_clock::now() + host_->options().startup_max;
  char header[5];
  if (transport_->Read(header, sizeof header, until) != Transport::Got::kBytes)
    return SqlError{"08006", "the client is gone"};
  const int32_t length = MessageBody(std::string_view(header + 1, 4)).Int32().value();
  if (header[0] != 'p' || length < 4 || length > kStartPacketMax) {
    return SqlError{"08P01", "expected SASL response"};
  }
  std::string body(static_cast<size_t>(length) - 4, '\0');
  if (transport_->Read(body.data(), body.size(), until) != Transport::Got::kBytes)
    return SqlError{"08006", "the client is gone"};
  return body;
}

bool Session::AskForPassword(const std::string& verifier) {
  const std::string binding = transport_->has_tls() ? transport_->ChannelBinding() : "";
  ScramServer scram(verifier, user_, binding);
  out_.Begin('R');
  out_.Int32(10);
  if (!binding.empty()) out_.Text("SCRAM-SHA-256-PLUS");
  out_.Text("SCRAM-SHA-256");
  out_.Byte('\0');
  out_.End();
  Outcome<std::string> first = ReadPassword();
  if (!first.ok()) return SendAway(first.error());
  MessageBody body(*first);
  Outcome<std::string> mechanism = body.Text();
  Outcome<int32_t> length = body.Int32();
  if (!mechanism.ok() || !length.ok()) return SendAway({"08P01", "invalid SASL response"});
  Outcome<std::string> challenge = scram.OnFirst(*mechanism, body.rest());
  if (!challenge.ok()) return SendAway(challenge.error());
  out_.Begin('R');
  out_.Int32(11);
  out_.Bytes(*challenge);
  out_.End();
  Outcome<std::string> last = ReadPassword();
  if (!last.ok()) return SendAway(last.error());
  Outcome<std::string> proof = scram.OnFinal(*last);
  if (!proof.ok()) return SendAway(proof.error());
  out_.Begin('R');
  out_.Int32(12);
  out_.Bytes(*proof);
  out_.End();
  return true;
}

bool Session::Welcome() {
  if (!host_->Enter()) {
    host_->Leave();
    return SendAway({"53300", "sorry, too many clients already"});
  }
  has_entered_ = true;
  static_cast<void>(settings_.Set("session_authorization", user_));
  settings_.KeepAsDefaults();
  const Outcome<void> entered = EnterTransaction();
  if (!entered.ok()) return SendAway(entered.error());
  key_ = host_->Register([this] { Cancel(); });
  ReportSettings();
  out_.Begin('K');
  out_.Int32(key_.process);
  out_.Int32(key_.secret);
  out_.End();
  EndTransaction(false);
  AppendReady(transaction_, &out_);
  return Flush();
}

}  // namespace cadenza::pgwire
