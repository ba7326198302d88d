#include "url_override.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace splitplot::decide {
namespace {

/// The integer that a text begins with, as JavaScript's parseInt reads it; nothing for those below zero.
std::optional<std::size_t> leading_integer(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n\r\f\v"), text.size()));
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const bool is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (is_hexadecimal) text.remove_prefix(2);
  std::size_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number, is_hexadecimal ? 16 : 10);
  if (read.ec != std::errc() || (is_negative && number != 0)) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::size_t> variant_in_url(std::string_view url, std::string_view experiment,
                                          std::size_t variants) {
  const std::size_t question = url.find('?');
  if (question == std::string_view::npos) return std::nullopt;
  std::string_view query = url.substr(question + 1);
  query = query.substr(0, query.find('?'));
  query = query.substr(0, query.find('#'));
  while (!query.empty()) {
    const std::string_view member = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(member.size() + 1, query.size()));
    const std::size_t equals = std::min(member.find('='), member.size());
    if (member.substr(0, equals) != experiment) continue;
    // Only the first that names the experiment counts.
    if (equals == member.size()) return std::nullopt;
    const std::string_view value = member.substr(equals + 1);
    const std::optional<std::size_t> index = leading_integer(value.substr(0, value.find('=')));
    return index && *index < variants ? index : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace splitplot::decide
