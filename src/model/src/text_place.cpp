#include "text_place.hpp"

#include <splitplot/base/code_point.hpp>

#include <algorithm>

namespace splitplot::model {
namespace {

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

TextPlace place_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_end = before.rfind('\n');
  const std::string_view on_line = line_end == std::string_view::npos ? before : before.substr(line_end + 1);
  const auto characters = std::ranges::count_if(on_line, [](char c) { return !is_continuation(c); });
  return {.line = static_cast<int>(std::ranges::count(before, '\n')) + 1,
          .column = static_cast<int>(characters) + 1};
}

std::string to_text(const TextPlace& place) {
  return "line " + std::to_string(place.line) + ", column " + std::to_string(place.column);
}

std::size_t character_length(std::string_view text) {
  constexpr char32_t kReplacement = 0xFFFD;
  if (text.empty()) return 0;
  std::size_t length = 0;
  const char32_t code = next_code_point(text, length);
  return code == kReplacement && !text.starts_with("\xEF\xBF\xBD") ? 0 : length;
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = character_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

}  // namespace splitplot::model
