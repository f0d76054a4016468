#include "powerbi/report.h"

#include <algorithm>

#include "powerbi/dax.h"
#include "powerbi/identity.h"
#include "powerbi/json_file.h"

namespace cadenza::powerbi {
namespace {

constexpr const char* kReportSchemas =
    "https://developer.microsoft.com/json-schemas/fabric/item/report/definition/";
constexpr const char* kFolder = "Cadenza.Report/definition/";

Json Field(const char* kind, const std::string& table, const std::string& name) {
  Json field = {
      {"field",
       {{kind, {{"Expression", {{"SourceRef", {{"Entity", table}}}}}, {"Property", name}}}}},
      {"queryRef", table + "." + name},
      {"nativeQueryRef", name}};
  if (std::string_view(kind) == "Column") field["active"] = true;
  return field;
}

Json Literal(const std::string& value) { return {{"expr", {{"Literal", {{"Value", value}}}}}}; }

/// A text as the formatting of visuals takes it.
Json TextLiteral(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return Literal(quoted + "'");
}

struct Place {
  int x, y, width, height;
};

/// A page being filled.
class Page {
 public:
  Page(const std::string& title, const std::string& id) : id_(id) {
    files_[Path("page.json")] =
        FileText({{"$schema", std::string(kReportSchemas) + "page/2.0.0/schema.json"},
                  {"name", id},
                  {"displayName", title},
                  {"displayOption", "FitToPage"},
                  {"height", 720},
                  {"width", 1280}});
  }

  void Add(const std::string& title, const char* type, const Json& roles, const Place& place,
           const Json& objects = nullptr) {
    ++visuals_;
    Json state;
    for (const auto& [role, projections] : roles.items())
      state[role] = {{"projections", projections}};
    Json visual = {{"visualType", type}, {"query", {{"queryState", state}}}};
    if (!objects.is_null()) visual["objects"] = objects;
    visual["visualContainerObjects"] = {
        {"title", Json::array({{{"properties",
                                 {{"show", Literal("true")}, {"text", TextLiteral(title)}}}}})},
        {"general", Json::array({{{"properties", {{"altText", TextLiteral(title)}}}}})}};
    visual["drillFilterOtherVisuals"] = true;
    const std::string name = ShortIdOf(id_ + " " + title);
    files_[Path("visuals/" + name + "/visual.json")] =
        FileText({{"$schema", std::string(kReportSchemas) + "visualContainer/2.0.0/schema.json"},
                  {"name", name},
                  {"position",
                   {{"x", place.x},
                    {"y", place.y},
                    {"z", visuals_ * 1000},
                    {"width", place.width},
                    {"height", place.height},
                    {"tabOrder", visuals_ * 1000}}},
                  {"visual", visual}});
  }

  const Files& files() const { return files_; }

 private:
  std::string Path(const std::string& name) const {
    return kFolder + ("pages/" + id_) + "/" + name;
  }

  std::string id_;
  int visuals_ = 0;
  Files files_;
};

const Table* Find(const Source& source, const std::string& name) {
  const auto found = std::ranges::find(source.tables, name, &Table::name);
  return found == source.tables.end() ? nullptr : &*found;
}

bool HasColumn(const Table* table, const std::string& name) {
  return table && std::ranges::find(table->columns, name, &Column::name) != table->columns.end();
}

void AddCards(const Source& source, Page* page) {
  int card = 0;
  for (const Metric& metric : source.metrics) {
    if (card == 3) break;
    page->Add(metric.title, "card",
              {{"Values", Json::array({Field("Measure", "Measures", metric.title)})}},
              {16 + card * 290, 16, 274, 120});
    ++card;
  }
}

void AddSlicers(const Source& source, Page* page) {
  const Json between = {
      {"data", Json::array({{{"properties", {{"mode", Literal("'Between'")}}}}})}};
  const Table* windows = nullptr;
  for (const Table& table : source.tables) {
    if (HasColumn(&table, "window_start") && HasColumn(&table, "window_end") && !windows)
      windows = &table;
  }
  const auto add = [&](const std::string& title, const std::string& table,
                       const std::string& column, int y) {
    page->Add(title, "slicer", {{"Values", Json::array({Field("Column", table, column)})}},
              {892, y, 372, 120}, between);
  };
  if (HasColumn(Find(source, "days"), "date")) add("Day", "days", "date", 16);
  if (!windows) return;
  add("Window start", windows->name, "window_start", 152);
  add("Window end", windows->name, "window_end", 288);
}

void AddDays(const Source& source, Page* page) {
  const Table* days = Find(source, "days");
  const bool has_days = HasColumn(days, "date");
  const std::string table = has_days ? "days" : kCustomerDays;
  const std::string day = has_days ? "date" : "session_date";
  if (!Find(source, kCustomerDays)) return;
  page->Add("Sessions and customers by day", "lineChart",
            {{"Category", Json::array({Field("Column", table, day)})},
             {"Y", Json::array({Field("Measure", "Measures", "Sessions"),
                                Field("Measure", "Measures", "Active customers")})}},
            {16, 152, 860, 270});
  if (!HasColumn(days, "month")) return;
  page->Add("Sessions by month", "clusteredColumnChart",
            {{"Category", Json::array({Field("Column", "days", "month")})},
             {"Y", Json::array({Field("Measure", "Measures", "Sessions")})}},
            {16, 438, 860, 266});
}

void AddTrends(const Source& source, Page* page) {
  const bool has_days = HasColumn(Find(source, "days"), "date");
  if (!has_days) return;
  int trend = 0;
  for (const Metric& metric : source.metrics) {
    if (trend == 3) break;
    page->Add(metric.title + " by day", "lineChart",
              {{"Category", Json::array({Field("Column", "days", "date")})},
               {"Y", Json::array({Field("Measure", "Measures", metric.title)})}},
              {16, 16 + trend * 232, 1248, 216});
    ++trend;
  }
}

}  // namespace

Files MakeReport(const Source& source) {
  const std::string overview = ShortIdOf("page Engagement"), trends = ShortIdOf("page Trends");
  Page first("Engagement", overview), second("Trends", trends);
  AddCards(source, &first);
  AddDays(source, &first);
  AddSlicers(source, &first);
  AddTrends(source, &second);
  Files files = first.files();
  files.insert(second.files().begin(), second.files().end());
  const std::string folder = kFolder, schemas = kReportSchemas;
  files[folder + "version.json"] =
      FileText({{"$schema", schemas + "versionMetadata/1.0.0/schema.json"}, {"version", "2.0.0"}});
  files[folder + "pages/pages.json"] =
      FileText({{"$schema", schemas + "pagesMetadata/1.0.0/schema.json"},
                {"pageOrder", Json::array({overview, trends})},
                {"activePageName", overview}});
  files[folder + "report.json"] =
      FileText({{"$schema", schemas + "report/3.0.0/schema.json"},
                {"themeCollection",
                 {{"baseTheme",
                   {{"name", "CY24SU10"},
                    {"reportVersionAtImport",
                     {{"visual", "1.8.95"}, {"report", "2.0.95"}, {"page", "1.3.95"}}},
                    {"type", "SharedResources"}}}}},
                {"settings", {{"useEnhancedTooltips", true}}}});
  return files;
}

}  // namespace cadenza::powerbi
