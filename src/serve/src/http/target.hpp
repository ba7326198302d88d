/// Request targets taken apart. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace splitplot::serve {

struct Target {
  std::string_view path;   ///< begins with '/'
  std::string_view query;  ///< behind the '?'
};

/// Origin form ("/a?b=c") and absolute form ("http://host/a?b=c") taken apart; nothing for the other forms.
[[nodiscard]] std::optional<Target> split_target(std::string_view target);

/// The value of the first query parameter of that name ('+' is a blank); nothing if there is none, or it is malformed.
[[nodiscard]] std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

}  // namespace splitplot::serve
