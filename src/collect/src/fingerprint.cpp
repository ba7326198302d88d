#include "fingerprint.hpp"

#include <splitplot/digest/hash.hpp>

#include <cstdint>
#include <string>

namespace splitplot::collect {

store::EventFingerprint fingerprint_of(std::string_view environment, std::string_view source,
                                       std::string_view message_id) {
  thread_local std::string bytes;
  bytes.assign(environment).push_back('\0');
  bytes.append(source).push_back('\0');
  bytes.append(message_id);
  const digest::Hash hash = digest::sha256(bytes);
  const auto integer_at = [&hash](std::size_t begin) {
    std::uint64_t integer = 0;
    for (std::size_t i = 0; i < 8; ++i) integer = integer << 8 | hash[begin + i];
    return integer;
  };
  return {.high = integer_at(0), .low = integer_at(8)};
}

}  // namespace splitplot::collect
