#include <splitplot/base/percent_encoding.hpp>

namespace splitplot {
namespace {

std::optional<int> hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return {};
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded.push_back(text[at]);
      continue;
    }
    if (at + 2 >= text.size()) return {};
    const std::optional<int> high = hex_digit(text[at + 1]);
    const std::optional<int> low = hex_digit(text[at + 2]);
    if (!high || !low || (*high == 0 && *low == 0)) return {};
    decoded.push_back(static_cast<char>(*high * 16 + *low));
    at += 2;
  }
  return decoded;
}

}  // namespace splitplot
