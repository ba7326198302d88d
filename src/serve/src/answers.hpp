/// Error answers. Each protocol has its own form, and its clients understand no other: problem details (RFC 9457) for
/// our own API, OpenFeature's for OFREP, {"success": false} for the Segment API, {"status": 400, "error": ...} for GrowthBook's, HTML for the dashboard's own paths.
#pragma once

#include "http/message.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace splitplot::serve {

enum class ErrorForm { Problem, Ofrep, Segment, GrowthBook, Page };

/// The form of errors for a path that leads to no route.
[[nodiscard]] ErrorForm form_of_path(std::string_view path);

/// A refusal, before it has a form.
struct Refusal {
  int status = 500;
  std::string code;    ///< for programs: "not_found", "invalid_write_key"; in OFREP an OpenFeature error code
  std::string detail;  ///< what is wrong
  std::string hint;    ///< what to do; may be empty
  Value errors;        ///< Problem form: the list of what is wrong, with pointers; or null
  std::string key;     ///< Ofrep form: the flag asked for; may be empty
  std::chrono::seconds retry_after{1};  ///< of 429 and 503
};

[[nodiscard]] Response error_response(ErrorForm form, const Refusal& refusal);

/// What an error of ours is in HTTP. `retry` statuses (429, 503) get a Retry-After.
[[nodiscard]] int status_of(ErrorCode code);
[[nodiscard]] Refusal refusal_of(const Error& error);

[[nodiscard]] Response json_response(const Value& value, int status = 200);

}  // namespace splitplot::serve
