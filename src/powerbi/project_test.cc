#include "powerbi/project.h"

#include <gtest/gtest.h>

#include "powerbi/dax.h"
#include "powerbi/semantic_model.h"

namespace cadenza::powerbi {
namespace {

Source OneTable() {
  Source source;
  source.tables = {{"gold",
                    "O'Hara's plays, \"Zoë\"",
                    "what was played",
                    {{"a \"b\"", "BIGINT", "a count"}},
                    ""}};
  source.metrics = {
      {"paid_share", "Paid share", "who pays", "sessions > 0 AND is_paid", "sessions > 0"}};
  return source;
}

TEST(Project, IsTheSameBytesEachTime) {
  EXPECT_EQ(*MakeProject(OneTable()), *MakeProject(OneTable()));
}

TEST(Project, KeepsNamesWithQuotes) {
  const Files files = *MakeProject(OneTable());
  const auto table =
      files.find("Cadenza.SemanticModel/definition/tables/O'Hara's plays, _Zoë_.tmdl");
  ASSERT_NE(table, files.end());
  EXPECT_NE(table->second.find("table 'O''Hara''s plays, \"Zoë\"'"), std::string::npos);
  EXPECT_NE(table->second.find("Item=\"O'Hara's plays, \"\"Zoë\"\"\""), std::string::npos);
}

TEST(Dax, SaysConditionsOfMetrics) {
  EXPECT_EQ(*ConditionInDax("sessions >= 80 and is_paid"),
            "[Sessions] >= 80 && customer_engagement[is_paid] = TRUE ()");
  EXPECT_EQ(*CountInDax("TRUE"), "COUNTROWS ( customer_engagement ) + 0");
}

TEST(Dax, RefusesWhatItDoesNotKnow) {
  const auto dax = ConditionInDax("sessions > 0 and plan LIKE 'x'");
  ASSERT_FALSE(dax.ok());
  EXPECT_NE(dax.error().message.find("plan"), std::string::npos);
}

}  // namespace
}  // namespace cadenza::powerbi
