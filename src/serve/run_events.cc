#include "serve/run_events.h"

#include "serve/json_rows.h"
#include "serve/service.h"

namespace cadenza::serve {
namespace {

constexpr const char* kAlerts = "sessions_alerts";

std::string IdOf(const LoadedRun& run) { return std::to_string(run.as_of.run); }

/// The tables that are not as they were, with their layers.
std::string ChangedTables(const LoadedRun& before, const LoadedRun& now) {
  const auto& old = before.lake->manifest().tables;
  std::string list;
  for (const auto& [name, table] : now.lake->manifest().tables) {
    const auto found = old.find(name);
    const bool is_same = found != old.end() && found->second.version == table.version &&
                         found->second.run == table.run;
    const lake::Model* model = now.lake->FindTable(name);
    if (is_same || !model) continue;
    list += (list.empty() ? "" : ",") + http::JsonText(model->layer + "." + name);
  }
  return "[" + list + "]";
}

http::Event RunEvent(const LoadedRun& run, const std::string& tables) {
  return {IdOf(run), "run",
          fmt::format(R"({{"run":{},"as_of":{},"tables":{}}})", run.as_of.run, AsOfJson(run.as_of),
                      tables)};
}

}  // namespace

void RunEvents::Mount() {
  service_->Mount(
      {.path = "/api/v1/events",
       .handler =
           [service = service_](const http::Request& request) {
             const std::shared_ptr<const LoadedRun> run = service->runs().newest();
             http::Reply reply = http::TextReply(200, "", "text/event-stream");
             reply.events = service->feed();
             reply.after_event = request.Header("last-event-id");
             reply.headers.emplace_back("Cache-Control", "no-store");
             // Whoever comes back gets what was missed; all others the run that is the newest now.
             if (reply.after_event.empty()) reply.body = http::EventText(RunEvent(*run, "[]"));
             return reply;
           },
       .summary = "Server-sent events: run (with the tables that changed), alert, and a heartbeat.",
       .answer_types = {"text/event-stream"}});
}

void RunEvents::Publish(const LoadedRun& before, const LoadedRun& now) {
  service_->feed()->Publish(RunEvent(now, ChangedTables(before, now)));
  PublishAlerts(before, now);
}

void RunEvents::PublishAlerts(const LoadedRun& before, const LoadedRun& now) {
  const lake::Model* table = now.lake->FindTable(kAlerts);
  if (!table || !now.lake->Exists(*table)) return;
  const auto& old = before.lake->manifest().tables;
  const auto found = old.find(kAlerts);
  const int64_t told = found == old.end() ? 0 : found->second.rows;
  const int64_t rows = now.lake->manifest().tables.at(kAlerts).rows;
  if (rows <= told) return;
  auto session = service_->OpenSession(now, Role::kOwner);
  if (!session.ok()) return;
  const auto alerts = (*session)->Query(
      fmt::format("SELECT * FROM gold.{} ORDER BY judged_at DESC, alert_id, state LIMIT {}",
                  kAlerts, std::min<int64_t>(rows - told, 100)));
  if (!alerts.ok()) return;
  JsonRows json(alerts->rows.columns);
  for (auto row = alerts->rows.rows.rbegin(); row != alerts->rows.rows.rend(); ++row) {
    service_->feed()->Publish({IdOf(now), "alert", json.Object(*row)});
  }
}

}  // namespace cadenza::serve
