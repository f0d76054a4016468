#include "cli/delivery_flags.h"

#include "cli/command.h"
#include "cli/flag_values.h"
#include "cli/number_checks.h"
#include "cli/text_checks.h"

namespace cadenza::cli {
namespace {

constexpr const char* kDeliveryGroup = "Delivery";

}  // namespace

void DeliveryFlags::Declare(CLI::App* app) {
  DeclareList(app, "--webhook", &options_.webhooks,
              "address that takes Slack's JSON; a secret: better CADENZA_WEBHOOK or [alerts]")
      ->type_name("URL")
      ->group(kDeliveryGroup);
  DeclareMail(app);
  DeclareList(app, "--command", &options_.commands,
              "shell command that gets the alert as JSON on standard input")
      ->check(NotEmpty())
      ->type_name("TEXT")
      ->group(kDeliveryGroup);
  app->add_option("--tries", options_.tries, "attempts at once; later checks go on for some hours")
      ->check(CLI::Range(1, 10))
      ->type_name("N")
      ->capture_default_str()
      ->group(kDeliveryGroup);
  app->add_option("--retry-pause", retry_pause_, "before the second attempt; doubled after each")
      ->type_name("TIME")
      ->capture_default_str()
      ->group(kDeliveryGroup);
  app->add_flag(
         "--on-failure", on_failure_,
         "a setting for [alerts] of cadenza.toml: etl, kpi, stream, churn, recommend, refresh, "
         "optimize and vacuum tell of their failure")
      ->group(kDeliveryGroup);
}

void DeliveryFlags::DeclareMail(CLI::App* app) {
  DeclareList(app, "--mail-to", &options_.mail.to, "mail to this address")
      ->type_name("ADDRESS")
      ->group(kDeliveryGroup);
  app->add_option("--mail-from", options_.mail.from, "mail from this address")
      ->type_name("ADDRESS")
      ->group(kDeliveryGroup);
  app->add_option("--smtp", options_.mail.server,
                  "the mail server: smtp://HOST:PORT (TLS where it offers it) or smtps://HOST:PORT")
      ->type_name("URL")
      ->group(kDeliveryGroup);
  app->add_option("--smtp-user", options_.mail.user, "user at the mail server")
      ->group(kDeliveryGroup);
  app->add_option("--smtp-password", options_.mail.password,
                  "password there; better CADENZA_SMTP_PASSWORD or [alerts]")
      ->group(kDeliveryGroup);
  app->add_flag("--smtp-tls", options_.mail.needs_tls, "refuse a mail server without TLS")
      ->group(kDeliveryGroup);
}

Result<alerts::DeliveryOptions> DeliveryFlags::Options() const {
  alerts::DeliveryOptions options = options_;
  CADENZA_ASSIGN(options.pause_ms, ParseSpan("--retry-pause", retry_pause_));
  // What cannot work is said before anything is judged.
  CADENZA_TRY(alerts::OpenChannels(options));
  return options;
}

}  // namespace cadenza::cli
