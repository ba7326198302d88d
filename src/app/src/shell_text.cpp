#include "shell_text.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace splitplot::app {

std::string shell_word(const std::string& word) {
  constexpr std::string_view kPlain = "_-./:";
  const bool is_plain = !word.empty() && std::ranges::all_of(word, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kPlain.find(c) != std::string_view::npos;
  });
  if (is_plain) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace splitplot::app
