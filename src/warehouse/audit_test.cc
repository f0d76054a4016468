#include "warehouse/audit.h"

#include <algorithm>
#include <map>

#include "engine/test_engine.h"
#include "lake/model.h"

namespace cadenza::warehouse {
namespace {

using engine::MessageOf;

/// Rows as SQL values, by table: a small star that every audit finds sound.
using Star = std::map<std::string, std::vector<std::string>>;

Star SoundStar() {
  return {
      {"users", {"('8', 'Ada', 'L', 'F', 'paid')", "('9', NULL, NULL, NULL, NULL)"}},
      {"user_levels",
       {"('8', 'free', '2018-11-01 20:00:00+00', '2018-11-01 22:00:00+00')",
        "('8', 'paid', '2018-11-01 22:00:00+00', NULL)",
        "('9', 'free', '2018-11-01 20:00:00+00', NULL)"}},
      {"artists",
       {"('AR1', 'Muse', 'Teignmouth', 50.5, -3.5)", "('AR2', NULL, NULL, NULL, NULL)",
        "('AR3', 'Poles', '', -90, 180)"}},
      {"artist_names", {"('AR1', 'Muse', 1)"}},
      {"songs", {"('SO1', 'Uprising', 'AR1', 2009, 304.5)", "('SO2', NULL, NULL, 0, NULL)"}},
      {"time",
       {"('2018-11-01 21:01:46.796+00', 21, 1, 44, 11, 2018, 4)",
        "('2018-12-31 23:59:59.999+00', 23, 31, 1, 12, 2018, 1)"}},
      {"songplays",
       {"('p1', '2018-11-01 21:01:46.796+00', '8', 'free', 'SO1', 'AR1', 'exact', 139, 'loc',"
        " 'agent', 2018, 11)",
        "('p2', '2018-12-31 23:59:59.999+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,"
        " 2018, 12)"}},
      {"kpi_summary",
       {"('session_adoption_rate', 66.67, 2, 3, '2025-07-01', '2025-08-31', NULL, NULL)",
        "('paid_share', NULL, 0, 0, '2025-07-01', '2025-08-31', NULL, NULL)"}},
      {"customer_engagement",
       {"('c1', 'DE', NULL, 90, 30, '2025-07-01', '2025-07-31', true, true, false, '2025-07-01',"
        " '2025-08-31')"}},
      {"lifecycle", {"('day', '2025-07-02', '2025-07-02', 6, 3, 2, 1, 4, 6, true)"}},
      {"listening",
       {"('day', '2025-07-02', '2025-07-02', 9, 6, 5, 4, 2, 66.67, 22.22, 0.5, true)"}},
      {"retention",
       {"('2025-07-02', 0, 5, 5, 0, 100, true)", "('2025-07-02', 1, 5, 2, 2, 40, true)"}},
  };
}

/// Rows that make one audit fail.
struct BadRow {
  const char* audit;
  const char* table;
  const char* row;
};

const std::vector<BadRow> kBadRows = {
    {"artists_on_earth", "artists", "('AR9', 'x', 'x', 90.01, 0)"},
    {"artists_on_earth", "artists", "('AR9', 'x', 'x', -91, 0)"},
    {"artists_on_earth", "artists", "('AR9', 'x', 'x', NULL, 180.5)"},
    {"artists_on_earth", "artists", "('AR9', 'x', 'x', 0, -181)"},
    {"artists_unique", "artists", "('AR1', 'other name', NULL, NULL, NULL)"},
    {"artists_unique", "artists", "(NULL, 'x', NULL, NULL, NULL)"},
    {"songs_unique", "songs", "('SO1', 'Uprising', 'AR1', 2009, 304.5)"},
    {"songs_unique", "songs", "(NULL, 'x', 'AR1', 2009, 304.5)"},
    {"songs_have_artists", "songs", "('SO9', 'x', 'AR9', 2009, 1)"},
    {"users_unique", "users", "('8', 'Ada', 'L', 'F', 'free')"},
    {"users_unique", "users", "(NULL, 'x', 'x', 'x', 'x')"},
    {"user_levels_connected", "user_levels",  // two open spans
     "('9', 'paid', '2018-11-02 20:00:00+00', NULL)"},
    {"user_levels_connected", "user_levels",  // the last span is closed
     "('7', 'free', '2018-11-01 20:00:00+00', '2018-11-01 21:00:00+00')"},
    {"user_levels_connected", "user_levels",  // overlaps
     "('8', 'paid', '2018-11-01 21:00:00+00', '2018-11-01 22:00:00+00')"},
    {"user_levels_connected", "user_levels",  // a gap
     "('8', 'free', '2018-11-01 10:00:00+00', '2018-11-01 11:00:00+00')"},
    {"time_unique", "time", "('2018-11-01 21:01:46.796+00', 21, 1, 44, 11, 2018, 4)"},
    {"time_in_range", "time", "('2018-11-02 21:00:00+00', 24, 2, 44, 11, 2018, 5)"},
    {"time_in_range", "time", "('2018-11-02 21:00:00+00', -1, 2, 44, 11, 2018, 5)"},
    {"time_in_range", "time", "('2018-11-02 21:00:00+00', 21, 0, 44, 11, 2018, 5)"},
    {"time_in_range", "time", "('2018-11-02 21:00:00+00', 21, 2, 54, 11, 2018, 5)"},
    {"time_in_range", "time", "('2018-11-02 21:00:00+00', 21, 2, 44, 13, 2018, 5)"},
    {"time_in_range", "time", "('2018-11-02 21:00:00+00', 21, 2, 44, 11, 2018, 0)"},
    {"songplays_unique", "songplays",
     "('p1', '2018-11-01 21:01:46.796+00', '8', 'free', NULL, NULL, NULL, 1, NULL, NULL, 2018, "
     "11)"},
    {"songplays_have_songs", "songplays",  // no such song
     "('p9', '2018-11-01 21:01:46.796+00', '8', 'free', 'SO9', 'AR1', 'exact', 1, NULL, NULL, "
     "2018, 11)"},
    {"songplays_have_songs", "songplays",  // the song of another artist
     "('p9', '2018-11-01 21:01:46.796+00', '8', 'free', 'SO1', 'AR2', 'exact', 1, NULL, NULL, "
     "2018, 11)"},
    {"songplays_have_users", "songplays",
     "('p9', '2018-11-01 21:01:46.796+00', '99', 'free', NULL, NULL, NULL, 1, NULL, NULL, 2018, "
     "11)"},
    {"songplays_have_times", "songplays",
     "('p9', '2018-11-01 21:01:46.797+00', '8', 'free', NULL, NULL, NULL, 1, NULL, NULL, 2018, "
     "11)"},
    {"songplays_in_range", "songplays",
     "('p9', NULL, '8', 'free', NULL, NULL, NULL, 1, NULL, NULL, 2018, 11)"},
    {"songplays_in_range", "songplays",
     "('p9', '1989-12-31 23:59:59+00', '8', 'free', NULL, NULL, NULL, 1, NULL, NULL, 1989, 12)"},
    {"songplays_in_range", "songplays",
     "('p9', '2100-01-01 00:00:00+00', '8', 'free', NULL, NULL, NULL, 1, NULL, NULL, 2100, 1)"},
    {"songplays_in_range", "songplays",
     "('p9', '2018-11-01 21:01:46.796+00', '8', 'free', NULL, NULL, NULL, 1, NULL, NULL, 2017, "
     "11)"},
    {"songplays_in_range", "songplays",
     "('p9', '2018-11-01 21:01:46.796+00', '8', 'free', NULL, NULL, NULL, 1, NULL, NULL, 2018, "
     "12)"},
    {"songplays_matched_say_how", "songplays",
     "('p9', '2018-11-01 21:01:46.796+00', '8', 'free', 'SO1', 'AR1', NULL, 1, NULL, NULL, 2018, "
     "11)"},
    {"songplays_matched_say_how", "songplays",
     "('p9', '2018-11-01 21:01:46.796+00', '8', 'free', NULL, NULL, 'exact', 1, NULL, NULL, "
     "2018, 11)"},
    {"kpi_summary_in_range", "kpi_summary",  // more than all
     "('engaged_users', 150, 3, 2, '2025-07-01', '2025-08-31', NULL, NULL)"},
    {"kpi_summary_in_range", "kpi_summary",  // a value that is not that of the numbers
     "('engaged_users', 66.66, 2, 3, '2025-07-01', '2025-08-31', NULL, NULL)"},
    {"kpi_summary_in_range", "kpi_summary",  // no value
     "('engaged_users', NULL, 2, 3, '2025-07-01', '2025-08-31', NULL, NULL)"},
    {"kpi_summary_in_range", "kpi_summary",  // divided by nothing
     "('engaged_users', 0, 0, 0, '2025-07-01', '2025-08-31', NULL, NULL)"},
    {"customer_engagement_unique", "customer_engagement",
     "('c1', NULL, NULL, 0, 0, NULL, NULL, false, false, false, '2025-07-01', '2025-08-31')"},
    {"customer_engagement_unique", "customer_engagement",
     "(NULL, NULL, NULL, 0, 0, NULL, NULL, false, false, false, '2025-07-01', '2025-08-31')"},
    {"lifecycle_adds_up", "lifecycle",  // a listener of no kind
     "('day', '2025-07-03', '2025-07-03', 7, 3, 2, 1, 4, 6, true)"},
    {"lifecycle_adds_up", "lifecycle",  // one of the day before is lost
     "('day', '2025-07-03', '2025-07-03', 6, 3, 2, 1, 3, 6, true)"},
    {"lifecycle_adds_up", "lifecycle",
     "('day', '2025-07-03', '2025-07-03', 4, 3, 2, -1, 4, 6, true)"},
    {"listening_in_range", "listening",  // more streams than plays
     "('day', '2025-07-03', '2025-07-03', 9, 6, 10, 4, 2, 66.67, 22.22, 0.5, true)"},
    {"listening_in_range", "listening",  // more completed than known
     "('day', '2025-07-03', '2025-07-03', 9, 3, 5, 4, 2, 66.67, 22.22, 0.5, true)"},
    {"listening_in_range", "listening",  // completed and skipped at once
     "('day', '2025-07-03', '2025-07-03', 9, 6, 5, 5, 5, 66.67, 22.22, 0.5, true)"},
    {"retention_in_range", "retention",  // more than the cohort
     "('2025-07-03', 1, 5, 6, 6, 120, true)"},
    {"retention_in_range", "retention",  // not all on the first day
     "('2025-07-03', 0, 5, 4, 0, 80, true)"},
    {"retention_in_range", "retention",  // back on a day, but not within it
     "('2025-07-03', 2, 5, 3, 2, 60, true)"},
};

class AuditTest : public testing::Test {
 protected:
  void Bind(const Star& star) {
    for (const auto& [table, rows] : star) {
      const lake::Model* model = lake::FindModel(table);
      ASSERT_NE(model, nullptr) << table;
      std::string names, casts, values;
      for (const lake::ModelColumn& column : model->columns) {
        const std::string name = engine::QuoteName(column.name);
        names += (names.empty() ? "" : ", ") + name;
        casts +=
            (casts.empty() ? "CAST(" : ", CAST(") + name + " AS " + column.type + ") AS " + name;
      }
      for (const std::string& row : rows) values += (values.empty() ? "" : ", ") + row;
      const Status bound = engine_->Materialize(
          table, "SELECT " + casts + " FROM (VALUES " + values + ") AS v(" + names + ")");
      ASSERT_TRUE(bound.ok()) << MessageOf(bound);
      tables_.insert(table);
    }
  }
  std::vector<AuditFinding> Run() {
    auto findings = RunAudits(engine_.get(), tables_);
    EXPECT_TRUE(findings.ok()) << MessageOf(findings);
    return findings.ok() ? std::move(findings).value() : std::vector<AuditFinding>{};
  }
  static const AuditFinding* Find(const std::vector<AuditFinding>& findings, const char* audit) {
    const auto found = std::ranges::find(findings, audit, &AuditFinding::audit);
    return found == findings.end() ? nullptr : &*found;
  }

  std::unique_ptr<engine::Engine> engine_ = engine::OpenTestEngine();
  std::set<std::string> tables_;
};

TEST_F(AuditTest, ASoundStarPassesThemAll) {
  Bind(SoundStar());
  const auto findings = Run();
  for (const AuditFinding& finding : findings) {
    EXPECT_EQ(finding.failures, 0) << finding.audit << ": " << finding.sample;
    EXPECT_EQ(finding.sample, "") << finding.audit;
  }
  const auto audits =
      std::ranges::count(lake::Models(), lake::ModelKind::kAudit, &lake::Model::kind);
  EXPECT_EQ(findings.size(), static_cast<size_t>(audits));
  EXPECT_TRUE(CheckFindings(findings).ok());
}

TEST_F(AuditTest, EachFailsOnItsBadRow) {
  for (const BadRow& bad : kBadRows) {
    Star star = SoundStar();
    star[bad.table].emplace_back(bad.row);
    Bind(star);
    const auto findings = Run();
    const AuditFinding* finding = Find(findings, bad.audit);
    ASSERT_NE(finding, nullptr) << bad.audit;
    EXPECT_GT(finding->failures, 0) << bad.audit << " on " << bad.row;
    EXPECT_FALSE(finding->sample.empty()) << bad.audit;
    EXPECT_EQ(finding->table, bad.table);
    EXPECT_EQ(finding->is_warning, lake::FindModel(bad.audit)->is_warning);
  }
}

TEST_F(AuditTest, NoneIsWithoutABadRow) {
  for (const lake::Model& model : lake::Models()) {
    if (model.kind != lake::ModelKind::kAudit) continue;
    EXPECT_TRUE(
        std::ranges::any_of(kBadRows, [&](const BadRow& bad) { return model.name == bad.audit; }))
        << "an audit that nobody has seen fail: " << model.name;
  }
}

TEST_F(AuditTest, OnlyTablesThatAreNamedAreAudited) {
  Star star = SoundStar();
  star["users"].push_back(star["users"][0]);
  Bind(star);
  const auto findings = RunAudits(engine_.get(), {"artists"});
  ASSERT_TRUE(findings.ok()) << MessageOf(findings);
  ASSERT_FALSE(findings->empty());
  for (const AuditFinding& finding : *findings) EXPECT_EQ(finding.table, "artists");
  EXPECT_TRUE(RunAudits(engine_.get(), {})->empty());
}

TEST_F(AuditTest, TheSampleHoldsTheFirstRows) {
  Star star = SoundStar();
  for (int copy = 0; copy < 7; ++copy) {
    star["users"].push_back(fmt::format("('double-{}', 'x', 'x', 'x', 'x')", copy));
    star["users"].push_back(star["users"].back());
  }
  Bind(star);
  const auto findings = Run();
  const AuditFinding* finding = Find(findings, "users_unique");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->failures, 7);
  EXPECT_EQ(std::ranges::count(finding->sample, ';'), 4) << finding->sample;
  EXPECT_NE(finding->sample.find("user_id=double-"), std::string::npos) << finding->sample;
  EXPECT_NE(finding->sample.find("copies=2"), std::string::npos) << finding->sample;
}

TEST_F(AuditTest, ATableThatIsNotBoundIsAnError) {
  EXPECT_FALSE(RunAudits(engine_.get(), {"users"}).ok());
}

TEST(CheckFindingsTest, WarningsDoNotFailARun) {
  AuditFinding warning{"artists_on_earth", "artists", true, 3, "artist_id=AR9"};
  AuditFinding sound{"users_unique", "users", false, 0, ""};
  EXPECT_TRUE(CheckFindings({}).ok());
  EXPECT_TRUE(CheckFindings({warning, sound}).ok());
  AuditFinding failure{"songs_unique", "songs", false, 2, "song_id=SO1 copies=2"};
  const Status status = CheckFindings({warning, failure, sound});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInput);
  for (const char* part : {"songs_unique", "2 rows", "song_id=SO1 copies=2"}) {
    EXPECT_NE(status.error().message.find(part), std::string::npos) << status.error().message;
  }
  EXPECT_EQ(status.error().message.find("artists_on_earth"), std::string::npos);
}

}  // namespace
}  // namespace cadenza::warehouse
