#include "simulate/engagement_files.h"

#include <chrono>
#include <cmath>

#include "simulate/table_row.h"

namespace cadenza::simulate {
namespace {

using parquet::Type;

std::string CustomerId(uint32_t listener) { return fmt::format("CUST{:06}", listener); }
std::string SessionId(uint32_t session) { return fmt::format("S{:08}", session); }
std::string TrackId(size_t song) { return fmt::format("TR{:06}", song); }
int64_t DayOf(int64_t ms) { return (ms - ((ms % kDayMs + kDayMs) % kDayMs)) / kDayMs; }

/// 2025-07-12T00:00:02.630
std::string TimeText(int64_t ms) {
  const auto moment =
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ms));
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{moment - day};
  return fmt::format("{}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

constexpr std::string_view kPlatforms[] = {"android", "ios", "web"};
constexpr std::string_view kCountries[] = {"US", "US", "GB", "DE", "FR", "IN"};
struct Plan {
  std::string_view name;
  double price;
};
constexpr Plan kPlans[] = {
    {"Premium", 9.99}, {"Premium", 9.99}, {"Family", 14.99}, {"Student", 4.99}};

std::string_view PlatformOf(uint32_t listener) { return kPlatforms[listener * 7 % 3]; }
std::string_view CountryOf(uint32_t listener) { return kCountries[listener * 11 % 6]; }
const Plan& PlanOf(uint32_t listener) { return kPlans[listener * 5 % 4]; }

}  // namespace

EngagementFiles::EngagementFiles(const World& world, std::span<const Listener> listeners,
                                 FileSink* sink)
    : world_(world),
      listeners_(listeners),
      sink_(sink),
      open_(listeners.size()),
      sessions_("sessions",
                {{"session_id", Type::kText},
                 {"customer_id", Type::kText},
                 {"start_timestamp", Type::kText},
                 {"duration_seconds", Type::kInt32}},
                sink),
      subscriptions_("subscriptions",
                     {{"customer_id", Type::kText},
                      {"effective_start_date", Type::kDate},
                      {"effective_end_date", Type::kDate},
                      {"subscription_type", Type::kText},
                      {"amount_paid", Type::kDouble},
                      {"status", Type::kText}},
                     sink),
      events_("events",
              {{"event_id", Type::kInt64},
               {"session_id", Type::kText},
               {"customer_id", Type::kText},
               {"event_type", Type::kText},
               {"track_id", Type::kText},
               {"event_timestamp", Type::kTimestampUtc},
               {"platform", Type::kText},
               {"country", Type::kText}},
              sink) {
  for (size_t i = 0; i < open_.size(); ++i) {
    open_[i].level = listeners[i].first_level;
    open_[i].level_since_ms = listeners[i].registered_ms;
  }
}

Status EngagementFiles::Write(const Hour& hour) {
  for (const auto& part : hour.parts) {
    for (const Event& event : part) CADENZA_TRY(Take(event));
  }
  return {};
}

Status EngagementFiles::Take(const Event& event) {
  Open& open = open_[event.listener];
  if (open.session != event.session) {
    if (open.session != 0) CADENZA_TRY(EndSession(event.listener, open));
    open.session = event.session;
    open.session_start_ms = open.session_end_ms = event.ts_ms;
    open.song = kNoSong;
    CADENZA_TRY(PutEvent(event, "appOpen", kNoSong));
  }
  open.session_end_ms = std::max(open.session_end_ms, event.ts_ms);
  if (event.level != open.level) {
    CADENZA_TRY(EndSubscription(event.listener, open, event.ts_ms, false));
    open.level = event.level;
    open.level_since_ms = event.ts_ms;
  }
  const auto song_end = [&] {
    return open.song_start_ms +
           static_cast<int64_t>(std::floor(world_.catalogue.songs()[open.song].duration)) * 1000;
  };
  switch (event.page) {
    case Page::kNextSong:
      if (open.song != kNoSong && event.ts_ms < song_end()) {
        CADENZA_TRY(PutEvent(event, "songSkip", open.song));
      }
      open.song = event.song;
      open.song_start_ms = event.ts_ms;
      return PutEvent(event, "songPlay", event.song);
    case Page::kThumbsUp:
      return open.song == kNoSong ? Status() : PutEvent(event, "songLike", open.song);
    case Page::kCancellationConfirmation:
      open.left = true;
      return EndSubscription(event.listener, open, event.ts_ms, true);
    default:
      return {};
  }
}

Status EngagementFiles::PutEvent(const Event& event, std::string_view type, uint32_t song) {
  TableRow row(&events_);
  row.Int(events_.rows()).Text(SessionId(event.session)).Text(CustomerId(event.listener));
  row.Text(type);
  song == kNoSong ? row.Null() : row.Text(TrackId(song));
  return row.Time(event.ts_ms)
      .Text(PlatformOf(event.listener))
      .Text(CountryOf(event.listener))
      .End();
}

Status EngagementFiles::EndSession(uint32_t listener, const Open& open) {
  return TableRow(&sessions_)
      .Text(SessionId(open.session))
      .Text(CustomerId(listener))
      .Text(TimeText(open.session_start_ms))
      .Int((open.session_end_ms - open.session_start_ms) / 1000)
      .End();
}

Status EngagementFiles::EndSubscription(uint32_t listener, const Open& open, int64_t end_ms,
                                        bool left) {
  const bool ends = end_ms != kNever;
  TableRow row(&subscriptions_);
  row.Text(CustomerId(listener)).Int(DayOf(open.level_since_ms));
  ends ? row.Int(DayOf(end_ms)) : row.Null();
  const bool paid = open.level == Level::kPaid;
  row.Text(paid ? PlanOf(listener).name : "Free").Double(paid ? PlanOf(listener).price : 0);
  return row.Text(left ? "cancelled" : ends ? "expired" : "active").End();
}

Status EngagementFiles::WriteCatalogue() {
  TableFile artists("artists", {{"artist_id", Type::kText}, {"artist_name", Type::kText}}, sink_);
  for (const Artist& artist : world_.catalogue.artists()) {
    CADENZA_TRY(TableRow(&artists).Text(artist.id).Text(artist.name).End());
  }
  CADENZA_TRY(artists.EndFile());
  TableFile tracks("tracks",
                   {{"track_id", Type::kText},
                    {"artist_id", Type::kText},
                    {"title", Type::kText},
                    {"duration_seconds", Type::kInt32}},
                   sink_);
  for (size_t i = 0; i < world_.catalogue.songs().size(); ++i) {
    const Song& song = world_.catalogue.songs()[i];
    CADENZA_TRY(TableRow(&tracks)
                    .Text(TrackId(i))
                    .Text(world_.catalogue.artists()[song.artist].id)
                    .Text(song.title)
                    .Int(std::lround(song.duration))
                    .End());
  }
  return tracks.EndFile();
}

Status EngagementFiles::WriteCustomersAndDates() {
  TableFile customers(
      "customers",
      {{"customer_id", Type::kText}, {"signup_date", Type::kDate}, {"country", Type::kText}},
      sink_);
  for (uint32_t i = 0; i < open_.size(); ++i) {
    CADENZA_TRY(TableRow(&customers)
                    .Text(CustomerId(i))
                    .Int(DayOf(listeners_[i].registered_ms))
                    .Text(CountryOf(i))
                    .End());
  }
  CADENZA_TRY(customers.EndFile());
  TableFile dates("dates", {{"date", Type::kDate}}, sink_);
  for (int day = 0; day < world_.options.days; ++day) {
    CADENZA_TRY(TableRow(&dates).Int(DayOf(world_.options.start_ms) + day).End());
  }
  return dates.EndFile();
}

Status EngagementFiles::Finish() {
  for (uint32_t i = 0; i < open_.size(); ++i) {
    if (open_[i].session != 0) CADENZA_TRY(EndSession(i, open_[i]));
    if (!open_[i].left) CADENZA_TRY(EndSubscription(i, open_[i], kNever, false));
  }
  CADENZA_TRY(sessions_.EndFile());
  CADENZA_TRY(subscriptions_.EndFile());
  CADENZA_TRY(events_.EndFile());
  CADENZA_TRY(WriteCatalogue());
  CADENZA_TRY(WriteCustomersAndDates());
  return sink_->Close();
}

}  // namespace cadenza::simulate
