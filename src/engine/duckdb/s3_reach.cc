#include "engine/duckdb/s3_reach.h"

#include "engine/duckdb/extension.h"
#include "storage/s3/certificates.h"
#include "storage/s3/credentials.h"

namespace cadenza::engine {

Status S3Reach::Ensure() {
  if (!client_) {
    return MakeError(ErrorKind::kInternal, "the engine was opened without access to S3");
  }
  CADENZA_ASSIGN(const s3::Access access, client_->CurrentAccess());
  // The engine would try for a minute before it says that it trusts nobody.
  if (!access.options.endpoint.starts_with("http://") && s3::CertificateBundle().empty()) {
    return MakeError(ErrorKind::kIo, "S3 over https cannot be trusted: {}", s3::CertificateHint());
  }
  if (!loaded_) CADENZA_TRY(LoadHttp());
  loaded_ = true;
  return MakeSecret(access);
}

Status S3Reach::LoadHttp() {
  CADENZA_TRY(LoadExtension(connection_, "httpfs", "S3"));
  std::string settings =
      // As often as our own client, so that a bad quarter of a minute ends no run.
      "SET GLOBAL http_retries = 9; SET GLOBAL http_retry_wait_ms = 100;"
      "SET GLOBAL http_retry_backoff = 2; SET GLOBAL http_timeout = 60;";
  if (const std::string bundle = s3::CertificateBundle(); !bundle.empty()) {
    settings += "SET GLOBAL ca_cert_file = " + QuoteText(bundle) + ";";
  }
  if (files_are_fixed_) settings += "SET GLOBAL enable_http_metadata_cache = true;";
  return connection_->Execute(settings);
}

Status S3Reach::MakeSecret(const s3::Access& access) {
  const s3::Options& options = access.options;
  const s3::Credentials& credentials = access.credentials;
  std::string secret =
      fmt::format("TYPE s3, KEY_ID {}, SECRET {}, REGION {}", QuoteText(credentials.access_key_id),
                  QuoteText(credentials.secret_access_key), QuoteText(options.region));
  if (!credentials.session_token.empty()) {
    secret += ", SESSION_TOKEN " + QuoteText(credentials.session_token);
  }
  if (!options.endpoint.empty()) {
    const size_t host = options.endpoint.find("://") + 3;
    secret += fmt::format(", ENDPOINT {}, USE_SSL {}", QuoteText(options.endpoint.substr(host)),
                          options.endpoint.starts_with("https://"));
  }
  secret += options.url_style == "path" ? ", URL_STYLE 'path'" : ", URL_STYLE 'vhost'";
  if (secret == secret_of_) return {};
  // The engine's own message would quote the statement, and with it the secret.
  if (!connection_->Execute("CREATE OR REPLACE SECRET cadenza_s3 (" + secret + ")").ok()) {
    return MakeError(ErrorKind::kInternal, "the engine refuses the access to S3");
  }
  secret_of_ = std::move(secret);
  return {};
}

}  // namespace cadenza::engine
