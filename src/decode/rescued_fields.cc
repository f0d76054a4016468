#include "decode/rescued_fields.h"

#include "decode/json_text.h"

namespace cadenza::decode {
namespace {

constexpr size_t kShortList = 16;

}  // namespace

void RescuedFields::Clear() {
  fields_.clear();
  if (!index_.empty()) index_.clear();
  size_ = 0;
}

RescuedFields::Field* RescuedFields::Find(std::string_view key) {
  if (fields_.size() <= kShortList) {
    for (Field& field : fields_) {
      if (field.key == key) return &field;
    }
    return nullptr;
  }
  if (index_.empty()) {
    for (size_t i = 0; i < fields_.size(); ++i) index_.emplace(fields_[i].key, i);
  }
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &fields_[found->second];
}

void RescuedFields::Set(std::string_view key, std::string_view raw_value) {
  Field* field = Find(key);
  if (field != nullptr) {
    if (field->raw_value.empty()) ++size_;
    field->raw_value = raw_value;
    return;
  }
  if (!index_.empty()) index_.emplace(key, fields_.size());
  fields_.push_back({key, raw_value});
  ++size_;
}

void RescuedFields::Remove(std::string_view key) {
  Field* field = Find(key);
  if (field == nullptr || field->raw_value.empty()) return;
  field->raw_value = {};
  --size_;
}

void RescuedFields::AppendTo(std::string* json) const {
  if (size_ == 0) return;
  char separator = '{';
  for (const Field& field : fields_) {
    if (field.raw_value.empty()) continue;
    json->push_back(separator);
    separator = ',';
    AppendQuoted(field.key, json);
    json->push_back(':');
    json->append(field.raw_value);
  }
  json->push_back('}');
}

}  // namespace cadenza::decode
