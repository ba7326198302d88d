/// Kinds of devices, and programs that are no browsers, told by words in a header. uap-core names devices, but does not
/// say of what kind they are; docs/formats/context.md has the rules. Pure functions.
#pragma once

#include <splitplot/context/user_agent.hpp>

#include <string_view>

namespace splitplot::context {

/// Of a header that is no bot's.
[[nodiscard]] DeviceType device_type_of(std::string_view header);

/// Whether a library, a tool or a browser without a screen says so.
[[nodiscard]] bool is_program(std::string_view header);

}  // namespace splitplot::context
