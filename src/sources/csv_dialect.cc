#include "sources/csv_dialect.h"

#include <algorithm>
#include <set>

namespace cadenza::sources {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// The parts of a line; "a ""b""" is a "b".
std::vector<std::string> Split(const std::string& line, char delimiter) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '"') {
      if (quoted && at + 1 < line.size() && line[at + 1] == '"')
        parts.back() += line[++at];
      else
        quoted = !quoted;
    } else if (c == delimiter && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace

CsvDialect DialectOf(const std::string& header) {
  std::string line = header;
  if (line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
  while (line.ends_with('\r') || line.ends_with('\n')) line.pop_back();
  CsvDialect dialect;
  for (const char delimiter : {',', ';', '\t', '|'}) {
    std::vector<std::string> parts = Split(line, delimiter);
    if (parts.size() <= dialect.columns.size()) continue;
    dialect.delimiter = delimiter;
    dialect.columns = std::move(parts);
  }
  std::set<std::string> seen;
  for (std::string& name : dialect.columns) {
    const std::string base = name;
    for (int copy = 2; !seen.insert(name).second; ++copy) name = fmt::format("{}_{}", base, copy);
  }
  return dialect;
}

Result<CsvDialect> ReadDialect(engine::Engine* engine, const std::string& file) {
  // A delimiter that no header has: the line is one value.
  CADENZA_ASSIGN(
      const engine::RowSet first,
      engine->Query(fmt::format(
          "SELECT line FROM read_csv({}, columns = {{'line': 'VARCHAR'}}, auto_detect = "
          "false, header = false, delim = '\x01', quote = '', escape = '', strict_mode = "
          "false) LIMIT 1",
          engine::QuotePath(file))));
  if (first.rows.empty() || first.Text().empty()) {
    return MakeError(ErrorKind::kInput, "a CSV file without a header line: {}", file);
  }
  return DialectOf(first.Text());
}

}  // namespace cadenza::sources
