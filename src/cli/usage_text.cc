#include "cli/usage_text.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "base/nearest_name.h"

namespace cadenza::cli {
namespace {

std::map<const CLI::Option*, std::string>& Origins() {
  static std::map<const CLI::Option*, std::string> origins;
  return origins;
}

/// How a user writes it: --memory, or QUERY of a word without a flag.
std::string NameOf(const CLI::Option& option) {
  if (!option.get_lnames().empty()) return "--" + option.get_lnames().front();
  return option.get_single_name();
}

std::vector<std::string> LongFlagsOf(const CLI::App& command) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  return flags;
}

/// a, b or c
std::string Choices(const std::vector<std::string>& choices) {
  std::string text;
  for (size_t c = 0; c < choices.size(); ++c) {
    text += c == 0 ? "" : c + 1 == choices.size() ? " or " : ", ";
    text += choices[c];
  }
  return text;
}

/// A flag that there is not, or words that stand where none are expected; nothing: neither is.
std::optional<std::string> Extras(const CLI::App& command) {
  const std::vector<std::string> extras = command.remaining(true);
  for (const std::string& extra : extras) {
    if (!extra.starts_with("-") || extra.size() < 2) continue;
    const std::string flag = extra.substr(0, extra.find('='));
    return "no such flag: " + flag + DidYouMean(NearestName(flag, LongFlagsOf(command)));
  }
  if (extras.empty()) return std::nullopt;
  return fmt::format("not expected here: {}", fmt::join(extras, " "));
}

/// "NAME: VALUE not in {a,b}"
std::optional<std::string> NoChoice(const std::string& text) {
  const size_t colon = text.find(": "), mark = text.find(" not in {");
  if (colon == text.npos || mark == text.npos || mark < colon || !text.ends_with('}'))
    return std::nullopt;
  const std::string value = text.substr(colon + 2, mark - colon - 2);
  const size_t list = mark + 9;
  const std::vector<std::string> choices =
      CLI::detail::split(text.substr(list, text.size() - list - 1), ',');
  return fmt::format("{} takes {}, not {}{}", text.substr(0, colon), Choices(choices),
                     value.empty() ? "''" : value, DidYouMean(NearestName(value, choices)));
}

/// "NAME: Value VALUE not in range 0.000000 to 1.000000"
std::optional<std::string> NotInRange(const std::string& text) {
  constexpr std::string_view kValue = ": Value ", kRange = " not in range ";
  const size_t at = text.find(kValue), mark = text.find(kRange);
  if (at == text.npos || mark == text.npos) return std::nullopt;
  std::string range = text.substr(mark + kRange.size());
  for (size_t zeros = range.find(".000000"); zeros != range.npos; zeros = range.find(".000000"))
    range.erase(zeros, 7);
  return fmt::format("{} must be from {}, not {}", text.substr(0, at), range,
                     text.substr(at + kValue.size(), mark - at - kValue.size()));
}

/// "--rows: At Most 1 required but received 2"
std::optional<std::string> GivenTwice(const std::string& text) {
  constexpr std::string_view kReceived = "required but received ";
  const size_t colon = text.find(": "), mark = text.find(kReceived);
  if (colon == text.npos || mark == text.npos) return std::nullopt;
  const std::string count = text.substr(mark + kReceived.size());
  const std::string name = text.substr(0, colon);
  if (count == "0") return name + " needs a value";
  return fmt::format("{} takes one value, not {}", name, count);
}

/// "Could not convert: --threads = 0.5"
std::optional<std::string> NoValue(const std::string& text, const CLI::App& command) {
  constexpr std::string_view kStart = "Could not convert: ";
  const size_t is = text.find(" = ");
  if (!text.starts_with(kStart) || is == text.npos) return std::nullopt;
  const std::string name = text.substr(kStart.size(), is - kStart.size());
  const std::string value = text.substr(is + 3);
  const CLI::Option* option = command.get_option_no_throw(name);
  const bool is_switch = option && option->get_expected_max() == 0;
  return fmt::format("{} takes {}, not {}", name, is_switch ? "true or false" : "a whole number",
                     value.empty() ? "''" : value);
}

/// "shell is required"
std::optional<std::string> Missing(const std::string& text, const CLI::App& command) {
  constexpr std::string_view kEnd = " is required";
  if (!text.ends_with(kEnd)) return std::nullopt;
  const std::string name = text.substr(0, text.size() - kEnd.size());
  const CLI::Option* option = command.get_option_no_throw(name);
  const std::string type = option ? option->get_type_name() : "";
  const size_t open = type.find('{'), close = type.find('}');
  if (open == type.npos || close == type.npos || close < open) return name + " is missing";
  return fmt::format("{} is missing: {}", name,
                     Choices(CLI::detail::split(type.substr(open + 1, close - open - 1), ',')));
}

}  // namespace

std::string UsageText(const CLI::Error& error, const CLI::App& command) {
  if (auto said = Extras(command)) return *said;
  std::string text = error.what();
  if (auto said = NoChoice(text)) return *said;
  if (auto said = NotInRange(text)) return *said;
  if (auto said = GivenTwice(text)) return *said;
  if (auto said = NoValue(text, command)) return *said;
  if (text == "A subcommand is required") return "a command is missing";
  if (auto said = Missing(text, command)) return *said;
  if (text.find(" required ") != text.npos && text.ends_with(" missing"))
    return text.substr(0, text.find(':')) + " needs a value";
  return text;
}

Error WithOrigin(const Error& error, const CLI::App& command) {
  if (error.message.ends_with(": ")) return WithOrigin({error.kind, error.message + "''"}, command);
  const std::string& text = error.message;
  std::optional<std::string> origin;
  bool is_setting = false;
  for (const CLI::Option* option : command.get_options()) {
    const auto noted = Origins().find(option);
    const bool ends = std::ranges::any_of(option->results(), [&](const std::string& value) {
      const std::string shown = value.empty() ? "''" : value;
      return text.ends_with(" " + shown);
    });
    if (!ends) continue;
    if (origin) return error;  // of two it could be either
    is_setting = noted != Origins().end();
    origin = is_setting ? noted->second : NameOf(*option);
  }
  if (!origin || text.find(*origin) != text.npos) return error;
  if (is_setting) return {error.kind, fmt::format("{}: {}", *origin, text)};
  const bool names_flag = text.find("--") != text.npos;
  if (error.kind != ErrorKind::kUsage || names_flag || !origin->starts_with("--")) return error;
  return {error.kind, fmt::format("{}: {}", *origin, text)};
}

void NoteOrigin(const CLI::Option& option, const std::string& origin) {
  Origins()[&option] = origin;
}

}  // namespace cadenza::cli
