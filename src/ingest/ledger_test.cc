#include "ingest/ledger.h"

#include <nlohmann/json.hpp>

#include "engine/test_engine.h"
#include "ingest/source_selection.h"
#include "lake/run.h"

namespace cadenza::ingest {
namespace {

using engine::MessageOf;

LedgerEntry Entry(const std::string& file, Source source = Source::kLogs) {
  LedgerEntry entry;
  entry.file = file;
  entry.source = source;
  entry.run = 3;
  entry.stored_bytes = 200;
  entry.modified_ms = 1'541'106'106'796;
  entry.counts.Count(decode::LineClass::kGood, 100, 10);
  entry.counts.Count(decode::LineClass::kQuarantined, 20, 2);
  entry.counts.Count(decode::LineClass::kBlank, 1, 1);
  entry.counts.bom_bytes = 3;
  if (source == Source::kLogs) entry.ts_unit = "ms";
  return entry;
}

TEST(LedgerEntry, BalancesBeforeAndAfterDuplicates) {
  LedgerEntry entry = Entry("a");
  EXPECT_EQ(entry.size_bytes(), 124);
  entry.MoveToDuplicates(4, 40);
  EXPECT_EQ(entry.size_bytes(), 124);
  EXPECT_EQ(entry.counts.good_lines, 6);
  EXPECT_EQ(entry.counts.good_bytes, 60);
  EXPECT_EQ(entry.duplicate_lines, 4);
  entry.MoveToDuplicates(-4, -40);
  EXPECT_EQ(entry.counts.good_bytes, 100) << "and back";
  EXPECT_EQ(entry.duplicate_bytes, 0);
}

TEST(LedgerEntry, ItsJsonIsARowOfTheTable) {
  LedgerEntry entry = Entry("a \"quoted\" \xFF name");
  entry.MoveToDuplicates(1, 10);
  const auto row = nlohmann::json::parse(entry.ToJson());
  const lake::Model* model = lake::FindModel("ledger");
  EXPECT_EQ(row.size(), model->columns.size());
  for (const lake::ModelColumn& column : model->columns) {
    EXPECT_TRUE(row.contains(column.name)) << column.name;
  }
  EXPECT_EQ(row["size_bytes"], 124);
  EXPECT_EQ(row["good_bytes"].get<int64_t>() + row["duplicate_bytes"].get<int64_t>() +
                row["quarantined_bytes"].get<int64_t>() + row["blank_bytes"].get<int64_t>() +
                row["bom_bytes"].get<int64_t>(),
            row["size_bytes"]);
  EXPECT_EQ(row["ts_unit"], "ms");
  EXPECT_FALSE(nlohmann::json::parse(Entry("b", Source::kSongs).ToJson()).contains("ts_unit"));
}

TEST(LedgerOfARun, KnowsAFileByNameSizeTimeAndSource) {
  Ledger ledger;
  ledger.Put(Entry("a"));
  EXPECT_TRUE(ledger.Knows(Source::kLogs, "a", 200, 1'541'106'106'796));
  EXPECT_FALSE(ledger.Knows(Source::kLogs, "b", 200, 1'541'106'106'796));
  EXPECT_FALSE(ledger.Knows(Source::kLogs, "a", 201, 1'541'106'106'796));
  EXPECT_FALSE(ledger.Knows(Source::kLogs, "a", 200, 1'541'106'106'797));
  EXPECT_FALSE(ledger.Knows(Source::kSongs, "a", 200, 1'541'106'106'796));
}

TEST(LedgerOfARun, TellsAdditionsFromReplacements) {
  Ledger ledger;
  ledger.Put(Entry("a"));
  ledger.Put(Entry("b"));
  EXPECT_FALSE(ledger.has_replacements());
  ASSERT_EQ(ledger.Added().size(), 2U);
  EXPECT_EQ(ledger.Added()[0]->file, "a");
  EXPECT_EQ(ledger.Added()[1]->file, "b");
  LedgerEntry again = Entry("a");
  again.run = 4;
  ledger.Put(again);
  EXPECT_TRUE(ledger.has_replacements());
  EXPECT_EQ(ledger.Find(Source::kLogs, "a")->run, 4);
  EXPECT_EQ(ledger.Added().size(), 2U);
}

TEST(LedgerOfARun, MovesDuplicates) {
  Ledger ledger;
  ledger.Put(Entry("a"));
  ledger.MoveToDuplicates(Source::kLogs, "a", 0, 0);
  ledger.MoveToDuplicates(Source::kLogs, "nowhere", 1, 1);
  EXPECT_FALSE(ledger.has_replacements());
  ledger.MoveToDuplicates(Source::kLogs, "a", 3, 30);
  EXPECT_FALSE(ledger.has_replacements()) << "a row that this run writes anyway";
  EXPECT_EQ(ledger.Find(Source::kLogs, "a")->duplicate_lines, 3);
}

/// A lake with a ledger of these entries.
class StoredLedger : public testing::Test {
 protected:
  void Store(const std::vector<LedgerEntry>& entries) {
    const lake::Model& model = *lake::FindModel("ledger");
    auto lake = lake::Lake::Open(folder_.File("lake"), engine_.get());
    ASSERT_TRUE(lake.ok()) << MessageOf(lake);
    auto run = lake::Run::Begin(&*lake, lake::TableFormat::kDelta, {});
    ASSERT_TRUE(run.ok()) << MessageOf(run);
    std::string lines;
    for (const LedgerEntry& entry : entries) lines += entry.ToJson() + "\n";
    const std::string path = folder_.Put("rows.json", lines);
    ASSERT_TRUE(engine_->LoadRows("rows", model.engine_columns(), path).ok());
    lake::TableChange change;
    auto files = engine_->Write((*run)->Request(model, {}, "SELECT * FROM rows"));
    ASSERT_TRUE(files.ok()) << MessageOf(files);
    change.added = std::move(files).value();
    (*run)->Stage(model, *lake->Load(model), {}, std::move(change));
    ASSERT_TRUE((*run)->Commit().ok());
  }
  Ledger Read() {
    auto lake = lake::Lake::Open(folder_.File("lake"), engine_.get());
    EXPECT_TRUE(lake.ok()) << MessageOf(lake);
    auto ledger = Ledger::Read(*lake);
    EXPECT_TRUE(ledger.ok()) << MessageOf(ledger);
    return std::move(ledger).value();
  }

  engine::TestFolder folder_;
  std::unique_ptr<engine::Engine> engine_ = engine::OpenTestEngine();
};

TEST_F(StoredLedger, OfANewLakeIsEmpty) { EXPECT_TRUE(Read().All().empty()); }

TEST_F(StoredLedger, ComesBackAsItWas) {
  LedgerEntry log = Entry("a.zip!it's \"odd\" \xC3\xB6.json");
  log.MoveToDuplicates(2, 20);
  Store({log, Entry("songs.json", Source::kSongs)});
  const Ledger ledger = Read();
  ASSERT_EQ(ledger.All().size(), 2U);
  EXPECT_EQ(ledger.Find(Source::kLogs, log.file)->ToJson(), log.ToJson());
  EXPECT_EQ(ledger.Find(Source::kSongs, "songs.json")->ToJson(),
            Entry("songs.json", Source::kSongs).ToJson());
  EXPECT_TRUE(ledger.Knows(Source::kLogs, log.file, 200, 1'541'106'106'796));
  EXPECT_FALSE(ledger.has_replacements());
  EXPECT_TRUE(ledger.Added().empty());
}

TEST_F(StoredLedger, DuplicatesMovedInAnEarlierFileAreReplacements) {
  Store({Entry("a")});
  Ledger ledger = Read();
  ledger.MoveToDuplicates(Source::kLogs, "a", 3, 30);
  EXPECT_TRUE(ledger.has_replacements());
}

TEST_F(StoredLedger, OneFileMayBeBothSources) {
  Store({Entry("a"), Entry("a", Source::kSongs)});
  const Ledger ledger = Read();
  EXPECT_EQ(ledger.All().size(), 2U);
  EXPECT_TRUE(ledger.Knows(Source::kLogs, "a", 200, 1'541'106'106'796));
  EXPECT_TRUE(ledger.Knows(Source::kSongs, "a", 200, 1'541'106'106'796));
}

TEST_F(StoredLedger, SelectionLeavesOutWhatIsKnown) {
  folder_.Put("logs/known.json", "{}\n");
  folder_.Put("logs/new.json", "{}\n");
  folder_.Put("logs/picture.png", "x");
  const auto listing = ListSources(folder_.File("logs"));
  ASSERT_TRUE(listing.ok()) << MessageOf(listing);
  LedgerEntry known = Entry(listing->files[0].name);
  known.stored_bytes = listing->files[0].size_bytes;
  known.modified_ms = listing->files[0].modified_ms;
  Store({known});
  const Ledger ledger = Read();
  // Two patterns that name the same file take it once.
  const std::vector<std::string> patterns = {folder_.File("logs"), folder_.File("logs/*.json")};
  const auto some = SelectSources(patterns, Source::kLogs, ledger, false, nullptr);
  ASSERT_TRUE(some.ok()) << MessageOf(some);
  ASSERT_EQ(some->files.size(), 1U);
  EXPECT_TRUE(some->files[0].name.ends_with("new.json"));
  EXPECT_EQ(some->known, 1);
  EXPECT_EQ(some->stored_bytes, 3);
  EXPECT_EQ(some->skipped.size(), 1U);
  const auto all = SelectSources(patterns, Source::kLogs, ledger, true, nullptr);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->files.size(), 2U);
  EXPECT_EQ(all->known, 0);
  EXPECT_EQ(
      SelectSources({folder_.File("none")}, Source::kLogs, ledger, false, nullptr).error().kind,
      ErrorKind::kNotFound);
}

}  // namespace
}  // namespace cadenza::ingest
