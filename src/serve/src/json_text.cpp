#include "json_text.hpp"

#include <cstddef>
#include <cstdint>

namespace splitplot::serve {
namespace {

/// Length of the well-formed UTF-8 sequence that begins there (RFC 3629); 0 if none does.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t at) -> std::uint8_t {
    return at < text.size() ? static_cast<std::uint8_t>(text[at]) : 0;
  };
  const auto continues = [&](std::size_t at) { return (byte(at) & 0xc0) == 0x80; };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) > 0x9f;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool overlong = first == 0xf0 && byte(1) < 0x90;
    const bool beyond = first == 0xf4 && byte(1) > 0x8f;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

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

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t length = sequence_length(text);
    if (length == 1) {
      append_escaped(out, text[0]);
    } else if (length == 0) {
      out.append("\xef\xbf\xbd");
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out.push_back('"');
}

}  // namespace splitplot::serve
