#include "http/conditions.hpp"

#include <splitplot/base/spelling.hpp>

#include <algorithm>
#include <optional>

namespace splitplot::serve {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Takes what stands before the separator off the text.
std::string_view next_part(std::string_view& rest, char separator) {
  const std::string_view part = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return trimmed(part);
}

/// "q=0", "q=0.000": not at all.
bool is_zero_weight(std::string_view parameter) {
  if (!equal_ignoring_case(parameter.substr(0, 2), "q=")) return false;
  return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    std::string_view candidate = next_part(if_none_match, ',');
    if (candidate.starts_with("W/")) candidate.remove_prefix(2);
    if (candidate == etag || candidate == "*") return true;
  }
  return false;
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<bool> by_name;
  std::optional<bool> by_star;
  while (!accept_encoding.empty()) {
    std::string_view element = next_part(accept_encoding, ',');
    const std::string_view coding = next_part(element, ';');
    const bool is_wanted = !is_zero_weight(trimmed(element));
    if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) by_name = is_wanted;
    if (coding == "*") by_star = is_wanted;
  }
  return by_name.value_or(by_star.value_or(false));
}

}  // namespace splitplot::serve
