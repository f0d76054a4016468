#include <chrono>
#include <filesystem>
#include <fstream>

#include "alerts/delivery/channel.h"
#include "base/clock.h"
#include "cli/command.h"
#include "cli/delivery_flags.h"
#include "cli/s3_flags.h"
#include "dashboard/printed_report.h"
#include "query/database.h"

namespace cadenza::cli {
namespace {

constexpr const char* kReportExamples = R"help(Examples:
  cadenza report --lake lake --from 2025-07-01 --to 2025-08-31 --out august.html
  cadenza report --lake lake --last month --mail-to team@example.com --mail-from lake@example.com --smtp smtp://mail.example:25
  cadenza report --lake lake --from 2025-08-01 --to 2025-08-31 --partial --out -
      although the data end in the middle of the month; the heading says so

One HTML file without script and without any reference: cards, charts, tables, definitions. It prints
to A4. Days are UTC days, first and last included. --last month is the last calendar month that has
ended, --last week the last week from Monday to Sunday. The mail has the tables; the file with the
charts is attached.)help";

/// The last whole day, week or month before today, UTC.
void SetLast(const std::string& unit, int64_t now_ms, dashboard::ReportOptions* options) {
  using std::chrono::days, std::chrono::sys_days, std::chrono::year_month_day;
  const sys_days today = std::chrono::floor<days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(now_ms)));
  sys_days first = today - days(1), last = first;
  if (unit == "week") {
    const std::chrono::weekday weekday(today);
    last = today - days(weekday.iso_encoding());
    first = last - days(6);
  } else if (unit == "month") {
    const year_month_day date(today);
    last = sys_days(date.year() / date.month() / 1) - days(1);
    first = sys_days(year_month_day(last).year() / year_month_day(last).month() / 1);
  }
  const auto text = [](sys_days day) {
    return UtcText(std::chrono::milliseconds(day.time_since_epoch()).count(), "%Y-%m-%d");
  };
  options->from = text(first);
  options->to = text(last);
}

class ReportCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kReportExamples);
    app->add_option("--lake", lake_, "the lake, with the tables of cadenza kpi")
        ->type_name("FOLDER REQUIRED");
    app->add_option("--from", options_.from, "first day, inclusive")->type_name("DATE");
    app->add_option("--to", options_.to, "last day, inclusive")->type_name("DATE");
    app->add_option("--last", last_,
                    "in place of --from and --to: day, week or month that has ended")
        ->check(CLI::IsMember({"day", "week", "month"}));
    app->add_option("--out", out_, "the HTML file; - for standard output")->type_name("FILE");
    app->add_flag("--partial", options_.allow_partial,
                  "also a window that the data do not cover; the heading says so");
    app->add_option("--by", options_.grain, "periods of trends (default: by the window's length)")
        ->check(CLI::IsMember({"day", "week", "month"}));
    app->add_option("--link", options_.link, "address of the dashboard, named in the heading")
        ->type_name("URL");
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
    delivery_.DeclareMail(app);
    s3_.Declare(app);
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    CADENZA_TRY(CheckUse());
    CADENZA_ASSIGN(const alerts::DeliveryOptions delivery, delivery_.Options());
    if (delivery.mail.to.empty() && out_.empty()) {
      return MakeError(ErrorKind::kUsage, "a report needs --out FILE or --mail-to ADDRESS");
    }
    CADENZA_ASSIGN(const dashboard::PrintedReport report, Make());
    if (!out_.empty()) CADENZA_TRY(WriteOut(report.html));
    if (!delivery.mail.to.empty()) CADENZA_TRY(SendMail(delivery, report));
    return kExitDone;
  }

 private:
  Status CheckUse() {
    if (lake_.empty()) return MakeError(ErrorKind::kUsage, "--lake is missing");
    if (!last_.empty()) {
      if (!options_.from.empty() || !options_.to.empty()) {
        return MakeError(ErrorKind::kUsage, "--last stands in place of --from and --to: {}", last_);
      }
      SetLast(last_, NowMs(), &options_);
    }
    if (options_.from.empty() || options_.to.empty()) {
      return MakeError(ErrorKind::kUsage, "a report needs --from and --to, or --last");
    }
    return {};
  }

  Result<dashboard::PrintedReport> Make() {
    engine::DuckDbOptions engine;
    engine.s3 = s3_.MakeClient();
    engine.rows_ahead_bytes = engine::kRowsAheadBytes;
    CADENZA_ASSIGN(const auto database, query::Database::Open(engine));
    const InterruptGuard guard(&database->engine());
    CADENZA_ASSIGN(const auto runs, serve::Runs::Open(database.get(), lake_, 3600));
    const auto run = runs->newest();
    query::SessionOptions session_options;
    session_options.stop = InterruptGuard::interrupted;
    CADENZA_ASSIGN(const auto session,
                   query::Session::Open(database.get(), run->lake, session_options));
    return dashboard::PrintReport(session.get(), run->as_of, options_);
  }

  /// Under another name first, so that nobody finds half a report.
  Status WriteOut(const std::string& html) const {
    if (out_ == "-") {
      fmt::print("{}", html);
      return {};
    }
    const std::string made = out_ + ".part";
    std::ofstream file(made, std::ios::binary);
    file << html;
    file.close();
    std::error_code code;
    if (file) std::filesystem::rename(made, out_, code);
    if (!file || code) {
      std::filesystem::remove(made, code);
      return MakeError(ErrorKind::kIo, "the report cannot be written: {}", out_);
    }
    fmt::print("{}: {} to {}, {} KB\n", out_, options_.from, options_.to, html.size() / 1024);
    return {};
  }

  Status SendMail(const alerts::DeliveryOptions& delivery, const dashboard::PrintedReport& report) {
    CADENZA_ASSIGN(const auto channel, alerts::OpenMail(delivery.mail, delivery.time_limit_ms));
    alerts::Notice notice;
    notice.alert_id = "report-" + options_.from + "-" + options_.to;
    notice.state = "made";
    notice.title = report.title;
    notice.html = report.mail;
    notice.file_name = "cadenza_" + options_.from + "_" + options_.to + ".html";
    notice.file = report.html;
    const alerts::SendResult sent = channel->Send(notice);
    if (!sent.delivered) {
      return MakeError(ErrorKind::kIo, "the report was not sent by {}: {}", channel->name(),
                       sent.detail);
    }
    fmt::print("sent by {}\n", channel->name());
    return {};
  }

  CLI::App* app_ = nullptr;
  std::string lake_, out_, last_;
  dashboard::ReportOptions options_;
  std::vector<std::string> configs_;
  DeliveryFlags delivery_;
  S3Flags s3_;
};

}  // namespace

std::unique_ptr<Command> MakeReportCommand() { return std::make_unique<ReportCommand>(); }

}  // namespace cadenza::cli
