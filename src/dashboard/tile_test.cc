#include "dashboard/tile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "lake/model.h"
#include "report/chart_painter.h"
#include "tiles_embedded.h"

namespace cadenza::dashboard {
namespace {

constexpr const char* kTile =
    "-- sessions: Sessions by day\n"
    "-- tells: How many.\n"
    "-- unit: sessions\n"
    "-- page: overview\n"
    "-- place: 20\n"
    "-- size: wide\n"
    "-- chart: lines\n"
    "-- draw: x=day y=sessions,listeners\n"
    "-- columns:\n"
    "--   day DATE: UTC\n"
    "--   sessions BIGINT: that begin on it\n"
    "WITH counted AS (SELECT * FROM active_listeners)\n"
    "SELECT day, sessions FROM counted JOIN users ON true CROSS JOIN request\n"
    "WHERE day >= request.from_day AND country = request.country\n";

TEST(Tile, HeaderAndSelectAreRead) {
  const auto tile = ParseTile(kTile);
  ASSERT_TRUE(tile.ok()) << tile.error().message;
  EXPECT_EQ(tile->name, "sessions");
  EXPECT_EQ(tile->title, "Sessions by day");
  EXPECT_EQ(tile->place, 20);
  EXPECT_EQ(tile->draw.at("y"), "sessions,listeners");
  ASSERT_EQ(tile->columns.size(), 2U);
  EXPECT_EQ(tile->columns[1].meaning, "that begin on it");
  EXPECT_EQ(tile->tables, (std::vector<std::string>{"active_listeners", "users"}));
  EXPECT_EQ(tile->filters, (std::vector<std::string>{"from", "country"}));
  EXPECT_TRUE(tile->select.starts_with("WITH counted"));
}

TEST(Tile, WrongHeadersAreRefused) {
  const auto with = [](std::string_view before, std::string_view after) {
    std::string text = kTile;
    text.replace(text.find(before), before.size(), after);
    return ParseTile(text);
  };
  EXPECT_FALSE(with("page: overview", "page: cellar").ok());
  EXPECT_FALSE(with("size: wide", "size: huge").ok());
  EXPECT_FALSE(with("place: 20", "place: first").ok());
  EXPECT_FALSE(with("--   day DATE: UTC", "--   day").ok());
  EXPECT_FALSE(with("-- chart: lines\n", "").ok());
  EXPECT_FALSE(ParseTile("").ok());
}

/// The example of docs/DASHBOARD.md is all that a new tile takes.
TEST(Tile, TheFileOfTheManualIsATile) {
  std::ifstream file(CADENZA_MANUAL);
  const std::string manual{std::istreambuf_iterator<char>(file), {}};
  const size_t begin = manual.find("```sql\n");
  ASSERT_NE(begin, std::string::npos);
  const size_t end = manual.find("```", begin + 7);
  ASSERT_NE(end, std::string::npos);
  const auto tile = ParseTile(std::string_view(manual).substr(begin + 7, end - begin - 7));
  ASSERT_TRUE(tile.ok()) << tile.error().message;
  EXPECT_EQ(tile->name, "plays_by_level");
  EXPECT_EQ(tile->page, "music");
  EXPECT_EQ(tile->tables, (std::vector<std::string>{"songplays"}));
  EXPECT_EQ(tile->filters, (std::vector<std::string>{"from", "to"}));
  auto painter = report::ChartPainter::Open();
  ASSERT_TRUE(painter.ok());
  const auto svg = painter->Svg(
      tile->chart,
      R"({"columns":[{"name":"day","type":"DATE"},{"name":"level","type":"VARCHAR"},)"
      R"({"name":"plays","type":"BIGINT"}],"draw":{"x":"day","y":["plays"],"series":"level"},)"
      R"("rows":[["2025-07-01","free",7],["2025-07-01","paid",9]]})");
  ASSERT_TRUE(svg.ok());
  EXPECT_NE(svg->find("paid"), std::string::npos);
}

TEST(Tile, WhatFiltersReachIsReadFromTheRelations) {
  for (const auto& [name, filters] : std::map<std::string, std::set<std::string>>{
           {"funnel", {"from", "to", "country", "plan", "platform", "device"}},
           {"plays_by_period", {"from", "to", "grain", "country", "plan"}},
           {"artists_of_logs", {"from", "to", "plan", "platform", "device"}},
           {"songs_most_played", {}}}) {
    const Tile* tile = FindTile(name);
    ASSERT_NE(tile, nullptr) << name;
    EXPECT_EQ(std::set<std::string>(tile->filters.begin(), tile->filters.end()), filters) << name;
  }
}

TEST(Tile, EveryFileOfTheProgramIsSound) {
  auto painter = report::ChartPainter::Open();
  ASSERT_TRUE(painter.ok());
  std::set<std::string> names;
  for (const std::string_view text : kEmbeddedTiles) {
    const auto tile = ParseTile(text);
    ASSERT_TRUE(tile.ok()) << tile.error().message;
    EXPECT_TRUE(names.insert(tile->name).second) << tile->name;
    EXPECT_FALSE(tile->tells.empty()) << tile->name;
    std::vector<std::string> tables = tile->tables;
    tables.insert(tables.end(), tile->more_tables.begin(), tile->more_tables.end());
    for (const std::string& table : tables) {
      const lake::Model* model = lake::FindModel(table);
      EXPECT_TRUE(model != nullptr && model->is_table()) << tile->name << " reads " << table;
    }
    for (const std::string& table : tile->optional) {
      EXPECT_TRUE(std::ranges::count(tile->tables, table)) << tile->name << ": " << table;
    }
    if (tile->chart == "cards" || tile->chart == "table") continue;
    const std::string empty =
        R"({"columns":[{"name":"a","type":"DATE"},{"name":"b","type":"BIGINT"},)"
        R"({"name":"c","type":"DOUBLE"}],"rows":[]})";
    EXPECT_TRUE(painter->Svg(tile->chart, empty).ok())
        << tile->name << " has chart " << tile->chart;
    // The chart is told of columns that there are.
    for (const char* role : {"x", "series", "complete", "label"}) {
      const auto column = tile->draw.find(role);
      if (column == tile->draw.end()) continue;
      EXPECT_TRUE(std::ranges::any_of(
          tile->columns, [&](const TileColumn& known) { return known.name == column->second; }))
          << tile->name << ": " << column->second;
    }
  }
}

}  // namespace
}  // namespace cadenza::dashboard
