#include "dashboard/tile.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "dashboard/filtered_rows.h"
#include "engine/sql_text.h"
#include "tiles_embedded.h"

namespace cadenza::dashboard {
namespace {

constexpr std::array kPages = {"overview",        "live",   "listeners", "music", "where", "churn",
                               "recommendations", "health", "none"};
constexpr std::array kSizes = {"full", "wide", "half", "third"};

template <size_t kSize>
Status CheckOneOf(const std::array<const char*, kSize>& known, const std::string& value,
                  std::string_view line) {
  if (std::ranges::any_of(known, [&](const char* name) { return value == name; })) return {};
  return MakeError(ErrorKind::kInput, "a tile's header has a value that there is not: {}", line);
}

/// a, b
std::vector<std::string> ReadList(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    names.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  return names;
}

/// x=day y=sessions,listeners
std::map<std::string, std::string> ReadDraw(std::string_view text) {
  std::map<std::string, std::string> draw;
  while (!text.empty()) {
    const size_t space = std::min(text.find(' '), text.size());
    const std::string_view pair = text.substr(0, space);
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos) {
      draw.emplace(pair.substr(0, equals), pair.substr(equals + 1));
    }
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return draw;
}

/// "day DATE: of the sessions"
Status ReadColumn(std::string_view line, Tile* tile) {
  const size_t space = line.find(' ');
  const size_t colon = line.find(": ");
  if (space == std::string_view::npos || colon == std::string_view::npos || colon < space) {
    return MakeError(ErrorKind::kInput, "a tile's column is not `name TYPE: meaning`: {}", line);
  }
  tile->columns.push_back({std::string(line.substr(0, space)),
                           std::string(line.substr(space + 1, colon - space - 1)),
                           std::string(line.substr(colon + 2))});
  return {};
}

Status ReadField(const std::string& key, const std::string& value, std::string_view line,
                 Tile* tile) {
  const std::map<std::string_view, std::string*> texts = {
      {"tells", &tile->tells}, {"unit", &tile->unit},   {"page", &tile->page},
      {"size", &tile->size},   {"chart", &tile->chart}, {"click", &tile->click},
      {"makes", &tile->makes}};
  if (const auto text = texts.find(key); text != texts.end()) {
    *text->second = value;
    return {};
  }
  if (key == "draw") {
    tile->draw = ReadDraw(value);
  } else if (key == "optional") {
    tile->optional = ReadList(value);
  } else if (key == "for" && value == "analysts") {
    tile->for_analysts = true;
  } else if (key == "report" && value == "yes") {
    tile->on_report = true;
  } else if (key == "place") {
    const auto read = std::from_chars(value.data(), value.data() + value.size(), tile->place);
    if (read.ec != std::errc()) {
      return MakeError(ErrorKind::kInput, "a tile's place is no number: {}", line);
    }
  }
  return {};
}

using NameList = std::vector<std::string>;

/// A relation that is made for a tile beside the lake's tables: what it reads, and which filters
/// are in it.
struct MadeRelation {
  std::string name;
  NameList tables, filters, more_tables = {};
};

const std::vector<MadeRelation>& MadeRelations() {
  static const NameList of_metrics = {"kpi_window", "days", "customer_days", "customer_engagement",
                                      "paid_spans"};
  static const NameList filters_and_grain = {"from", "to",       "grain", "country",
                                             "plan", "platform", "device"};
  static const std::vector<MadeRelation> made = [] {
    std::vector<MadeRelation> all = {{"request", {}, {}},
                                     {"lake_tables", {}, {}},
                                     {"window_metrics", of_metrics, filters_and_grain},
                                     {"period_metrics", of_metrics, filters_and_grain}};
    for (const FilteredRelation& each : FilteredRelations()) {
      all.push_back({each.name, each.tables, each.filters, each.more_tables});
    }
    return all;
  }();
  return made;
}

void AddOnce(const std::string& name, NameList* list) {
  if (std::ranges::find(*list, name) == list->end()) list->push_back(name);
}

/// What stands behind FROM and JOIN, and which columns of `request` are read.
void ReadSelect(Tile* tile) {
  const engine::SqlText sql(tile->select);
  NameList own;
  for (const MadeRelation& made : MadeRelations()) own.push_back(made.name);
  for (size_t i = 0; i + 2 < sql.size(); ++i) {
    if (sql.IsIdentifier(i) && sql.IsWord(i + 1, "as") && sql.IsSymbol(i + 2, "(")) {
      own.push_back(sql.value(i));
    }
  }
  for (size_t i = 0; i + 1 < sql.size(); ++i) {
    if ((sql.IsWord(i, "from") || sql.IsWord(i, "join")) && sql.IsIdentifier(i + 1)) {
      const std::string name = sql.value(i + 1);
      // `extract(year FROM day)` and functions are no tables.
      const bool is_part = i >= 3 && sql.IsWord(i - 3, "extract") && sql.IsSymbol(i - 2, "(");
      const bool is_table =
          std::ranges::find(own, name) == own.end() && !sql.IsSymbol(i + 2, "(") && !is_part;
      if (is_table) AddOnce(name, &tile->tables);
    }
    if (sql.IsWord(i, "request") && sql.IsSymbol(i + 1, ".")) {
      std::string name = sql.value(i + 2);
      if (name == "from_day") name = "from";
      if (name == "to_day") name = "to";
      AddOnce(name, &tile->filters);
    }
  }
}

/// What stands behind the relations that are made.
void ReadMadeRelations(Tile* tile) {
  for (const MadeRelation& made : MadeRelations()) {
    if (tile->select.find(made.name) == std::string::npos) continue;
    for (const std::string& table : made.tables) AddOnce(table, &tile->tables);
    for (const std::string& filter : made.filters) AddOnce(filter, &tile->filters);
    for (const std::string& table : made.more_tables) AddOnce(table, &tile->more_tables);
  }
}

std::vector<Tile> ParseAll() {
  std::vector<Tile> tiles;
  for (const std::string_view text : kEmbeddedTiles) {
    // tile_test.cc parses each of them and says what is wrong.
    if (Result<Tile> tile = ParseTile(text); tile.ok()) tiles.push_back(std::move(*tile));
  }
  std::ranges::stable_sort(tiles, [](const Tile& a, const Tile& b) {
    const auto page = [](const Tile& tile) { return std::ranges::find(kPages, tile.page); };
    return std::pair(page(a), a.place) < std::pair(page(b), b.place);
  });
  return tiles;
}

}  // namespace

Result<Tile> ParseTile(std::string_view text) {
  Tile tile;
  bool in_columns = false;
  while (text.starts_with("--")) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line =
        text.substr(std::min<size_t>(3, end), end - std::min<size_t>(3, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (in_columns && line.starts_with("  ")) {
      CADENZA_TRY(ReadColumn(line.substr(2), &tile));
      continue;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string key(line.substr(0, colon));
    const std::string value(line.substr(std::min(colon + 2, line.size())));
    in_columns = key == "columns";
    if (tile.name.empty()) {
      tile.name = key;
      tile.title = value;
    } else {
      CADENZA_TRY(ReadField(key, value, line, &tile));
    }
  }
  tile.select = text;
  while (!tile.select.empty() && tile.select.back() == '\n') tile.select.pop_back();
  if (tile.name.empty() || tile.chart.empty() || tile.select.empty() || tile.columns.empty()) {
    return MakeError(ErrorKind::kInput, "a tile needs a title, a chart, columns and a SELECT: {}",
                     tile.name);
  }
  CADENZA_TRY(CheckOneOf(kPages, tile.page, "page: " + tile.page));
  CADENZA_TRY(CheckOneOf(kSizes, tile.size, "size: " + tile.size));
  ReadSelect(&tile);
  ReadMadeRelations(&tile);
  return tile;
}

const std::vector<Tile>& Tiles() {
  static const std::vector<Tile> tiles = ParseAll();
  return tiles;
}

const Tile* FindTile(std::string_view name) {
  const auto found = std::ranges::find(Tiles(), name, &Tile::name);
  return found == Tiles().end() ? nullptr : &*found;
}

}  // namespace cadenza::dashboard
