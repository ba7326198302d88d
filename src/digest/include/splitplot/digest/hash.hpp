/// Hashes of bytes: SHA-256 (FIPS 180-4), and keyed with HMAC (RFC 2104). Pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace splitplot::digest {

using Hash = std::array<std::uint8_t, 32>;

/// The bytes of a hash, for hashing them again and for text. The view lives as long as the hash.
[[nodiscard]] inline std::string_view bytes_of(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}
std::string_view bytes_of(Hash&&) = delete;

[[nodiscard]] Hash sha256(std::string_view bytes);

/// Hash that only who has the key can make.
[[nodiscard]] Hash hmac_sha256(std::string_view key, std::string_view message);

/// Whether two secrets are the same, in a time that depends on their lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace splitplot::digest
