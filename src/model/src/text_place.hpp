/// Places in a text, in the words of an editor, and whether it is text at all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace splitplot::model {

/// Both count from 1; a column is a character, not a byte.
struct TextPlace {
  int line = 1;
  int column = 1;
};

[[nodiscard]] TextPlace place_at(std::string_view text, std::size_t offset);

/// "line 3, column 7"
[[nodiscard]] std::string to_text(const TextPlace& place);

/// Bytes of the UTF-8 character that the text starts with; 0 if it starts with none (overlong forms, surrogates and
/// numbers beyond U+10FFFF are none).
[[nodiscard]] std::size_t character_length(std::string_view text);

/// The first byte that is not part of a UTF-8 character; npos if the text is UTF-8.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);

/// Without the byte order mark that some editors put in front.
[[nodiscard]] std::string_view without_byte_order_mark(std::string_view text);

}  // namespace splitplot::model
