#include <splitplot/digest/hash.hpp>

#include <new>

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

namespace splitplot::digest {
namespace {

const unsigned char* data_of(std::string_view bytes) {
  // OpenSSL takes a null key for "the key of the last call".
  static constexpr unsigned char kNothing = 0;
  return bytes.empty() ? &kNothing : reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

// Both calls fail for want of memory only.

Hash sha256(std::string_view bytes) {
  Hash hash{};
  if (SHA256(data_of(bytes), bytes.size(), hash.data()) == nullptr) throw std::bad_alloc();
  return hash;
}

Hash hmac_sha256(std::string_view key, std::string_view message) {
  Hash hash{};
  if (HMAC(EVP_sha256(), data_of(key), static_cast<int>(key.size()), data_of(message), message.size(),
           hash.data(), nullptr) == nullptr) {
    throw std::bad_alloc();
  }
  return hash;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace splitplot::digest
