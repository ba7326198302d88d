/// Decimal numbers, read to the nearest double.
#pragma once

#include <optional>
#include <string_view>

namespace splitplot::model {

/// `text` is a decimal number ("-1.5e3", "7", ".5", "2."; no plus in front). Too small ones are zero; nothing if it is
/// too large for a double.
[[nodiscard]] std::optional<double> nearest_double(std::string_view text);

}  // namespace splitplot::model
