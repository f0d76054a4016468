#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "ingest/forgotten.h"
#include "lake/lake.h"

namespace cadenza::ingest {

/// What listeners had corrected in their data (ops.rectifications), and the SQL that applies it to
/// events, which say what they said when they come from the sources again.
class Rectifications {
 public:
  /// The columns of an event that describe the listener and not what happened.
  static std::span<const char* const> Columns();

  /// Binds, in the engine here: `rectifications_before`, the table; `rectified_listeners`, a row a
  /// listener with a column for each of Columns() and `has_<column>`; `former_marks` (user_id,
  /// kind, mark_hash).
  static Result<Rectifications> Read(lake::Lake& lake);

  /// Nothing holds; there may still be marks of what has been withdrawn.
  bool empty() const { return !any_holds_; }
  /// Of the hashes of former marks; empty where there never was a rectification.
  const std::string& salt() const { return salt_; }

  /// The select of a table's rows with user_id and those columns, with what holds in place of what
  /// was said; without a rectification the select as it is.
  std::string Applied(const std::string& select, const lake::Model& model) const;

 private:
  std::string salt_;
  bool any_holds_ = false;
};

/// The salt of a lake's hashes, on whichever list it stands; a new one where there is none.
std::string SaltOf(const Forgotten& forgotten, const Rectifications& rectified);

}  // namespace cadenza::ingest
