#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"

namespace cadenza::ingest {

/// The listeners that were forgotten on request (ops.forgotten), and the SQL that recognizes them.
/// A mark is a text by which a line tells of a listener:
///   user_id:39                           where the line has a user id: this alone decides
///   person:First Last|1541016707796      else, where it has names and the time of registration
///   name:First Last                      else, where it has names
///   registration:1541016707796           else
/// The lake keeps marks as salted hashes only. A short id can be found again by trying all ids, so
/// the hashes are a pseudonym and no secret: without them, nobody could keep a listener away.
class Forgotten {
 public:
  /// Binds the marks as the relation `forgotten_marks` (mark_hash) of the engine here.
  static Result<Forgotten> Read(lake::Lake& lake);

  bool empty() const { return salt_.empty(); }
  const std::string& salt() const { return salt_; }

  /// Rows of events that may be taken in; with no forgotten listener the select as it is.
  std::string WithoutEvents(const std::string& select) const;
  /// The same for what events without user id have in `_rescued`. For the engine here only.
  std::string WithoutRescued(const std::string& select) const;
  /// The same for rows of which the id in a column tells alone; those without one stay.
  std::string WithoutListeners(const std::string& select, const std::string& column) const;
  /// SQL condition: the id in a column is of one of them.
  std::string IsListener(const std::string& column) const;
  /// SQL condition: the text of a quarantined line, in the column named, tells of none of them.
  std::string RawIsClean(const std::string& column,
                         const std::vector<std::string>& id_fields = {}) const;

 private:
  std::string salt_;
};

/// Whether rows and lines have a listener's id under this name: user_id, userId, CustomerID, ….
bool IsIdName(std::string_view name);
/// SQL: an event's marks by the names and the time of registration; NULL where one of these is.
inline constexpr const char* kPersonMark =
    "'person:' || first_name || ' ' || last_name || '|' || registration";
inline constexpr const char* kNameMark = "'name:' || first_name || ' ' || last_name";
inline constexpr const char* kRegistrationMark = "'registration:' || registration";
/// SQL: the one mark of an event, NULL where it has none.
std::string EventMark();
/// SQL: the list of marks of a raw text: those of all ids in it (IsIdName, and the names of
/// `id_fields`), and where there is no userId, of all persons, or where there are none all names,
/// and so on. A value that the text's end cuts is no value. For the engine here only.
std::string RawMarks(const std::string& column, const std::vector<std::string>& id_fields = {});
/// SQL: a mark's hash.
std::string MarkHash(const std::string& salt, const std::string& mark);

}  // namespace cadenza::ingest
