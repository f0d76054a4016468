#include "delta/json_text.h"

#include <charconv>

namespace cadenza::delta {
namespace {

constexpr int kDepthMax = 200;

bool IsNestedTooDeeply(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') ++at;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDepthMax) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

int64_t ToInteger(const Json& value, int64_t fallback) {
  constexpr double kLimit = 9.2e18;
  if (value.is_number_unsigned()) {
    const auto number = value.get<uint64_t>();
    return number <= static_cast<uint64_t>(INT64_MAX) ? static_cast<int64_t>(number) : fallback;
  }
  if (value.is_number_integer()) return value.get<int64_t>();
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    return number > -kLimit && number < kLimit ? static_cast<int64_t>(number) : fallback;
  }
  if (!value.is_string()) return fallback;
  const auto& text = value.get_ref<const std::string&>();
  int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size() ? number : fallback;
}

std::string PlainText(const Json& value) {
  return value.is_string() ? value.get<std::string>() : ToText(value);
}

}  // namespace

Result<Json> ParseObject(std::string_view text) {
  if (IsNestedTooDeeply(text)) {
    return MakeError(ErrorKind::kInput, "JSON is nested deeper than {}", kDepthMax);
  }
  Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return Error{ErrorKind::kInput, "not JSON"};
  if (!value.is_object()) return Error{ErrorKind::kInput, "not a JSON object"};
  return value;
}

std::string ToText(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Quote(std::string_view text) { return ToText(Json(text)); }

const Json* FindMember(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string TextMember(const Json& object, const char* key) {
  const Json* member = FindMember(object, key);
  return member != nullptr && member->is_string() ? member->get<std::string>() : "";
}

int64_t IntegerMember(const Json& object, const char* key, int64_t fallback) {
  const Json* member = FindMember(object, key);
  return member != nullptr ? ToInteger(*member, fallback) : fallback;
}

bool FlagMember(const Json& object, const char* key, bool fallback) {
  const Json* member = FindMember(object, key);
  return member != nullptr && member->is_boolean() ? member->get<bool>() : fallback;
}

std::map<std::string, std::string> TextMapMember(const Json& object, const char* key) {
  std::map<std::string, std::string> texts;
  const Json* member = FindMember(object, key);
  if (member == nullptr || !member->is_object()) return texts;
  for (const auto& [name, value] : member->items()) {
    if (!value.is_null()) texts.emplace(name, PlainText(value));
  }
  return texts;
}

std::vector<std::string> TextListMember(const Json& object, const char* key) {
  std::vector<std::string> texts;
  const Json* member = FindMember(object, key);
  if (member == nullptr || !member->is_array()) return texts;
  for (const Json& value : *member) texts.push_back(PlainText(value));
  return texts;
}

}  // namespace cadenza::delta
