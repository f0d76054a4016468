#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cadenza::delta {

using Json = nlohmann::json;

/// One JSON object from outside. Depth is limited, because writing nested JSON recurses.
Result<Json> ParseObject(std::string_view text);
/// Never fails: text that is not UTF-8 gets replacement characters.
std::string ToText(const Json& value);
/// A JSON string literal.
std::string Quote(std::string_view text);

/// Logs of other writers hold nulls, numbers as text and absent keys: the readers below are
/// lenient, and answer with the fallback where the type is not theirs.
const Json* FindMember(const Json& object, const char* key);
std::string TextMember(const Json& object, const char* key);
int64_t IntegerMember(const Json& object, const char* key, int64_t fallback = 0);
bool FlagMember(const Json& object, const char* key, bool fallback);
std::map<std::string, std::string> TextMapMember(const Json& object, const char* key);
std::vector<std::string> TextListMember(const Json& object, const char* key);

}  // namespace cadenza::delta
