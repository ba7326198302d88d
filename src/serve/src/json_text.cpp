#include "json_text.hpp"

#include <splitplot/base/utf8.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace splitplot::serve {
namespace {

void append_escaped(std::string& out, char character) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (character) {
    case '"':
      out.append("\\\"");
      break;
    case '\\':
      out.append("\\\\");
      break;
    case '\n':
      out.append("\\n");
      break;
    default:
      out.append("\\u00");
      out.push_back(kHex[static_cast<unsigned char>(character) >> 4]);
      out.push_back(kHex[static_cast<unsigned char>(character) & 15]);
  }
}

/// What stands in JSON as it is: ASCII that is neither a control character, a quote nor a backslash.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t i = 0x20; i < 0x80; ++i) plain[i] = i != '"' && i != '\\';
  return plain;
}();

bool is_plain(char character) {
  return kPlain[static_cast<unsigned char>(character)];
}

bool is_ascii(char character) {
  return static_cast<unsigned char>(character) < 0x80;
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out.push_back('"');
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    while (at < text.size() && is_plain(text[at])) ++at;
    out.append(text.substr(begin, at - begin));
    if (at == text.size()) break;
    if (is_ascii(text[at])) {
      append_escaped(out, text[at++]);
      continue;
    }
    const Character character = character_at(text, at);
    // No character of one byte lies beyond ASCII.
    out.append(character.bytes == 1 ? "\xef\xbf\xbd" : text.substr(at, character.bytes));
    at += character.bytes;
  }
  out.push_back('"');
}

void append_json_bucket(std::string& out, double bucket) {
  // Nearly all are one of 10,000, whose digits are known without a search for the shortest ones. Those of less than 10
  // of them are shorter with an exponent.
  constexpr double kBuckets = 10'000;
  const bool is_position = bucket >= 0 && bucket < 1;
  const auto number = is_position ? static_cast<std::uint32_t>(bucket * kBuckets + 0.5) : 0;
  if (number < 10 || number / kBuckets != bucket) {
    char text[32];
    out.append(text, std::to_chars(text, text + sizeof text, bucket).ptr);
    return;
  }
  char text[] = {'0', '.', '0', '0', '0', '0'};
  std::size_t size = sizeof text;
  std::uint32_t rest = number;
  for (std::size_t at = sizeof text; at > 2; rest /= 10) text[--at] = static_cast<char>('0' + rest % 10);
  while (text[size - 1] == '0') --size;
  out.append(text, size);
}

}  // namespace splitplot::serve
