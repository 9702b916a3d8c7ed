#pragma once

/// Results and errors as values.
///
/// An Error says what was found and how to mend it; it cannot be made without both. Result<T> has
/// the shape of std::expected<T, Error>, so that a newer standard makes it an alias.

#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace karyo {

/// Tells the caller what kind of reaction fits; `what` and `fix` are for people.
enum class ErrorCode {
  kInvalidArgument,  ///< the request itself is wrong (command line: exit 2)
  kNotFound,         ///< a file or entry is absent
  kBadFile,          ///< a file's content is broken or of an unknown form
  kUnsupported,      ///< well-formed, but not handled here
  kTooLarge,         ///< exceeds a stated limit or the memory there is
  kIo,               ///< the operating system refused (full disk, rights)
  kCancelled,        ///< stopped on request; what was done is kept
  kNumeric,          ///< NaN or infinity where numbers were expected
  kInternal,         ///< a defect of this program
};

struct Error {
  Error(ErrorCode error_code, std::string what_was_found, std::string how_to_mend)
      : code(error_code), what(std::move(what_was_found)), fix(std::move(how_to_mend)) {}

  /// The same error, saying where it happened: "reading a.tif: ...".
  Error in(const std::string& place) const { return {code, place + ": " + what, fix}; }

  ErrorCode code;
  std::string what;
  std::string fix;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<std::monostate, Error> state_;
};

}  // namespace karyo

#define KARYO_CONCAT_(a, b) a##b
#define KARYO_CONCAT(a, b) KARYO_CONCAT_(a, b)

/// KARYO_TRY(auto x, make_x());  declares x from the result, or returns its error to the caller.
#define KARYO_TRY(declaration, expression) \
  KARYO_TRY_(declaration, expression, KARYO_CONCAT(karyo_result_, __LINE__))
#define KARYO_TRY_(declaration, expression, name) \
  auto name = (expression);                       \
  if (!name) return name.error();                 \
  declaration = *std::move(name)

/// KARYO_CHECK_OK(save());  returns the error of a Result<void> to the caller.
#define KARYO_CHECK_OK(expression)                                              \
  if (auto karyo_status = (expression); !karyo_status) return karyo_status.error()
