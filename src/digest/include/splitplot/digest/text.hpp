/// Bytes as text and back: hex, and base64 in both alphabets of RFC 4648. Decoding is strict: each value has one text.
/// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace splitplot::digest {

/// Lower-case digits.
[[nodiscard]] std::string hex(std::string_view bytes);
/// Nothing for anything but pairs of digits, lower or upper case.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

/// With '+', '/' and padding.
[[nodiscard]] std::string base64(std::string_view bytes);
/// Nothing for other characters, a wrong length, missing padding, or bits that belong to no byte.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// With '-' and '_', without padding: for URLs, file names and headers.
[[nodiscard]] std::string base64url(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace splitplot::digest
