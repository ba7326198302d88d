// Profiles as bytes: what is written reads back, and damage is told, never taken for a profile.
#include <splitplot/base/random.hpp>
#include <splitplot/profile/profiles.hpp>

#include <chrono>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::profile {
namespace {

using ::testing::HasSubstr;

Timestamp at(std::int64_t microseconds) {
  return Timestamp(std::chrono::microseconds(microseconds));
}

Value twenty_traits() {
  Value traits;
  for (int i = 0; i < 20; ++i) traits.set("trait_number_" + std::to_string(i), "a value of some length");
  return traits;
}

void expect_same(const Profile& left, const Profile& right) {
  EXPECT_EQ(left.traits, right.traits);
  EXPECT_EQ(left.first_seen, right.first_seen);
  EXPECT_EQ(left.last_seen, right.last_seen);
  EXPECT_EQ(left.events, right.events);
}

TEST(ProfileBytesTest, EveryKindOfValueReadsBack) {
  Value nested;
  nested.set("deep", Value::Array{1, -1, 2.5, "x", nullptr, true, Value::Array{}, Value::Object{}});
  Profile profile{.traits = {}, .first_seen = at(-7), .last_seen = at(5), .events = 3};
  profile.traits.set("none", nullptr);
  profile.traits.set("yes", true);
  profile.traits.set("no", false);
  profile.traits.set("least", std::numeric_limits<std::int64_t>::min());
  profile.traits.set("most", std::numeric_limits<std::int64_t>::max());
  profile.traits.set("whole", 5);
  profile.traits.set("float", 5.0);
  profile.traits.set("tiny", std::numeric_limits<double>::denorm_min());
  profile.traits.set("zero byte", std::string("a\0b", 3));
  profile.traits.set("nested", nested);
  const auto read = decode(encode(profile));
  ASSERT_TRUE(read) << read.error().message;
  expect_same(*read, profile);
}

TEST(ProfileBytesTest, AnEmptyProfileReadsBack) {
  const auto read = decode(encode(Profile{}));
  ASSERT_TRUE(read);
  expect_same(*read, Profile{});
}

TEST(ProfileBytesTest, TheFormIsTheDocumentedOne) {
  Profile profile{.traits = {}, .first_seen = at(1), .last_seen = at(3), .events = 200};
  profile.traits.set("a", -2);
  // version, zigzag(1), zigzag(3 - 1), LEB128(200), object of 1: "a", integer zigzag(-2)
  EXPECT_EQ(encode(profile), std::string("\x01\x02\x04\xc8\x01\x07\x01\x01"
                                         "a\x03\x03",
                                         11));
}

TEST(ProfileBytesTest, AssignmentsStandBehindTheTraitsInTheDocumentedForm) {
  Profile profile{.traits = {}, .first_seen = at(1), .last_seen = at(3), .events = 200};
  profile.assignments = Value::Object{{"id", Value::Object{{"e__1", "b"}}}};
  const std::string bytes(
      "\x02\x02\x04\xc8\x01\x00\x07\x01\x02id\x07\x01\x04"
      "e__1\x05\x01"
      "b",
      21);
  EXPECT_EQ(encode(profile), bytes);
  const auto read = decode(bytes);
  ASSERT_TRUE(read) << read.error().message;
  expect_same(*read, profile);
  EXPECT_EQ(read->assignments, profile.assignments);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode(std::string_view(bytes).substr(0, size))) << size;
  EXPECT_FALSE(decode(std::string("\x02\x02\x04\x01\x00\x05\x01x", 8))) << "assignments are an object";
}

TEST(ProfileBytesTest, TwentyTraitsStayWithinAKilobyte) {
  const Profile profile{.traits = twenty_traits(),
                        .first_seen = at(1'764'000'000'000'000),
                        .last_seen = at(1'765'000'000'000'000),
                        .events = 1000};
  EXPECT_LE(encode(profile).size(), 1024U);
}

TEST(ProfileBytesTest, EveryTruncationIsDamage) {
  const std::string bytes =
      encode({.traits = twenty_traits(), .first_seen = at(1), .last_seen = at(2), .events = 3});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto read = decode(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, ErrorCode::BadData);
  }
  EXPECT_FALSE(decode(bytes + "x"));
}

TEST(ProfileBytesTest, ANewerVersionIsNamed) {
  std::string bytes = encode(Profile{});
  bytes[0] = 9;
  const auto read = decode(bytes);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("version 9"));
}

TEST(ProfileBytesTest, RandomDamageNeverCrashesAndLengthsAreNotBelieved) {
  RandomStream random(7);
  const std::string bytes =
      encode({.traits = twenty_traits(), .first_seen = at(1), .last_seen = at(2), .events = 3});
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = bytes;
    for (std::uint64_t flips = 1 + random.below(4); flips > 0; --flips) {
      damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    }
    if (const auto read = decode(damaged)) {
      EXPECT_TRUE(read->traits.is_null() || read->traits.if_object() != nullptr);
    }
  }
  // An array that says it has 2^60 elements.
  EXPECT_FALSE(decode(std::string("\x01\x00\x00\x00\x06\x80\x80\x80\x80\x80\x80\x80\x80\x10", 14)));
  // Arrays in arrays, as deep as the text is long.
  std::string deep("\x01\x00\x00\x00", 4);
  for (int i = 0; i < 100'000; ++i) deep += "\x06\x01";
  EXPECT_FALSE(decode(deep));
}

}  // namespace
}  // namespace splitplot::profile
