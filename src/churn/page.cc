#include "churn/page.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lake/model.h"

namespace cadenza::churn {
namespace {

using nlohmann::json;

constexpr size_t kOpenRows = 12;  ///< longer tables are folded

constexpr const char* kStyle = R"css(
body{font:15px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:#171a21;background:#fff;margin:0 auto;max-width:860px;padding:24px}
h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:36px 0 4px}p{margin:4px 0 12px;color:#5a6372}
table{border-collapse:collapse;font-size:13px;width:100%;margin:8px 0}th,td{border-bottom:1px solid #e4e7ec;padding:4px 8px;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}summary{cursor:pointer;color:#3457d5;margin:8px 0}svg{max-width:100%;height:auto}
div{overflow-x:auto}section{break-inside:avoid}@media print{body{padding:0}details{display:none}}
)css";

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return escaped;
}

bool IsNumber(const engine::Column& column) {
  return column.type.find("INT") != std::string::npos || column.type == "DOUBLE" ||
         column.type == "FLOAT" || column.type.starts_with("DECIMAL");
}

/// user_id -> user id
std::string Words(std::string name) {
  for (char& c : name) {
    if (c == '_') c = ' ';
  }
  return name;
}

std::string CellText(const engine::Column& column, const std::optional<std::string>& value) {
  if (!value) return "–";
  if (column.type == "BOOLEAN") return *value == "true" ? "yes" : "no";
  if (!IsNumber(column) || value->find('.') == std::string::npos) return *value;
  const double number = std::strtod(value->c_str(), nullptr);
  const double size = std::abs(number);
  return fmt::format("{:.{}f}", number, size >= 100 ? 0 : size >= 1 ? 2 : 4);
}

std::string TableHtml(const engine::RowSet& rows) {
  std::string html = "<div><table><thead><tr>";
  for (const engine::Column& column : rows.columns) {
    html += fmt::format("<th{}>{}</th>", IsNumber(column) ? " class=\"n\"" : "",
                        Escaped(Words(column.name)));
  }
  html += "</tr></thead><tbody>";
  for (const auto& row : rows.rows) {
    html += "<tr>";
    for (size_t c = 0; c < row.size(); ++c) {
      html += fmt::format("<td{}>{}</td>", IsNumber(rows.columns[c]) ? " class=\"n\"" : "",
                          Escaped(CellText(rows.columns[c], row[c])));
    }
    html += "</tr>";
  }
  return html + "</tbody></table></div>";
}

/// The rows as the dashboard's charts take them.
json AnswerOf(const SectionOf& section, const engine::RowSet& rows) {
  json columns = json::array(), list = json::array();
  for (const engine::Column& column : rows.columns) {
    columns.push_back({{"name", column.name}, {"type", column.type}});
  }
  for (const auto& row : rows.rows) {
    json values = json::array();
    for (size_t c = 0; c < row.size(); ++c) {
      if (!row[c]) {
        values.push_back(nullptr);
      } else if (IsNumber(rows.columns[c])) {
        values.push_back(std::strtod(row[c]->c_str(), nullptr));
      } else {
        values.push_back(*row[c]);
      }
    }
    list.push_back(std::move(values));
  }
  return {{"tile", section.model},
          {"title", section.title},
          {"columns", columns},
          {"rows", list},
          {"draw", json::parse(section.draw)}};
}

}  // namespace

Result<Page> Page::Begin(const std::string& title, const std::string& subtitle) {
  CADENZA_ASSIGN(report::ChartPainter painter, report::ChartPainter::Open());
  Page page(std::move(painter));
  page.head_ = fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>{0}</title><style>{2}</style></head><body><h1>{0}</h1>"
      "<p>{1}</p>",
      Escaped(title), Escaped(subtitle), kStyle);
  return page;
}

void Page::AddNote(const std::string& text) { body_ += "<p>" + Escaped(text) + "</p>"; }

Status Page::Add(engine::Engine* here, const SectionOf& section) {
  const std::string& select = lake::FindModel(section.model)->select;
  CADENZA_ASSIGN(engine::RowSet rows, here->Query(select));
  // A query gives all as text; how a value is shown depends on what it is.
  CADENZA_ASSIGN(rows.columns, here->Describe(select));
  body_ +=
      fmt::format("<section><h2>{}</h2><p>{}</p>", Escaped(section.title), Escaped(section.tells));
  if (rows.rows.empty()) {
    body_ += "<p>Nothing to show yet.</p></section>";
    return {};
  }
  const bool has_chart = section.chart[0] != '\0';
  if (has_chart) {
    const std::string answer =
        AnswerOf(section, rows).dump(-1, ' ', false, json::error_handler_t::replace);
    CADENZA_ASSIGN(const std::string svg, painter_.Svg(section.chart, answer));
    CADENZA_ASSIGN(const std::string sentence, painter_.Sentence(section.chart, answer));
    body_ +=
        fmt::format("<figure role=\"img\" aria-label=\"{}\">{}</figure>", Escaped(sentence), svg);
  }
  const std::string table = TableHtml(rows);
  body_ += has_chart && rows.rows.size() > kOpenRows
               ? "<details><summary>The numbers</summary>" + table + "</details>"
               : table;
  body_ += "</section>";
  return {};
}

Status Page::WriteTo(const std::string& path) const {
  const std::string unfinished = path + ".part";
  std::ofstream file(unfinished, std::ios::binary);
  file << Html();
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(unfinished, path, error);
  if (file && !error) return {};
  std::filesystem::remove(unfinished, error);
  return MakeError(ErrorKind::kIo, "cannot write {}", path);
}

std::string Page::Html() const { return head_ + body_ + "</body></html>\n"; }

}  // namespace cadenza::churn
