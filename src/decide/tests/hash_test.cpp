#include <splitplot/decide/hash.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

// Measured with the JavaScript SDK of GrowthBook 1.8.0 (hash version 2, seed "seed").
TEST(HashTest, AgreesWithTheReferenceOnAllKindsOfText) {
  EXPECT_EQ(bucket_of("seed", "abc"), 0.8181);
  EXPECT_EQ(bucket_of("seed", "é"), 0.8663);
  EXPECT_EQ(bucket_of("seed", "名前"), 0.2537);
  EXPECT_EQ(bucket_of("seed", "😀"), 0.4346);
}

/// FNV-1a as its authors write it, over code units that stand there as numbers.
std::uint32_t fnv(const std::vector<std::uint32_t>& units) {
  std::uint64_t hash = 0x811c9dc5;
  for (const std::uint32_t unit : units) hash = ((hash ^ unit) * 0x01000193) % 0x100000000;
  return static_cast<std::uint32_t>(hash);
}

double bucket_of_units(const std::vector<std::uint32_t>& units) {
  const std::string digits = std::to_string(fnv(units));
  return (fnv({digits.begin(), digits.end()}) % 10000) / 10000.0;
}

TEST(HashTest, HashesUtf16CodeUnits) {
  EXPECT_EQ(bucket_of("", "\U00010000"), bucket_of_units({0xD800, 0xDC00}));
  EXPECT_EQ(bucket_of("", "\U0010FFFF"), bucket_of_units({0xDBFF, 0xDFFF}));
  EXPECT_EQ(bucket_of("\uFFFF", "\u0080"), bucket_of_units({0xFFFF, 0x80}));
}

TEST(HashTest, ReadsBytesThatAreNoTextAsReplacementCharacters) {
  EXPECT_EQ(bucket_of("s", "a\xFFz"), bucket_of_units({'s', 'a', 0xFFFD, 'z'}));
  EXPECT_EQ(bucket_of("s", "\xED\xA0\x80"), bucket_of_units({'s', 0xFFFD, 0xFFFD, 0xFFFD}));
}

TEST(HashTest, SeedAndValueAreOneText) {
  EXPECT_EQ(bucket_of("ab", "c"), bucket_of("a", "bc"));
}

TEST(HashTest, OnlyAsciiIsPortable) {
  EXPECT_TRUE(is_portable("user-1 ~"));
  EXPECT_TRUE(is_portable(""));
  EXPECT_FALSE(is_portable("usér"));
}

std::optional<std::size_t> variant_at(double bucket, const std::vector<double>& weights, double coverage) {
  return range_at(bucket, bucket_ranges(weights, coverage));
}

TEST(VariantTest, RangesBeginClosedAndEndOpen) {
  const std::vector<double> halves{0.5, 0.5};
  EXPECT_EQ(variant_at(0, halves, 1), 0u);
  EXPECT_EQ(variant_at(0.4999, halves, 1), 0u);
  EXPECT_EQ(variant_at(0.5, halves, 1), 1u);
  EXPECT_EQ(variant_at(0.9999, halves, 1), 1u);
}

TEST(VariantTest, CoverageLeavesGapsBehindEachVariant) {
  const std::vector<double> halves{0.5, 0.5};
  EXPECT_EQ(variant_at(0.2499, halves, 0.5), 0u);
  EXPECT_EQ(variant_at(0.25, halves, 0.5), std::nullopt);
  EXPECT_EQ(variant_at(0.5, halves, 0.5), 1u);
  EXPECT_EQ(variant_at(0.75, halves, 0.5), std::nullopt);
  EXPECT_EQ(variant_at(0, halves, 0), std::nullopt);
}

TEST(VariantTest, AVariantWithoutWeightGetsNobody) {
  const std::vector<double> weights{0.5, 0.0, 0.5};
  EXPECT_EQ(variant_at(0.5, weights, 1), 2u);
}

TEST(VariantTest, EveryBucketHasAVariantHoweverTheSharesAreRounded) {
  for (std::size_t variants = 1; variants <= 60; ++variants) {
    double total = 0;
    std::vector<double> weights(variants);
    for (std::size_t i = 0; i < variants; ++i) total += weights[i] = static_cast<double>(i * i % 7 + 1);
    for (double& weight : weights) weight /= total;
    for (int bucket = 0; bucket < 10'000; bucket += bucket < 9'900 ? 97 : 1) {
      EXPECT_TRUE(variant_at(bucket / 10'000.0, weights, 1)) << variants << " variants, bucket " << bucket;
    }
  }
}

TEST(VariantTest, LargerCoverageMovesNobody) {
  const std::vector<double> weights{0.2, 0.3, 0.1, 0.4};
  for (int bucket = 0; bucket < 10'000; ++bucket) {
    std::optional<std::size_t> before;
    for (int percent = 0; percent <= 100; percent += 5) {
      const std::optional<std::size_t> now = variant_at(bucket / 10'000.0, weights, percent / 100.0);
      if (before) {
        ASSERT_EQ(now, before) << "bucket " << bucket << " at " << percent << " %";
      }
      before = now;
    }
    EXPECT_TRUE(before) << "bucket " << bucket;
  }
}

}  // namespace
}  // namespace splitplot::decide
