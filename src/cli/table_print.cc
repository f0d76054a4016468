#include "cli/table_print.h"

#include <algorithm>

#include "base/marked_text.h"
#include "cli/message_text.h"

namespace cadenza::cli {
namespace {

std::string Cell(const std::optional<std::string>& value, size_t width_max) {
  if (!value) return "NULL";
  std::string one_line = *value;
  // These are common in texts; other control characters are not, and are told.
  for (char& c : one_line) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  std::string text;
  size_t width = 0;
  for (unsigned char c : Shown(one_line)) {
    const bool starts = (c & 0xc0) != 0x80;
    if (starts && ++width > width_max) return text + "…";
    text += static_cast<char>(c);
  }
  return text;
}

bool IsNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.-+eE") == std::string::npos;
}

}  // namespace

std::string TableText(const engine::RowSet& rows, size_t width_max) {
  const size_t columns = rows.columns.size();
  std::vector<std::vector<std::string>> cells(1);
  for (const auto& column : rows.columns) cells[0].push_back(Cell(column.name, width_max));
  std::vector<bool> numeric(columns, !rows.rows.empty());
  for (const auto& row : rows.rows) {
    cells.emplace_back();
    for (size_t c = 0; c < columns; ++c) {
      cells.back().push_back(Cell(row[c], width_max));
      if (row[c] && !IsNumber(*row[c])) numeric[c] = false;
    }
  }
  std::vector<size_t> widths(columns, 0);
  for (const auto& row : cells) {
    for (size_t c = 0; c < columns; ++c) widths[c] = std::max(widths[c], CharacterCount(row[c]));
  }
  std::string text;
  for (size_t r = 0; r < cells.size(); ++r) {
    std::string line;
    for (size_t c = 0; c < columns; ++c) {
      const std::string padding(widths[c] - CharacterCount(cells[r][c]), ' ');
      if (c > 0) line += " │ ";
      line += numeric[c] ? padding + cells[r][c] : cells[r][c] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    if (r > 0) continue;
    for (size_t c = 0; c < columns; ++c) {
      if (c > 0) text += "─┼─";
      for (size_t i = 0; i < widths[c]; ++i) text += "─";
    }
    text += "\n";
  }
  return text;
}

}  // namespace cadenza::cli
