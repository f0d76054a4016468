#include "serve/json_rows.h"

#include <gtest/gtest.h>

namespace cadenza::serve {
namespace {

TEST(JsonRowsTest, ValuesKeepWhatTheySay) {
  JsonRows json({{"a", "BIGINT"},
                 {"b", "DOUBLE"},
                 {"c", "VARCHAR"},
                 {"d", "TIMESTAMP WITH TIME ZONE"},
                 {"e", "BOOLEAN"},
                 {"f", "DECIMAL(18,2)"}});
  EXPECT_EQ(
      json.Row({"9007199254740992", "0.5", "a\"b", "2025-07-01 12:00:00.5+00", "true", "1.50"}),
      R"([9007199254740992,0.5,"a\"b","2025-07-01T12:00:00.5Z",true,1.50])");
  EXPECT_EQ(json.Notes(), "[]");
  EXPECT_EQ(json.Row({"9007199254740993", "nan", std::nullopt, std::nullopt, "false",
                      "1234567890123456.00"}),
            R"(["9007199254740993",null,null,null,false,"1234567890123456.00"])");
  EXPECT_EQ(json.Row({"-9223372036854775808", "-inf", "", "2025-07-01 00:00:00+00", "true", "0"}),
            R"(["-9223372036854775808",null,"","2025-07-01T00:00:00Z",true,0])");
  EXPECT_EQ(json.Notes(), R"(["b: NaN and infinity are null here"])");
  JsonRows named(std::vector<engine::Column>{{"n", "INTEGER"}});
  EXPECT_EQ(named.Object({"1"}), R"({"n":1})");
  EXPECT_EQ(ColumnsJson({{"n", "INTEGER"}}), R"([{"name":"n","type":"INTEGER"}])");
}

}  // namespace
}  // namespace cadenza::serve
