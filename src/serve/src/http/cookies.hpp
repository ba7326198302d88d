/// Cookies of a request. Pure functions.
#pragma once

#include "http/message.hpp"

#include <optional>
#include <string_view>

namespace splitplot::serve {

/// The value of the cookie of that name, as RFC 6265 says a browser sends it. Nothing if it is not there; nor if it is
/// there twice, stands in one of several Cookie fields, or has characters that no cookie may have: somebody else set it.
[[nodiscard]] std::optional<std::string_view> cookie_value(const Request& request, std::string_view name);

}  // namespace splitplot::serve
