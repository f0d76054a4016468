#include "query/session.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "engine/test_engine.h"
#include "lake/run.h"
#include "query/function_list.h"

namespace cadenza::query {
namespace {

using engine::MessageOf;

lake::Model Counts(const std::string& name) {
  lake::Model model;
  model.name = name;
  model.layer = "gold";
  model.summary = "counts";
  model.grain = "one row per n";
  model.kind = lake::ModelKind::kWritten;
  model.columns = {{"user_id", "VARCHAR", "who"}, {"n", "BIGINT", "a number"}};
  return model;
}

class SessionTest : public testing::Test {
 protected:
  void SetUp() override {
    Write("hits", 10);
    Write("secrets", 3);
    engine::DuckDbOptions options;
    options.threads = 2;
    auto database = Database::Open(options);
    ASSERT_TRUE(database.ok()) << MessageOf(database);
    database_ = std::move(database).value();
  }

  /// A run after which the table has so many rows.
  void Write(const std::string& table, int rows) {
    const auto engine = engine::OpenTestEngine();
    auto lake = lake::Lake::Open(folder_.path(), engine.get());
    ASSERT_TRUE(lake.ok()) << MessageOf(lake);
    const auto model = lake->Declare(Counts(table));
    ASSERT_TRUE(model.ok()) << MessageOf(model);
    auto run = lake::Run::Begin(&*lake, lake::TableFormat::kDelta, {});
    ASSERT_TRUE(run.ok()) << MessageOf(run);
    const auto before = lake->Load(**model);
    ASSERT_TRUE(before.ok()) << MessageOf(before);
    lake::TableChange change;
    auto files = engine->Write((*run)->Request(
        **model, {},
        fmt::format("SELECT 'u' || range AS user_id, range AS n FROM range({})", rows)));
    ASSERT_TRUE(files.ok()) << MessageOf(files);
    change.added = std::move(files).value();
    change.remove_all = true;
    (*run)->Stage(**model, *before, {}, std::move(change));
    const Status done = (*run)->Commit();
    ASSERT_TRUE(done.ok()) << MessageOf(done);
  }

  std::shared_ptr<LakeState> Now() {
    auto state = database_->OpenLake(folder_.path());
    EXPECT_TRUE(state.ok()) << MessageOf(state);
    return state.ok() ? *state : nullptr;
  }
  std::unique_ptr<Session> Open(SessionOptions options = {}) {
    auto session = Session::Open(database_.get(), Now(), std::move(options));
    EXPECT_TRUE(session.ok()) << MessageOf(session);
    return session.ok() ? std::move(session).value() : nullptr;
  }
  /// The one value of an answer, or the message of the error.
  static std::string Value(Session& session, const std::string& sql) {
    const auto answer = session.Query(sql);
    return answer.ok() ? answer->rows.Text() : answer.error().message;
  }

  engine::TestFolder folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(SessionTest, AnswersFromTheStateThatItOpened) {
  const auto before = Open();
  Write("hits", 25);
  const auto after = Open();
  EXPECT_EQ(Value(*before, "select count(*) from hits"), "10");
  EXPECT_EQ(Value(*after, "select count(*) from gold.hits;"), "25");
  EXPECT_EQ(Value(*after, "select count(*) from hits at (version => 0)"), "10");
  ASSERT_TRUE(before->Follow(after->lake()).ok());
  EXPECT_EQ(Value(*before, "select count(*) from hits"), "25");
}

TEST_F(SessionTest, NewestIsTheSameStateUntilARunFinishes) {
  const auto known = Now();
  const auto same = database_->Newest(known);
  ASSERT_TRUE(same.ok()) << MessageOf(same);
  EXPECT_EQ(*same, known);
  Write("hits", 11);
  const auto next = database_->Newest(known);
  ASSERT_TRUE(next.ok()) << MessageOf(next);
  EXPECT_NE(*next, known);
}

TEST_F(SessionTest, AHundredAtOnceEachReadTheirOwnState) {
  const auto old_state = Now();
  Write("hits", 25);
  const auto new_state = Now();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 100; ++t) {
    threads.emplace_back([&, t] {
      const bool is_old = t % 2 == 0;
      SessionOptions options;
      if (t % 4 == 0) options.may_read = [](const lake::Model& m) { return m.name == "hits"; };
      auto session = Session::Open(database_.get(), is_old ? old_state : new_state, options);
      if (!session.ok()) {
        ++wrong;
        return;
      }
      for (int i = 0; i < 5; ++i) {
        const std::string sum =
            Value(**session, fmt::format("select sum(n + {}) from gold.hits", t));
        const int64_t rows = is_old ? 10 : 25;
        if (sum != std::to_string(rows * (rows - 1) / 2 + rows * t)) ++wrong;
        if (Value(**session, "select count(*) from hits at (version => 0)") != "10") ++wrong;
      }
      const std::string secret = Value(**session, "select count(*) from secrets");
      if (secret != (t % 4 == 0 ? "this user may not read the table: secrets" : "3")) ++wrong;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(SessionTest, ColumnsHaveTheirTypes) {
  const auto session = Open();
  const auto answer = session->Query("select * from hits order by n limit 1");
  ASSERT_TRUE(answer.ok()) << MessageOf(answer);
  const std::vector<engine::Column> expected = {{"user_id", "VARCHAR"}, {"n", "BIGINT"}};
  EXPECT_EQ(answer->rows.columns, expected);
  const auto columns = session->Columns("from hits");
  ASSERT_TRUE(columns.ok()) << MessageOf(columns);
  EXPECT_EQ(*columns, expected);
}

TEST_F(SessionTest, RowsBeyondTheLimitAreCutOff) {
  SessionOptions options;
  options.limits.rows = 4;
  const auto session = Open(options);
  const auto cut = session->Query("select n from hits order by n desc");
  ASSERT_TRUE(cut.ok()) << MessageOf(cut);
  EXPECT_TRUE(cut->is_cut);
  EXPECT_EQ(cut->rows.rows.size(), 4U);
  EXPECT_EQ(cut->rows.Text(3), "6");
  const auto whole = session->Query("select n from hits where n < 4");
  ASSERT_TRUE(whole.ok()) << MessageOf(whole);
  EXPECT_FALSE(whole->is_cut);
  std::string csv;
  const auto exported =
      session->Export("select n from hits order by n", "csv", [&](std::string_view bytes) {
        csv += bytes;
        return Status();
      });
  ASSERT_TRUE(exported.ok()) << MessageOf(exported);
  EXPECT_TRUE(*exported);
  EXPECT_EQ(csv, "n\n0\n1\n2\n3\n");
}

TEST_F(SessionTest, EveryFormatGoesToTheSink) {
  const auto session = Open();
  for (const std::string format : {"csv", "json", "parquet", "arrow"}) {
    std::string bytes;
    const auto done = session->Export("from hits", format, [&](std::string_view piece) {
      bytes += piece;
      return Status();
    });
    EXPECT_TRUE(done.ok()) << format << ": " << MessageOf(done);
    EXPECT_FALSE(bytes.empty()) << format;
    const auto refused = session->Export("from range(1000000)", format, [](std::string_view) {
      return Status(MakeError(ErrorKind::kIo, "nobody reads"));
    });
    EXPECT_EQ(MessageOf(refused), "nobody reads") << format;
  }
}

TEST_F(SessionTest, AStatementEndsWhenItsTimeIsOver) {
  SessionOptions options;
  options.limits.seconds = 0.2;
  const auto session = Open(options);
  const auto late = session->Query("select sum(hash(range)) from range(100000000000)");
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().kind, ErrorKind::kInterrupted);
  EXPECT_EQ(late.error().message, "stopped: longer than 0.2 s, the limit of a statement");
  EXPECT_EQ(Value(*session, "select count(*) from hits"), "10");
}

TEST_F(SessionTest, AnInterruptEndsOnlyTheStatementThatRuns) {
  const auto session = Open();
  session->Interrupt();
  EXPECT_EQ(Value(*session, "select count(*) from hits"), "10");
  std::atomic<bool> over{false};
  std::thread other([&] {
    while (!over) {
      session->Interrupt();
      std::this_thread::yield();
    }
  });
  const auto ended = session->Query("select sum(hash(range)) from range(100000000000)");
  over = true;
  other.join();
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().kind, ErrorKind::kInterrupted) << ended.error().message;
  EXPECT_EQ(Value(*session, "select count(*) from hits"), "10");
}

TEST_F(SessionTest, ReadsOnly) {
  SessionOptions options;
  options.raw_files = true;
  const auto session = Open(options);
  for (const char* sql : {"drop view hits", "create table t as select 1", "select 1; select 2"}) {
    EXPECT_FALSE(session->Query(sql).ok()) << sql;
  }
}

TEST_F(SessionTest, RawFilesOnlyWhereTheyAreAllowed) {
  const std::string csv = folder_.Put("x.csv", "a,b\n1,2\n");
  SessionOptions options;
  options.raw_files = true;
  const auto open = Open(options);
  EXPECT_EQ(Value(*open, "select b from '" + csv + "'"), "2");
  const auto fenced = Open();
  const std::vector<std::string> refused = {"select b from '" + csv + "'",
                                            "select * from read_csv('" + csv + "')",
                                            "select * from read_text('" + csv + "')",
                                            "from glob('/*')",
                                            "select * from query('select 1')",
                                            "select * from duckdb_settings()",
                                            "select * from information_schema.tables",
                                            "select current_setting('memory_limit')",
                                            "select cadenza_note_key(1, 2)",
                                            "select (select max(b) from '" + csv + "') from hits",
                                            "with hits as (from '" + csv + "') from hits",
                                            "pivot hits on user_id using sum(n)",
                                            "explain analyze select * from '" + csv + "'",
                                            "from lake_1.main.hits",
                                            "copy (select 1) to '" + csv + "'"};
  for (const std::string& sql : refused) {
    EXPECT_FALSE(fenced->Query(sql).ok()) << sql;
  }
}

TEST_F(SessionTest, EachFunctionOfTheEngineIsDecided) {
  SessionOptions options;
  options.raw_files = true;
  const auto open = Open(options);
  const Result<Answer> functions = open->Query(
      "select distinct lower(function_name), function_type in ('table', 'table_macro') from "
      "duckdb_functions() where function_type <> 'pragma' order by 1");
  ASSERT_TRUE(functions.ok());
  EXPECT_GT(functions->rows.rows.size(), 700U);
  for (size_t r = 0; r < functions->rows.rows.size(); ++r) {
    const std::string name = functions->rows.Text(r);
    const bool is_allowed = functions->rows.Text(r, 1) == "true" ? MakesRowsOfItsArguments(name)
                                                                 : MakesValueOfItsArguments(name);
    const bool both = name == "histogram" || name == "json_execute_serialized_sql";
    EXPECT_TRUE(is_allowed || IsRefused(name)) << name << " is new: decide in function_list.cc";
    EXPECT_TRUE(both || !is_allowed || !IsRefused(name)) << name << " is decided twice";
  }
}

TEST_F(SessionTest, TheFenceKnowsTheTablesOfItsUser) {
  SessionOptions options;
  options.may_read = [](const lake::Model& model) { return model.name == "hits"; };
  const auto session = Open(options);
  EXPECT_EQ(Value(*session, "with p as (from hits) select count(*) from p, range(2)"), "20");
  EXPECT_EQ(Value(*session, "with secrets as materialized (select 7) from secrets"), "7");
  EXPECT_EQ(Value(*session,
                  "with recursive t(n) as (select 1 union all select n + 1 from t where n < 9) "
                  "select count(*) from t"),
            "9");
  EXPECT_EQ(Value(*session, "show tables"), "hits");
  EXPECT_EQ(Value(*session, "describe hits"), "user_id");
  for (const char* sql :
       {"select * from secrets", "select * from gold.secrets", "select * from \"SECRETS\"",
        "select n from hits where n in (select n from secrets)", "describe secrets",
        "from hits union all from secrets", "from secrets at (version => 0)",
        "explain select * from secrets", "with secrets as (from gold.secrets) from secrets",
        "with secrets as (from secrets) from secrets",
        "with p as (from secrets), secrets as (select 1) from p",
        "from (with secrets as (select 1) from secrets), secrets"}) {
    const std::string message = MessageOf(session->Query(sql));
    EXPECT_TRUE(message.starts_with("this user may not read the table: "))
        << sql << ": " << message;
  }
}

}  // namespace
}  // namespace cadenza::query
