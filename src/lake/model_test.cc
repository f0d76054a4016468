#include "lake/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace cadenza::lake {
namespace {

constexpr const char* kPlays =
    "-- plays: what was played: all of it.\n"
    "-- grain: one row per play\n"
    "-- partition: year, month\n"
    "-- refresh: months\n"
    "-- A remark.\n"
    "-- columns:\n"
    "--   id VARCHAR: key, e.g. a: b\n"
    "--   at TIMESTAMP WITH TIME ZONE: UTC\n"
    "SELECT id, at -- the end\n"
    "FROM events\n";

TEST(Model, HeaderIsTheContract) {
  const auto model = ParseModel("silver", kPlays);
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(model->name, "plays");
  EXPECT_EQ(model->layer, "silver");
  EXPECT_EQ(model->summary, "what was played: all of it.");
  EXPECT_EQ(model->grain, "one row per play");
  EXPECT_EQ(model->kind, ModelKind::kTable);
  EXPECT_TRUE(model->is_table());
  EXPECT_EQ(model->refresh, Refresh::kMonths);
  EXPECT_EQ(model->partition_columns, (std::vector<std::string>{"year", "month"}));
  ASSERT_EQ(model->columns.size(), 2U);
  EXPECT_EQ(model->columns[0].comment, "key, e.g. a: b");
  EXPECT_EQ(model->columns[1].type, "TIMESTAMP WITH TIME ZONE");
  EXPECT_EQ(model->engine_columns()[1], (engine::Column{"at", "TIMESTAMP WITH TIME ZONE"}));
  EXPECT_EQ(model->select, "SELECT id, at -- the end\nFROM events");
}

TEST(Model, KindsAndRefreshes) {
  struct Case {
    const char* line;
    ModelKind kind;
    Refresh refresh;
  };
  const std::vector<Case> cases = {{"kind: view", ModelKind::kView, Refresh::kNone},
                                   {"kind: temporary", ModelKind::kTemporary, Refresh::kNone},
                                   {"kind: written", ModelKind::kWritten, Refresh::kNone},
                                   {"refresh: whole", ModelKind::kTable, Refresh::kWhole},
                                   {"refresh: catalogue", ModelKind::kTable, Refresh::kCatalogue},
                                   {"a remark: of two parts", ModelKind::kTable, Refresh::kNone}};
  for (const Case& expected : cases) {
    const auto model = ParseModel("silver", std::string("-- m: text\n-- ") + expected.line +
                                                "\n-- columns:\n--   a BIGINT: comment\nSELECT 1");
    ASSERT_TRUE(model.ok()) << expected.line << ": " << model.error().message;
    EXPECT_EQ(model->kind, expected.kind) << expected.line;
    EXPECT_EQ(model->refresh, expected.refresh) << expected.line;
  }
}

TEST(Model, AuditsNameTheirTable) {
  const auto model =
      ParseModel("audits", "-- unique: once.\n-- table: users\n-- severity: warning\nSELECT 1");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(model->kind, ModelKind::kAudit);
  EXPECT_EQ(model->audited_table, "users");
  EXPECT_TRUE(model->is_warning);
  EXPECT_FALSE(model->is_table());
}

TEST(Model, AuditsOfValuesNameBothColumns) {
  const auto model = ParseModel(
      "audits", "-- a: text\n-- table: plays\n-- within: start in times.start_time\nSELECT 1");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(model->value_column, "start");
  EXPECT_EQ(model->within.relation, "times");
  EXPECT_EQ(model->within.column, "start_time");
}

TEST(Model, DistinctRowsAreKnownWithTheirCopiesToo) {
  const auto model =
      ParseModel("silver", "-- m: text\n-- kind: view\n-- rows: distinct\nSELECT a FROM b");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(model->with_copies, "SELECT a FROM b");
  EXPECT_EQ(model->select, "SELECT DISTINCT * FROM (SELECT a FROM b) AS all_rows");
}

TEST(Model, WindowsLineEndsAreWhiteSpace) {
  const auto model = ParseModel(
      "silver", "-- m: text\r\n-- partition: a , b\r\n-- columns:\r\n--   a BIGINT: x\r\nSELECT 1");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(model->summary, "text");
  EXPECT_EQ(model->partition_columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(model->columns[0].comment, "x");
}

TEST(Model, ErrorsNameTheLineAtFault) {
  struct Case {
    const char* text;
    const char* at_fault;
  };
  const std::vector<Case> cases = {
      {"SELECT 1", "SELECT 1"},
      {"", "without header"},
      {"-- no colon\nSELECT 1", "no colon"},
      {"-- m: x\nSELECT 1", "without columns: m"},
      {"-- m: x\n-- columns: free text\nSELECT 1", "without columns: m"},
      {"-- m: x\n-- kind: tabel\nSELECT 1", "tabel"},
      {"-- m: x\n-- refresh: daily\nSELECT 1", "daily"},
      {"-- m: x\n-- within: a of b\nSELECT 1", "a of b"},
      {"-- m: x\n-- within: a.b in c\nSELECT 1", "a.b in c"},
      {"-- m: x\n-- columns:\n--   a BIGINT\nSELECT 1", "a BIGINT"},
      {"-- m: x\n-- columns:\n--   a: no type\nSELECT 1", "a: no type"},
      {"-- m: x\n-- columns:\n--   a BIGINT: \nSELECT 1", "a BIGINT"},
  };
  for (const Case& bad : cases) {
    const auto model = ParseModel("silver", bad.text);
    ASSERT_FALSE(model.ok()) << bad.text;
    EXPECT_EQ(model.error().kind, ErrorKind::kInput) << bad.text;
    EXPECT_NE(model.error().message.find(bad.at_fault), std::string::npos) << model.error().message;
  }
}

TEST(EmbeddedModels, AreThereAndHaveTheirOwnNames) {
  std::set<std::string> names;
  for (const Model& model : Models()) {
    EXPECT_FALSE(model.summary.empty()) << model.name;
    // The table that audits are written to is named like none of them.
    EXPECT_TRUE(names.insert(model.name).second) << model.name;
    EXPECT_EQ(FindModel(model.name), &model);
  }
  for (const char* name :
       {"events", "song_records", "songplays", "users", "user_levels", "songs", "artists",
        "artist_names", "time", "quarantine", "ledger", "runs", "audits", "skipped_files"}) {
    ASSERT_NE(FindModel(name), nullptr) << name;
    EXPECT_TRUE(FindModel(name)->is_table()) << name;
  }
  EXPECT_EQ(FindModel("nowhere"), nullptr);
}

TEST(EmbeddedModels, TablesDescribeTheirColumns) {
  const std::set<std::string> types = {
      "BIGINT", "INTEGER", "DOUBLE", "VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP WITH TIME ZONE"};
  for (const Model& model : Models()) {
    if (!model.is_table()) continue;
    EXPECT_FALSE(model.grain.empty()) << model.name;
    // What the program writes may still be stated as a SELECT that it fills with more than tables.
    if (model.kind == ModelKind::kTable) {
      EXPECT_FALSE(model.select.empty()) << model.name;
    }
    std::set<std::string> names;
    for (const ModelColumn& column : model.columns) {
      EXPECT_FALSE(column.comment.empty()) << model.name << "." << column.name;
      EXPECT_TRUE(types.contains(column.type)) << model.name << "." << column.name;
      EXPECT_TRUE(names.insert(column.name).second) << model.name << "." << column.name;
    }
    for (const std::string& partition : model.partition_columns) {
      EXPECT_TRUE(names.contains(partition)) << model.name << " by " << partition;
    }
  }
}

TEST(Model, KeyAndReferencesNameColumns) {
  const std::string rest = "columns:\n--   a BIGINT: x\n--   b BIGINT: y\nSELECT 1";
  const auto parsed = [&](const std::string& line) {
    return ParseModel("gold", "-- t: s\n-- refresh: whole\n-- " + line + "\n-- " + rest);
  };
  const Result<Model> model = parsed("references: b in other.id\n-- unique: a, b");
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->unique_columns, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(model->references.size(), 1U);
  EXPECT_EQ(model->references[0].column, "b");
  EXPECT_EQ(model->references[0].target.relation + "." + model->references[0].target.column,
            "other.id");
  for (const char* wrong : {"unique: a, c", "references: c in other.id", "references: b other"}) {
    EXPECT_FALSE(parsed(wrong).ok()) << wrong;
  }
}

TEST(EmbeddedModels, ReferencesLeadToKeys) {
  size_t references = 0;
  for (const Model& model : Models()) {
    references += model.references.size();
    for (const ModelReference& reference : model.references) {
      const Model* target = FindModel(reference.target.relation);
      ASSERT_NE(target, nullptr) << model.name;
      EXPECT_TRUE(target->is_table() && target->has_column(reference.target.column)) << model.name;
    }
  }
  EXPECT_GT(references, 10U);
}

TEST(EmbeddedModels, AuditsAuditTables) {
  int audits = 0;
  for (const Model& model : Models()) {
    if (model.kind != ModelKind::kAudit) continue;
    ++audits;
    const Model* table = FindModel(model.audited_table);
    ASSERT_NE(table, nullptr) << model.name;
    EXPECT_TRUE(table->is_table()) << model.name;
    EXPECT_TRUE(model.name.starts_with(table->name) || model.name.starts_with(table->layer))
        << model.name;
    EXPECT_FALSE(model.select.empty()) << model.name;
  }
  EXPECT_GT(audits, 0);
}

}  // namespace
}  // namespace cadenza::lake
