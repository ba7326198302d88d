#include "ids.hpp"

#include <splitplot/base/uuid.hpp>
#include <splitplot/digest/random.hpp>

#include <cstdint>
#include <cstring>

namespace splitplot::catalogue {

Result<std::string> new_id(Timestamp now) {
  std::uint64_t bits[2] = {};
  auto bytes = digest::random_bytes(sizeof(bits));
  if (!bytes) return tl::unexpected(bytes.error());
  std::memcpy(bits, bytes->data(), sizeof(bits));
  return uuid_v7(now, bits[0], bits[1]);
}

}  // namespace splitplot::catalogue
