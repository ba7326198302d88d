/// The encryption that GrowthBook's SDKs know: AES-128-CBC with PKCS#7, as "<iv>.<ciphertext>" in base64. It keeps rules
/// from casual readers; it is no secret, since the key ships in the application, and it does not tell who wrote the text.
/// Pure but for the random iv; any thread.
#pragma once

#include <splitplot/base/result.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace splitplot::digest {

/// A new key: 16 random bytes in base64. Errors: Unavailable (the operating system gave none).
[[nodiscard]] Result<std::string> payload_key();

/// Errors: InvalidArgument (the key is not 16 bytes in base64), Unavailable.
[[nodiscard]] Result<std::string> encrypt_payload(std::string_view text, std::string_view key);

/// Nothing for another key, or for what was not made by encrypt_payload.
[[nodiscard]] std::optional<std::string> decrypt_payload(std::string_view encrypted, std::string_view key);

}  // namespace splitplot::digest
