/// Percent-encoding, as addresses and cookies carry it. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace splitplot {

/// Text with its %XX replaced. Nothing where a '%' is not followed by two hex digits, or a %00 is in it.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace splitplot
