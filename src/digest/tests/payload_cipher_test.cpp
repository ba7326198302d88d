#include <splitplot/digest/payload_cipher.hpp>

#include <string>

#include <gtest/gtest.h>

namespace splitplot::digest {
namespace {

// Made with `openssl enc -aes-128-cbc -K 000102030405060708090a0b0c0d0e0f -iv 101112131415161718191a1b1c1d1e1f`.
TEST(PayloadCipher, ReadsWhatOpensslWrote) {
  EXPECT_EQ(decrypt_payload("EBESExQVFhcYGRobHB0eHw==.YvqtpZ4oBZDljXhPbyiV7w==", "AAECAwQFBgcICQoLDA0ODw=="),
            "{\"a\":{}}");
}

TEST(PayloadCipher, GivesBackWhatWasEncrypted) {
  const std::string key = *payload_key();
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 100'000U}) {
    const std::string text(size, 'x');
    const std::string encrypted = *encrypt_payload(text, key);
    EXPECT_EQ(decrypt_payload(encrypted, key), text);
    EXPECT_NE(encrypted, *encrypt_payload(text, key)) << "each has an iv of its own";
  }
}

TEST(PayloadCipher, RefusesOtherKeysAndOtherTexts) {
  const std::string encrypted = *encrypt_payload("{\"feature\":{\"defaultValue\":true}}", *payload_key());
  EXPECT_NE(decrypt_payload(encrypted, *payload_key()), "{\"feature\":{\"defaultValue\":true}}");
  EXPECT_EQ(decrypt_payload("", *payload_key()), std::nullopt);
  EXPECT_EQ(decrypt_payload("AAAA.AAAA", *payload_key()), std::nullopt);
  EXPECT_EQ(decrypt_payload(encrypted, "AAAA"), std::nullopt);
  EXPECT_FALSE(encrypt_payload("x", "AAAA"));
  EXPECT_NE(*payload_key(), *payload_key());
}

}  // namespace
}  // namespace splitplot::digest
