#include "pgwire/sql_error.h"

#include <array>
#include <string_view>

namespace cadenza::pgwire {
namespace {

struct Sign {
  std::string_view says;  ///< a part of the engine's message
  const char* sqlstate;
};

/// The first that fits counts.
constexpr auto kSigns = std::to_array<Sign>({
    {"INTERRUPT", "57014"},
    {"Out of Memory", "53200"},
    {"Catalog Error: Table with name", "42P01"},
    {"Catalog Error: Table Function with name", "42883"},
    {"Catalog Error: Schema with name", "3F000"},
    {"Catalog Error: Type with name", "42704"},
    {"Catalog Error: ", "42883"},
    {"Binder Error: Referenced table", "42P01"},
    {"Ambiguous reference to column", "42702"},
    {"must appear in the GROUP BY clause", "42803"},
    {"cannot contain aggregate", "42803"},
    {"aggregate function calls cannot be nested", "42803"},
    {"cannot contain window", "42P20"},
    {"No function matches", "42883"},
    {"Cannot compare values of type", "42883"},
    {"Binder Error: Duplicate alias", "42712"},
    {"Binder Error: Column", "42703"},
    {"Binder Error: Referenced column", "42703"},
    {"Binder Error: Values list", "42703"},
    {"does not have a column named", "42703"},
    {"Set operations can only apply", "42601"},
    {"Binder Error: ", "42601"},
    {"Parser Error: ", "42601"},
    {"Division by zero", "22012"},
    {"division by zero", "22012"},
    {"field value out of range", "22008"},
    {"Out of Range Error", "22003"},
    {"out of range", "22003"},
    {"More than one row returned by a subquery", "21000"},
    {"date field value", "22007"},
    {"timestamp field value", "22007"},
    {"invalid date", "22007"},
    {"invalid timestamp", "22007"},
    {"Conversion Error", "22P02"},
    {"Invalid Input Error", "22023"},
    {"Not implemented Error", "0A000"},
    {"Permission Error", "42501"},
    {"IO Error", "58030"},
});

/// Without the kind of error before it and the piece of SQL after it, which is not the client's.
std::string Said(std::string_view reason) {
  const size_t line = reason.find("\n\nLINE ");
  std::string_view said = reason.substr(0, std::min(line, reason.size()));
  const size_t kind = said.find(" Error: ");
  if (kind != std::string_view::npos && kind < 24) said.remove_prefix(kind + 8);
  while (!said.empty() && said.back() == '\n') said.remove_suffix(1);
  return std::string(said);
}

}  // namespace

SqlError SqlErrorOfEngine(const std::string& reason) {
  for (const Sign& sign : kSigns) {
    if (reason.find(sign.says) == std::string::npos) continue;
    if (std::string_view(sign.sqlstate) == "57014") {
      return {"57014", "canceling statement due to user request"};
    }
    if (std::string_view(sign.sqlstate) == "22012") return {"22012", "division by zero"};
    return {sign.sqlstate, Said(reason)};
  }
  return {"XX000", Said(reason)};
}

SqlError SqlErrorOf(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kInterrupted:
      return {"57014", "canceling statement due to user request"};
    case ErrorKind::kNotFound:
      return {"42P01", error.message};
    case ErrorKind::kIo:
      return {"58030", error.message};
    case ErrorKind::kUsage:
      return {"22023", error.message};
    default:
      return SqlErrorOfEngine(error.message);
  }
}

}  // namespace cadenza::pgwire
