#include <splitplot/digest/random.hpp>

#include <openssl/rand.h>

namespace splitplot::digest {

Result<std::string> random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    return fail(ErrorCode::Unavailable, "the operating system gave no random bytes for a secret");
  }
  return bytes;
}

}  // namespace splitplot::digest
