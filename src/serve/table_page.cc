#include "serve/table_page.h"

#include <algorithm>
#include <charconv>

#include "engine/sql_text.h"
#include "serve/secret_text.h"

namespace cadenza::serve {
namespace {

constexpr size_t kHashLetters = 12;

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    parts.emplace_back(part);
    if (comma == text.size()) return parts;
    text.remove_prefix(comma + 1);
  }
}

Result<std::string> QuotedColumn(const std::string& name,
                                 const std::vector<engine::Column>& columns, const char* where) {
  for (const engine::Column& column : columns) {
    if (engine::Lower(column.name) == engine::Lower(name)) return engine::QuoteName(column.name);
  }
  std::string names;
  for (const engine::Column& column : columns) names += (names.empty() ? "" : ", ") + column.name;
  return MakeError(ErrorKind::kUsage, "{}: no such column (there are {}): {}", where, names, name);
}

Result<std::string> ColumnList(const std::string& text,
                               const std::vector<engine::Column>& columns) {
  std::string list;
  for (const std::string& name : SplitList(text)) {
    CADENZA_ASSIGN(const std::string column, QuotedColumn(name, columns, "columns"));
    list += (list.empty() ? "" : ", ") + column;
  }
  return list;
}

/// `plays desc, title` or `-plays,title`
Result<std::string> OrderList(const std::string& text, const std::vector<engine::Column>& columns) {
  std::string list;
  for (std::string part : SplitList(text)) {
    bool is_descending = part.starts_with('-');
    if (is_descending) part.erase(0, 1);
    const size_t space = part.find(' ');
    if (space != std::string::npos) {
      const std::string direction = engine::Lower(part.substr(part.find_last_of(' ') + 1));
      if (direction != "asc" && direction != "desc") {
        return MakeError(ErrorKind::kUsage, "order: neither asc nor desc: {}", direction);
      }
      is_descending = is_descending != (direction == "desc");
      part.resize(space);
    }
    CADENZA_ASSIGN(const std::string column, QuotedColumn(part, columns, "order"));
    list += (list.empty() ? "" : ", ") + column + (is_descending ? " DESC" : "");
  }
  return list;
}

Result<int64_t> ReadLimit(const std::string& text) {
  int64_t limit = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error == std::errc() && end == text.data() + text.size() && limit >= 1 &&
      limit <= TablePage::kLimitMax) {
    return limit;
  }
  return MakeError(ErrorKind::kUsage, "limit is a number from 1 to {}: {}", TablePage::kLimitMax,
                   text);
}

/// A cursor leads on in the rows of one question.
std::string QuestionHash(const http::Request& request) {
  std::string question = request.path();
  for (const char* name : {"columns", "where", "order"}) {
    question += "\n" + request.Query(name).value_or("");
  }
  return ToHex(Sha256(question)).substr(0, kHashLetters);
}

}  // namespace

std::string MakeCursor(const http::Request& request, int64_t run, int64_t offset) {
  return ToUrlText(fmt::format("{}.{}.{}", run, offset, QuestionHash(request)));
}

Status ReadCursor(const http::Request& request, TablePage* page) {
  const std::optional<std::string> cursor = request.Query("cursor");
  if (!cursor) return {};
  const std::string text = FromUrlText(*cursor).value_or("");
  int64_t run = -1, offset = -1;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, run);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == '.') {
    const auto second = std::from_chars(first.ptr + 1, end, offset);
    const bool is_whole = second.ec == std::errc() && run > 0 && offset >= 0 &&
                          std::string_view(second.ptr, static_cast<size_t>(end - second.ptr)) ==
                              "." + QuestionHash(request);
    if (is_whole) {
      page->run = run;
      page->offset = offset;
      return {};
    }
  }
  return MakeError(ErrorKind::kUsage,
                   "no cursor of this question (take next_cursor of the page before, and leave "
                   "columns, where and order as they were): {}",
                   *cursor);
}

Result<TablePage> ReadTablePage(const http::Request& request, const std::string& table,
                                const std::vector<engine::Column>& columns, TextFault* fault) {
  TablePage page;
  CADENZA_TRY(ReadCursor(request, &page));
  std::string list = "*", where, order;
  if (const auto text = request.Query("columns")) {
    CADENZA_ASSIGN(list, ColumnList(*text, columns));
  }
  if (const auto text = request.Query("where")) {
    CADENZA_ASSIGN(where, FilterSql(*text, columns, fault));
    where = " WHERE " + where;
  }
  if (const auto text = request.Query("order")) {
    CADENZA_ASSIGN(order, OrderList(*text, columns));
    order = " ORDER BY " + order;
  }
  if (const auto text = request.Query("limit")) {
    CADENZA_ASSIGN(page.limit, ReadLimit(*text));
  }
  page.select = fmt::format("SELECT {} FROM {}{}{} LIMIT {} OFFSET {}", list, table, where, order,
                            page.limit + 1, page.offset);
  return page;
}

}  // namespace cadenza::serve
