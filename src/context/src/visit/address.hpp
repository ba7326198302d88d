/// What an address and a Cookie header say, within bounds: they come from outside. What is longer than its bound is left
/// out rather than cut, since half a value would be another value. Pure functions.
#pragma once

#include <splitplot/base/value.hpp>

#include <string>
#include <string_view>

namespace splitplot::context {

inline constexpr std::size_t kMaxAddressLength = 8192;
inline constexpr std::size_t kMaxPathLength = 1024;
inline constexpr std::size_t kMaxPairs = 64;
inline constexpr std::size_t kMaxNameLength = 128;
inline constexpr std::size_t kMaxValueLength = 512;

/// An address taken apart: "https://shop.example:8443/sale?size=38#top", or from its path on.
struct Address {
  std::string host;        ///< lower case, without port; empty if there is none
  std::string_view path;   ///< begins with '/'; empty if there is none
  std::string_view query;  ///< behind the '?'
};

[[nodiscard]] Address address_parts(std::string_view address);

/// The parameters of a query by their names, decoded; of the same name the first.
[[nodiscard]] Value query_object(std::string_view query);

/// The cookies of a Cookie header by their names, values without quotes and decoded; of the same name the first.
[[nodiscard]] Value cookie_object(std::string_view header);

}  // namespace splitplot::context
