/// JSON pointers (RFC 6901): where in a document something is. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace splitplot::model {

/// The pointer to a member, or to an element, of what `parent` points to.
[[nodiscard]] std::string pointer_to(std::string_view parent, std::string_view name);
[[nodiscard]] std::string pointer_to(std::string_view parent, std::size_t index);

}  // namespace splitplot::model
