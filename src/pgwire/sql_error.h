#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/result.h"

namespace cadenza::pgwire {

/// A failure as PostgreSQL's clients understand it.
struct SqlError {
  std::string sqlstate;  ///< five characters, e.g. 42P01
  std::string message;
  int position = 0;  ///< character of the query, from 1; 0: none
  std::string hint = {};
  std::string about = {};  ///< the name or value of the query that is wrong, where it is known
  bool is_fatal = false;   ///< the session ends with it
};

template <class... Args>
SqlError MakeSqlError(const char* sqlstate, fmt::format_string<Args...> format, Args&&... args) {
  return SqlError{sqlstate, fmt::format(format, std::forward<Args>(args)...)};
}

/// What an error of the lake or the engine is to PostgreSQL.
SqlError SqlErrorOf(const Error& error);

/// Either a value or a SqlError; CADENZA_TRY and CADENZA_ASSIGN take it as they take a Result.
template <class T>
class [[nodiscard]] Outcome {
 public:
  Outcome(T value) : state_(std::move(value)) {}              // NOLINT: implicit by design
  Outcome(SqlError error) : state_(std::move(error)) {}       // NOLINT: implicit by design
  Outcome(const Error& error) : state_(SqlErrorOf(error)) {}  // NOLINT: implicit by design

  bool ok() const { return state_.index() == 0; }
  const SqlError& error() const { return std::get<1>(state_); }
  T& value() & { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  T* operator->() { return &value(); }

 private:
  std::variant<T, SqlError> state_;
};

/// An Outcome without a value.
template <>
class [[nodiscard]] Outcome<void> {
 public:
  Outcome() = default;
  Outcome(SqlError error) : error_(std::move(error)), ok_(false) {}  // NOLINT: implicit by design
  Outcome(const Error& error)
      : error_(SqlErrorOf(error)), ok_(false) {}  // NOLINT: implicit by design

  bool ok() const { return ok_; }
  const SqlError& error() const { return error_; }

 private:
  SqlError error_;
  bool ok_ = true;
};

}  // namespace cadenza::pgwire
