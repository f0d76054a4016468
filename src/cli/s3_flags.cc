#include "cli/s3_flags.h"

#include "cli/command.h"

namespace cadenza::cli {
namespace {

constexpr const char* kS3Group = "S3 (for s3://BUCKET/PREFIX)";
constexpr const char* kVisible = "; the environment is better, a flag shows in the process list";

}  // namespace

void S3Flags::Declare(CLI::App* app) {
  const auto add = [&](const char* flag, std::string* value, const std::string& help,
                       const char* type) {
    return app->add_option(flag, *value, help)->type_name(type)->group(kS3Group);
  };
  add("--endpoint", &options_.endpoint, "a server that is not AWS, e.g. http://127.0.0.1:9000",
      "URL");
  add("--region", &options_.region, "region of the bucket (default: us-east-1)", "NAME");
  add("--url-style", &options_.url_style,
      "the bucket in the path or the host: path or virtual (default: virtual at AWS, else path)",
      "STYLE")
      ->check(CLI::IsMember({"path", "virtual"}));
  const CLI::Option* profile =
      add("--profile", &options_.profile, "profile of ~/.aws/credentials and config", "NAME");
  const CLI::Option* key = add("--access-key-id", &credentials_.access_key_id,
                               std::string("AWS_ACCESS_KEY_ID") + kVisible, "ID");
  const CLI::Option* secret =
      add("--secret-access-key", &credentials_.secret_access_key, "AWS_SECRET_ACCESS_KEY", "KEY");
  add("--session-token", &credentials_.session_token, "AWS_SESSION_TOKEN", "TOKEN");
  app->add_flag("--instance-metadata", options_.instance_metadata,
                "ask the metadata service of this machine for credentials")
      ->group(kS3Group);
  // Later the settings files fill the same options.
  app->parse_complete_callback([this, profile, key, secret] {
    options_.profile_is_flag = profile->count() > 0;
    credentials_are_flags_ = key->count() + secret->count() > 0;
  });
}

std::shared_ptr<s3::Client> S3Flags::MakeClient() const {
  s3::Options options = options_;
  s3::Credentials& place = credentials_are_flags_ ? options.of_flags : options.of_settings;
  place = credentials_;
  place.origin = credentials_are_flags_ ? "the flags" : "the settings";
  options.interrupted = [] { return InterruptGuard::Pending(); };
  return std::make_shared<s3::Client>(std::move(options));
}

}  // namespace cadenza::cli
