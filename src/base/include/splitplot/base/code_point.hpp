/// UTF-8 read code point by code point, without allocation. Pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace splitplot {

/// The code point that starts at `text[at]`, which must exist; moves `at` behind it. Bytes that are no UTF-8 (overlong
/// forms and surrogates included) are read as U+FFFD, one for each longest piece that could have begun a code point, as
/// web browsers do.
[[nodiscard]] inline char32_t next_code_point(std::string_view text, std::size_t& at) {
  constexpr char32_t kReplacement = 0xFFFD;
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  if (first < 0xC2 || first > 0xF4) return kReplacement;
  const int following = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  // The bounds of the second byte keep out overlong forms, surrogates and what lies beyond U+10FFFF.
  unsigned char lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  unsigned char highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  char32_t code_point = first & (0x3Fu >> following);
  for (int i = 0; i < following; ++i) {
    if (at == text.size()) return kReplacement;
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < lowest || byte > highest) return kReplacement;
    code_point = (code_point << 6) | (byte & 0x3Fu);
    ++at;
    lowest = 0x80;
    highest = 0xBF;
  }
  return code_point;
}

}  // namespace splitplot
