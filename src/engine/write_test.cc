// What Engine::Write leaves on disk and says about it, by both of its ways.

#include <algorithm>

#include "engine/test_engine.h"

namespace cadenza::engine {
namespace {

constexpr int64_t kMany = 1000;  // so many partitions take the way of many small files

const std::vector<Column> kColumns = {{"year", "INTEGER"},  {"artist", "VARCHAR"},
                                      {"n", "BIGINT"},      {"length", "DOUBLE"},
                                      {"name", "VARCHAR"},  {"is_paid", "BOOLEAN"},
                                      {"day", "DATE"},      {"at", "TIMESTAMP WITH TIME ZONE"},
                                      {"status", "INTEGER"}};

class WriteTest : public testing::Test {
 protected:
  /// Rows of 500 partitions, one of them with many rows, with NULLs and odd numbers.
  void SetUp() override {
    ASSERT_TRUE(engine_
                    ->Materialize("rows",
                                  "SELECT CAST(CASE WHEN range % 7 > 0 THEN 1960 + range % 50 END"
                                  " AS INTEGER) AS year,"
                                  " 'AR' || (range // 50 % 10) AS artist,"
                                  " CASE WHEN range % 11 > 0 THEN range * 1000003 END AS n,"
                                  " CASE WHEN range % 5 > 0 THEN range / 7.0 - 100 END AS length,"
                                  " CASE WHEN range % 3 > 0 THEN 'Bj\u00f6rk ' || range ELSE '' END"
                                  " AS name, range % 2 = 0 AS is_paid,"
                                  " DATE '1969-12-30' + CAST(range % 40 AS INTEGER) AS day,"
                                  " timestamp_millis(range * 86400123 - 5) AS at,"
                                  " CAST(NULL AS INTEGER) AS status FROM range(5000)")
                    .ok());
  }

  WriteRequest Request(std::vector<std::string> partitions, int64_t expected = 0) {
    WriteRequest request;
    request.select = "SELECT * FROM rows";
    request.folder = folder_.File(expected > 0 ? "many" : "copy");
    request.partition_columns = std::move(partitions);
    request.file_prefix = "part-test";
    request.partitions_expected = expected;
    return request;
  }

  std::vector<WrittenFile> Write(const WriteRequest& request) {
    auto files = engine_->Write(request);
    EXPECT_TRUE(files.ok()) << MessageOf(files);
    if (!files.ok()) return {};
    for (const WrittenFile& file : *files) {
      const std::string path = request.folder + "/" + file.path;
      std::error_code error;
      EXPECT_EQ(static_cast<int64_t>(std::filesystem::file_size(path, error)), file.size_bytes)
          << path;
      EXPECT_GT(file.rows, 0) << path;
    }
    return std::move(files).value();
  }

  Status Bind(const std::string& name, const WriteRequest& request,
              const std::vector<WrittenFile>& files, const std::vector<Column>& columns) {
    FileRelation relation;
    relation.columns = columns;
    relation.partition_columns = request.partition_columns;
    relation.folder = request.folder;
    for (const WrittenFile& file : files) relation.files.push_back(file.path);
    return engine_->BindFiles(name, relation);
  }

  /// Rows of one relation that the other lacks, both ways.
  std::string Differences(const std::string& a, const std::string& b) {
    return Value(*engine_, "SELECT count(*) FROM ((SELECT * FROM " + a +
                               " EXCEPT ALL SELECT * FROM " + b + ") UNION ALL (SELECT * FROM " +
                               b + " EXCEPT ALL SELECT * FROM " + a + "))");
  }

  TestFolder folder_;
  std::unique_ptr<Engine> engine_ = OpenTestEngine();
};

std::string Joined(const std::map<std::string, std::optional<std::string>>& values) {
  std::string text;
  for (const auto& [name, value] : values) text += name + "=" + value.value_or("NULL") + ";";
  return text;
}

TEST_F(WriteTest, WithoutPartitionsTheRowsComeBack) {
  const WriteRequest request = Request({});
  const auto files = Write(request);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_TRUE(files[0].path.starts_with("part-test-")) << files[0].path;
  EXPECT_TRUE(files[0].path.ends_with(".parquet"));
  EXPECT_EQ(files[0].rows, 5000);
  EXPECT_TRUE(files[0].partition_values.empty());
  ASSERT_TRUE(Bind("back", request, files, kColumns).ok());
  EXPECT_EQ(Differences("rows", "back"), "0");
}

TEST_F(WriteTest, StatisticsAreThoseOfTheRows) {
  const auto files = Write(Request({}));
  ASSERT_EQ(files.size(), 1U);
  const auto& columns = files[0].columns;
  EXPECT_EQ(columns.size(), kColumns.size());
  EXPECT_EQ(columns.at("n").min, "1000003");
  EXPECT_EQ(columns.at("n").max, std::to_string(int64_t{4999} * 1'000'003));
  EXPECT_EQ(columns.at("n").null_count, 455);
  EXPECT_EQ(columns.at("day").min, "1969-12-30");
  EXPECT_EQ(columns.at("day").max, "1970-02-07");
  EXPECT_EQ(columns.at("at").min.value_or("").substr(0, 23), "1969-12-31 23:59:59.995");
  EXPECT_EQ(columns.at("name").min, "");
  EXPECT_EQ(columns.at("status").null_count, 5000);
  EXPECT_EQ(columns.at("status").min, std::nullopt);
  EXPECT_FALSE(columns.at("length").has_nan);
}

/// Parquet's own readers judge the encodings: values that repeat, that never repeat, that rise,
/// that jump over the whole range, with and without NULLs, over several row groups and threads.
TEST_F(WriteTest, EveryEncodingComesBack) {
  const std::string select =
      "SELECT md5(CAST(range AS VARCHAR)) AS unique_text,"
      " 'Mozilla/5.0 ' || repeat('x', CAST(range % 97 AS INTEGER)) AS repeated_text,"
      " CASE WHEN range % 3 > 0 THEN 'artist ' || (range * 7919 % 200003) END AS rare_text,"
      " range * 1000 + hash(range) % 900 AS rising, CAST(hash(range) >> 1 AS BIGINT) AS wild,"
      " -range AS falling, CAST(range % 5 AS INTEGER) AS few,"
      " CAST(CAST(hash(range) >> 33 AS BIGINT) - 1073741824 AS INTEGER) AS many,"
      " CASE WHEN range % 2 = 0 THEN (range % 15000) / 8.0 END AS length, range / 3.0 AS exact,"
      " hash(range) % 3 = 0 AS flag, DATE '2018-11-01' + CAST(range // 9000 AS INTEGER) AS day,"
      " timestamp_millis(1541000000000 + range * 37) AS at, CAST(NULL AS VARCHAR) AS never "
      "FROM range(300000)";
  for (const char* partition : {"", "few", "day"}) {
    WriteRequest request = Request({});
    request.folder = folder_.File("encodings-" + std::string(partition));
    request.select =
        "SELECT CAST(rising AS BIGINT) AS rising, * EXCLUDE (rising) FROM (" + select + ")";
    if (*partition != '\0') request.partition_columns = {partition};
    const auto files = Write(request);
    ASSERT_FALSE(files.empty());
    ASSERT_TRUE(engine_->Materialize("given", request.select).ok());
    auto columns = engine_->Describe("SELECT * FROM given");
    ASSERT_TRUE(columns.ok());
    ASSERT_TRUE(Bind("back", request, files, *columns).ok());
    EXPECT_EQ(Differences("given", "back"), "0") << partition;
    EXPECT_EQ(Value(*engine_, "SELECT count(*) FROM back"),
              Value(*engine_, "SELECT count(*) FROM given"));
  }
}

/// Rows that hop between partitions give up row groups early; none may be lost or stand twice.
TEST_F(WriteTest, MoreThanMemoryMayHoldComesBack) {
  WriteRequest request = Request({"p"});
  request.select =
      "SELECT range % 37 AS p, range AS n, repeat(md5(CAST(range AS VARCHAR)), 30) AS text "
      "FROM range(200000)";
  const auto files = Write(request);
  EXPECT_EQ(files.size(), 37U);
  ASSERT_TRUE(
      Bind("back", request, files, {{"p", "BIGINT"}, {"n", "BIGINT"}, {"text", "VARCHAR"}}).ok());
  EXPECT_EQ(Value(*engine_,
                  "SELECT count(*) || ' ' || count(DISTINCT n) || ' ' || "
                  "count(*) FILTER (text = repeat(md5(CAST(n AS VARCHAR)), 30) AND p = n % 37)"
                  " FROM back"),
            "200000 200000 200000");
}

TEST_F(WriteTest, NanIsSaid) {
  WriteRequest request = Request({});
  request.select = "SELECT CAST('nan' AS DOUBLE) AS x UNION ALL SELECT 1";
  auto files = Write(request);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_TRUE(files[0].columns.at("x").has_nan);
  request.select = "SELECT range AS p, CAST('nan' AS DOUBLE) AS x FROM range(300)";
  request.partition_columns = {"p"};
  request.partitions_expected = kMany;
  files = Write(request);
  ASSERT_EQ(files.size(), 300U);
  EXPECT_TRUE(files[0].columns.at("x").has_nan);
}

TEST_F(WriteTest, OddPartitionValuesComeBack) {
  for (const int64_t expected : {int64_t{0}, kMany}) {
    WriteRequest request = Request({"p"}, expected);
    request.select =
        "SELECT * FROM (VALUES ('plain', 1), ('a/b', 2), ('a=b', 3), ('50% off', 4),"
        " ('sp ace', 5), ('Bj\u00f6rk', 6), ('it''s', 7), ('\"q\"', 8), (NULL, 9), ('a:b?c*', 10),"
        " ('..', 11), ('+', 12), ('%41', 13), ('A', 14), ('a', 15), ('{x}', 16)) AS v(p, n)";
    const auto files = Write(request);
    EXPECT_EQ(files.size(), 16U);
    ASSERT_TRUE(engine_->Materialize("odd", request.select).ok());
    const Status bound = Bind("back", request, files, {{"p", "VARCHAR"}, {"n", "INTEGER"}});
    ASSERT_TRUE(bound.ok()) << MessageOf(bound);
    EXPECT_EQ(Differences("odd", "back"), "0") << expected;
    for (const WrittenFile& file : files) {
      const std::string n = file.columns.at("n").min.value_or("?");
      EXPECT_EQ(file.partition_values.at("p").value_or("NULL"),
                Value(*engine_, "SELECT p FROM odd WHERE n = " + n))
          << file.path;
    }
  }
}

TEST_F(WriteTest, NothingToWriteLeavesNoFile) {
  for (const int64_t expected : {int64_t{0}, kMany}) {
    for (const std::vector<std::string>& partitions :
         {std::vector<std::string>{}, std::vector<std::string>{"year"}}) {
      if (partitions.empty() && expected > 0) continue;
      WriteRequest request = Request(partitions, expected);
      request.select = "SELECT * FROM rows WHERE false";
      EXPECT_TRUE(Write(request).empty()) << partitions.size() << " " << expected;
    }
  }
}

TEST_F(WriteTest, ManyPartitionsAreWhatCopyMakes) {
  const WriteRequest copy = Request({"year", "artist"});
  const WriteRequest many = Request({"year", "artist"}, kMany);
  const auto by_copy = Write(copy);
  const auto by_many = Write(many);
  ASSERT_GT(by_copy.size(), 256U);
  ASSERT_TRUE(Bind("by_copy", copy, by_copy, kColumns).ok());
  ASSERT_TRUE(Bind("by_many", many, by_many, kColumns).ok());
  EXPECT_EQ(Differences("rows", "by_copy"), "0");
  EXPECT_EQ(Differences("rows", "by_many"), "0");
  EXPECT_EQ(Differences("by_copy", "by_many"), "0");
}

TEST_F(WriteTest, ManyPartitionsHaveTheStatisticsOfCopy) {
  const auto by_copy = Write(Request({"year", "artist"}));
  const auto by_many = Write(Request({"year", "artist"}, kMany));
  ASSERT_EQ(by_copy.size(), by_many.size());
  std::map<std::string, const WrittenFile*> expected;
  for (const WrittenFile& file : by_copy) expected[Joined(file.partition_values)] = &file;
  const delta::Schema schema{{{"n", "long"},
                              {"length", "double"},
                              {"name", "string"},
                              {"is_paid", "boolean"},
                              {"day", "date"},
                              {"at", "timestamp"},
                              {"status", "integer"}}};
  for (const WrittenFile& file : by_many) {
    const auto found = expected.find(Joined(file.partition_values));
    ASSERT_NE(found, expected.end()) << file.path;
    EXPECT_EQ(file.rows, found->second->rows) << file.path;
    EXPECT_EQ(delta::StatisticsJson(schema, file.rows, file.columns),
              delta::StatisticsJson(schema, found->second->rows, found->second->columns))
        << file.path;
  }
}

TEST_F(WriteTest, ManyPartitionsGoBelowTheSubfolder) {
  WriteRequest request = Request({"year", "artist"}, kMany);
  request.subfolder = "run-000001";
  const auto files = Write(request);
  ASSERT_FALSE(files.empty());
  EXPECT_TRUE(std::ranges::all_of(files, [](const WrittenFile& file) {
    return file.path.starts_with("run-000001/year=");
  })) << files[0].path;
  ASSERT_TRUE(Bind("back", request, files, kColumns).ok());
  EXPECT_EQ(Differences("rows", "back"), "0");
}

TEST_F(WriteTest, TypesThatSmallFilesCannotHoldGoByCopy) {
  WriteRequest request = Request({"p"}, kMany);
  request.select =
      "SELECT range AS p, [range] AS list, CAST(range AS SMALLINT) AS s FROM range(300)";
  const auto files = Write(request);
  EXPECT_EQ(files.size(), 300U);
  ASSERT_TRUE(
      Bind("back", request, files, {{"p", "BIGINT"}, {"list", "BIGINT[]"}, {"s", "SMALLINT"}})
          .ok());
  EXPECT_EQ(Value(*engine_, "SELECT count(*) FROM back WHERE list[1] = p AND s = p"), "300");
}

TEST_F(WriteTest, ASecondWriteAddsFiles) {
  const WriteRequest request = Request({"artist"});
  auto files = Write(request);
  const auto more = Write(request);
  files.insert(files.end(), more.begin(), more.end());
  ASSERT_TRUE(Bind("back", request, files, kColumns).ok());
  EXPECT_EQ(Value(*engine_, "SELECT count(*) FROM back"), "10000");
}

TEST_F(WriteTest, AnOrderedFileKeepsTheOrderAcrossRowGroups) {
  DuckDbOptions options;
  options.threads = 4;
  engine_ = OpenDuckDb(options).value();
  for (int attempt = 0; attempt < 5; ++attempt) {
    WriteRequest request = Request({});
    request.select = "SELECT (range * 7919) % 500009 AS n FROM range(500000) ORDER BY n";
    request.ordered = true;
    const auto files = Write(request);
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(Value(*engine_, fmt::format("SELECT count(*) FROM (SELECT n, lag(n) OVER (ORDER BY "
                                          "file_row_number) AS before FROM read_parquet('{}/{}', "
                                          "file_row_number = true)) WHERE before > n",
                                          request.folder, files[0].path)),
              "0");
  }
  EXPECT_EQ(Value(*engine_, "SELECT current_setting('preserve_insertion_order')"), "false")
      << "as the engine was opened";
}

TEST_F(WriteTest, AFailingQueryIsTheUsersError) {
  for (const int64_t expected : {int64_t{0}, kMany}) {
    WriteRequest request = Request({"year"}, expected);
    request.select = "SELECT year, CAST(name AS INTEGER) AS n FROM rows";
    EXPECT_EQ(engine_->Write(request).error().kind, ErrorKind::kInput);
  }
}

TEST_F(WriteTest, AFolderThatCannotBeMadeIsSaid) {
  WriteRequest request = Request({});
  request.folder = folder_.Put("file", "x") + "/below";
  EXPECT_EQ(engine_->Write(request).error().kind, ErrorKind::kIo);
}

}  // namespace
}  // namespace cadenza::engine
