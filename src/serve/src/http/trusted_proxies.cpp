#include "http/client_address.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/serve/trusted_proxies.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>

#include <arpa/inet.h>

namespace splitplot::serve {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

constexpr unsigned kBitsBeforeIpv4 = 96;

struct ReadAddress {
  Bytes bytes{};
  bool is_ipv4 = false;
};

std::optional<ReadAddress> read_address(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN + 1] = {};
  if (text.empty() || text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  std::memcpy(terminated, text.data(), text.size());
  ReadAddress read;
  if (inet_pton(AF_INET6, terminated, read.bytes.data()) == 1) return read;
  if (inet_pton(AF_INET, terminated, read.bytes.data() + 12) != 1) return std::nullopt;
  read.is_ipv4 = true;
  read.bytes[10] = read.bytes[11] = 0xff;
  return read;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// "203.0.113.9" of "203.0.113.9:4711", "2001:db8::1" of "[2001:db8::1]:4711".
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) return text.substr(1, text.find(']') - 1);
  const std::size_t colon = text.find(':');
  const bool is_only_colon = colon != text.npos && text.find(':', colon + 1) == text.npos;
  return is_only_colon ? text.substr(0, colon) : text;
}

bool same_bits(const Bytes& left, const Bytes& right, unsigned bits) {
  const unsigned whole = bits / 8;
  if (!std::equal(left.begin(), left.begin() + whole, right.begin())) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || (left[whole] ^ right[whole]) >> (8 - rest) == 0;
}

}  // namespace

Result<TrustedProxies> TrustedProxies::parse(std::string_view list) {
  TrustedProxies proxies;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view text = trimmed(list.substr(0, comma));
    list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
    if (text.empty()) continue;
    const std::size_t slash = text.find('/');
    const std::optional<ReadAddress> address = read_address(text.substr(0, slash));
    Network network;
    bool is_good = address.has_value();
    if (address && slash != text.npos) {
      const std::string_view digits = text.substr(slash + 1);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), network.bits);
      is_good = error == std::errc() && end == digits.data() + digits.size() &&
                network.bits <= (address->is_ipv4 ? 32U : 128U);
      if (address->is_ipv4) network.bits += kBitsBeforeIpv4;
    }
    if (!is_good)
      return fail(ErrorCode::InvalidArgument, "'" + std::string(text) + "' is neither address nor network",
                  "write addresses and networks, such as 127.0.0.1, 10.0.0.0/8");
    network.address = address->bytes;
    proxies.networks_.push_back(network);
  }
  return proxies;
}

bool TrustedProxies::contains(std::string_view address) const {
  const std::optional<ReadAddress> read = read_address(address);
  return read && std::ranges::any_of(networks_, [&](const Network& network) {
           return same_bits(network.address, read->bytes, network.bits);
         });
}

std::string_view client_address(const Request& request, const TrustedProxies& trusted) {
  std::string_view address = request.address;
  if (trusted.empty()) return address;
  // Several lines of the header are one list.
  for (auto header = request.headers.rbegin(); header != request.headers.rend(); ++header) {
    if (!equal_ignoring_case(header->name, "x-forwarded-for")) continue;
    std::string_view heard = header->value;
    while (!heard.empty()) {
      if (!trusted.contains(address)) return address;
      const std::size_t comma = heard.rfind(',');
      address = without_port(trimmed(comma == heard.npos ? heard : heard.substr(comma + 1)));
      if (!read_address(address)) return {};
      heard = comma == heard.npos ? std::string_view() : heard.substr(0, comma);
    }
  }
  return address;
}

}  // namespace splitplot::serve
