/// Whose word is taken for the address of a visitor. Everybody can send X-Forwarded-For; proxies that are known write
/// into it whom they heard. A plain value.
#pragma once

#include <splitplot/base/result.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace splitplot::serve {

class TrustedProxies {
 public:
  /// Nobody.
  TrustedProxies() = default;

  /// Of "127.0.0.1, 10.0.0.0/8, 2001:db8::/32": addresses and networks, separated by commas. Errors: InvalidArgument.
  [[nodiscard]] static Result<TrustedProxies> parse(std::string_view list);

  /// Of an address as text; false for what is none.
  [[nodiscard]] bool contains(std::string_view address) const;
  [[nodiscard]] bool empty() const { return networks_.empty(); }

 private:
  /// IPv4 stands there as ::ffff:a.b.c.d.
  struct Network {
    std::array<std::uint8_t, 16> address{};
    unsigned bits = 128;
  };
  std::vector<Network> networks_;
};

}  // namespace splitplot::serve
