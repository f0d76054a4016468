#include "sources/column.h"

#include "engine/test_engine.h"

namespace cadenza::sources {
namespace {

using engine::MessageOf;

class SourceColumnTest : public testing::Test {
 protected:
  /// The value of an expression over one row with the column v.
  std::string Value(const std::string& expression, const std::string& value,
                    const std::string& type) {
    const auto rows = engine_->Query(
        fmt::format("SELECT CAST({} AS VARCHAR) FROM (SELECT CAST({} AS {}) AS v, 'b' AS _file)",
                    expression, value, type));
    EXPECT_TRUE(rows.ok()) << MessageOf(rows) << "\n" << expression;
    if (!rows.ok()) return "error";
    return rows->rows[0][0].value_or("NULL");
  }
  std::string Id(const std::string& value, const std::string& type) {
    return Value(IdSql({"v", type}), value, type);
  }
  std::string Micros(const std::string& value, const std::string& type,
                     const TimeReading& reading = {}) {
    return Value(MicrosecondsSql({"v", type}, reading), value, type);
  }

  std::unique_ptr<engine::Engine> engine_ = engine::OpenTestEngine();
};

TEST_F(SourceColumnTest, IdsAreText) {
  EXPECT_EQ(Id("39", "BIGINT"), "39");
  EXPECT_EQ(Id("39", "DOUBLE"), "39");
  EXPECT_EQ(Id("39.5", "DOUBLE"), "39.5");
  EXPECT_EQ(Id("NULL", "DOUBLE"), "NULL");
  EXPECT_EQ(Id("'39.0'", "VARCHAR"), "39");
  EXPECT_EQ(Id("' 007 '", "VARCHAR"), "007");
  EXPECT_EQ(Id("'v2.0'", "VARCHAR"), "v2.0");
  EXPECT_EQ(Id("''", "VARCHAR"), "NULL");
  EXPECT_EQ(Id("'39.00'", "VARCHAR"), "39");
  EXPECT_EQ(Id("'NaN'", "DOUBLE"), "NULL");
}

TEST_F(SourceColumnTest, TimesOfEveryKind) {
  constexpr const char* kInstant = "1751364000500000";  // 2025-07-01 10:00:00.5
  EXPECT_EQ(Micros("'2025-07-01T10:00:00.5'", "VARCHAR"), kInstant);
  EXPECT_EQ(Micros("'2025-07-01 12:00:00.500+02:00'", "VARCHAR"), kInstant);
  EXPECT_EQ(Micros("'2025-07-01 10:00:00.5'", "TIMESTAMP"), kInstant);
  EXPECT_EQ(Micros("'2025-07-01 10:00:00.5'", "TIMESTAMP_NS"), kInstant);
  EXPECT_EQ(Micros("'2025-07-01 12:00:00.5+02'", "TIMESTAMP WITH TIME ZONE"), kInstant);
  EXPECT_EQ(Micros("'2025-07-01'", "DATE"), "1751328000000000");
  EXPECT_EQ(Micros("'soon'", "VARCHAR"), "NULL");
  const auto in = [](TimeUnit unit) {
    TimeReading reading;
    reading.units["b"] = unit;
    return reading;
  };
  EXPECT_EQ(Micros("1751364000500", "BIGINT", in(TimeUnit::kMilliseconds)), kInstant);
  EXPECT_EQ(Micros("1751364000500000999", "BIGINT", in(TimeUnit::kNanoseconds)), kInstant);
  EXPECT_EQ(Micros("1751364000.5", "DOUBLE", in(TimeUnit::kSeconds)), kInstant);
  EXPECT_EQ(Micros("'1751364000500000'", "VARCHAR", in(TimeUnit::kMicroseconds)), kInstant);
  EXPECT_EQ(Micros("1751364000", "INTEGER", in(TimeUnit::kSeconds)), "1751364000000000");
  // Under a unit that does not fit a value is no time, and nothing overflows.
  EXPECT_EQ(Micros("9223372036854775807", "BIGINT", in(TimeUnit::kSeconds)), "NULL");
  EXPECT_EQ(Micros("1751364000", "BIGINT", in(TimeUnit::kMilliseconds)), "NULL");
}

TEST_F(SourceColumnTest, TextTimesAsTheyAreWritten) {
  ASSERT_TRUE(engine_->Execute("SET VARIABLE cadenza_zones = ['Europe/Berlin', 'EST']").ok());
  for (const char* text :
       {"'2025-07-02 03:00:00 Europe/Berlin'", "'2025-07-02T01:00Z'",
        "'2025-07-02T03:00:00+02:00[Europe/Berlin]'", "'2025-07-02 01:00:00 utc'",
        "'2025-07-02 03:00:00 +02:00'", "'2025-07-01 20:00:00 EST'"}) {
    EXPECT_EQ(Micros(text, "VARCHAR"), "1751418000000000") << text;
  }
  EXPECT_EQ(Micros("'2025-07-02 03:00:00 Europe/Nowhere'", "VARCHAR"), "NULL");
  EXPECT_EQ(Micros("'31.01.2024'", "VARCHAR"), "NULL");
}

TEST_F(SourceColumnTest, AmountsAsPeopleWriteThem) {
  const auto number = [&](const std::string& text) {
    return Value(NumberSql({"v", "VARCHAR"}), "'" + text + "'", "VARCHAR");
  };
  for (const char* text :
       {"1234.5", "1,234.50", "1.234,50", "1 234,50", "$1,234.50", "1234,5 EUR"}) {
    EXPECT_EQ(number(text), "1234.5") << text;
  }
  for (const char* text : {"12abc", "9.99.1", "free", "inf"})
    EXPECT_EQ(number(text), "NULL") << text;
}

TEST_F(SourceColumnTest, FilesHaveUnitsOfTheirOwn) {
  TimeReading reading;
  reading.units = {{"a", TimeUnit::kSeconds}, {"b", TimeUnit::kMilliseconds}};
  EXPECT_EQ(Micros("1751364000500", "BIGINT", reading), "1751364000500000");
}

TEST_F(SourceColumnTest, AZoneForTimesWithoutOne) {
  TimeReading reading;
  reading.zone = "Europe/Berlin";
  EXPECT_EQ(Micros("'2025-07-01 12:00:00'", "VARCHAR", reading), "1751364000000000");
  EXPECT_EQ(Micros("'2025-07-01 12:00:00'", "TIMESTAMP", reading), "1751364000000000");
  EXPECT_EQ(Micros("'2025-07-01T10:00:00Z'", "VARCHAR", reading), "1751364000000000");
  EXPECT_EQ(Micros("'2025-07-01T05:00:00.0-05:00'", "VARCHAR", reading), "1751364000000000");
  // A day without a time is the same day of the calendar everywhere.
  EXPECT_EQ(Micros("'2025-07-01'", "VARCHAR", reading), "1751328000000000");
  EXPECT_EQ(Micros("'2025-07-01'", "DATE", reading), "1751328000000000");
  EXPECT_EQ(Micros("'2025-07-01T12:00+02:00'", "VARCHAR", reading), "1751364000000000");
}

TEST_F(SourceColumnTest, MillisecondsAreKnownByTheirName) {
  EXPECT_EQ(SecondsSql({"duration_ms", "BIGINT"}),
            "finite(TRY_CAST(\"duration_ms\" AS DOUBLE)) / 1000");
  EXPECT_EQ(SecondsSql({"msPlayed", "BIGINT"}), "finite(TRY_CAST(\"msPlayed\" AS DOUBLE)) / 1000");
  EXPECT_EQ(SecondsSql({"duration", "BIGINT"}), "finite(TRY_CAST(\"duration\" AS DOUBLE))");
}

TEST(ChooseColumnsTest, OwnNamesThenOthersThenTheUsersWord) {
  const TableSchema& sessions = *FindSourceTable("sessions");
  const auto chosen = ChooseColumns(
      sessions,
      {{"User ID", "BIGINT"}, {"sessionId", "BIGINT"}, {"ts", "BIGINT"}, {"startTime", "BIGINT"}},
      {});
  ASSERT_TRUE(chosen.ok()) << MessageOf(chosen);
  EXPECT_EQ(chosen->at("customer_id").name, "User ID");
  EXPECT_EQ(chosen->at("start_time").name, "startTime");
  const auto mapped = ChooseColumns(
      sessions, {{"user_id", "BIGINT"}, {"id", "BIGINT"}, {"ts", "BIGINT"}, {"t2", "BIGINT"}},
      {{"", "start_time", "t2"}, {"events", "event_time", "gone"}});
  ASSERT_TRUE(mapped.ok()) << MessageOf(mapped);
  EXPECT_EQ(mapped->at("start_time").name, "t2");
}

TEST(ChooseColumnsTest, AMissingColumnSaysWhichThereAre) {
  const auto chosen =
      ChooseColumns(*FindSourceTable("sessions"), {{"who", "BIGINT"}, {"_file", "VARCHAR"}}, {});
  ASSERT_FALSE(chosen.ok());
  EXPECT_NE(chosen.error().message.find("there are who)"), std::string::npos)
      << chosen.error().message;
  EXPECT_NE(chosen.error().message.find("--map sessions.customer_id=COLUMN"), std::string::npos);
}

TEST(ParseMappingTest, KnowsTablesAndFields) {
  const auto mapping = ParseMapping("sessions.start_time=a=b");
  ASSERT_TRUE(mapping.ok()) << MessageOf(mapping);
  EXPECT_EQ(mapping->table, "sessions");
  EXPECT_EQ(mapping->field, "start_time");
  EXPECT_EQ(mapping->column, "a=b");
  EXPECT_TRUE(ParseMapping("status=x").ok());
  for (const char* wrong : {"", "x", "=x", "status=", "songs.title=x", "sessions.title=x"}) {
    EXPECT_FALSE(ParseMapping(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace cadenza::sources
