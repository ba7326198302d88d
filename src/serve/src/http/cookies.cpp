#include "http/cookies.hpp"

#include <splitplot/base/spelling.hpp>

#include <algorithm>

namespace splitplot::serve {
namespace {

/// cookie-octet of RFC 6265, section 4.1.1.
bool is_cookie_character(char character) {
  return character > 0x20 && character < 0x7f && character != '"' && character != ',' && character != ';' &&
         character != '\\';
}

/// The one Cookie field; nothing if there is none, or there are several.
std::optional<std::string_view> cookie_field(const Request& request) {
  std::optional<std::string_view> field;
  for (const Header& header : request.headers) {
    if (!equal_ignoring_case(header.name, "cookie")) continue;
    if (field) return {};
    field = header.value;
  }
  return field;
}

}  // namespace

std::optional<std::string_view> cookie_value(const Request& request, std::string_view name) {
  const std::optional<std::string_view> field = cookie_field(request);
  if (!field) return {};
  std::optional<std::string_view> value;
  for (std::string_view rest = *field; !rest.empty();) {
    std::string_view pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    if (value) return {};
    value = pair.substr(equals + 1);
  }
  if (!value || !std::all_of(value->begin(), value->end(), is_cookie_character)) return {};
  return value;
}

}  // namespace splitplot::serve
