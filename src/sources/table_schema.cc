#include "sources/table_schema.h"

#include <algorithm>
#include <cctype>

namespace cadenza::sources {
namespace {

constexpr FieldKind kId = FieldKind::kId, kText = FieldKind::kText, kTime = FieldKind::kTime,
                    kSeconds = FieldKind::kSeconds, kName = FieldKind::kName,
                    kEnd = FieldKind::kEnd, kNumber = FieldKind::kNumber;

Field CustomerId() {
  return {"customer_id", kId, true, {"user_id", "listener_id", "account_id", "member_id"}};
}
Field Platform() { return {"platform", kText, false, {"os", "operating_system", "app", "client"}}; }
Field Device() { return {"device", kText, false, {"device_type", "device_name"}}; }
Field Country() { return {"country", kText, false, {"country_code"}}; }
Field Duration() {
  return {
      "duration_seconds",
      kSeconds,
      false,
      {"duration", "duration_s", "duration_ms", "session_duration", "length", "length_seconds"}};
}

std::vector<TableSchema> MakeTables() {
  const std::vector<std::string_view> start_names = {
      "start_timestamp", "started_at", "session_start", "start_ts", "start", "timestamp", "ts"};
  return {
      {"customers",
       {CustomerId(),
        {"signup_time",
         kTime,
         false,
         {"signup_date", "signup_timestamp", "registration", "registered_at", "created_at",
          "join_date"}},
        Country()}},
      {"sessions",
       {CustomerId(),
        {"session_id", kId, true, {"id"}},
        {"start_time", kTime, true, start_names},
        {"end_time", kEnd, false, {"end_timestamp", "ended_at", "session_end", "end_ts", "end"}},
        Duration(),
        Platform(),
        Device(),
        Country()}},
      {"subscriptions",
       {CustomerId(),
        {"start_time",
         kTime,
         true,
         {"effective_start_date", "start_date", "valid_from", "started_at", "start"}},
        {"end_time",
         kEnd,
         false,
         {"effective_end_date", "end_date", "valid_to", "ended_at", "end"}},
        {"subscription_type", kText, false, {"type", "plan", "plan_type", "tier", "level"}},
        {"amount_paid", kNumber, false, {"amount", "price"}},
        {"status", kText, false, {"subscription_status", "state"}}}},
      {"events",
       {CustomerId(),
        {"event_id", kId, false, {"event_uuid", "message_id"}},
        {"session_id", kId, false, {}},
        {"event_time", kTime, true, {"event_timestamp", "timestamp", "ts", "time", "occurred_at"}},
        {"event_type", kText, true, {"type", "action", "event", "event_name", "page"}},
        {"track_id", kId, false, {"song_id", "item_id"}},
        {"played_seconds",
         kSeconds,
         false,
         {"seconds_played", "played_ms", "ms_played", "listened_seconds", "listened_ms"}},
        Platform(),
        Device(),
        Country()}},
      {"tracks",
       {{"track_id", kId, true, {"song_id", "id"}},
        {"title", kName, false, {"track_name", "track_title", "song", "name"}},
        {"artist_id", kId, false, {}},
        {"artist_name", kName, false, {"artist"}},
        Duration()}},
      {"artists",
       {{"artist_id", kId, true, {"id"}}, {"artist_name", kName, true, {"name", "artist"}}}},
  };
}

}  // namespace

const std::vector<TableSchema>& SourceTables() {
  static const std::vector<TableSchema> tables = MakeTables();
  return tables;
}

const TableSchema* FindSourceTable(std::string_view name) {
  const auto found = std::ranges::find(SourceTables(), name, &TableSchema::name);
  return found == SourceTables().end() ? nullptr : &*found;
}

std::string PlainName(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte)) plain += static_cast<char>(std::tolower(byte));
  }
  return plain;
}

}  // namespace cadenza::sources
