#include "url_parts.hpp"

#include <splitplot/base/utf8.hpp>
#include <splitplot/model/web_address.hpp>

#include <algorithm>
#include <cstdint>
#include <unordered_set>
#include <utility>
#include <vector>

namespace splitplot::model {
namespace {

constexpr std::size_t kLongestAddress = 2000;
constexpr std::string_view kHttp = "http";
constexpr std::string_view kHttps = "https";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

tl::unexpected<Error> refuse(std::string message, std::string hint) {
  return fail(ErrorCode::InvalidArgument, std::move(message), std::move(hint));
}

struct SchemeAndRest {
  std::string scheme;  ///< in small letters; empty: there is none
  std::string_view rest;
};

SchemeAndRest take_scheme(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(url.front())) return {};
  const auto in_scheme = [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  if (!std::ranges::all_of(url.substr(0, colon), in_scheme)) return {};
  return {in_small_letters(url.substr(0, colon)), url.substr(colon + 1)};
}

/// Characters of RFC 3986, and percent signs that are followed by two digits.
bool has_only_characters_of_addresses(std::string_view text) {
  constexpr std::string_view kOthers = "-._~:/?#[]@!$&'()*+,;=";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2])) return false;
      i += 2;
    } else if (!is_letter(c) && !is_digit(c) && kOthers.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

/// "127.0.0.1", each number without zeros in front.
bool is_dotted_quad(std::string_view host) {
  int numbers = 0;
  while (true) {
    const std::string_view number = host.substr(0, host.find('.'));
    if (number.empty() || number.size() > 3 || !std::ranges::all_of(number, is_digit)) return false;
    if (number.size() > 1 && number.front() == '0') return false;
    if (number.size() == 3 && number > "255") return false;
    ++numbers;
    if (number.size() == host.size()) return numbers == 4;
    host.remove_prefix(number.size() + 1);
  }
}

/// Browsers read a host whose last label is a number as an address of four.
bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string_view last = host.substr(host.rfind('.') + 1);
  if (last.empty()) return false;
  if (std::ranges::all_of(last, is_digit)) return true;
  return (last.starts_with("0x") || last.starts_with("0X")) &&
         std::ranges::all_of(last.substr(2), is_hex_digit);
}

bool is_host(std::string_view host) {
  constexpr std::size_t kLongestHost = 253;
  if (host.empty() || host.size() > kLongestHost || host.front() == '.') return false;
  if (host.find("..") != std::string_view::npos) return false;
  const auto in_host = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; };
  if (!std::ranges::all_of(host, in_host)) return false;
  return !ends_in_number(host) || is_dotted_quad(host);
}

/// Its digits without zeros in front, empty where it goes without saying; nothing for what is no port.
Result<std::string> port_of(std::string_view written, std::string_view scheme) {
  constexpr unsigned kLastPort = 65535;
  unsigned port = 0;
  for (const char c : written) {
    if (is_digit(c)) port = port * 10 + static_cast<unsigned>(c - '0');
    if (!is_digit(c) || port > kLastPort)
      return refuse("'" + std::string(written) + "' is no port", "write https://shop.example:8443/");
  }
  const unsigned usual = scheme == kHttps ? 443 : 80;
  return written.empty() || port == usual ? std::string() : std::to_string(port);
}

bool is_dot_segment(std::string_view segment) {
  std::string text = in_small_letters(segment);
  for (std::size_t at = text.find("%2e"); at != std::string::npos; at = text.find("%2e"))
    text.replace(at, 3, ".");
  return text == "." || text == "..";
}

bool has_dot_segments(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    if (is_dot_segment(segment)) return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

/// Browsers encode apostrophes in queries, of the characters that are allowed there.
std::string with_encoded_apostrophes(std::string_view query) {
  std::string encoded;
  for (const char c : query) {
    if (c == '\'') {
      encoded.append("%27");
    } else {
      encoded.push_back(c);
    }
  }
  return encoded;
}

int value_of(char hex_digit) {
  if (is_digit(hex_digit)) return hex_digit - '0';
  return (hex_digit | 0x20) - 'a' + 10;
}

/// As forms are read; bytes that are no UTF-8 become U+FFFD.
std::string form_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%' && i + 2 < text.size() && is_hex_digit(text[i + 1]) && is_hex_digit(text[i + 2])) {
      decoded.push_back(static_cast<char>(value_of(text[i + 1]) * 16 + value_of(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(c == '+' ? ' ' : c);
    }
  }
  return valid_utf8(decoded);
}

void append_form_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || c == '*' || c == '-' || c == '.' || c == '_') {
      out.push_back(c);
    } else if (c == ' ') {
      out.push_back('+');
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      out.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
}

using FormMembers = std::vector<std::pair<std::string, std::string>>;

FormMembers members_of(std::string_view query) {
  FormMembers members;
  while (!query.empty()) {
    if (query.front() == '&') {
      query.remove_prefix(1);
      continue;
    }
    const QueryMember member = take_member(query);
    members.emplace_back(form_decoded(member.name), form_decoded(member.value));
  }
  return members;
}

std::string written_as_form(const FormMembers& members) {
  std::string query;
  for (const auto& [name, value] : members) {
    if (!query.empty()) query.push_back('&');
    append_form_encoded(query, name);
    query.push_back('=');
    append_form_encoded(query, value);
  }
  return query;
}

/// Browsers do not see line ends and tabs in addresses.
std::string without_breaks(std::string_view url) {
  std::string kept;
  std::ranges::copy_if(url, std::back_inserter(kept),
                       [](char c) { return c != '\t' && c != '\n' && c != '\r'; });
  return kept;
}

}  // namespace

Result<std::string> web_address(std::string_view written) {
  constexpr std::string_view kExample = "write the whole address: https://shop.example/new";
  if (written.size() > kLongestAddress)
    return refuse("an address has at most " + std::to_string(kLongestAddress) + " characters", "");
  const auto [scheme, behind_scheme] = take_scheme(written);
  if (scheme.empty() || (!behind_scheme.starts_with("//") && (scheme == kHttp || scheme == kHttps)))
    return refuse("'" + std::string(written) + "' is no whole address", std::string(kExample));
  if (scheme != kHttp && scheme != kHttps)
    return refuse("the address begins with '" + scheme + ":', and not with https: or http:",
                  std::string(kExample));
  if (!has_only_characters_of_addresses(written))
    return refuse(
        "the address has characters that addresses do not have, or a '%' without two digits behind it",
        "write a space as %20, other characters percent-encoded as UTF-8, foreign hosts as xn--...");
  std::string_view rest = behind_scheme.substr(2);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  if (authority.find('@') != std::string_view::npos)
    return refuse("the address names a user before its host", "leave out what stands before the '@'");
  const std::string_view host = authority.substr(0, authority.find(':'));
  if (!is_host(host)) return refuse("'" + std::string(host) + "' is no host", std::string(kExample));
  const Result<std::string> port = port_of(
      host.size() == authority.size() ? std::string_view() : authority.substr(host.size() + 1), scheme);
  if (!port) return tl::unexpected(port.error());
  const std::string_view path = rest.substr(0, rest.find_first_of("?#"));
  if (has_dot_segments(path))
    return refuse("the path of the address has a '.' or '..' in it", "write where it leads to");
  rest.remove_prefix(path.size());
  const std::string_view query = rest.substr(0, rest.find('#'));

  std::string address = scheme + "://" + in_small_letters(host);
  if (!port->empty()) address.append(":").append(*port);
  address.append(path.empty() ? std::string_view("/") : path);
  return address.append(with_encoded_apostrophes(query)).append(rest.substr(query.size()));
}

bool is_web_page(std::string_view url) {
  const auto [scheme, rest] = take_scheme(url);
  if (scheme != kHttp && scheme != kHttps) return false;
  return rest.starts_with("//") && !parts_of(url).host.empty();
}

std::string with_query_of(std::string_view address, std::string_view page) {
  const std::string asked = without_breaks(page);
  const UrlParts parts = parts_of(address);
  FormMembers members = members_of(parts.query);
  const std::size_t own = members.size();
  std::unordered_set<std::string> names;
  for (const auto& [name, value] : members) names.insert(name);
  for (auto& [name, value] : members_of(parts_of(asked).query)) {
    if (names.insert(name).second) members.emplace_back(std::move(name), std::move(value));
  }
  if (members.size() == own) return std::string(address);
  std::string joined(parts.origin);
  return joined.append(parts.path).append("?").append(written_as_form(members)).append(parts.fragment);
}

}  // namespace splitplot::model
