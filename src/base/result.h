#pragma once

#include <fmt/format.h>

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace cadenza {

/// What went wrong, in as few kinds as callers tell apart.
enum class ErrorKind {
  kUsage,        ///< the user asked for something that cannot be: exit code 2
  kInput,        ///< data or a file's content is wrong
  kNotFound,     ///< a file, table, column or version is not there
  kIo,           ///< the machine or the object store failed
  kConflict,     ///< somebody else committed first
  kInterrupted,  ///< Ctrl-C
  kInternal,     ///< a defect of Cadenza
};

/// An error that a caller can act on. The message ends with the value at fault.
struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string message;
};

template <class... Args>
Error MakeError(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  return Error{kind, fmt::format(format, std::forward<Args>(args)...)};
}

/// Either a value or an Error. Never empty; reading the wrong side asserts.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : state_(std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return state_.index() == 0; }
  const Error& error() const {
    assert(!ok());
    return std::get<1>(state_);
  }
  T& value() & {
    assert(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    assert(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    assert(ok());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> state_;
};

/// A Result without a value.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT: implicit by design

  bool ok() const { return ok_; }
  const Error& error() const {
    assert(!ok_);
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

using Status = Result<void>;

}  // namespace cadenza

#define CADENZA_JOIN_(a, b) a##b
#define CADENZA_JOIN(a, b) CADENZA_JOIN_(a, b)

/// Returns the error of a Status or Result, or goes on.
#define CADENZA_TRY(expression)                              \
  do {                                                       \
    auto&& cadenza_status = (expression);                    \
    if (!cadenza_status.ok()) return cadenza_status.error(); \
  } while (false)

/// CADENZA_ASSIGN(auto x, F()): x is F()'s value, or the error is returned.
#define CADENZA_ASSIGN(target, expression) \
  CADENZA_ASSIGN_(CADENZA_JOIN(cadenza_result_, __LINE__), target, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): a name to declare cannot stand in parentheses
#define CADENZA_ASSIGN_(result, target, expression) \
  auto result = (expression);                       \
  if (!result.ok()) return result.error();          \
  target = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)
