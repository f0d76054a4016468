#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "storage/s3/http_call.h"

namespace cadenza::s3 {

/// Never print one: only `origin` may appear in a message.
struct Credentials {
  std::string access_key_id = {};
  std::string secret_access_key = {};
  std::string session_token = {};
  int64_t expires_ms = 0;   ///< epoch; 0 = never
  std::string origin = {};  ///< where they are from, for messages
};

/// What the user said about S3. Empty members are looked for elsewhere (see Resolve and
/// FindCredentials).
struct Options {
  std::string endpoint;          ///< http://host:port of a server that is not AWS
  std::string region;            ///< default us-east-1
  std::string url_style;         ///< path or virtual; default: virtual at AWS, path at an endpoint
  std::string profile;           ///< of the AWS files
  bool profile_is_flag = false;  ///< then it wins over AWS_ACCESS_KEY_ID
  Credentials of_flags;          ///< win over all
  Credentials of_settings;       ///< of a settings file: after the environment
  bool instance_metadata = false;  ///< ask the machine's metadata service
  /// Asked while waiting: true ends the request with kInterrupted. May be empty.
  std::function<bool()> interrupted;
};

/// A profile of the AWS files (~/.aws/config and ~/.aws/credentials, or what AWS_CONFIG_FILE and
/// AWS_SHARED_CREDENTIALS_FILE name), both merged; the credentials file wins.
using Profile = std::map<std::string, std::string>;
struct NamedProfile {
  std::string name;
  std::optional<Profile> values;  ///< nullopt: there is no such profile
};
NamedProfile ReadProfile(const Options& options);
/// Sections of such a file: name -> key -> value.
std::map<std::string, Profile> ParseProfiles(const std::string& text);

/// Endpoint, region and style, made definite from the environment and the profile.
/// kUsage for an endpoint or a style that cannot be.
Result<Options> Resolve(Options options);

/// flags > AWS_* > settings file > profile > container > instance metadata, if told.
/// kUsage when there are none; the message says where they were looked for.
Result<Credentials> FindCredentials(const Options& options, HttpCaller* http);

/// The environment's value; empty counts as absent.
std::optional<std::string> Variable(const char* name);

/// From the services that machines and containers on AWS have; nullopt when none is to be asked.
Result<std::optional<Credentials>> AskContainer(HttpCaller* http);
Result<Credentials> AskInstance(HttpCaller* http);

}  // namespace cadenza::s3
