#include "storage/s3/credentials.h"

#include <cstdlib>

namespace cadenza::s3 {
namespace {

Status CheckPair(const Credentials& found) {
  if (found.access_key_id.empty() == found.secret_access_key.empty()) return {};
  return MakeError(ErrorKind::kUsage, "{}: an access key id and its secret have to come together",
                   found.origin);
}

Credentials OfEnvironment() {
  return {.access_key_id = Variable("AWS_ACCESS_KEY_ID").value_or(""),
          .secret_access_key = Variable("AWS_SECRET_ACCESS_KEY").value_or(""),
          .session_token = Variable("AWS_SESSION_TOKEN").value_or(""),
          .origin = "the environment (AWS_ACCESS_KEY_ID)"};
}

std::string Value(const Profile& profile, const char* key) {
  const auto found = profile.find(key);
  return found == profile.end() ? "" : found->second;
}

/// Empty when the profile has no keys of its own.
Result<Credentials> OfProfile(const Options& options, bool demanded) {
  const NamedProfile profile = ReadProfile(options);
  Credentials found;
  found.origin = "the AWS profile " + profile.name;
  if (!profile.values) {
    if (!demanded) return found;
    return MakeError(ErrorKind::kUsage, "the AWS files have no such profile: {}", profile.name);
  }
  found.access_key_id = Value(*profile.values, "aws_access_key_id");
  found.secret_access_key = Value(*profile.values, "aws_secret_access_key");
  found.session_token = Value(*profile.values, "aws_session_token");
  CADENZA_TRY(CheckPair(found));
  if (!found.access_key_id.empty()) return found;
  for (const char* other : {"role_arn", "sso_session", "sso_start_url", "credential_process"}) {
    if (!profile.values->contains(other)) continue;
    return MakeError(
        ErrorKind::kUsage,
        "the AWS profile {} gets its credentials by {}, which Cadenza does not do; put "
        "them into the environment: eval \"$(aws configure export-credentials "
        "--profile {} --format env)\"",
        profile.name, other, profile.name);
  }
  if (!demanded) return found;
  return MakeError(ErrorKind::kUsage, "the AWS profile has no credentials: {}", profile.name);
}

bool IsUrl(const std::string& text) {
  for (const char* scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme) && text.size() > std::string_view(scheme).size()) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> Variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

Result<Options> Resolve(Options options) {
  const Profile profile = ReadProfile(options).values.value_or(Profile());
  for (const char* variable : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}) {
    if (options.endpoint.empty()) options.endpoint = Variable(variable).value_or("");
  }
  if (options.endpoint.empty()) options.endpoint = Value(profile, "endpoint_url");
  while (options.endpoint.ends_with('/')) options.endpoint.pop_back();
  const size_t host = options.endpoint.find("://");
  const bool has_path = host != std::string::npos &&
                        options.endpoint.find_first_of("/?#@", host + 3) != std::string::npos;
  if (!options.endpoint.empty() && (!IsUrl(options.endpoint) || has_path)) {
    return MakeError(ErrorKind::kUsage,
                     "--endpoint takes http://HOST:PORT or https://HOST, nothing more{}",
                     has_path ? "" : ": " + options.endpoint);
  }
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (options.region.empty()) options.region = Variable(variable).value_or("");
  }
  if (options.region.empty()) options.region = Value(profile, "region");
  if (options.region.empty()) options.region = "us-east-1";
  if (options.url_style.empty()) options.url_style = options.endpoint.empty() ? "virtual" : "path";
  return options;
}

Result<Credentials> FindCredentials(const Options& options, HttpCaller* http) {
  CADENZA_TRY(CheckPair(options.of_flags));
  if (!options.of_flags.access_key_id.empty()) return options.of_flags;
  if (options.profile_is_flag) return OfProfile(options, true);
  for (const Credentials& found : {OfEnvironment(), options.of_settings}) {
    CADENZA_TRY(CheckPair(found));
    if (!found.access_key_id.empty()) return found;
  }
  const bool demanded = !options.profile.empty() || Variable("AWS_PROFILE").has_value();
  CADENZA_ASSIGN(Credentials of_profile, OfProfile(options, demanded));
  if (!of_profile.access_key_id.empty()) return of_profile;
  CADENZA_ASSIGN(std::optional<Credentials> of_container, AskContainer(http));
  if (of_container) return std::move(*of_container);
  if (options.instance_metadata) return AskInstance(http);
  return MakeError(ErrorKind::kUsage,
                   "no credentials for S3: none in the environment (AWS_ACCESS_KEY_ID and "
                   "AWS_SECRET_ACCESS_KEY), the settings, or {}; --instance-metadata asks the "
                   "machine's own",
                   of_profile.origin);
}

}  // namespace cadenza::s3
