/// Data that the program carries: taken into the object file as they are (deps/context).
#pragma once

#include <string_view>

namespace splitplot::context {

/// A MaxMind database of countries.
[[nodiscard]] std::string_view embedded_countries();

/// uap-core's regexes.yaml.
[[nodiscard]] std::string_view embedded_user_agent_rules();

}  // namespace splitplot::context
