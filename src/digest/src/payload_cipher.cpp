#include <splitplot/digest/payload_cipher.hpp>
#include <splitplot/digest/random.hpp>
#include <splitplot/digest/text.hpp>

#include <limits>
#include <memory>

#include <openssl/evp.h>

namespace splitplot::digest {
namespace {

constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kBlockBytes = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

bool is_small_enough(std::string_view text) {
  return text.size() < static_cast<std::size_t>(std::numeric_limits<int>::max()) - kBlockBytes;
}

}  // namespace

Result<std::string> payload_key() {
  return random_bytes(kKeyBytes).map([](const std::string& bytes) { return base64(bytes); });
}

Result<std::string> encrypt_payload(std::string_view text, std::string_view key) {
  const std::optional<std::string> raw_key = from_base64(key);
  if (!raw_key || raw_key->size() != kKeyBytes)
    return fail(ErrorCode::InvalidArgument, "the key is not 16 bytes in base64", "let one be made");
  Result<std::string> iv = random_bytes(kBlockBytes);
  if (!iv) return iv;
  const Context context(EVP_CIPHER_CTX_new());
  std::string encrypted(text.size() + kBlockBytes, '\0');
  int size = 0;
  int rest = 0;
  const bool done =
      context != nullptr && is_small_enough(text) &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, bytes_of(*raw_key), bytes_of(*iv)) == 1 &&
      EVP_EncryptUpdate(context.get(), bytes_of(encrypted), &size, bytes_of(text),
                        static_cast<int>(text.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), bytes_of(encrypted) + size, &rest) == 1;
  if (!done) return fail(ErrorCode::Unavailable, "the text could not be encrypted");
  encrypted.resize(static_cast<std::size_t>(size + rest));
  return base64(*iv) + "." + base64(encrypted);
}

std::optional<std::string> decrypt_payload(std::string_view encrypted, std::string_view key) {
  const std::size_t point = encrypted.find('.');
  if (point == std::string_view::npos) return std::nullopt;
  const std::optional<std::string> raw_key = from_base64(key);
  const std::optional<std::string> iv = from_base64(encrypted.substr(0, point));
  const std::optional<std::string> bytes = from_base64(encrypted.substr(point + 1));
  if (!raw_key || raw_key->size() != kKeyBytes || !iv || iv->size() != kBlockBytes || !bytes ||
      !is_small_enough(*bytes))
    return std::nullopt;
  const Context context(EVP_CIPHER_CTX_new());
  std::string text(bytes->size() + kBlockBytes, '\0');
  int size = 0;
  int rest = 0;
  const bool done =
      context != nullptr &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, bytes_of(*raw_key), bytes_of(*iv)) == 1 &&
      EVP_DecryptUpdate(context.get(), bytes_of(text), &size, bytes_of(*bytes),
                        static_cast<int>(bytes->size())) == 1 &&
      EVP_DecryptFinal_ex(context.get(), bytes_of(text) + size, &rest) == 1;
  if (!done) return std::nullopt;
  text.resize(static_cast<std::size_t>(size + rest));
  return text;
}

}  // namespace splitplot::digest
