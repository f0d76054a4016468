#include "engine/engine.h"

#include <atomic>
#include <thread>

#include "delta/transaction.h"
#include "engine/test_engine.h"

namespace cadenza::engine {
namespace {

using Lines = std::vector<std::string>;

class EngineTest : public testing::Test {
 protected:
  Lines Ask(const std::string& sql) { return Rows(*engine_, sql); }
  std::string One(const std::string& sql) { return Value(*engine_, sql); }

  TestFolder folder_;
  std::unique_ptr<Engine> engine_ = OpenTestEngine();
};

TEST_F(EngineTest, ValuesAreTextAndNullIsNoText) {
  const auto set = engine_->Query("SELECT 42 AS n, '' AS empty, NULL AS nothing, true AS flag");
  ASSERT_TRUE(set.ok()) << MessageOf(set);
  EXPECT_EQ(set->columns[1].name, "empty");
  EXPECT_EQ(set->rows[0][1], std::optional<std::string>(""));
  EXPECT_EQ(set->rows[0][2], std::nullopt);
  EXPECT_EQ(set->rows[0][3], std::optional<std::string>("true"));
  EXPECT_EQ(set->Number(), 42);
  EXPECT_EQ(set->Number(1), 0) << "there is no second row";
  EXPECT_EQ(set->Text(0, 2), "");
}

TEST_F(EngineTest, ErrorsOfTheSqlAreInputErrors) {
  for (const char* sql : {"SELECT", "SELECT * FROM nowhere", "SELECT CAST('x' AS INTEGER)"}) {
    const auto result = engine_->Query(sql);
    ASSERT_FALSE(result.ok()) << sql;
    EXPECT_EQ(result.error().kind, ErrorKind::kInput) << sql;
    EXPECT_FALSE(result.error().message.empty());
  }
  EXPECT_EQ(engine_->Execute("DROP TABLE nowhere").error().kind, ErrorKind::kInput);
  EXPECT_EQ(One("SELECT 1"), "1") << "an error leaves the engine usable";
}

TEST_F(EngineTest, ANulByteCutsNoSql) {
  const std::string sql = "SELECT " + QuoteText(std::string("a\0b", 3)) + " FROM nowhere";
  const auto asked = engine_->Query(sql);
  ASSERT_FALSE(asked.ok());
  EXPECT_EQ(asked.error().message,
            "a text or a name has a NUL byte, which SQL cannot hold, behind: a");
  EXPECT_FALSE(engine_->Execute("SELECT 1" + std::string(1, '\0') + "; DROP TABLE x").ok());
  EXPECT_FALSE(engine_->Describe(sql).ok());
}

TEST_F(EngineTest, TimesAreUtc) {
  EXPECT_EQ(One("SELECT timestamp_millis(1541106106796)"), "2018-11-01 21:01:46.796+00");
}

TEST_F(EngineTest, DescribesAQueryWithoutRunningIt) {
  const auto columns = engine_->Describe(
      "SELECT CAST(1 AS BIGINT) AS a, error('it was run') AS b, timestamp_millis(1) AS \"a b\", "
      "DATE '2018-11-01' AS d, CAST(1 AS DOUBLE) AS f -- a remark at the end");
  ASSERT_TRUE(columns.ok()) << MessageOf(columns);
  ASSERT_EQ(columns->size(), 5U);
  EXPECT_EQ((*columns)[0], (Column{"a", "BIGINT"}));
  EXPECT_EQ((*columns)[2], (Column{"a b", "TIMESTAMP WITH TIME ZONE"}));
  EXPECT_EQ((*columns)[3], (Column{"d", "DATE"}));
  EXPECT_EQ((*columns)[4], (Column{"f", "DOUBLE"}));
  EXPECT_FALSE(engine_->Describe("SELECT x FROM nowhere").ok());
}

TEST_F(EngineTest, TheGreatestPartitionOfOneFileIsFound) {
  WriteRequest request;
  request.select = "SELECT range AS x, DATE '2018-11-01' AS day FROM range(10)";
  request.folder = folder_.File("table");
  request.partition_columns = {"day"};
  const auto written = engine_->Write(request);
  ASSERT_TRUE(written.ok()) << MessageOf(written);
  ASSERT_EQ(written->size(), 1U);
  FileRelation relation;
  relation.columns = {{"x", "BIGINT"}, {"day", "DATE"}};
  relation.partition_columns = {"day"};
  relation.folder = request.folder;
  relation.files = {written->front().path};
  ASSERT_TRUE(engine_->BindFiles("days", relation).ok());
  EXPECT_EQ(One("SELECT max(day) FROM days"), "2018-11-01");
  EXPECT_EQ(One("SELECT count(*) FROM days WHERE day >= DATE '2018-11-02'"), "0");
}

TEST_F(EngineTest, ARelationReplacesTheOneOfItsName) {
  ASSERT_TRUE(engine_->BindQuery("r", "SELECT 1 AS a").ok());
  ASSERT_TRUE(engine_->BindQuery("r", "SELECT 2 AS a").ok());
  EXPECT_EQ(One("SELECT a FROM r"), "2");
  ASSERT_TRUE(engine_->Materialize("r", "SELECT 3 AS a").ok());
  EXPECT_EQ(One("SELECT a FROM r"), "3");
  ASSERT_TRUE(engine_->Materialize("r", "SELECT 4 AS a").ok());
  ASSERT_TRUE(engine_->BindQuery("r", "SELECT 5 AS a").ok());
  EXPECT_EQ(One("SELECT a FROM r"), "5");
  ASSERT_TRUE(engine_->Drop("r").ok());
  EXPECT_FALSE(engine_->Query("SELECT a FROM r").ok());
  EXPECT_TRUE(engine_->Drop("r").ok()) << "dropping what is not there is no error";
}

TEST_F(EngineTest, NamesMayHoldAnything) {
  const std::string name = "it's \"odd\"; --";
  ASSERT_TRUE(engine_->BindQuery(name, "SELECT 1 AS a").ok());
  EXPECT_EQ(One("SELECT a FROM " + QuoteName(name)), "1");
  ASSERT_TRUE(engine_->Materialize(name, "SELECT 2 AS a").ok());
  EXPECT_EQ(One("SELECT a FROM " + QuoteName(name)), "2");
  ASSERT_TRUE(engine_->Drop(name).ok());
  EXPECT_EQ(One("SELECT " + QuoteText(name)), name);
}

TEST_F(EngineTest, AMaterializedRelationKeepsItsRows) {
  ASSERT_TRUE(engine_->Execute("CREATE TABLE source AS SELECT 1 AS a").ok());
  ASSERT_TRUE(engine_->Materialize("kept", "SELECT * FROM source").ok());
  ASSERT_TRUE(engine_->BindQuery("view", "SELECT * FROM source").ok());
  ASSERT_TRUE(engine_->Execute("INSERT INTO source VALUES (2)").ok());
  EXPECT_EQ(One("SELECT count(*) FROM kept"), "1");
  EXPECT_EQ(One("SELECT count(*) FROM view"), "2");
}

TEST_F(EngineTest, ARelationOfNoFilesHasItsColumns) {
  FileRelation none;
  none.columns = {{"a", "BIGINT"}, {"t", "TIMESTAMP WITH TIME ZONE"}, {"s", "VARCHAR"}};
  none.partition_columns = {"s"};
  none.folder = folder_.path();
  ASSERT_TRUE(engine_->BindFiles("none", none).ok());
  EXPECT_EQ(One("SELECT count(*) FROM none"), "0");
  EXPECT_EQ(*engine_->Describe("SELECT * FROM none"), none.columns);
}

TEST_F(EngineTest, OlderFilesMayLackColumns) {
  for (const char* select : {"SELECT 1 AS a", "SELECT 2 AS a, 'new' AS b"}) {
    WriteRequest request;
    request.select = select;
    request.folder = folder_.path();
    ASSERT_TRUE(engine_->Write(request).ok());
  }
  FileRelation files;
  files.columns = {{"a", "INTEGER"}, {"b", "VARCHAR"}};
  files.folder = folder_.path();
  files.columns_were_added = true;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    files.files.push_back(entry.path().filename().string());
  }
  ASSERT_TRUE(engine_->BindFiles("r", files).ok());
  EXPECT_EQ(Ask("SELECT * FROM r ORDER BY a"), (Lines{"1|NULL", "2|new"}));
}

/// What the relation says of a file counts, whatever the folders above and below the root are
/// called, and whether the engine would take them for columns or for patterns.
TEST_F(EngineTest, ValuesOfPartitionsAreThoseOfTheRelation) {
  for (const char* root : {"plain", "level=paid", "[x]", "a*b", "q?x", "100%25", "l\xC3\xA4ke"}) {
    FileRelation files;
    files.columns = {{"a", "INTEGER"}, {"level", "VARCHAR"}, {"day", "DATE"}};
    files.partition_columns = {"level", "day"};
    files.folder = folder_.File(root);
    files.path_column = "path";
    for (const char* subfolder : {"level=free/day=2018-11-01", "moved/level=odd", "level=null"}) {
      WriteRequest request;
      request.select = fmt::format("SELECT {} AS a", files.files.size());
      request.folder = files.folder;
      request.subfolder = subfolder;
      const auto written = engine_->Write(request);
      ASSERT_TRUE(written.ok()) << MessageOf(written);
      files.files.push_back(written->front().path);
    }
    files.partition_values = {
        {"free", "2018-11-01"}, {"null", std::nullopt}, {std::nullopt, "2020-02-29"}};
    ASSERT_TRUE(engine_->BindFiles("r", files).ok()) << root;
    EXPECT_EQ(Ask("SELECT a, level, day, substr(path, 1, 5) FROM r ORDER BY a"),
              (Lines{"0|free|2018-11-01|level", "1|null|NULL|moved", "2|NULL|2020-02-29|level"}))
        << root;
    EXPECT_EQ(One("SELECT count(*) FROM r WHERE level = 'free'"), "1") << root;
  }
}

TEST_F(EngineTest, ARowsFileIsItsOwnWhereAFilterLeavesOthersOut) {
  FileRelation files;
  files.columns = {{"a", "INTEGER"}, {"level", "VARCHAR"}};
  files.partition_columns = {"level"};
  files.folder = folder_.path();
  files.path_column = "path";
  for (const char* level : {"free", "none", "paid"}) {
    WriteRequest request;
    request.select = "SELECT 1 AS a";
    request.folder = files.folder;
    request.subfolder = PartitionFolder("level", level);
    files.files.push_back(engine_->Write(request)->front().path);
    files.partition_values.push_back({level});
  }
  ASSERT_TRUE(engine_->BindFiles("r", files).ok());
  EXPECT_EQ(One("SELECT split_part(path, '/', 1) FROM r WHERE level = 'paid'"), "level=paid");
  EXPECT_EQ(One("SELECT split_part(path, '/', 1) FROM r WHERE level NOT IN ('free', 'none')"),
            "level=paid");
}

TEST_F(EngineTest, AColumnThatNoFileHasIsNull) {
  WriteRequest request;
  request.select = "SELECT 1 AS a";
  request.folder = folder_.path();
  const auto written = engine_->Write(request);
  FileRelation files;
  files.columns = {{"a", "BIGINT"}, {"added", "DECIMAL(12,3)"}, {"nested", "STRUCT(x BIGINT)"}};
  files.folder = folder_.path();
  files.files = {written->front().path};
  files.columns_were_added = true;
  ASSERT_TRUE(engine_->BindFiles("r", files).ok());
  EXPECT_EQ(Ask("SELECT * FROM r"), (Lines{"1|NULL|NULL"}));
}

TEST_F(EngineTest, PathsThatCannotBeSaidAreRefused) {
  for (const char* path : {"a\\b*", "l\xE4ke", "s3://bucket/q?x", "s3://bucket/[x]"}) {
    EXPECT_FALSE(CheckPath(path).ok()) << path;
  }
  for (const char* path : {"a\\b", "[x]", "a*b", "l\xC3\xA4ke", "s3://bucket/my%20logs"}) {
    EXPECT_TRUE(CheckPath(path).ok()) << path;
  }
}

TEST_F(EngineTest, AFolderOfAPartitionFitsIntoAName) {
  EXPECT_EQ(PartitionFolder("a", std::nullopt), "a=__HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(PartitionFolder("a", "x/y %"), "a=x%2Fy%20%25");
  const std::string first = PartitionFolder("a", std::string(300, '/') + "1");
  const std::string second = PartitionFolder("a", std::string(300, '/') + "2");
  EXPECT_LE(first.size(), 255U);
  EXPECT_NE(first, second);
  EXPECT_NE(first.find("%2F~"), std::string::npos) << "cut between two characters: " << first;
}

TEST_F(EngineTest, LoadsRowsOfJsonLines) {
  const std::vector<Column> columns = {{"run", "BIGINT"},
                                       {"started", "TIMESTAMP WITH TIME ZONE"},
                                       {"share", "DOUBLE"},
                                       {"cut", "BOOLEAN"},
                                       {"raw", "VARCHAR"}};
  const std::string path = folder_.Put(
      "rows.json",
      R"({"run":1,"started":"2018-11-01 21:01:46.796+00","share":0.5,"cut":true,"raw":"{\"a\":\u0000"})"
      "\n"
      R"({"raw":"","run":9223372036854775807,"more":1})"
      "\n");
  ASSERT_TRUE(engine_->LoadRows("loaded", columns, path).ok());
  std::filesystem::remove(path);
  EXPECT_EQ(*engine_->Describe("SELECT * FROM loaded"), columns);
  EXPECT_EQ(
      Ask("SELECT run, started, share, cut, length(raw) FROM loaded ORDER BY run"),
      (Lines{"1|2018-11-01 21:01:46.796+00|0.5|true|6", "9223372036854775807|NULL|NULL|NULL|0"}));
}

TEST_F(EngineTest, LoadsNoRowsFromAnEmptyFile) {
  ASSERT_TRUE(engine_->LoadRows("loaded", {{"a", "BIGINT"}}, folder_.Put("rows.json", "")).ok());
  EXPECT_EQ(One("SELECT count(*) FROM loaded"), "0");
}

TEST_F(EngineTest, LoadsLongTexts) {
  const std::string text(2 << 20, 'x');
  const std::string path = folder_.Put("rows.json", R"({"raw":")" + text + "\"}\n");
  ASSERT_TRUE(engine_->LoadRows("loaded", {{"raw", "VARCHAR"}}, path).ok());
  EXPECT_EQ(One("SELECT length(raw) FROM loaded"), std::to_string(text.size()));
}

TEST_F(EngineTest, ReadOnlyAcceptsQueries) {
  ASSERT_TRUE(engine_->BindQuery("r", "SELECT 1 AS a").ok());
  for (const char* sql :
       {"SELECT 1", "  select a from r", "WITH x AS (SELECT 1 AS a) SELECT * FROM x", "FROM r",
        "EXPLAIN SELECT a FROM r", "DESCRIBE r", "SHOW TABLES", "SUMMARIZE r", "VALUES (1)",
        "-- a remark\nSELECT 1", "SELECT ';'", "SELECT 1;"}) {
    const Status status = engine_->CheckReadOnly(sql);
    EXPECT_TRUE(status.ok()) << sql << ": " << MessageOf(status);
  }
}

TEST_F(EngineTest, WhatReadOnlyAcceptsCanBeAsked) {
  ASSERT_TRUE(engine_->BindQuery("r", "SELECT 1 AS a").ok());
  for (const char* sql : {"WITH x AS (SELECT 1 AS a) SELECT * FROM x", "FROM r", "DESCRIBE r",
                          "EXPLAIN SELECT a FROM r", "SHOW TABLES", "VALUES (1)",
                          "SELECT 1 AS a, 2 AS a", "SELECT 1 -- a remark", "SELECT a FROM r\n"}) {
    ASSERT_TRUE(engine_->CheckReadOnly(sql).ok()) << sql;
    const auto rows = engine_->Query(sql);
    ASSERT_TRUE(rows.ok()) << sql << ": " << MessageOf(rows);
    EXPECT_FALSE(rows->rows.empty()) << sql;
  }
}

TEST_F(EngineTest, ReadOnlyRefusesWritesAndSeveralStatements) {
  ASSERT_TRUE(engine_->Execute("CREATE TABLE t AS SELECT 1 AS a").ok());
  for (const char* sql :
       {"INSERT INTO t VALUES (2)", "DELETE FROM t", "UPDATE t SET a = 2", "DROP TABLE t",
        "CREATE TABLE u AS SELECT 1", "CREATE VIEW v AS SELECT 1", "ALTER TABLE t ADD COLUMN b INT",
        "COPY t TO 'out.csv'", "ATTACH 'other.db'", "SET threads = 1", "BEGIN", "CHECKPOINT",
        "INSTALL httpfs", "LOAD httpfs", "EXPORT DATABASE 'out'", "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE t", ""}) {
    const Status status = engine_->CheckReadOnly(sql);
    ASSERT_FALSE(status.ok()) << sql;
    EXPECT_EQ(status.error().kind, ErrorKind::kInput) << sql;
  }
  EXPECT_EQ(engine_->CheckReadOnly("SELEKT 1").error().kind, ErrorKind::kInput);
  EXPECT_EQ(engine_->CheckReadOnly("SELECT * FROM nowhere").error().kind, ErrorKind::kInput);
  EXPECT_EQ(One("SELECT a FROM t"), "1");
}

std::string TextOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(EngineTest, Exports) {
  const std::string select =
      "SELECT * FROM (VALUES (1, 'a,\"b'), (2, NULL)) AS v(n, s) ORDER BY n -- all of them";
  ASSERT_TRUE(engine_->Export(select, folder_.File("out.csv"), "csv").ok());
  EXPECT_EQ(TextOf(folder_.File("out.csv")), "n,s\n1,\"a,\"\"b\"\n2,\n");
  ASSERT_TRUE(engine_->Export(select, folder_.File("out.json"), "json").ok());
  const std::string json = TextOf(folder_.File("out.json"));
  EXPECT_TRUE(json.starts_with("[")) << json;
  EXPECT_NE(json.find(R"({"n":1,"s":"a,\"b"})"), std::string::npos) << json;
  EXPECT_NE(json.find(R"({"n":2,"s":null})"), std::string::npos) << json;
  ASSERT_TRUE(engine_->Export(select, folder_.File("out.parquet"), "parquet").ok());
  EXPECT_EQ(Ask("SELECT * FROM read_parquet(" + QuoteText(folder_.File("out.parquet")) + ")"),
            (Lines{"1|a,\"b", "2|NULL"}));
  EXPECT_FALSE(engine_->Export(select, folder_.File("none/out.csv"), "csv").ok());
}

TEST_F(EngineTest, ACheckpointGivesBackTheTable) {
  auto store = OpenLocalStore(folder_.path());
  delta::CommitOptions options;
  options.now_ms = 1'541'106'106'796;
  options.app_version = {"cadenza", 7};
  options.checkpoint_interval = 0;
  auto creation = delta::Transaction::Create({{{"song", "string"}, {"plays", "long"}}}, {"song"},
                                             {{"cadenza.note", "it's"}});
  for (const char* song : {"a%20b", "Bj\u00f6rk\"\\", "d"}) {
    delta::AddFile file;
    file.path = std::string("song=") + song + "/part.parquet";
    file.partition_values["song"] = song;
    file.size_bytes = 10;
    file.modified_ms = options.now_ms;
    file.stats = R"({"numRecords":1,"minValues":{"plays":1}})";
    creation.Add(file);
  }
  delta::AddFile nobody;
  nobody.path = "song=__HIVE_DEFAULT_PARTITION__/part.parquet";
  nobody.partition_values["song"] = std::nullopt;
  creation.Add(nobody);
  ASSERT_TRUE(creation.Commit(*store, nullptr, options).ok());
  auto removal = delta::Transaction::On(*delta::Snapshot::Load(*store, nullptr));
  removal.Remove("song=d/part.parquet");
  options.app_version = {"cadenza", 8};
  ASSERT_TRUE(removal.Commit(*store, nullptr, options).ok());
  const auto before = delta::Snapshot::Load(*store, nullptr);
  ASSERT_TRUE(before.ok()) << MessageOf(before);
  delta::CheckpointCodec* codec = engine_->checkpoint_codec();
  const Status written = delta::WriteCheckpoint(*store, *codec, *before, options.now_ms);
  ASSERT_TRUE(written.ok()) << MessageOf(written);
  // Without the commits only the checkpoint can tell.
  for (const char* commit :
       {"_delta_log/00000000000000000000.json", "_delta_log/00000000000000000001.json"}) {
    ASSERT_TRUE(store->Remove(commit).ok());
  }
  const auto after = delta::Snapshot::Load(*store, codec);
  ASSERT_TRUE(after.ok()) << MessageOf(after);
  EXPECT_EQ(after->version(), 1);
  EXPECT_EQ(after->files(), before->files());
  EXPECT_EQ(after->files().size(), 3U);
  EXPECT_EQ(after->schema(), before->schema());
  EXPECT_EQ(after->partition_columns(), before->partition_columns());
  EXPECT_EQ(after->configuration(), before->configuration());
  EXPECT_EQ(after->TransactionVersion("cadenza"), 8);
}

TEST_F(EngineTest, ADamagedCheckpointIsAnError) {
  EXPECT_FALSE(engine_->checkpoint_codec()->Decode("PAR1 and no more").ok());
  EXPECT_FALSE(engine_->checkpoint_codec()->Decode("").ok());
}

TEST_F(EngineTest, PlayIdsAreTheContractsOwn) {
  EXPECT_EQ(One("SELECT play_id(1541106106796, '8', 139, 0)"), "c15d4c62e4638011f04db3455afa9b12");
  EXPECT_EQ(One("SELECT play_id(1, NULL, NULL, NULL) = md5('1|\\N|\\N|\\N')"), "true");
  EXPECT_EQ(One("SELECT play_id(1, '', 2, 3) = play_id(1, NULL, 2, 3)"), "false");
  // Texts of every length, also those beyond one block of MD5, and counts that leave lanes empty.
  for (const char* rows : {"1", "7", "9", "5000"}) {
    EXPECT_EQ(
        One(std::string("SELECT count(*) FILTER (play_id(i, repeat('ü', i % 70), i * i, -i) = "
                        "md5(concat(i, '|', repeat('ü', i % 70), '|', i * i, '|', -i))) "
                        "FROM range(") +
            rows + ") AS r(i)"),
        rows);
  }
}

TEST_F(EngineTest, ContentTellsNullFromEmpty) {
  EXPECT_EQ(One("SELECT event_content(NULL,'b','c','d','e',1.5,'g','h','i','j',1,'l',200,'n',NULL)"
                " = event_content('','b','c','d','e',1.5,'g','h','i','j',1,'l',200,'n',NULL)"),
            "false");
  EXPECT_EQ(One("SELECT song_content('t','a','n',NULL,NULL,1.0,2.0,0,NULL)"
                " = song_content('t','a','n',NULL,1.0,NULL,2.0,0,NULL)"),
            "false");
}

TEST_F(EngineTest, WeekdaysBeginOnMonday) {
  EXPECT_EQ(Ask("SELECT iso_weekday(d) FROM (VALUES (DATE '2018-11-05'), (DATE '2018-11-11'))"
                " AS v(d)"),
            (Lines{"1", "7"}));
  EXPECT_EQ(One("SELECT unix_millis(timestamp_millis(1541106106796))"), "1541106106796");
  EXPECT_EQ(One("SELECT unix_millis(timestamp_millis(-1))"), "-1");
}

TEST_F(EngineTest, MatchTextIsAFunctionOfTheEngine) {
  EXPECT_EQ(One("SELECT match_text('  The\t FOX  ')"), "the fox");
  EXPECT_EQ(One("SELECT match_text('Bj\u00c3\u00b6rk')"), "bj\u00f6rk");
  EXPECT_EQ(One("SELECT match_text(NULL)"), "NULL");
  EXPECT_EQ(One("SELECT count(*) FROM range(10000) WHERE match_text('A Long Title, No ' || range)"
                " = 'a long title, no ' || range"),
            "10000");
  EXPECT_EQ(One("SELECT count(match_text(CASE WHEN range % 3 > 0 THEN 'X' END)) FROM range(9000)"),
            "6000");
}

TEST_F(EngineTest, InterruptStopsAQuery) {
  std::atomic<bool> done{false};
  Result<RowSet> result = RowSet{};
  std::thread query([&] {
    result = engine_->Query(
        "SELECT sum(a.range * b.range) FROM range(10000000) AS a"
        " CROSS JOIN range(10000000) AS b");
    done = true;
  });
  // The query may not have begun at the first call.
  while (!done) {
    engine_->Interrupt();
    std::this_thread::yield();
  }
  query.join();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::kInterrupted) << result.error().message;
  EXPECT_EQ(One("SELECT 1"), "1") << "the next query runs";
}

TEST_F(EngineTest, KeysThatRepeatAreNoticed) {
  ASSERT_TRUE(engine_
                  ->Materialize("keys",
                                "SELECT range AS n, CASE WHEN range <> 77777 THEN md5(CAST(range AS"
                                " VARCHAR)) END AS id, range // 2 AS half, range % 2 AS side "
                                "FROM range(100000)")
                  .ok());
  const auto may_repeat = [&](const std::vector<std::string>& columns) {
    auto answer = engine_->MayRepeat("keys", columns);
    EXPECT_TRUE(answer.ok()) << MessageOf(answer);
    return answer.ok() && *answer;
  };
  EXPECT_FALSE(may_repeat({"n"}));
  EXPECT_TRUE(may_repeat({"half"}));
  EXPECT_FALSE(may_repeat({"half", "side"}));
  EXPECT_TRUE(may_repeat({"id"})) << "one is NULL";
  ASSERT_TRUE(engine_->Materialize("keys", "SELECT 1 AS n WHERE false").ok());
  EXPECT_FALSE(may_repeat({"n"}));
  EXPECT_FALSE(engine_->MayRepeat("keys", {"nothing"}).ok());
}

TEST_F(EngineTest, KeysThatMemoryDoesNotHoldAreLookedAtInParts) {
  DuckDbOptions options;
  options.memory_bytes = int64_t{32} << 20;
  auto small = OpenDuckDb(options);
  ASSERT_TRUE(small.ok()) << MessageOf(small);
  const auto may_repeat = [&](int64_t rows, const char* key) {
    EXPECT_TRUE(
        (*small)->BindQuery("keys", fmt::format("SELECT {} AS n FROM range({})", key, rows)).ok());
    const auto answer = (*small)->MayRepeat("keys", {"n"});
    EXPECT_TRUE(answer.ok()) << MessageOf(answer);
    return answer.ok() && *answer;
  };
  // A list of hashes of all holds a million.
  for (const int64_t rows : {900'000, 2'000'000, 9'000'000}) {
    EXPECT_FALSE(may_repeat(rows, "range")) << rows;
    EXPECT_TRUE(may_repeat(rows, "range % 899999")) << rows;
    EXPECT_TRUE(may_repeat(rows, "nullif(range, 7)")) << rows;
  }
}

TEST_F(EngineTest, DistinctRowsAreThoseOfAnyWayToFindThem) {
  ASSERT_TRUE(
      engine_
          ->Materialize("plays",
                        "SELECT make_timestamptz(range % 70001) AS began, range % 3 AS kind,"
                        " CASE WHEN range % 1000 = 0 THEN NULL ELSE range // 7 END AS n "
                        "FROM range(300000)")
          .ok());
  // Rows of a kind that is left out must leave no mark.
  for (const char* column : {"began", "n", "kind", "CAST(n AS VARCHAR) AS text"}) {
    const std::string select = fmt::format("SELECT {} FROM plays WHERE kind = 1", column);
    for (const int64_t rows_max : {int64_t{300'000}, int64_t{1} << 40}) {
      const Status bound = engine_->BindDistinct("found", select, rows_max);
      ASSERT_TRUE(bound.ok()) << MessageOf(bound);
      for (int time = 0; time < 2; ++time) {  // each query finds them anew
        const auto differing = engine_->Query(fmt::format(
            "SELECT count(*) FROM ((SELECT * FROM found EXCEPT ALL SELECT DISTINCT * FROM ({0})) "
            "UNION ALL (SELECT DISTINCT * FROM ({0}) EXCEPT ALL SELECT * FROM found))",
            select));
        ASSERT_TRUE(differing.ok()) << MessageOf(differing);
        EXPECT_EQ(differing->Number(), 0) << select << " of at most " << rows_max;
      }
    }
  }
  EXPECT_FALSE(engine_->BindDistinct("found", "SELECT nothing FROM plays", 10).ok());
}

TEST_F(EngineTest, MoreDistinctRowsThanWereSaidAreAnError) {
  ASSERT_TRUE(engine_->BindDistinct("found", "SELECT range AS n FROM range(100000)", 10).ok());
  const auto rows = engine_->Query("SELECT count(*) FROM found");
  ASSERT_FALSE(rows.ok());
  EXPECT_NE(rows.error().message.find("more distinct values than were announced"),
            std::string::npos);
}

TEST_F(EngineTest, ValuesMayMissInAnotherColumn) {
  ASSERT_TRUE(engine_
                  ->Materialize("times",
                                "SELECT range AS n, make_timestamptz(range) AS began, "
                                "CAST(range AS VARCHAR) AS text FROM range(100000)")
                  .ok());
  const auto may_miss = [&](const std::string& select, const std::string& column) {
    const Status bound = engine_->BindQuery("plays", select);
    EXPECT_TRUE(bound.ok()) << MessageOf(bound);
    const auto answer = engine_->MayMiss({"plays", column}, {"times", column});
    EXPECT_TRUE(answer.ok()) << MessageOf(answer);
    return answer.ok() && *answer;
  };
  EXPECT_FALSE(may_miss("SELECT range % 100000 AS n FROM range(300000)", "n"));
  EXPECT_FALSE(may_miss("SELECT make_timestamptz(range % 500) AS began FROM range(3000)", "began"));
  EXPECT_FALSE(may_miss("SELECT CAST(1 AS BIGINT) AS n WHERE false", "n"));
  EXPECT_TRUE(may_miss("SELECT range AS n FROM range(100001)", "n"));
  EXPECT_TRUE(may_miss("SELECT CAST(-1 AS BIGINT) AS n", "n"));
  EXPECT_TRUE(may_miss("SELECT CASE WHEN range > 0 THEN range END AS n FROM range(9)", "n"));
  EXPECT_TRUE(may_miss("SELECT '5' AS text", "text")) << "not looked at";
  EXPECT_FALSE(engine_->MayMiss({"plays", "nothing"}, {"times", "n"}).ok());
}

TEST_F(EngineTest, DaysAreCountedAsDistinctDates) {
  const auto differing = engine_->Query(
      "SELECT count(*) FROM (SELECT g, count_days(d) AS days, count(DISTINCT d) AS dates FROM ("
      "SELECT range % 97 AS g, CASE WHEN range % 11 > 0 THEN DATE '1970-01-01' + CAST("
      "(hash(range) % CASE range % 97 % 4 WHEN 0 THEN 3 WHEN 1 THEN 60 WHEN 2 THEN 200 ELSE 60000 "
      "END) AS INTEGER) - 30000 END AS d FROM range(300000)) AS r GROUP BY g) AS c "
      "WHERE days <> dates");
  ASSERT_TRUE(differing.ok()) << MessageOf(differing);
  EXPECT_EQ(differing->Number(), 0);
  EXPECT_EQ(engine_->Query("SELECT count_days(CAST(NULL AS DATE))")->Text(), "0");
  EXPECT_EQ(engine_->Query("SELECT count_days(d) FROM (SELECT DATE '2025-01-01' AS d WHERE false)")
                ->Text(),
            "0");
  EXPECT_FALSE(engine_->Query("SELECT count_days(DATE 'infinity')").ok());
}

}  // namespace
}  // namespace cadenza::engine
