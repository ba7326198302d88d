/// Errors as values. Every fallible function of Splitplot answers a `Result<T>`; exceptions are left to
/// out-of-memory and to third-party code, and are caught in the adapter that called it. Thread-safe: plain
/// values.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace splitplot {

/// What kind of failure it was, so that a caller can act (and the command line can choose its exit code).
enum class ErrorCode {
  InvalidArgument,  ///< the caller asked for something that makes no sense; asking again cannot help
  NotFound,         ///< a named thing (column, variant) does not exist
  Unreadable,       ///< a file is missing, cannot be read or written, or is not of a known format
  BadData,          ///< the file was read, and what it holds cannot be used as asked
  ResourceLimit,    ///< memory, disk or a stated limit would be exceeded
  Cancelled,        ///< the caller withdrew
  Conflict,         ///< it clashes with what is stored, or with a change made meanwhile
  Forbidden,        ///< the caller is not known, or may not do this
  Unavailable,      ///< it cannot be done now (disk full, failed sync, stopping); asking again later can help
  Internal,         ///< a bug of ours, or an answer of a library that we did not expect
};

/// The code for programs: "invalid_argument", "not_found", ...
[[nodiscard]] std::string_view name_of(ErrorCode code);

/// A failure that a person can act on. Both texts are clauses without a capital or a full stop, so that they
/// can stand behind a prefix.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;  ///< what is wrong, with the place ("column 'spend', row 17")
  std::string hint;     ///< what to do about it; may be empty
};

template <typename T>
using Result = tl::expected<T, Error>;

/// Shorthand for returning a failure: `return fail(ErrorCode::NotFound, "no column 'x'", "did you mean
/// 'y'?");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(hint)});
}

}  // namespace splitplot
