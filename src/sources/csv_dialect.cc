#include "sources/csv_dialect.h"

#include <algorithm>
#include <set>

#include "decode/utf8.h"
#include "engine/sql_text.h"
#include "sources/text_lines.h"
#include "storage/s3/address.h"

namespace cadenza::sources {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr const char* kDelimiters = ",;\t|";
constexpr size_t kLinesRead = 20;

std::string Trimmed(std::string text) {
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos) {
    text.pop_back();
  }
  text.erase(0, std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

/// The delimiter that a line such as sep=; names; 0: it is no such line.
char NamedDelimiter(const std::string& line) {
  if (line.size() != 5 || !engine::Lower(line).starts_with("sep=")) return 0;
  return line[4];
}

void NameColumns(std::vector<std::string>* columns) {
  std::set<std::string> seen;
  for (size_t c = 0; c < columns->size(); ++c) {
    std::string& name = (*columns)[c];
    name = Trimmed(std::move(name));
    if (name.empty()) name = fmt::format("column_{}", c + 1);
    const std::string base = name;
    for (int copy = 2; !seen.insert(engine::Lower(name)).second; ++copy) {
      name = fmt::format("{}_{}", base, copy);
    }
  }
}

}  // namespace

std::vector<std::string> SplitCsv(std::string_view line, char delimiter) {
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

CsvDialect DialectOf(const std::vector<std::string>& lines) {
  CsvDialect dialect;
  std::vector<std::string> rest;
  char named = 0;
  for (size_t l = 0; l < lines.size(); ++l) {
    std::string line = lines[l];
    if (l == 0 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    while (line.ends_with('\r') || line.ends_with('\n')) line.pop_back();
    const char delimiter = rest.empty() && named == 0 ? NamedDelimiter(line) : '\0';
    if (delimiter != 0) named = delimiter;
    if (rest.empty() && (delimiter != 0 || Trimmed(line).empty())) {
      ++dialect.lines_before;
    } else {
      rest.push_back(std::move(line));
    }
  }
  if (rest.empty()) return {};
  for (const char delimiter : named != 0 ? std::string(1, named) : std::string(kDelimiters)) {
    std::vector<std::string> parts = SplitCsv(rest.front(), delimiter);
    if (parts.size() <= dialect.columns.size()) continue;
    dialect.delimiter = delimiter;
    dialect.columns = std::move(parts);
  }
  if (rest.size() > 1) {
    const std::vector<std::string> row = SplitCsv(rest[1], dialect.delimiter);
    if (row.size() == dialect.columns.size() + 1 && row.back().empty()) {
      dialect.columns.emplace_back();
    }
  }
  NameColumns(&dialect.columns);
  return dialect;
}

namespace {

/// By the engine, for what it alone opens: objects on S3, .zst.
Result<std::vector<std::string>> FirstLines(engine::Engine* engine, const std::string& file) {
  // A delimiter that no header has: the line is one value.
  const Result<engine::RowSet> first = engine->Query(
      fmt::format("SELECT line FROM read_csv({}, columns = {{'line': 'VARCHAR'}}, auto_detect = "
                  "false, header = false, delim = '\x01', quote = '', escape = '', strict_mode = "
                  "false, parallel = false, null_padding = true) LIMIT {}",
                  engine::QuotePath(file), kLinesRead));
  if (!first.ok()) {
    return MakeError(first.error().kind, "a CSV file that cannot be read ({}): {}",
                     first.error().message.substr(0, first.error().message.find('\n')), file);
  }
  std::vector<std::string> lines;
  for (size_t r = 0; r < first->rows.size(); ++r) lines.push_back(first->Text(r));
  return lines;
}

}  // namespace

Result<CsvDialect> ReadDialect(engine::Engine* engine, const std::string& file) {
  std::vector<std::string> lines;
  if (s3::IsAddress(file) || engine::Lower(file).ends_with(".zst")) {
    CADENZA_ASSIGN(lines, FirstLines(engine, file));
  } else {
    VisitLines(file, [&](int64_t, std::string_view line) {
      lines.emplace_back(line);
      return lines.size() < kLinesRead;
    });
  }
  CsvDialect dialect = DialectOf(lines);
  for (const std::string& name : dialect.columns) {
    if (decode::IsUtf8(name) && name.find('\0') == name.npos) continue;
    return MakeError(ErrorKind::kInput,
                     "the header is not in UTF-8 (but in UTF-16 or Latin-1?); save it as UTF-8: {}",
                     file);
  }
  return dialect;
}

}  // namespace cadenza::sources
