#include "visit/address.hpp"

#include "header_text.hpp"

#include <splitplot/base/percent_encoding.hpp>
#include <splitplot/base/utf8.hpp>

#include <algorithm>
#include <utility>

namespace splitplot::context {
namespace {

/// "user@Shop.example:8443" -> "shop.example"; of IPv6 the address without its brackets.
std::string host_of(std::string_view authority) {
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (authority.starts_with('[')) {
    authority = authority.substr(1, authority.find(']') - 1);
  } else {
    authority = authority.substr(0, authority.find(':'));
  }
  if (authority.ends_with('.')) authority.remove_suffix(1);
  constexpr std::size_t kMaxHostLength = 253;  // RFC 1035
  if (authority.size() > kMaxHostLength) return {};
  return valid_utf8(lower_case(authority));
}

/// What is no percent-encoding stands for itself: "100%".
std::string decoded(std::string_view text) {
  return valid_utf8(percent_decoded(text).value_or(std::string(text)));
}

std::string decoded_form(std::string_view text) {
  std::string blanks(text);
  std::replace(blanks.begin(), blanks.end(), '+', ' ');
  return decoded(blanks);
}

/// Calls `take(name, value)` for up to kMaxPairs of "name=value" between separators that are within bounds.
template <typename Take>
void for_each_pair(std::string_view text, char separator, const Take& take) {
  for (std::size_t pairs = 0; !text.empty() && pairs < kMaxPairs;) {
    const std::string_view pair = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    ++pairs;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view name = trimmed(pair.substr(0, equals));
    const std::string_view value = trimmed(pair.substr(std::min(pair.size(), equals + 1)));
    if (name.empty() || name.size() > kMaxNameLength || value.size() > kMaxValueLength) continue;
    take(name, value);
  }
}

void set_if_new(Value& object, const std::string& name, std::string value) {
  if (!name.empty() && object.find(name) == nullptr) object.set(name, std::move(value));
}

}  // namespace

Address address_parts(std::string_view address) {
  if (address.size() > kMaxAddressLength) return {};
  address = address.substr(0, address.find('#'));
  Address parts;
  const std::size_t mark = address.find('?');
  if (mark != std::string_view::npos) parts.query = address.substr(mark + 1);
  address = address.substr(0, mark);
  const std::size_t scheme = address.find("://");
  if (scheme != std::string_view::npos && scheme > 0 && address.find('/') == scheme + 1) {
    address.remove_prefix(scheme + 3);
    parts.host = host_of(address.substr(0, address.find('/')));
    address.remove_prefix(std::min(address.size(), address.find('/')));
    if (address.empty()) address = "/";
  }
  if (address.starts_with('/') && address.size() <= kMaxPathLength) parts.path = address;
  return parts;
}

Value query_object(std::string_view query) {
  Value object(Value::Object{});
  for_each_pair(query, '&', [&object](std::string_view name, std::string_view value) {
    set_if_new(object, decoded_form(name), decoded_form(value));
  });
  return object;
}

Value cookie_object(std::string_view header) {
  Value object(Value::Object{});
  for_each_pair(header.substr(0, kMaxAddressLength), ';',
                [&object](std::string_view name, std::string_view value) {
                  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
                    value = value.substr(1, value.size() - 2);
                  }
                  set_if_new(object, valid_utf8(name), decoded(value));
                });
  return object;
}

}  // namespace splitplot::context
