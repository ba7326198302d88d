#include <splitplot/digest/text.hpp>

#include <string>

#include <gtest/gtest.h>

namespace splitplot::digest {
namespace {

std::string all_bytes() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

TEST(Hex, WritesLowerCaseAndReadsBoth) {
  EXPECT_EQ(hex(std::string_view("\x00\x7f\xff", 3)), "007fff");
  EXPECT_EQ(from_hex("007FfF"), std::string("\x00\x7f\xff", 3));
  EXPECT_EQ(from_hex(hex(all_bytes())), all_bytes());
}

TEST(Hex, RefusesHalfBytesAndOtherCharacters) {
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_FALSE(from_hex(" 00 "));
}

TEST(Base64, AgreesWithTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, EncodesEveryByteInBothAlphabets) {
  EXPECT_EQ(base64("\xfb\xef\xff"), "++//");
  EXPECT_EQ(base64url("\xfb\xef\xff"), "--__");
  for (std::size_t length = 250; length <= 256; ++length) {
    const std::string bytes = all_bytes().substr(0, length);
    EXPECT_EQ(from_base64(base64(bytes)), bytes);
    EXPECT_EQ(from_base64url(base64url(bytes)), bytes);
  }
}

TEST(Base64, RefusesWhatIsNotTheOneTextOfAValue) {
  EXPECT_FALSE(from_base64("Zg"));        // padding is missing
  EXPECT_FALSE(from_base64("Zg="));       // half of it
  EXPECT_FALSE(from_base64("Zh=="));      // bits that belong to no byte
  EXPECT_FALSE(from_base64("===="));      // nothing but padding
  EXPECT_FALSE(from_base64("Z==="));      // a lone character
  EXPECT_FALSE(from_base64("Zg==\n"));    // characters behind it
  EXPECT_FALSE(from_base64("Zm9v-m9v"));  // the other alphabet
  EXPECT_FALSE(from_base64url("Zg=="));
  EXPECT_FALSE(from_base64url("Zm9v+m9v"));
  EXPECT_FALSE(from_base64url("Z"));
}

}  // namespace
}  // namespace splitplot::digest
