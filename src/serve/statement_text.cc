#include "serve/statement_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/engine.h"
#include "engine/sql_text.h"

namespace cadenza::serve {
namespace {

using Json = nlohmann::json;

constexpr const char* kLine = "\nLINE ";

Result<std::string> ValueSql(const Json& value, const std::string& name) {
  if (value.is_null()) return std::string("NULL");
  if (value.is_boolean()) return std::string(value.get<bool>() ? "true" : "false");
  if (value.is_number()) return "(" + value.dump() + ")";
  if (value.is_string()) return engine::QuoteText(value.get<std::string>());
  return MakeError(ErrorKind::kUsage, "a parameter is a number, a text, true, false or null: {}",
                   name);
}

/// Replaces the parameters of a statement, and notes which were used.
class Parameters {
 public:
  explicit Parameters(const Json& given) : given_(given) {}

  Status Replace(engine::SqlText* sql) {
    for (size_t at = 0; at < sql->size(); ++at) {
      if (sql->IsSymbol(at, "?")) {
        CADENZA_ASSIGN(std::string value, Take(std::to_string(++asked_)));
        sql->Replace(at, at + 1, std::move(value));
      } else if (sql->IsSymbol(at, "$") && sql->at(at + 1).begin == sql->at(at).end) {
        CADENZA_ASSIGN(std::string value, Take(std::string(sql->raw(at + 1))));
        sql->Replace(at, at + 2, std::move(value));
        ++at;
      }
    }
    if (used_.size() == given_.size()) return {};
    return MakeError(ErrorKind::kUsage, "the statement has {} parameters, not {}", used_.size(),
                     given_.size());
  }

 private:
  Result<std::string> Take(const std::string& name) {
    used_.insert(name);
    if (given_.is_object() && given_.contains(name)) return ValueSql(given_[name], name);
    const bool is_number = name.find_first_not_of("0123456789") == std::string::npos;
    const size_t number = is_number && name.size() < 6 ? std::stoul(name) : 0;
    if (given_.is_array() && number >= 1 && number <= given_.size()) {
      return ValueSql(given_[number - 1], name);
    }
    return MakeError(ErrorKind::kUsage, "a parameter has no value: {}", name);
  }

  const Json& given_;
  std::set<std::string> used_;
  size_t asked_ = 0;
};

}  // namespace

Result<std::string> WithParameters(const std::string& sql, const Json& parameters) {
  if (!parameters.is_null() && !parameters.is_structured()) {
    return MakeError(ErrorKind::kUsage, "params is a list or an object");
  }
  if (parameters.empty()) return sql;
  engine::SqlText text(sql);
  CADENZA_TRY(Parameters(parameters).Replace(&text));
  return text.Replaced();
}

std::optional<int64_t> PositionIn(const std::string& message, const std::string& sql) {
  const size_t line = message.find(kLine);
  if (line == std::string::npos) return std::nullopt;
  const size_t shown = message.find(": ", line);
  const size_t end = message.find('\n', line + 1);
  if (shown == std::string::npos || end == std::string::npos || shown > end) return std::nullopt;
  const size_t caret = message.find('^', end);
  if (caret == std::string::npos) return std::nullopt;
  // The caret stands below its letter; the line is shown behind "LINE 1: ".
  const size_t column = caret - end - 1;
  const size_t before = shown + 2 - (line + 1);
  if (column < before) return std::nullopt;
  std::string piece = message.substr(shown + 2, end - shown - 2);
  size_t offset = column - before;
  if (piece.starts_with("...") && offset >= 3) {
    piece.erase(0, 3);
    offset -= 3;
  }
  if (piece.ends_with("...")) piece.resize(piece.size() - 3);
  const size_t found = sql.find(piece);
  if (found == std::string::npos || offset > piece.size()) return std::nullopt;
  return static_cast<int64_t>(found + offset);
}

std::optional<int64_t> MissingNameIn(const std::string& message, const std::string& sql) {
  constexpr std::string_view kMark = "no such ";
  const size_t colon = message.find(": ");
  if (!message.starts_with(kMark) || colon == std::string::npos) return std::nullopt;
  const size_t end = std::min(message.find("; ", colon), message.size());
  std::string name = engine::Lower(message.substr(colon + 2, end - colon - 2));
  name = name.substr(name.rfind('.') + 1);
  const engine::SqlText text(sql);
  std::optional<int64_t> position;
  for (size_t at = 0; at < text.size(); ++at) {
    if (!text.IsIdentifier(at) || engine::Lower(text.value(at)) != name) continue;
    if (position) return std::nullopt;
    position = static_cast<int64_t>(text.at(at).begin);
  }
  return position;
}

std::string WithoutLines(const std::string& message) {
  std::string text = message.substr(0, message.find(kLine));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace cadenza::serve
