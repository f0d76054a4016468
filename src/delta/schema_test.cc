#include "delta/schema.h"

#include <gtest/gtest.h>

namespace cadenza::delta {
namespace {

TEST(SchemaTest, KeepsColumnsThroughJson) {
  const Schema schema = {{
      {"id", "long", false},
      {"name \"ü\"", "string"},
      {"price", "decimal(10,2)", true, R"({"comment":"net"})"},
      {"tags", R"({"containsNull":true,"elementType":"string","type":"array"})"},
  }};
  const auto back = SchemaFromJson(SchemaToJson(schema));
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(*back, schema);
  ASSERT_NE(back->Find("price"), nullptr);
  EXPECT_EQ(back->Find("price")->type, "decimal(10,2)");
  EXPECT_EQ(back->Find("Price"), nullptr);
}

TEST(SchemaTest, WritesWhatTheProtocolShows) {
  EXPECT_EQ(SchemaToJson({{{"a", "integer"}}}),
            R"({"type":"struct","fields":[{"name":"a","type":"integer","nullable":true,)"
            R"("metadata":{}}]})");
  EXPECT_EQ(SchemaToJson({}), R"({"type":"struct","fields":[]})");
}

TEST(SchemaTest, RefusesWhatIsNoSchema) {
  for (const char* text :
       {"", "[]", "{}", R"({"fields":5})", R"({"fields":[5]})", R"({"fields":[{"name":"a"}]})",
        R"({"fields":[{"name":1,"type":"long"}]})", R"({"fields":[{"name":"a","type":[]}]})"}) {
    const auto schema = SchemaFromJson(text);
    ASSERT_FALSE(schema.ok()) << text;
    EXPECT_EQ(schema.error().kind, ErrorKind::kInput) << text;
  }
}

TEST(SchemaTest, RefusesDeepNesting) {
  EXPECT_FALSE(SchemaFromJson(std::string(100'000, '[')).ok());
}

}  // namespace
}  // namespace cadenza::delta
