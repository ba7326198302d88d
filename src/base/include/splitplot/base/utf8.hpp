/// UTF-8 text taken apart, and mended where it is none: names and bodies come from outside. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace splitplot {

/// U+FFFD, which stands for what is no character.
inline constexpr char32_t kReplacementCharacter = 0xFFFD;

/// A decoded character and the bytes it took.
struct Character {
  char32_t code = kReplacementCharacter;
  std::size_t bytes = 1;
};

/// The character at `at`, which must be inside. Bytes that are none are read as U+FFFD, as by `next_code_point`.
[[nodiscard]] Character character_at(std::string_view text, std::size_t at);

[[nodiscard]] bool is_valid_utf8(std::string_view text);

/// The text with U+FFFD in the place of bytes that belong to no character.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace splitplot
