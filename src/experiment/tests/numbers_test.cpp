#include <splitplot/experiment/numbers.hpp>

#include <limits>

#include <gmock/gmock.h>

namespace splitplot::experiment {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// No-break spaces as plain ones, so that expectations can be read.
std::string plain(std::string text) {
  for (std::size_t at = text.find("\u00a0"); at != std::string::npos; at = text.find("\u00a0"))
    text.replace(at, 2, " ");
  return text;
}

TEST(Numbers, TheIntervalsWidthChoosesTheDigits) {
  EXPECT_EQ(plain(change({0.07659, {0.06994, 0.08324}}, Quantity::Rate).text()), "+7.66 points [6.99, 8.32]");
  EXPECT_EQ(plain(change({0.0766, {0.04, 0.11}}, Quantity::Rate).text()), "+7.7 points [4.0, 11.0]");
  EXPECT_EQ(plain(change({12345, {10000, 14690}}, Quantity::Plain).text()), "+12,345 [10,000, 14,690]");
  EXPECT_EQ(plain(level({0.18276, {0.1776, 0.188}}, Quantity::Rate).text()), "18.28 % [17.76, 18.80]");
  EXPECT_EQ(plain(lift({-0.003, {-0.14, 0.17}}).text()), "0 % [-14, 17]");
  EXPECT_EQ(plain(lift({0.7214, {0.6430, 0.8046}}).text()), "+72.1 % [64.3, 80.5]");
}

TEST(Numbers, ARateNextToOneIsNotRoundedToIt) {
  EXPECT_EQ(plain(level({0.99994, {0.9999, 0.99997}}, Quantity::Rate).text()),
            "99.9940 % [99.9900, 99.9970]");
}

TEST(Numbers, ZeroHasNoSign) {
  EXPECT_EQ(fixed(-0.0, 2), "0.00");
  EXPECT_EQ(fixed(-0.004, 2), "0.00");
  EXPECT_EQ(signed_fixed(-0.004, 2), "0.00");
  EXPECT_EQ(signed_fixed(0.004, 2), "0.00");
  EXPECT_EQ(signed_fixed(0.006, 2), "+0.01");
  EXPECT_EQ(signed_fixed(-0.006, 2), "-0.01");
}

TEST(Numbers, HugeAndTinyNumbersStayShort) {
  EXPECT_EQ(fixed(1234567.891, 1), "1,234,567.9");
  EXPECT_EQ(fixed(-1234567, 0), "-1,234,567");
  EXPECT_EQ(fixed(1e300, 2), "1.00e+300");
  EXPECT_EQ(fixed(1.5e-12, 14), "1.50e-12");
  EXPECT_EQ(count(18446744073709551615ULL), "18,446,744,073,709,551,615");
  EXPECT_EQ(counted(1, "unit"), "1 unit");
  EXPECT_EQ(counted(1000, "unit"), "1,000 units");
}

TEST(Numbers, WhatIsNotANumberIsSaidInWords) {
  EXPECT_EQ(fixed(kInfinity, 2), "unbounded");
  EXPECT_EQ(plain(change({1, {-kInfinity, 2}}, Quantity::Plain).interval()), "[unbounded, 2.00]");
  EXPECT_EQ(p_value(kNaN), "unknown");
  EXPECT_EQ(chance(kNaN), "unknown");
}

TEST(Numbers, PValuesHaveFourDigitsWhereTheyMatter) {
  EXPECT_EQ(p_value(0), "< .0001");
  EXPECT_EQ(p_value(0.00009), "< .0001");
  EXPECT_EQ(p_value(0.0123), ".0123");
  EXPECT_EQ(p_value(0.0994), ".0994");
  EXPECT_EQ(p_value(0.0996), ".100");
  EXPECT_EQ(p_value(0.2345), ".234");
  EXPECT_EQ(p_value(0.999), ".999");
  EXPECT_EQ(p_value(1), "> .999");
  EXPECT_EQ(plain(p_equals(0.0123)), "p = .0123");
  EXPECT_EQ(plain(p_equals(0)), "p < .0001");
}

TEST(Numbers, ChancesAreNeverCertain) {
  EXPECT_EQ(plain(chance(1)), "> 99.9 %");
  EXPECT_EQ(plain(chance(0)), "< 0.1 %");
  EXPECT_EQ(plain(chance(0.98749)), "98.7 %");
  EXPECT_EQ(plain(confidence(0.05)), "95 %");
  EXPECT_EQ(plain(confidence(0.001)), "99.9 %");
}

TEST(Numbers, ASizeHasThreeDigits) {
  EXPECT_EQ(plain(magnitude(0.00843, Quantity::Rate)), "0.843 points");
  EXPECT_EQ(magnitude(12.34, Quantity::Plain), "12.3");
  EXPECT_EQ(magnitude(0, Quantity::Plain), "0");
}

TEST(Numbers, ALossFarBelowThePrecisionIsOnlyBounded) {
  EXPECT_EQ(plain(magnitude(1e-20, Quantity::Rate, 0.0034)), "< 0.01 points");
  EXPECT_EQ(plain(magnitude(0.0012, Quantity::Rate, 0.0034)), "0.120 points");
}

}  // namespace
}  // namespace splitplot::experiment
