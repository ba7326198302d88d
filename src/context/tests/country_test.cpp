#include <splitplot/context/country.hpp>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::context {
namespace {

const CountryDatabase& built_in() {
  static const CountryDatabase database = CountryDatabase::built_in().value();
  return database;
}

// Blocks that have been with universities, registries and their own networks for decades (RIPE, ARIN, APNIC, LACNIC).
TEST(CountryDatabase, KnowsNetworksThatStayWhereTheyAre) {
  EXPECT_EQ(built_in().place_of("141.30.1.1").country, "DE");          // TU Dresden
  EXPECT_EQ(built_in().place_of("129.132.1.1").country, "CH");         // ETH Zürich
  EXPECT_EQ(built_in().place_of("131.111.8.42").country, "GB");        // Cambridge
  EXPECT_EQ(built_in().place_of("193.0.6.139").country, "NL");         // RIPE NCC
  EXPECT_EQ(built_in().place_of("133.11.0.1").country, "JP");          // Tokyo
  EXPECT_EQ(built_in().place_of("200.160.2.3").country, "BR");         // NIC.br
  EXPECT_EQ(built_in().place_of("2001:67c:2e8:22::1").country, "NL");  // RIPE NCC
  EXPECT_EQ(built_in().place_of("2001:200::1").country, "JP");         // WIDE
}

TEST(CountryDatabase, TakesIPv4InIPv6ForWhatItIs) {
  EXPECT_EQ(built_in().place_of("::ffff:141.30.1.1").country, "DE");
  EXPECT_EQ(built_in().place_of("::FFFF:8d1e:101").country, "DE");
  EXPECT_EQ(built_in().place_of("[2001:200::1]").country, "JP");
  EXPECT_EQ(built_in().place_of("2001:200::1%eth0").country, "JP");
}

TEST(CountryDatabase, SaysNothingOfPrivateAndReservedAddresses) {
  for (const char* address : {"10.0.0.1",        "172.16.5.5",
                              "192.168.1.1",     "127.0.0.1",
                              "0.0.0.0",         "100.64.0.1",
                              "169.254.1.1",     "192.0.2.1",
                              "198.18.0.1",      "198.51.100.1",
                              "203.0.113.5",     "224.0.0.1",
                              "240.0.0.1",       "::",
                              "255.255.255.255", "::1",
                              "fe80::1",         "fc00::1",
                              "2001:db8::1",     "ff02::1",
                              "::ffff:10.0.0.1", "::ffff:127.0.0.1",
                              "::8.8.8.8"}) {
    EXPECT_EQ(built_in().place_of(address).country, "") << address;
  }
}

TEST(CountryDatabase, SaysNothingOfWhatIsNoAddress) {
  for (const char* text : {"", "localhost", "1.2.3", "141.30.1.1:443", "141.30.1.1 ", "01.02.03.04",
                           "1.2.3.256", "%", "[", "]", "[]", "::ffff:141.30.1.1.1", "2001:200:::1"}) {
    EXPECT_EQ(built_in().place_of(text).country, "") << text;
  }
  EXPECT_EQ(built_in().place_of(std::string(100'000, '1')).country, "");
  EXPECT_EQ(built_in().place_of(std::string_view("141.30.1.1\0x", 12)).country, "");
}

TEST(CountryDatabase, AnswersACodeOrNothingForAnyAddress) {
  std::mt19937 random(20261122);
  int known = 0;
  constexpr int kAddresses = 20'000;
  for (int i = 0; i < kAddresses; ++i) {
    const std::uint32_t bits = static_cast<std::uint32_t>(random());
    const std::string address = std::to_string(bits >> 24) + "." + std::to_string(bits >> 16 & 255) + "." +
                                std::to_string(bits >> 8 & 255) + "." + std::to_string(bits & 255);
    const Place place = built_in().place_of(address);
    if (place.country.empty()) continue;
    ++known;
    EXPECT_THAT(place.country, ::testing::MatchesRegex("[A-Z][A-Z]")) << address;
  }
  // About 3.7 of 4.3 thousand million addresses may be used, and about 3.1 are routed.
  EXPECT_GT(known, kAddresses / 2);
  EXPECT_LT(known, kAddresses * 9 / 10);
}

TEST(CountryDatabase, RefusesFilesThatAreNone) {
  const auto missing = CountryDatabase::open("/nowhere/countries.mmdb");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::Unreadable);
  EXPECT_THAT(missing.error().message, ::testing::HasSubstr("/nowhere/countries.mmdb"));

  const std::string path = ::testing::TempDir() + "splitplot-no-countries.mmdb";
  for (const std::string& content : {std::string(), std::string("country\n"), std::string(5000, '\xAB')}) {
    std::ofstream(path) << content;
    EXPECT_FALSE(CountryDatabase::open(path)) << content.size();
  }
  std::remove(path.c_str());
}

}  // namespace
}  // namespace splitplot::context
