// The property of the contract: whatever the order of arrival and the split into batches, windows
// end as a query over all events at once would have them.

#include "stream/window_operator.h"

#include <map>
#include <random>

#include "engine/test_engine.h"
#include "stream/relations.h"

namespace cadenza::stream {
namespace {

using engine::MessageOf;
using engine::Rows;
using engine::Value;

constexpr int64_t kMinute = 60'000'000;
constexpr int64_t kBase = 1'541'030'400'000'000;  // 2018-11-01

struct Event {
  int64_t us;
  int customer;  ///< 0: none
  int group;
};

class OperatorTest : public testing::TestWithParam<unsigned> {
 protected:
  /// Runs batches through the operator as the stream's job does, with tables in place of the lake.
  class Pipe {
   public:
    Pipe(engine::Engine* engine, const WindowSettings& settings)
        : engine_(engine), operator_(WindowOperator::Make(engine, settings)), settings_(settings) {
      Do("CREATE OR REPLACE TABLE state AS SELECT NULL::TIMESTAMPTZ AS window_start, "
         "NULL::TIMESTAMPTZ AS window_end, NULL::VARCHAR AS group_1, NULL::VARCHAR AS customer_id, "
         "NULL::BIGINT AS events WHERE false");
      Do("CREATE OR REPLACE TABLE windows AS SELECT NULL::TIMESTAMPTZ AS window_start, "
         "NULL::TIMESTAMPTZ AS window_end, NULL::VARCHAR AS group_1, NULL::BIGINT AS sessions, "
         "NULL::BIGINT AS customers, NULL::DOUBLE AS sessions_per_min, NULL::BOOLEAN AS is_final "
         "WHERE false");
    }

    void Take(const std::vector<Event>& events, bool flush) {
      std::string rows;
      for (const Event& event : events) {
        rows += fmt::format("{}({}, {}, 'g{}', 'f', 0)", rows.empty() ? "" : ", ", event.us,
                            event.customer == 0 ? "NULL" : fmt::format("'c{}'", event.customer),
                            event.group);
      }
      if (rows.empty()) rows = "(NULL, NULL, NULL, NULL, NULL)";
      Do("CREATE OR REPLACE TABLE batch AS SELECT event_us::BIGINT AS event_us, "
         "customer_id::VARCHAR AS customer_id, group_1::VARCHAR AS group_1, _file::VARCHAR AS "
         "_file, "
         "_offset::BIGINT AS _offset FROM (VALUES " +
         rows +
         ") AS v(event_us, customer_id, group_1, _file, _offset) WHERE event_us IS NOT NULL");
      for (const char* name : {kRows, kRowsAgain}) {
        ASSERT_TRUE(engine_->BindQuery(name, "SELECT * FROM batch").ok());
      }
      ASSERT_TRUE(engine_->BindQuery(kStateBefore, "SELECT * FROM state").ok());
      const auto effect = operator_->Advance(watermark_, flush, kBase * 2);
      ASSERT_TRUE(effect.ok()) << MessageOf(effect);
      EXPECT_EQ(effect->rows, static_cast<int64_t>(events.size()));
      EXPECT_EQ(std::to_string(effect->late_rows),
                Value(*engine_, fmt::format("SELECT count(*) FROM {}", kLateRows)));
      late_ += effect->late_rows;
      watermark_ = effect->watermark;
      Do(fmt::format("DELETE FROM windows AS b USING {} AS n WHERE {}", kWindows,
                     operator_->Replaces()));
      const std::string group = settings_.groups > 0 ? "group_1" : "NULL";
      Do(fmt::format(
          "INSERT INTO windows SELECT window_start, window_end, {}, sessions, customers, "
          "sessions_per_min, is_final FROM {}",
          group, kWindows));
      Do(fmt::format(
          "INSERT INTO state SELECT make_timestamptz(pane_us), make_timestamptz(end_us), "
          "{}, customer_id, events FROM {}",
          group, kArrived));
      Do("DELETE FROM state WHERE NOT (" + operator_->StillNeeded(watermark_) + ")");
    }
    /// A new process knows what the lake holds and nothing else.
    void Restart() { operator_ = WindowOperator::Make(engine_, settings_); }
    int64_t late() const { return late_; }
    const Watermark& watermark() const { return watermark_; }

   private:
    void Do(const std::string& sql) {
      const Status done = engine_->Execute(sql);
      ASSERT_TRUE(done.ok()) << MessageOf(done) << "\n" << sql;
    }

    engine::Engine* engine_;
    std::unique_ptr<WindowOperator> operator_;
    WindowSettings settings_;
    Watermark watermark_;
    int64_t late_ = 0;
  };

  static std::vector<Event> MakeEvents(std::mt19937* dice, int count) {
    std::vector<Event> events;
    const int64_t span = static_cast<int64_t>(1 + (*dice)() % 40) * 30 * kMinute;
    for (int i = 0; i < count; ++i) {
      events.push_back({kBase + static_cast<int64_t>((*dice)() % static_cast<uint64_t>(span)),
                        static_cast<int>((*dice)() % 9), static_cast<int>((*dice)() % 3)});
    }
    return events;
  }

  void RunRandomly(const WindowSettings& settings, std::mt19937* dice, std::vector<Event> events) {
    std::shuffle(events.begin(), events.end(), *dice);
    Pipe pipe(engine_.get(), settings);
    for (size_t at = 0; at < events.size();) {
      const size_t take = std::min<size_t>(1 + (*dice)() % 120, events.size() - at);
      pipe.Take({events.begin() + static_cast<std::ptrdiff_t>(at),
                 events.begin() + static_cast<std::ptrdiff_t>(at + take)},
                (*dice)() % 4 == 0);
      at += take;
      if ((*dice)() % 3 == 0) pipe.Restart();
    }
    pipe.Take({}, true);
    late_ = pipe.late();
    watermark_ = pipe.watermark();
  }

  std::vector<std::string> Windows() {
    return Rows(*engine_,
                "SELECT epoch_us(window_start), epoch_us(window_end), group_1, sessions, customers "
                "FROM windows ORDER BY ALL");
  }

  /// By hand: windows of an event, then sets.
  static std::vector<std::string> Expected(const WindowSpec& window, bool grouped,
                                           const std::vector<Event>& events) {
    struct Sums {
      int64_t events = 0;
      std::set<int> customers;
    };
    std::map<std::tuple<int64_t, int64_t, std::string>, Sums> windows;
    const auto add = [&](int64_t start, int64_t end, const Event& event) {
      Sums& sums = windows[{start, end, grouped ? fmt::format("g{}", event.group) : "NULL"}];
      ++sums.events;
      if (event.customer != 0) sums.customers.insert(event.customer);
    };
    for (const Event& event : events) {
      for (int64_t start = event.us / window.slide_us * window.slide_us;
           start + window.size_us > event.us; start -= window.slide_us) {
        add(start, start + window.size_us, event);
      }
    }
    return Lines(windows);
  }

  static std::vector<std::string> ExpectedSessions(int64_t gap_us, bool grouped,
                                                   std::vector<Event> events) {
    std::ranges::sort(events, {}, &Event::us);
    struct Sums {
      int64_t events = 0;
      std::set<int> customers;
    };
    std::map<std::tuple<int64_t, int64_t, std::string>, Sums> windows;
    std::map<std::string, std::vector<Event>> groups;
    for (const Event& event : events) {
      groups[grouped ? fmt::format("g{}", event.group) : "NULL"].push_back(event);
    }
    for (const auto& [group, members] : groups) {
      for (size_t begin = 0, at = 1; at <= members.size(); ++at) {
        if (at < members.size() && members[at].us - members[at - 1].us < gap_us) continue;
        Sums& sums = windows[{members[begin].us, members[at - 1].us + gap_us, group}];
        for (; begin < at; ++begin) {
          ++sums.events;
          if (members[begin].customer != 0) sums.customers.insert(members[begin].customer);
        }
      }
    }
    return Lines(windows);
  }

  template <class Map>
  static std::vector<std::string> Lines(const Map& windows) {
    std::vector<std::string> lines;
    for (const auto& [key, sums] : windows) {
      const auto& [start, end, group] = key;
      lines.push_back(
          fmt::format("{}|{}|{}|{}|{}", start, end, group, sums.events, sums.customers.size()));
    }
    return lines;
  }

  static WindowSettings Settings(const char* window, std::mt19937* dice) {
    WindowSettings settings;
    settings.window = WindowSpec::Parse(window).value();
    settings.groups = static_cast<int>((*dice)() % 2);
    settings.delay_us = static_cast<int64_t>(1 + (*dice)() % 60) * kMinute;
    settings.mode = (*dice)() % 2 == 0 ? OutputMode::kAppend : OutputMode::kUpdate;
    return settings;
  }

  std::unique_ptr<engine::Engine> engine_ = engine::OpenTestEngine();
  int64_t late_ = 0;
  Watermark watermark_;
};

TEST_P(OperatorTest, CorrectedWindowsAreTheBatchModels) {
  std::mt19937 dice(GetParam());
  for (const char* text : {"5m", "10m/5m", "10m/4m", "1h"}) {
    const WindowSettings settings = Settings(text, &dice);
    const std::vector<Event> events = MakeEvents(&dice, 500);
    RunRandomly(settings, &dice, events);
    EXPECT_EQ(Windows(), Expected(settings.window, settings.groups > 0, events)) << text;
    EXPECT_EQ(Value(*engine_, fmt::format("SELECT count(*) FROM windows WHERE is_final <> "
                                          "(epoch_us(window_end) <= {})",
                                          watermark_.us)),
              "0")
        << text;
  }
}

TEST_P(OperatorTest, SessionsGrowTogetherInAnyOrder) {
  std::mt19937 dice(GetParam() + 100);
  for (const char* text : {"session:5m", "session:30m"}) {
    const WindowSettings settings = Settings(text, &dice);
    const std::vector<Event> events = MakeEvents(&dice, 300);
    RunRandomly(settings, &dice, events);
    EXPECT_EQ(Windows(), ExpectedSessions(settings.window.size_us, settings.groups > 0, events))
        << text;
  }
}

TEST_P(OperatorTest, WhatIsDroppedIsCountedAsLate) {
  std::mt19937 dice(GetParam() + 200);
  for (const char* text : {"5m", "10m/5m"}) {
    WindowSettings settings = Settings(text, &dice);
    settings.correct_within_us = 0;
    const std::vector<Event> events = MakeEvents(&dice, 500);
    RunRandomly(settings, &dice, events);
    const int64_t windows_each = settings.window.size_us / settings.window.slide_us;
    EXPECT_EQ(Value(*engine_, "SELECT CAST(sum(sessions) AS BIGINT) FROM windows"),
              std::to_string(windows_each * 500 - late_))
        << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, OperatorTest, testing::Range(0U, 4U));

}  // namespace
}  // namespace cadenza::stream
