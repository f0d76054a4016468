#include "delta/schema.h"

#include <algorithm>

#include "delta/json_text.h"

namespace cadenza::delta {

const Field* Schema::Find(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

std::string LowerAscii(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string SchemaToJson(const Schema& schema) {
  std::string text = R"({"type":"struct","fields":[)";
  for (const Field& field : schema.fields) {
    if (&field != &schema.fields.front()) text += ',';
    const bool nested = field.type.starts_with('{');
    text += fmt::format(R"({{"name":{},"type":{},"nullable":{},"metadata":{}}})", Quote(field.name),
                        nested ? field.type : Quote(field.type), field.nullable,
                        field.metadata.empty() ? "{}" : field.metadata);
  }
  return text + "]}";
}

Result<Schema> SchemaFromJson(std::string_view text) {
  CADENZA_ASSIGN(const Json json, ParseObject(text));
  const Json* fields = FindMember(json, "fields");
  if (fields == nullptr || !fields->is_array()) {
    return MakeError(ErrorKind::kInput, "a schema without fields: {}", text);
  }
  Schema schema;
  for (const Json& json_field : *fields) {
    const Json* type = FindMember(json_field, "type");
    const Json* name = FindMember(json_field, "name");
    const bool known_type = type != nullptr && (type->is_string() || type->is_object());
    if (name == nullptr || !name->is_string() || !known_type) {
      return MakeError(ErrorKind::kInput, "a column without name or type: {}", ToText(json_field));
    }
    const Json* metadata = FindMember(json_field, "metadata");
    schema.fields.push_back({
        .name = name->get<std::string>(),
        .type = type->is_string() ? type->get<std::string>() : ToText(*type),
        .nullable = FlagMember(json_field, "nullable", true),
        .metadata = metadata != nullptr && metadata->is_object() ? ToText(*metadata) : "{}",
    });
  }
  return schema;
}

}  // namespace cadenza::delta
