#include "visit/language.hpp"

#include "header_text.hpp"

#include <algorithm>

namespace splitplot::context {
namespace {

constexpr std::size_t kMaxHeaderLength = 1024;
constexpr int kThousand = 1000;

bool is_letter(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}
bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

/// Thousandths of "0", "0.5", "1", "1.000" (RFC 9110, 12.4.2); nothing for anything else.
std::optional<int> thousandths(std::string_view text) {
  constexpr std::size_t kMaxLength = 5;
  if (text.empty() || text.size() > kMaxLength || (text[0] != '0' && text[0] != '1')) return {};
  if (text.size() > 1 && text[1] != '.') return {};
  int value = (text[0] - '0') * kThousand;
  int unit = kThousand / 10;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (!is_digit(digit)) return {};
    value += (digit - '0') * unit;
    unit /= 10;
  }
  if (value > kThousand) return {};
  return value;
}

/// How much the tag is wanted, by the parameters behind it.
std::optional<int> quality(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = trimmed(parameters.substr(0, parameters.find(';')));
    parameters.remove_prefix(std::min(parameters.size(), parameters.find(';')));
    if (!parameters.empty()) parameters.remove_prefix(1);
    if (parameter.starts_with("q=") || parameter.starts_with("Q="))
      return thousandths(trimmed(parameter.substr(2)));
  }
  return kThousand;
}

/// Letters first, then letters and digits, in parts of up to eight (RFC 5646, loosely).
bool is_language_tag(std::string_view tag) {
  constexpr std::size_t kMaxPart = 8;
  constexpr std::size_t kMaxTag = 35;
  std::size_t part = 0;
  if (tag.size() > kMaxTag) return false;
  for (std::size_t at = 0; at < tag.size(); ++at) {
    if (tag[at] == '-') {
      if (part == 0) return false;
      part = 0;
      continue;
    }
    const bool is_first_part = tag.find('-') >= at;
    if (!is_letter(tag[at]) && (is_first_part || !is_digit(tag[at]))) return false;
    if (++part > kMaxPart) return false;
  }
  return part > 0;
}

}  // namespace

std::optional<Language> preferred_language(std::string_view accept_language) {
  accept_language = accept_language.substr(0, kMaxHeaderLength);
  std::string_view best;
  int best_quality = 0;
  while (!accept_language.empty()) {
    const std::string_view range = accept_language.substr(0, accept_language.find(','));
    accept_language.remove_prefix(std::min(accept_language.size(), range.size() + 1));
    const std::size_t end = std::min(range.size(), range.find(';'));
    const std::string_view tag = trimmed(range.substr(0, end));
    const int wanted = quality(range.substr(std::min(range.size(), end + 1))).value_or(0);
    if (wanted <= best_quality || !is_language_tag(tag)) continue;
    best = tag;
    best_quality = wanted;
  }
  if (best.empty()) return {};
  return Language{lower_case(best.substr(0, best.find('-'))), std::string(best)};
}

}  // namespace splitplot::context
