#include "json_text.hpp"

#include <splitplot/base/utf8.hpp>

#include <cstddef>

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

bool is_plain(char character) {
  return static_cast<unsigned char>(character) >= 0x20 && static_cast<unsigned char>(character) < 0x80 &&
         character != '"' && character != '\\';
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

}  // namespace splitplot::serve
