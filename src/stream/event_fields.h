#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "stream/source.h"

namespace cadenza::stream {

/// SQL over the decoder's rows of JSON lines (engine::EventScan): which columns and fields are the
/// time, the customer and the groups.
class EventFields {
 public:
  EventFields(const SourceOptions& options, bool is_log) : options_(options), is_log_(is_log) {}

  /// Rows with event_us, customer_id, group_1 ..., _file, _offset of the good lines of a relation,
  /// and with the column of ListenerColumn.
  std::string Select(const std::string& lines) const;
  /// SQL condition: the line has fields that nothing is known of.
  std::string HasUnknown() const;
  /// SQL of a field's value; NULL where the line has none.
  std::string Field(const std::string& name) const;

 private:
  std::string Value(const std::string& name) const;
  std::string TimeUs() const;
  std::string Customer() const;
  std::string Listener() const;

  const SourceOptions& options_;
  bool is_log_;
};

/// An epoch of whatever unit as microseconds: the ranges of s, ms, us and ns for 1990 to 2100 do
/// not overlap. NULL outside of them.
std::string EpochUs(const std::string& number, const std::string& unit);
/// The same of a DOUBLE, whose fraction counts.
std::string EpochUsOfDouble(const std::string& number, const std::string& unit);

/// The same of a text that may be a number.
std::string EpochUsOfText(const std::string& text, const std::string& unit);

/// Columns under which customers and times are known, besides those that the user mapped.
std::vector<std::string> CustomerNames(const SourceOptions& options);
std::vector<std::string> TimeNames(const SourceOptions& options);
/// Fields of the user's own under which a line may have a listener's id.
std::vector<std::string> IdFields(const SourceOptions& options);
/// The column of rows that says which listener they tell of: what --key counts is anything.
const char* ListenerColumn(const SourceOptions& options);

}  // namespace cadenza::stream
