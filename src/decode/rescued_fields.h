#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cadenza::decode {

/// The fields of one line that have no column, in the order in which they first came. A key that
/// comes again replaces its value. Keys and values are views that live as long as the line.
class RescuedFields {
 public:
  void Clear();
  bool empty() const { return size_ == 0; }
  void Set(std::string_view key, std::string_view raw_value);
  void Remove(std::string_view key);
  /// {"key": value, ...} with the values as written, or nothing if there are none.
  void AppendTo(std::string* json) const;

 private:
  struct Field {
    std::string_view key, raw_value;  // a removed field has no raw value
  };
  Field* Find(std::string_view key);

  std::vector<Field> fields_;
  std::unordered_map<std::string_view, size_t> index_;  ///< only of long lists: a line is untrusted
  size_t size_ = 0;
};

}  // namespace cadenza::decode
