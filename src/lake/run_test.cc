#include "lake/run.h"

#include <set>

#include "delta/transaction.h"
#include "engine/test_engine.h"

namespace cadenza::lake {
namespace {

using engine::MessageOf;
using engine::Value;

constexpr const char* kUsers =
    "SELECT CAST(range AS VARCHAR) AS user_id, 'Ada' AS first_name, 'L' AS last_name,"
    " 'F' AS gender, 'free' AS level FROM range({})";
constexpr const char* kNames =
    "SELECT 'AR' || range AS artist_id, 'n' AS name, range AS songs FROM range({})";

class RunTest : public testing::TestWithParam<TableFormat> {
 protected:
  Lake OpenLake() {
    auto lake = Lake::Open(folder_.path(), engine_.get());
    EXPECT_TRUE(lake.ok()) << MessageOf(lake);
    return std::move(lake).value();
  }
  static const Model& Table(const char* name) { return *FindModel(name); }

  std::unique_ptr<lake::Run> Begin(Lake* lake) {
    auto run = lake::Run::Begin(lake, GetParam(), {});
    EXPECT_TRUE(run.ok()) << MessageOf(run);
    return run.ok() ? std::move(run).value() : nullptr;
  }
  /// Replaces a table's rows, or adds to them.
  void Stage(Lake* lake, lake::Run* run, const char* table, const std::string& select,
             bool replace = false) {
    const auto before = lake->Load(Table(table));
    ASSERT_TRUE(before.ok()) << MessageOf(before);
    TableChange change;
    auto files = engine_->Write(run->Request(Table(table), before->partition_columns, select));
    ASSERT_TRUE(files.ok()) << MessageOf(files);
    change.added = std::move(files).value();
    change.remove_all = replace;
    run->Stage(Table(table), *before, before->partition_columns, std::move(change));
  }
  /// A whole run that leaves so many rows in users and artist_names.
  void RunOnce(int users, int names) {
    Lake lake = OpenLake();
    const auto run = Begin(&lake);
    Stage(&lake, run.get(), "users", fmt::format(kUsers, users), true);
    Stage(&lake, run.get(), "artist_names", fmt::format(kNames, names), true);
    const Status done = run->Commit();
    ASSERT_TRUE(done.ok()) << MessageOf(done);
  }
  /// Rows as the manifest and the files themselves say; -1 when they do not agree.
  int64_t CountOf(const char* table) {
    Lake lake = OpenLake();
    const auto state = lake.Load(Table(table));
    EXPECT_TRUE(state.ok()) << MessageOf(state);
    if (!state.ok()) return -1;
    const Status bound = engine_->BindFiles("counted", state->Relation());
    EXPECT_TRUE(bound.ok()) << MessageOf(bound);
    const int64_t rows = std::stoll(Value(*engine_, "SELECT count(*) FROM counted"));
    EXPECT_EQ(state->rows(), rows) << table;
    return rows;
  }
  std::set<std::string> DataFiles() {
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      if (entry.path().string().find("/_delta_log/") != std::string::npos) continue;
      if (entry.path().extension() == ".parquet") files.insert(entry.path().string());
    }
    return files;
  }
  bool IsDelta() const { return GetParam() == TableFormat::kDelta; }

  engine::TestFolder folder_;
  std::unique_ptr<engine::Engine> engine_ = engine::OpenTestEngine();
};

INSTANTIATE_TEST_SUITE_P(Formats, RunTest,
                         testing::Values(TableFormat::kDelta, TableFormat::kParquet),
                         [](const auto& info) { return std::string(FormatName(info.param)); });

TEST_P(RunTest, TwoTablesBecomeVisibleTogether) {
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  EXPECT_EQ(run->number(), 1);
  Stage(&lake, run.get(), "users", fmt::format(kUsers, 3));
  Stage(&lake, run.get(), "artist_names", fmt::format(kNames, 2));
  EXPECT_EQ(run->StagedStates().at("users").rows(), 3);
  EXPECT_FALSE(OpenLake().Load(Table("users"))->exists) << "not committed yet";
  ASSERT_TRUE(run->Commit().ok());
  EXPECT_EQ(lake.manifest().run, 1);
  EXPECT_EQ(lake.manifest().format, GetParam());
  EXPECT_EQ(lake.manifest().tables.at("users").rows, 3);
  EXPECT_EQ(CountOf("users"), 3);
  EXPECT_EQ(CountOf("artist_names"), 2);
  EXPECT_EQ(DataFiles().size(), 2U);
}

TEST_P(RunTest, ALaterRunAddsOrReplaces) {
  RunOnce(3, 2);
  Lake lake = OpenLake();
  {
    const auto run = Begin(&lake);
    EXPECT_EQ(run->number(), 2);
    Stage(&lake, run.get(), "users", fmt::format(kUsers, 5));
    Stage(&lake, run.get(), "artist_names", fmt::format(kNames, 7), true);
    ASSERT_TRUE(run->Commit().ok());
  }
  EXPECT_EQ(CountOf("users"), 8);
  EXPECT_EQ(CountOf("artist_names"), 7);
  EXPECT_EQ(lake.manifest().run, 2);
}

TEST_P(RunTest, AColumnThatAModelGainedCountsBeforeTheCommit) {
  Model narrow = Table("users");
  narrow.columns.pop_back();
  {
    Lake lake = OpenLake();
    const auto run = Begin(&lake);
    TableChange change;
    const auto files = engine_->Write(run->Request(
        narrow, {},
        fmt::format("SELECT * EXCLUDE (level) FROM ({}) AS old", fmt::format(kUsers, 2))));
    ASSERT_TRUE(files.ok()) << MessageOf(files);
    change.added = *files;
    run->Stage(narrow, *lake.Load(narrow), {}, std::move(change));
    ASSERT_TRUE(run->Commit().ok());
  }
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  Stage(&lake, run.get(), "users", fmt::format(kUsers, 3), true);
  const Status bound = engine_->BindFiles("staged", run->StagedStates().at("users").Relation());
  ASSERT_TRUE(bound.ok()) << MessageOf(bound);
  EXPECT_EQ(Value(*engine_, "SELECT count(level) FROM staged"), "3");
  ASSERT_TRUE(run->Commit().ok());
  EXPECT_EQ(CountOf("users"), 3);
}

TEST_P(RunTest, ATableThatIsNotStagedStays) {
  RunOnce(3, 2);
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  Stage(&lake, run.get(), "users", fmt::format(kUsers, 1));
  ASSERT_TRUE(run->Commit().ok());
  EXPECT_EQ(CountOf("artist_names"), 2);
}

TEST_P(RunTest, NothingChangesWithoutAChange) {
  RunOnce(3, 2);
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  run->Stage(Table("users"), *lake.Load(Table("users")), {}, {});
  EXPECT_TRUE(run->StagedStates().empty());
}

TEST_P(RunTest, ADroppedRunLeavesNoFiles) {
  RunOnce(3, 2);
  const auto before = DataFiles();
  Lake lake = OpenLake();
  {
    const auto run = Begin(&lake);
    Stage(&lake, run.get(), "users", fmt::format(kUsers, 5));
    EXPECT_EQ(DataFiles().size(), before.size() + 1);
  }
  EXPECT_EQ(DataFiles(), before);
  EXPECT_FALSE(std::filesystem::exists(folder_.File("_cadenza/running")));
  EXPECT_EQ(CountOf("users"), 3);
}

TEST_P(RunTest, DiscardedFilesAreGone) {
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  const auto files = engine_->Write(run->Request(Table("users"), {}, fmt::format(kUsers, 1)));
  ASSERT_TRUE(files.ok());
  EXPECT_EQ(DataFiles().size(), 1U);
  run->Discard(Table("users"), *files);
  EXPECT_TRUE(DataFiles().empty());
}

TEST_P(RunTest, ASecondWriterThatDoesNotWaitIsTold) {
  Lake lake = OpenLake();
  auto first = Begin(&lake);
  Lake other = OpenLake();
  const auto second = lake::Run::Begin(&other, GetParam(), {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
  EXPECT_NE(second.error().message.find(folder_.path()), std::string::npos);
  first.reset();
  EXPECT_TRUE(lake::Run::Begin(&other, GetParam(), {}).ok());
}

TEST_P(RunTest, ALakeKeepsItsFormat) {
  RunOnce(1, 1);
  Lake lake = OpenLake();
  const TableFormat other = IsDelta() ? TableFormat::kParquet : TableFormat::kDelta;
  const auto run = lake::Run::Begin(&lake, other, {});
  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(CountOf("users"), 1);
}

TEST_P(RunTest, FilesOfAKilledRunAreCleared) {
  RunOnce(3, 2);
  const auto before = DataFiles();
  // What kill -9 leaves: data files, and their prefix in the file that names the running one.
  folder_.Put("silver/users/part-killed-1.parquet", "x");
  folder_.Put("silver/songs/year=2009/artist_id=A/part-killed-2.parquet", "x");
  folder_.Put("_cadenza/running", "part-killed");
  EXPECT_EQ(DataFiles().size(), before.size() + 2);
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  EXPECT_EQ(DataFiles(), before);
  EXPECT_EQ(CountOf("users"), 3);
}

TEST_P(RunTest, SupersededParquetFilesGo) {
  RunOnce(3, 2);
  RunOnce(4, 2);
  EXPECT_EQ(DataFiles().size(), IsDelta() ? 4U : 2U) << "Delta keeps them for time travel";
}

TEST_P(RunTest, OnlyDeltaHasEarlierVersions) {
  RunOnce(3, 2);
  RunOnce(4, 2);
  Lake lake = OpenLake();
  const auto first = lake.LoadVersion(Table("users"), 0);
  ASSERT_EQ(first.ok(), IsDelta());
  if (IsDelta()) {
    EXPECT_EQ(first->rows(), 3);
    EXPECT_EQ(lake.LoadVersion(Table("users"), 9).error().kind, ErrorKind::kNotFound);
  } else {
    EXPECT_EQ(first.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(lake.LoadAsOf(Table("users"), 1).error().kind, ErrorKind::kUsage);
  }
}

/// What a run that was killed between its commits leaves in a Delta log.
class KilledRunTest : public RunTest {
 protected:
  void CommitAhead(const char* table, const std::string& select, int64_t run_number,
                   const std::vector<std::string>& partitions = {}) {
    Lake lake = OpenLake();
    const auto store = lake.TableStore(Table(table));
    engine::WriteRequest request;
    request.select = select;
    request.folder = folder_.File(Lake::FolderOf(Table(table)));
    request.partition_columns = partitions;
    request.file_prefix = "part-killed";
    const auto files = engine_->Write(request);
    ASSERT_TRUE(files.ok()) << MessageOf(files);
    const auto newest = delta::Snapshot::Load(*store, engine_->checkpoint_codec());
    auto transaction = newest.ok() ? delta::Transaction::On(*newest)
                                   : delta::Transaction::Create(
                                         *DeltaSchema(Table(table).engine_columns()), partitions);
    for (const engine::WrittenFile& written : *files) {
      delta::AddFile file;
      file.path = written.path;
      file.partition_values = written.partition_values;
      file.size_bytes = written.size_bytes;
      file.stats = fmt::format(R"({{"numRecords":{}}})", written.rows);
      transaction.Add(file);
    }
    if (newest.ok()) {
      for (const auto& [path, file] : newest->files()) transaction.Remove(path);
    }
    delta::CommitOptions options;
    options.app_version = {"cadenza", run_number};
    const auto result = transaction.Commit(*store, engine_->checkpoint_codec(), options);
    ASSERT_TRUE(result.ok()) << MessageOf(result);
    folder_.Put("_cadenza/running", "part-killed");
  }
  /// What readers of the Delta log itself see, without the manifest.
  int64_t NewestRows(const char* table) {
    Lake lake = OpenLake();
    const auto newest = delta::Snapshot::Load(*lake.TableStore(Table(table)), nullptr);
    EXPECT_TRUE(newest.ok()) << MessageOf(newest);
    int64_t rows = 0;
    for (const auto& [path, file] : newest->files()) rows += RowsOf(file);
    return rows;
  }
};

INSTANTIATE_TEST_SUITE_P(Delta, KilledRunTest, testing::Values(TableFormat::kDelta));

TEST_P(KilledRunTest, IsNotSeenByReaders) {
  RunOnce(3, 2);
  CommitAhead("users", fmt::format(kUsers, 50), 2);
  EXPECT_EQ(NewestRows("users"), 50);
  EXPECT_EQ(CountOf("users"), 3);
}

TEST_P(KilledRunTest, IsUndoneByTheNextRunThatStagesSomethingElse) {
  RunOnce(3, 2);
  CommitAhead("users", fmt::format(kUsers, 50), 2);
  Lake lake = OpenLake();
  {
    const auto run = Begin(&lake);
    EXPECT_TRUE(run->has_to_heal());
    EXPECT_EQ(run->number(), 3) << "the number of the killed run is taken";
    Stage(&lake, run.get(), "artist_names", fmt::format(kNames, 9), true);
    ASSERT_TRUE(run->Commit().ok());
  }
  EXPECT_EQ(CountOf("users"), 3);
  EXPECT_EQ(NewestRows("users"), 3);
  EXPECT_EQ(CountOf("artist_names"), 9);
  EXPECT_EQ(lake.manifest().run, 3);
}

TEST_P(KilledRunTest, IsUndoneByTheNextRunThatStagesTheSameTable) {
  RunOnce(3, 2);
  CommitAhead("users", fmt::format(kUsers, 50), 2);
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  Stage(&lake, run.get(), "users", fmt::format(kUsers, 4));
  const Status done = run->Commit();
  ASSERT_TRUE(done.ok()) << MessageOf(done);
  EXPECT_EQ(CountOf("users"), 7);
  EXPECT_EQ(NewestRows("users"), 7);
}

TEST_P(KilledRunTest, IsUndoneByARunThatHasNothingToStage) {
  RunOnce(3, 2);
  CommitAhead("users", fmt::format(kUsers, 50), 2);
  {
    Lake lake = OpenLake();
    const auto run = Begin(&lake);
    ASSERT_TRUE(run->Commit().ok());
  }
  EXPECT_EQ(CountOf("users"), 3);
  EXPECT_EQ(NewestRows("users"), 3);
  Lake lake = OpenLake();
  EXPECT_FALSE(Begin(&lake)->has_to_heal());
}

TEST_P(KilledRunTest, OfANewLakeIsUndone) {
  CommitAhead("users", fmt::format(kUsers, 50), 1);
  EXPECT_FALSE(OpenLake().Load(Table("users"))->exists);
  RunOnce(3, 2);
  EXPECT_EQ(CountOf("users"), 3);
  EXPECT_EQ(NewestRows("users"), 3);
}

TEST_P(KilledRunTest, TwiceInARowIsUndone) {
  RunOnce(3, 2);
  CommitAhead("users", fmt::format(kUsers, 50), 2);
  CommitAhead("users", fmt::format(kUsers, 60), 3);
  EXPECT_EQ(CountOf("users"), 3);
  {
    Lake lake = OpenLake();
    const auto run = Begin(&lake);
    EXPECT_EQ(run->number(), 4);
    ASSERT_TRUE(run->Commit().ok());
  }
  EXPECT_EQ(NewestRows("users"), 3);
}

TEST_P(KilledRunTest, AfterAllItsCommitsKeepsItsFiles) {
  RunOnce(3, 2);
  CommitAhead("users", fmt::format(kUsers, 50), 2);
  const auto before = DataFiles();
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  EXPECT_EQ(DataFiles(), before) << "a log refers to them";
}

TEST_P(KilledRunTest, CommitsOfOthersAreFollowed) {
  RunOnce(3, 2);
  const auto store = OpenLake().TableStore(Table("users"));
  auto transaction =
      delta::Transaction::On(*delta::Snapshot::Load(*store, engine_->checkpoint_codec()));
  delta::AddFile file;
  file.path = "foreign.parquet";
  file.stats = R"({"numRecords":5})";
  transaction.Add(file);
  ASSERT_TRUE(transaction.Commit(*store, engine_->checkpoint_codec(), {}).ok());
  const auto state = OpenLake().Load(Table("users"));
  ASSERT_TRUE(state.ok()) << MessageOf(state);
  EXPECT_EQ(state->rows(), 8);
}

/// Somebody else commits to users while a run of ours is under way.
void CommitForeignFile(ObjectStore* store, delta::CheckpointCodec* codec) {
  auto transaction = delta::Transaction::On(*delta::Snapshot::Load(*store, codec));
  delta::AddFile file;
  file.path = "foreign.parquet";
  file.stats = R"({"numRecords":5})";
  transaction.Add(file);
  ASSERT_TRUE(transaction.Commit(*store, codec, {}).ok());
}

TEST_P(KilledRunTest, ForeignCommitDuringARunThatAppendsStays) {
  RunOnce(3, 2);
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  Stage(&lake, run.get(), "users", fmt::format(kUsers, 4));
  const auto store = lake.TableStore(Table("users"));
  CommitForeignFile(store.get(), engine_->checkpoint_codec());
  const Status done = run->Commit();
  ASSERT_TRUE(done.ok()) << MessageOf(done);
  EXPECT_EQ(OpenLake().Load(Table("users"))->rows(), 3 + 4 + 5);
}

TEST_P(KilledRunTest, ForeignCommitDuringARunThatReplacesIsAConflict) {
  RunOnce(3, 2);
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  Stage(&lake, run.get(), "users", fmt::format(kUsers, 4), true);
  const auto store = lake.TableStore(Table("users"));
  CommitForeignFile(store.get(), engine_->checkpoint_codec());
  const Status done = run->Commit();
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(OpenLake().Load(Table("users"))->rows(), 3 + 5);
}

/// A run that writes the rows of users anew in one file.
class RewritingRunTest : public KilledRunTest {
 protected:
  void StageRewrite(Lake* lake, lake::Run* run) {
    const auto before = lake->Load(Table("users"));
    ASSERT_TRUE(before.ok()) << MessageOf(before);
    ASSERT_TRUE(engine_->BindFiles("rows_before", before->Relation()).ok());
    auto files =
        engine_->Write(run->Request(Table("users"), {}, "SELECT * FROM rows_before ORDER BY 1"));
    ASSERT_TRUE(files.ok()) << MessageOf(files);
    TableChange change;
    change.added = std::move(files).value();
    for (const auto& [path, file] : before->files) change.removed.push_back(path);
    change.keeps_rows = true;
    change.operation = "OPTIMIZE";
    run->Stage(Table("users"), *before, {}, std::move(change));
  }
};

INSTANTIATE_TEST_SUITE_P(Delta, RewritingRunTest, testing::Values(TableFormat::kDelta));

TEST_P(RewritingRunTest, KeepsWhatAnotherProgramAppendsMeanwhile) {
  RunOnce(3, 2);
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  StageRewrite(&lake, run.get());
  const auto store = lake.TableStore(Table("users"));
  CommitForeignFile(store.get(), engine_->checkpoint_codec());
  const Status done = run->Commit();
  ASSERT_TRUE(done.ok()) << MessageOf(done);
  const auto users = OpenLake().Load(Table("users"));
  EXPECT_EQ(users->rows(), 3 + 5);
  EXPECT_EQ(users->files.size(), 2U);
  EXPECT_EQ(delta::History(*store, 1)->front().operation, "OPTIMIZE");
}

TEST_P(RewritingRunTest, ConflictsWithAProgramThatTookAFileAway) {
  RunOnce(3, 2);
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  StageRewrite(&lake, run.get());
  const auto store = lake.TableStore(Table("users"));
  const auto newest = delta::Snapshot::Load(*store, engine_->checkpoint_codec());
  auto deletion = delta::Transaction::On(*newest);
  deletion.Remove(newest->files().begin()->first);
  ASSERT_TRUE(deletion.Commit(*store, engine_->checkpoint_codec(), {}).ok());
  const Status done = run->Commit();
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(OpenLake().Load(Table("users"))->rows(), 0) << "deleted rows do not come back";
}

TEST_P(RewritingRunTest, TellsReadersOfChangesThatNothingChanged) {
  RunOnce(3, 2);
  Lake lake = OpenLake();
  const auto run = Begin(&lake);
  StageRewrite(&lake, run.get());
  ASSERT_TRUE(run->Commit().ok());
  const auto commit = lake.TableStore(Table("users"))->Get("_delta_log/00000000000000000001.json");
  ASSERT_TRUE(commit.ok() && commit->has_value());
  EXPECT_EQ((*commit)->find("\"dataChange\":true"), std::string::npos) << **commit;
  EXPECT_NE((*commit)->find("\"dataChange\":false"), std::string::npos) << **commit;
}

}  // namespace
}  // namespace cadenza::lake
