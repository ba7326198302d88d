/// Texts of headers and addresses, which are ASCII where it matters. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace splitplot::context {

/// Without the blanks and tabs at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// With ASCII letters in lower case; other bytes stay.
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace splitplot::context
