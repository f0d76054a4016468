#include "powerbi/dax.h"

#include <algorithm>
#include <array>

namespace cadenza::powerbi {
namespace {

struct Word {
  std::string_view sql, dax;
};

constexpr auto kWords = std::to_array<Word>({
    {"and", "&&"},
    {"or", "||"},
    {"not", "NOT"},
    {"true", "TRUE ()"},
    {"false", "FALSE ()"},
    {"sessions", "[Sessions]"},
    {"engaged_sessions", "[Engaged sessions]"},
    {"is_paid", "customer_engagement[is_paid] = TRUE ()"},
});

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// The piece of the condition that begins it, without the white space before it.
std::string_view NextPiece(std::string_view* rest) {
  rest->remove_prefix(std::min(rest->find_first_not_of(" \t\n"), rest->size()));
  if (rest->empty()) return {};
  size_t length = 1;
  const auto extend = [&](auto belongs) {
    while (length < rest->size() && belongs((*rest)[length])) ++length;
  };
  const char first = rest->front();
  if (IsLetter(first))
    extend([](char c) { return IsLetter(c) || IsDigit(c); });
  else if (IsDigit(first))
    extend(IsDigit);
  else if (first == '<' || first == '>')
    extend([](char c) { return c == '=' || c == '>'; });
  const std::string_view piece = rest->substr(0, length);
  rest->remove_prefix(length);
  return piece;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return lower;
}

}  // namespace

Result<std::string> ConditionInDax(std::string_view condition) {
  constexpr auto kSigns =
      std::to_array<std::string_view>({"<", ">", "<=", ">=", "=", "<>", "(", ")"});
  std::string dax;
  for (std::string_view rest = condition;;) {
    const std::string_view piece = NextPiece(&rest);
    if (piece.empty()) break;
    std::string said;
    if (IsDigit(piece.front()) || std::ranges::find(kSigns, piece) != kSigns.end()) said = piece;
    const auto word = std::ranges::find(kWords, Lower(piece), &Word::sql);
    if (word != kWords.end()) said = word->dax;
    if (said.empty()) {
      return MakeError(ErrorKind::kInput,
                       "this condition of a metric has no DAX, because of '{}': {}", piece,
                       condition);
    }
    dax += (dax.empty() ? "" : " ") + said;
  }
  if (dax.empty()) return std::string("TRUE ()");
  return dax;
}

Result<std::string> CountInDax(std::string_view condition) {
  CADENZA_ASSIGN(const std::string dax, ConditionInDax(condition));
  if (dax == "TRUE ()") return fmt::format("COUNTROWS ( {} ) + 0", kCustomers);
  return fmt::format("COUNTROWS ( FILTER ( {}, {} ) ) + 0", kCustomers, dax);
}

}  // namespace cadenza::powerbi
