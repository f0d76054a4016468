#include "dashboard/printed_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/markup.h"
#include "base/utc_time.h"
#include "dashboard/printed_style.h"
#include "report/chart_painter.h"
#include "serve/customer_index.h"
#include "serve/day.h"

namespace cadenza::dashboard {
namespace {

using nlohmann::json;

constexpr size_t kRowsShown = 31;  ///< of a tile's table; the rest is counted
constexpr const char* kDash = "\xE2\x80\x93";

/// 12345.5 -> 12,345.5 with as many digits as the value has, at most two.
std::string NumberText(const json& value) {
  std::string text = value.is_number_integer() ? fmt::format("{}", value.get<int64_t>())
                                               : fmt::format("{:.2f}", value.get<double>());
  const size_t point = std::min(text.find('.'), text.size());
  const size_t first = text.starts_with('-') ? 1 : 0;
  for (size_t at = point; at > first + 3;) text.insert(at -= 3, ",");
  return text;
}

/// 2025-07-01 -> 1 Jul 2025, which is read the same everywhere.
std::string DayText(const std::string& day) {
  const auto ms = ParseUtcMs(day + "T00:00:00");
  if (!ms) return day;
  std::string text = UtcText(*ms, "%d %b %Y");
  return text.starts_with('0') ? text.substr(1) : text;
}

std::string CellText(const json& value, const std::string& type) {
  if (value.is_null()) return kDash;
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number()) return NumberText(value);
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  return MarkupText(type == "DATE" ? DayText(text) : text);
}

/// retained_percent -> Retained, %
std::string Words(std::string name) {
  if (name.ends_with("_percent")) name.replace(name.size() - 8, 8, ", %");
  std::ranges::replace(name, '_', ' ');
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

std::string TableHtml(const json& answer) {
  std::string html = "<table class=\"rows\"><thead><tr>";
  const json& columns = answer.at("columns");
  std::vector<std::string> types;
  for (const json& column : columns) {
    types.push_back(column.at("type").get<std::string>());
    html += "<th>" + MarkupText(Words(column.at("name").get<std::string>())) + "</th>";
  }
  html += "</tr></thead><tbody>";
  size_t shown = 0;
  for (const json& row : answer.at("rows")) {
    if (shown++ == kRowsShown) break;
    html += "<tr>";
    for (size_t c = 0; c < row.size(); ++c) {
      html += fmt::format("<td{}>{}</td>", row[c].is_number() ? " class=\"number\"" : "",
                          CellText(row[c], types[c]));
    }
    html += "</tr>";
  }
  html += "</tbody></table>";
  if (answer.at("rows").size() > kRowsShown) {
    html += fmt::format("<p class=\"note\">The first {} of {} rows.</p>", kRowsShown,
                        answer.at("rows").size());
  }
  return html;
}

/// The value of a named column in a row; null where there is no such column.
json Field(const json& answer, const json& row, std::string_view name) {
  const json& columns = answer.at("columns");
  for (size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].at("name") == name) return row[c];
  }
  return nullptr;
}

/// Cards side by side in a table, since mail programs know no other layout.
std::string CardsHtml(const json& answer) {
  std::string html = "<table class=\"cards\"><tr>";
  for (const json& row : answer.at("rows")) {
    const json value = Field(answer, row, "value");
    const json change = Field(answer, row, "change");
    std::string below;
    if (change.is_number()) {
      below = fmt::format("<br>{}{} points, {}", change.get<double>() > 0 ? "+" : "",
                          NumberText(change), CellText(Field(answer, row, "comparison"), ""));
    } else if (const json why = Field(answer, row, "comparison"); why.is_string()) {
      below = "<br>not comparable: " + MarkupText(why.get<std::string>());
    }
    html += fmt::format(
        "<td><b>{}</b><span class=\"figure\">{}{}</span><span class=\"note\">{} / {}{}</span></td>",
        CellText(Field(answer, row, "title"), ""), CellText(value, ""), value.is_null() ? "" : " %",
        CellText(Field(answer, row, "numerator"), ""),
        CellText(Field(answer, row, "denominator"), ""), below);
  }
  return html + "</tr></table>";
}

/// Without what names addresses of other servers: inside of HTML a drawing needs no namespace.
std::string InlineSvg(std::string svg) {
  for (const char* name : {" xmlns=\"", " xmlns:xlink=\""}) {
    if (const size_t at = svg.find(name); at != std::string::npos) {
      svg.erase(at, svg.find('"', at + std::string_view(name).size()) + 1 - at);
    }
  }
  return svg;
}

bool SomeAreFalse(const json& answer, std::string_view column) {
  for (const json& row : answer.at("rows")) {
    if (Field(answer, row, column) == false) return true;
  }
  return false;
}

std::string FreshText(const json& answer) {
  std::string text;
  if (SomeAreFalse(answer, "is_complete"))
    text += " Dashed or hatched: not fully covered by the data.";
  const json& not_applied = answer.at("filters").at("not_applied");
  if (std::ranges::count(not_applied, json("from")) > 0) {
    text += " Of the analysis window that cadenza kpi computed, not of the window above.";
  }
  return text;
}

/// A tile on paper.
struct Section {
  std::string with_chart, without_chart;
};

Result<Section> PrintTile(const Tile& tile, const json& answer, report::ChartPainter* painter) {
  Section section;
  const std::string head =
      fmt::format("<h2>{}{}</h2><p class=\"tells\">{}</p>", MarkupText(tile.title),
                  tile.unit.empty() ? "" : " <small>" + MarkupText(tile.unit) + "</small>",
                  MarkupText(tile.tells));
  std::string body, drawing;
  if (answer.at("state") != "ok") {
    body = "<p class=\"note\">" + MarkupText(answer.at("reason").get<std::string>()) + "</p>";
  } else if (tile.chart == "cards") {
    body = CardsHtml(answer);
  } else {
    if (tile.chart != "table") {
      const std::string text = answer.dump();
      CADENZA_ASSIGN(std::string svg, painter->Svg(tile.chart, text));
      CADENZA_ASSIGN(const std::string sentence, painter->Sentence(tile.chart, text));
      drawing = fmt::format("<div class=\"chart\">{}</div><p class=\"sentence\">{}</p>",
                            InlineSvg(std::move(svg)), MarkupText(sentence));
    }
    body = TableHtml(answer);
  }
  const std::string fresh = FreshText(answer);
  const std::string foot = fresh.empty() ? "" : "<p class=\"note\">" + fresh.substr(1) + "</p>";
  const std::string chart = "<div class=\"whole\">" + head + drawing + "</div>";
  section.with_chart = "<section>" + chart + body + foot + "</section>";
  section.without_chart = "<div>" + head + body + foot + "</div>";
  return section;
}

std::string DefinitionsHtml(const std::vector<const Tile*>& tiles) {
  std::string html = "<section><h2>What the columns mean</h2>";
  for (const Tile* tile : tiles) {
    html += "<h3>" + MarkupText(tile->title) + "</h3><table class=\"rows\"><tbody>";
    for (const TileColumn& column : tile->columns) {
      html += fmt::format("<tr><td>{}</td><td>{}</td></tr>", MarkupText(Words(column.name)),
                          MarkupText(column.meaning));
    }
    html += "</tbody></table>";
  }
  return html + "</section>";
}

/// Days of the window without whole data, as text; empty when all are covered.
Result<std::string> UncoveredDays(query::Session* session, const ReportOptions& options) {
  const lake::Model* days = session->lake()->FindTable("active_listeners");
  if (days == nullptr || !session->lake()->Exists(*days)) {
    return MakeError(ErrorKind::kInput,
                     "a report needs the table active_listeners; `cadenza kpi --lake {}` makes it",
                     session->lake()->root());
  }
  CADENZA_ASSIGN(
      const query::Answer answer,
      session->Query(fmt::format(
          "SELECT count(*), min(day), max(day), date_diff('day', DATE {0}, DATE {1}) + 1 FROM "
          "(SELECT CAST(unnest(generate_series(DATE {0}, DATE {1}, INTERVAL 1 DAY)) AS DATE) AS "
          "day) "
          "AS asked WHERE day NOT IN (SELECT period_start FROM active_listeners WHERE period = "
          "'day' "
          "AND is_complete)",
          engine::QuoteText(options.from), engine::QuoteText(options.to))));
  if (answer.rows.Number() == 0) return std::string();
  return fmt::format("{} of {} days are not covered by the data, from {} to {}",
                     answer.rows.Number(), answer.rows.Number(0, 3), answer.rows.Text(0, 1),
                     answer.rows.Text(0, 2));
}

std::string GrainOf(const ReportOptions& options) {
  if (!options.grain.empty()) return options.grain;
  const auto from = ParseUtcMs(options.from + "T00:00:00"),
             to = ParseUtcMs(options.to + "T00:00:00");
  const int64_t days = from && to ? (*to - *from) / 86'400'000 + 1 : 0;
  return days <= 45 ? "day" : days <= 400 ? "week" : "month";
}

/// The customers of the days that the report tells of: of the window, of the window before, and of
/// the whole months that it touches. nullptr where they do not fit: then SQL counts them.
std::shared_ptr<const serve::CustomerIndex> IndexOf(query::Session* session,
                                                    const ReportOptions& options) {
  constexpr int64_t kBytesMax = 512 << 20;
  const auto from = serve::ParseDay(options.from), to = serve::ParseDay(options.to);
  if (!from || !to) return nullptr;
  const serve::DaySpan days = {
      std::min(*from - (*to - *from) - 1,
               std::min(serve::MonthStart(*from), serve::WeekStart(*from))),
      std::max(serve::NextMonth(serve::MonthStart(*to)), *to + 7)};
  auto index = serve::CustomerIndex::Build(session, kBytesMax, days);
  return index.ok() ? std::move(*index) : nullptr;
}

std::string HeadHtml(const PrintedReport& report, const serve::AsOf& as_of,
                     const ReportOptions& options, const std::string& uncovered) {
  std::string html = "<h1>" + MarkupText(report.title) + "</h1>";
  if (!uncovered.empty()) {
    html += "<p class=\"partial\">Not complete: " + MarkupText(uncovered) + ".</p>";
  }
  html += fmt::format(
      "<p class=\"note\">Run {} of {}. Days are UTC days. Distinct customers do not add "
      "up over days.</p>",
      as_of.run, UtcText(as_of.committed_ms, "%Y-%m-%d %H:%M UTC"));
  if (!options.link.empty()) {
    html += fmt::format("<p><a href=\"{0}\">{0}</a></p>", MarkupText(options.link));
  }
  return html;
}

std::string Document(const std::string& title, const std::string& body) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>{}</title><style>{}</style></head>"
      "<body>{}</body></html>\n",
      MarkupText(title), kPrintedStyle, body);
}

}  // namespace

Result<PrintedReport> PrintReport(query::Session* session, const serve::AsOf& as_of,
                                  const ReportOptions& options) {
  TileRequest request;
  CADENZA_TRY(request.Set("from", options.from));
  CADENZA_TRY(request.Set("to", options.to));
  CADENZA_TRY(request.Set("grain", GrainOf(options)));
  CADENZA_TRY(request.Check());
  CADENZA_ASSIGN(const std::string uncovered, UncoveredDays(session, options));
  if (!uncovered.empty() && !options.allow_partial) {
    return MakeError(ErrorKind::kInput,
                     "the window is not complete: {}; --partial prints it all the same", uncovered);
  }
  PrintedReport report;
  report.is_partial = !uncovered.empty();
  report.title = fmt::format("Listeners and sessions, {} to {}{}", DayText(options.from),
                             DayText(options.to), report.is_partial ? " (not complete)" : "");
  CADENZA_ASSIGN(report::ChartPainter painter, report::ChartPainter::Open());
  const std::string head = HeadHtml(report, as_of, options, uncovered);
  std::string full = head, plain = head;
  const auto index = IndexOf(session, options);
  std::vector<const Tile*> printed;
  for (const Tile& tile : Tiles()) {
    if (!tile.on_report) continue;
    CADENZA_ASSIGN(const std::string text, TileAnswer(session, tile, request, as_of, index.get()));
    CADENZA_ASSIGN(const Section section, PrintTile(tile, json::parse(text), &painter));
    full += section.with_chart;
    plain += section.without_chart;
    printed.push_back(&tile);
  }
  report.html = Document(report.title, full + DefinitionsHtml(printed));
  report.mail = Document(report.title, plain);
  return report;
}

}  // namespace cadenza::dashboard
