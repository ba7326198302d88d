#include <splitplot/base/code_point.hpp>
#include <splitplot/base/utf8.hpp>

#include <cstdint>
#include <cstring>

namespace splitplot {
namespace {

constexpr std::string_view kReplacementText = "\uFFFD";

/// Bytes of ASCII at the beginning, by eights.
std::size_t ascii_bytes(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & kHighBits) != 0) break;
  }
  return at;
}

}  // namespace

Character character_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  const char32_t code = next_code_point(text, end);
  return {code, end - at};
}

bool is_valid_utf8(std::string_view text) {
  for (std::size_t at = ascii_bytes(text); at < text.size();) {
    const Character character = character_at(text, at);
    const bool replaced = character.code == kReplacementCharacter;
    if (replaced && text.substr(at, character.bytes) != kReplacementText) return false;
    at += character.bytes;
  }
  return true;
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    valid += character.code == kReplacementCharacter ? kReplacementText : text.substr(at, character.bytes);
    at += character.bytes;
  }
  return valid;
}

}  // namespace splitplot
