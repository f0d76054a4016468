#include "churn/firewall.h"

#include <gtest/gtest.h>

#include "churn/feature_model.h"
#include "lake/model.h"

namespace cadenza::churn {
namespace {

std::string Refusal(const std::string& sql) {
  const Status status = CheckFeatureSql("mine.sql", 7, sql, "history");
  return status.ok() ? "" : status.error().message;
}

TEST(FirewallTest, SubqueriesOfHistoryMayBeRead) {
  for (const char* sql : {
           "SELECT user_id, cut_off, sum(plays) AS x FROM history GROUP BY user_id, cut_off",
           "SELECT * FROM (SELECT user_id, cut_off, max(age) AS x FROM history AS h GROUP BY 1, 2) "
           "AS a JOIN (SELECT user_id AS u FROM history) AS b ON a.user_id = b.u",
           "WITH days AS (SELECT * FROM history WHERE age <= 3) SELECT user_id, cut_off, count(*) "
           "AS "
           "x FROM days GROUP BY user_id, cut_off",
           "SELECT user_id, cut_off, CASE WHEN x IS NOT DISTINCT FROM events THEN 1 END AS y FROM "
           "(SELECT user_id, cut_off, plays AS x, events FROM history) AS a",
           "SELECT user_id, cut_off, lead(age) OVER (PARTITION BY user_id ORDER BY age) AS x FROM "
           "history WHERE plays IN (1, 2) -- FROM events\n",
           "SELECT user_id, cut_off, 'FROM events' AS x FROM \"history\"",
       }) {
    EXPECT_EQ(Refusal(sql), "") << sql;
  }
}

TEST(FirewallTest, WhatCouldPeekIsRefusedByName) {
  const std::pair<const char*, const char*> cases[] = {
      {"SELECT * FROM events", "events"},
      {"SELECT * FROM history JOIN users ON true", "users"},
      {"SELECT * FROM history, user_levels", "user_levels"},
      {"SELECT * FROM history AS h, (SELECT * FROM churn_labels) AS l", "churn_labels"},
      {"SELECT * FROM (history JOIN listener_days ON true)", "listener_days"},
      {"SELECT * FROM (events)", "events"},
      {"SELECT * FROM silver.users", "silver"},
      {"SELECT * FROM \"events\"", "events"},
      {"SELECT * FROM 'events.parquet'", "events.parquet"},
      {"SELECT * FROM read_parquet('x')", "read_parquet"},
      {"SELECT (SELECT max(ts_ms) FROM songplays) AS x FROM history", "songplays"},
      {"SELECT random() AS x FROM history", "random"},
      {"SELECT now() AS x FROM history", "now"},
      {"SELECT \"now\"() AS x FROM history", "now"},
      {"SELECT current_date AS x FROM history", "current_date"},
      {"SELECT getvariable('x') AS x FROM history", "getvariable"},
      {"SELECT * FROM (TABLE events) AS e", "events"},
      {"SELECT * FROM history TABLESAMPLE 10", "TABLESAMPLE"},
      {"SELECT 1; DROP TABLE x", ";"},
      {"DROP TABLE x", "DROP"},
      {"WITH e AS (SELECT * FROM events) SELECT * FROM e", "events"},
      {"SELECT * FROM totals", "totals"},
      {"SELECT * FROM history UNION ALL SELECT * FROM late_events", "late_events"},
      {"SELECT * FROM history WHERE EXISTS (SELECT 1 FROM quarantine)", "quarantine"},
      {"SELECT * FROM history ORDER BY (SELECT 1 FROM runs)", "runs"},
      {"SELECT * FROM history SEMI JOIN users USING (user_id)", "users"},
  };
  for (const auto& [sql, name] : cases) {
    const std::string message = Refusal(sql);
    EXPECT_TRUE(message.starts_with("mine.sql:7: ")) << sql << ": " << message;
    EXPECT_NE(message.find(name), std::string::npos) << sql << ": " << message;
  }
  EXPECT_TRUE(Refusal("SELECT *\nFROM history\nJOIN events ON true").starts_with("mine.sql:9: "));
}

TEST(FirewallTest, NoTableOfALakeIsRead) {
  for (const lake::Model& model : lake::Models()) {
    EXPECT_NE(Refusal("SELECT * FROM " + model.name), "") << model.name;
    EXPECT_NE(Refusal("SELECT * FROM history AS h, " + model.name + " AS x"), "") << model.name;
  }
}

TEST(FeatureModelTest, TheProgramsOwnAreEnoughAndHaveTheirTable) {
  const auto models = OwnFeatureModels();
  ASSERT_TRUE(models.ok()) << models.error().message;
  std::vector<std::string> names = {"user_id"};
  for (const FeatureModel& model : *models) {
    for (const FeatureColumn& column : model.columns) names.push_back(column.name);
    size_t spoken = 0;
    for (const FeatureFamily& family : model.families) spoken += family.columns.size();
    EXPECT_EQ(spoken, model.columns.size()) << model.file << ": each column has words once";
  }
  EXPECT_GE(names.size(), 61U);
  names.emplace_back("cut_off");
  std::vector<std::string> table;
  for (const auto& column : lake::FindModel("churn_features")->columns) {
    table.push_back(column.name);
  }
  EXPECT_EQ(names, table) << "models/gold/churn_features.sql lists the columns of models/features";
}

TEST(FeatureModelTest, AWrongHeaderIsNamedWithItsLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"-- a: b\n-- kind: feature\n-- columns:\n--   x BIGINT: y\nSELECT 1", "reads:"},
      {"-- a: b\n-- kind: view\n", "a.sql:2"},
      {"-- a: b\n-- kind: feature\n-- reads: future\n", "a.sql:3"},
      {"-- a: b\n-- kind: feature\n-- reads: history 0 days\n", "a.sql:3"},
      {"-- a: b\n-- kind: feature\n-- reads: profile\n-- columns:\n--   x VARCHAR: y\n", "VARCHAR"},
      {"-- a: b\n-- kind: feature\n-- reads: profile\n-- columns:\n--   x BIGINT: y\n-- words:\n"
       "--   z: text\n",
       "z"},
      {"-- a: b\n-- kind: feature\n-- reads: profile\n-- columns:\n--   x BIGINT: y\nSELECT 1 FROM "
       "history",
       "a.sql:6"},
      {"SELECT 1", "a.sql"},
  };
  for (const auto& [text, part] : cases) {
    const auto model = ParseFeatureModel("a.sql", text);
    ASSERT_FALSE(model.ok()) << text;
    EXPECT_NE(model.error().message.find(part), std::string::npos) << model.error().message;
  }
}

}  // namespace
}  // namespace cadenza::churn
