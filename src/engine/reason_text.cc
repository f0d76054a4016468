#include "engine/reason_text.h"

#include <algorithm>
#include <array>

#include "engine/plain_reason.h"

namespace cadenza::engine {
namespace {

/// From here on a reason says nothing to a user.
constexpr auto kEnds = std::to_array<std::string_view>({
    "\n\nLINE ",
    "\nDid you mean",
    "\n\nDid you mean",
    "\nCandidate ",
    "\n\tCandidate ",
    "\nEither add it to",
    "\nIt was not possible to automatically detect",
    "\nPossible fixes:",
    "\n\nUse \"SET ",
    "\n\nPlease try installing",
    " Please try installing",
    "\nStack Trace",
    "\n\nStack Trace",
    ". You might need to add explicit type casts",
    ". In order to select one, please add explicit type casts",
});

constexpr auto kKinds = std::to_array<std::string_view>({"Binder",
                                                         "Catalog",
                                                         "Constraint",
                                                         "Conversion",
                                                         "Dependency",
                                                         "FATAL",
                                                         "HTTP",
                                                         "IO",
                                                         "INTERNAL",
                                                         "Invalid",
                                                         "Invalid Configuration",
                                                         "Invalid Input",
                                                         "Missing Extension",
                                                         "Not implemented",
                                                         "Out of Memory",
                                                         "Out of Range",
                                                         "Parser",
                                                         "Permission",
                                                         "Serialization",
                                                         "Syntax",
                                                         "TransactionContext"});

bool IsReasonWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// "IO Error: " and its like, at the beginning or behind what Cadenza said first.
void EraseKinds(std::string* text) {
  for (const std::string_view kind : kKinds) {
    const std::string mark = std::string(kind) + " Error: ";
    for (size_t at = text->find(mark); at != std::string::npos; at = text->find(mark, at)) {
      const bool begins = at == 0 || !IsReasonWordCharacter((*text)[at - 1]);
      if (begins &&
          !(at > 0 && (*text)[at - 1] == ' ' && at > 1 && IsReasonWordCharacter((*text)[at - 2]))) {
        text->erase(at, mark.size());
      } else {
        at += mark.size();
      }
    }
  }
}

/// "DeltaKernel FileNotFoundError (11): "
void EraseKernel(std::string* text) {
  constexpr std::string_view kKernel = "DeltaKernel ";
  for (size_t at = text->find(kKernel); at != std::string::npos; at = text->find(kKernel, at)) {
    const size_t end = text->find("): ", at);
    if (end == std::string::npos) return;
    text->erase(at, end + 3 - at);
  }
}

/// "[json.exception.parse_error.101] "
void EraseExceptions(std::string* text) {
  for (size_t at = text->find("[json.exception."); at != std::string::npos;
       at = text->find("[json.exception.", at)) {
    const size_t end = text->find("] ", at);
    if (end == std::string::npos) return;
    text->erase(at, end + 2 - at);
  }
}

}  // namespace

std::string WithoutEngineWords(std::string_view message) {
  std::string text(message);
  for (const std::string_view end : kEnds) {
    if (const size_t at = text.find(end); at != std::string::npos) text.resize(at);
  }
  EraseKinds(&text);
  EraseKernel(&text);
  EraseExceptions(&text);
  text = PlainReason(std::move(text));
  text.resize(std::min(text.size(), text.find_last_not_of(" \t\r\n") + 1));
  return text;
}

}  // namespace cadenza::engine
