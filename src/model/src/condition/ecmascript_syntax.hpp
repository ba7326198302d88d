/// Keeps to ECMAScript where PCRE2 would read a regular expression otherwise. Pure.
#pragma once

#include <splitplot/base/result.hpp>

#include <string>
#include <string_view>

namespace splitplot::model::condition {

/// The pattern for PCRE2: "\s" and "\S" know the spaces of Unicode ("\S" inside a class only those of ASCII). Refuses what
/// is PCRE2's alone ("\A", "(?>", "a++", "(*", "[[:alpha:]]"). Not a parser: what is no regular expression at all is left
/// to PCRE2. Errors: InvalidArgument, with the place.
[[nodiscard]] Result<std::string> from_ecmascript(std::string_view pattern);

}  // namespace splitplot::model::condition
