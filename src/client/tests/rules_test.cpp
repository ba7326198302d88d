#include "rules.hpp"

#include <splitplot/digest/payload_cipher.hpp>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::client {
namespace {

using testing::HasSubstr;

constexpr const char* kKey = "AAAAAAAAAAAAAAAAAAAAAA==";
constexpr const char* kFeatures = R"({"colour":{"defaultValue":"blue"}})";

std::string encrypted(const std::string& key = kKey) {
  return R"({"status":200,"features":{},"encryptedFeatures":")" + *digest::encrypt_payload(kFeatures, key) +
         R"(","dateUpdated":"2026-11-22T10:00:00.001Z"})";
}

Value colour_in(const Result<std::shared_ptr<const Rules>>& rules) {
  const Value about = Value::Object{{"id", "u1"}};
  const decide::Decision decision = (*rules)->snapshot->decide("colour", model::Attributes(&about));
  return decision.value == nullptr ? Value() : *decision.value;
}

TEST(Rules, AreReadWithTheirVersion) {
  const auto rules = read_rules(
      R"({"features":{"colour":{"defaultValue":"red"}},"dateUpdated":"2026-11-22T10:00:00.000Z"})", "");
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_EQ(colour_in(rules), Value("red"));
  EXPECT_EQ((*rules)->version, "2026-11-22T10:00:00.000Z");
}

TEST(Rules, AreDecryptedByTheirKeyOnly) {
  const auto rules = read_rules(encrypted(), kKey);
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_EQ(colour_in(rules), Value("blue"));
  const auto without = read_rules(encrypted(), "");
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code, ErrorCode::Forbidden);
  EXPECT_THAT(without.error().hint, HasSubstr("decryption_key"));
  EXPECT_FALSE(read_rules(encrypted(), "AQAAAAAAAAAAAAAAAAAAAA=="));
  EXPECT_FALSE(read_rules(encrypted(), "no key"));
}

TEST(Rules, AreRefusedWhereTheyAreNone) {
  for (const char* text :
       {"", "{", "[]", "null", "{}", R"({"features":[]})", R"({"status":400,"error":"no"})",
        "<html>It works!</html>", R"({"features":{}}x)"}) {
    const auto rules = read_rules(text, "");
    ASSERT_FALSE(rules) << text;
    EXPECT_EQ(rules.error().code, ErrorCode::BadData) << text;
  }
  EXPECT_FALSE(read_rules(std::string(1'000'000, '['), ""));
  EXPECT_TRUE(
      read_rules(R"({"features":{"a":null,"b":7,"c":{"rules":[null,{"force":1,"condition":7}]}}})", ""));
}

}  // namespace
}  // namespace splitplot::client
