#include <splitplot/base/random.hpp>
#include <splitplot/stats/adjust/post_stratification.hpp>
#include <splitplot/stats/compare/means.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

Moments moments_of(const std::vector<double>& values) {
  Moments result;
  for (const double value : values) result.add(value);
  return result;
}

/// Strata of different levels, with arms of unlike sizes.
std::vector<MeanStratum> generate(std::size_t strata, std::uint64_t seed, double effect = 0.5) {
  RandomStream random(seed);
  std::vector<MeanStratum> result(strata);
  for (std::size_t k = 0; k < strata; ++k) {
    const std::uint64_t units = 20 + random.below(80);
    for (std::uint64_t i = 0; i < units; ++i) {
      const bool treated = random.bernoulli(0.5);
      (treated ? result[k].treatment : result[k].control)
          .add(3 * static_cast<double>(k) + (treated ? effect : 0) + random.normal());
    }
  }
  return result;
}

TEST(PostStratification, WorkedExample) {
  // Stratum A: 1, 3 against 2, 6 (4 units); B: 10, 12 against 11, 17, 20 (5 units), by hand.
  const std::vector<MeanStratum> strata{{moments_of({1, 3}), moments_of({2, 6})},
                                        {moments_of({10, 12}), moments_of({11, 17, 20})}};
  const auto effect = post_stratified_effect(strata);
  ASSERT_TRUE(effect.has_value());
  EXPECT_NEAR(effect->value, 4.0 / 9 * 2 + 5.0 / 9 * 5, 1e-14);
  const double variance = 16.0 / 81 * (2.0 / 2 + 8.0 / 2) + 25.0 / 81 * (2.0 / 2 + 21.0 / 3);
  EXPECT_NEAR(effect->standard_error, std::sqrt(variance), 1e-14);
  EXPECT_EQ(effect->degrees_of_freedom, 5);
  EXPECT_NEAR(effect->treatment - effect->control, effect->value, 1e-14);
}

TEST(PostStratification, OneStratumIsThePlainDifference) {
  const std::vector<MeanStratum> strata = generate(1, 4);
  const auto effect = post_stratified_effect(strata);
  const auto welch = compare_means(strata[0].control, strata[0].treatment);
  ASSERT_TRUE(effect && welch);
  EXPECT_NEAR(effect->value, welch->value, 1e-14);
  EXPECT_NEAR(effect->standard_error, welch->standard_error, 1e-14);
}

TEST(PostStratification, OrderEmptyStrataAndSwappedArms) {
  const std::vector<MeanStratum> strata = generate(5, 6);
  std::vector<MeanStratum> other(strata.rbegin(), strata.rend());
  other.insert(other.begin() + 2, MeanStratum{});
  std::vector<MeanStratum> swapped = strata;
  for (MeanStratum& stratum : swapped) std::swap(stratum.control, stratum.treatment);
  const auto plain = post_stratified_effect(strata), shuffled = post_stratified_effect(other),
             turned = post_stratified_effect(swapped);
  ASSERT_TRUE(plain && shuffled && turned);
  EXPECT_NEAR(plain->value, shuffled->value, 1e-12);
  EXPECT_NEAR(plain->standard_error, shuffled->standard_error, 1e-12);
  EXPECT_NEAR(plain->value, -turned->value, 1e-12);
  EXPECT_NEAR(plain->p_value, turned->p_value, 1e-12);
}

TEST(PostStratification, RemovesTheStratasImbalance) {
  // The raw difference mixes levels; the stratified one is the effect within strata.
  const std::vector<MeanStratum> strata = generate(8, 11);
  const auto effect = post_stratified_effect(strata);
  EXPECT_NEAR(effect->value, 0.5, 3.5 * effect->standard_error);
  Moments control, treatment;
  for (const MeanStratum& stratum : strata)
    control.merge(stratum.control), treatment.merge(stratum.treatment);
  EXPECT_LT(effect->standard_error, 0.3 * compare_means(control, treatment)->standard_error);
}

TEST(PostStratification, SparseStrataAreRefusedOrMerged) {
  std::vector<MeanStratum> strata = generate(3, 12);
  const MeanStratum one{moments_of({1, 2, 3}), moments_of({4})}, two{moments_of({2}), moments_of({1, 5})};
  strata.push_back(one);
  EXPECT_FALSE(post_stratified_effect(strata).has_value());
  strata.push_back(two);
  PostStratification merge;
  merge.sparse = SparseStrata::Merge;
  const auto merged = post_stratified_effect(strata, merge);
  MeanStratum both = one;
  both.control.merge(two.control);
  both.treatment.merge(two.treatment);
  std::vector<MeanStratum> by_hand(strata.begin(), strata.begin() + 3);
  by_hand.push_back(both);
  const auto expected = post_stratified_effect(by_hand);
  ASSERT_TRUE(merged && expected);
  EXPECT_NEAR(merged->value, expected->value, 1e-13);
  EXPECT_NEAR(merged->standard_error, expected->standard_error, 1e-13);
  EXPECT_EQ(merged->merged_strata, 2U);
  EXPECT_EQ(merged->strata, 4U);

  std::vector<MeanStratum> lonely(strata.begin(),
                                  strata.begin() + 4);  // `one` alone cannot stand: the smallest other joins
  const auto joined = post_stratified_effect(lonely, merge);
  ASSERT_TRUE(joined.has_value());
  EXPECT_EQ(joined->strata, 3U);
  EXPECT_EQ(joined->merged_strata, 2U);
  EXPECT_FALSE(post_stratified_effect(std::vector<MeanStratum>{one}, merge).has_value());
}

TEST(PostStratification, RefusesWhatCannotBeEstimated) {
  EXPECT_FALSE(post_stratified_effect({}).has_value());
  EXPECT_FALSE(post_stratified_effect(std::vector<MeanStratum>(3)).has_value());
  const std::vector<MeanStratum> constant{{moments_of({1, 1}), moments_of({1, 1, 1})}};
  EXPECT_FALSE(post_stratified_effect(constant).has_value());
  const std::vector<MeanStratum> huge{{moments_of({1e308, -1e308}), moments_of({1, 2, 1e308})}};
  EXPECT_FALSE(post_stratified_effect(huge).has_value());
  PostStratification bad;
  bad.confidence = 0;
  EXPECT_FALSE(post_stratified_effect(generate(2, 1), bad).has_value());
}

TEST(PostStratifiedRatio, DenominatorsOfOneAreMeansAndUnitsCancel) {
  RandomStream random(15);
  std::vector<MeanStratum> means(4);
  std::vector<RatioStratum> ratios(4), scaled(4);
  for (std::size_t k = 0; k < 4; ++k) {
    for (CrossMoments* arm :
         {&ratios[k].control, &ratios[k].treatment, &scaled[k].control, &scaled[k].treatment})
      *arm = CrossMoments(2);
    for (int i = 0; i < 40; ++i) {
      const bool treated = i % 2 == 0;
      const double value = random.normal() + static_cast<double>(k);
      (treated ? means[k].treatment : means[k].control).add(value);
      (treated ? ratios[k].treatment : ratios[k].control).add(std::array<double, 2>{value, 1});
      (treated ? scaled[k].treatment : scaled[k].control).add(std::array<double, 2>{value * 1e5, 1e3});
    }
  }
  const auto mean = post_stratified_effect(means);
  const auto ratio = post_stratified_ratio_effect(ratios), other = post_stratified_ratio_effect(scaled);
  ASSERT_TRUE(mean && ratio && other);
  EXPECT_NEAR(ratio->value, mean->value, 1e-13);
  EXPECT_NEAR(ratio->standard_error, mean->standard_error, 1e-13);
  EXPECT_NEAR(other->value, mean->value * 100, 1e-10);
  EXPECT_NEAR(other->p_value, mean->p_value, 1e-10);
}

TEST(PostStratifiedRatio, CoversTheTrueDifference) {
  constexpr int kRuns = 1000;
  int covered = 0;
  RandomStream random(99);
  for (int run = 0; run < kRuns; ++run) {
    std::vector<RatioStratum> strata(3, RatioStratum{CrossMoments(2), CrossMoments(2)});
    for (int i = 0; i < 240; ++i) {
      const std::size_t k = random.below(3);
      const double sessions = 1 + static_cast<double>(random.below(4) + k);
      const double rate = i % 2 == 0 ? 1.0 : 1.2;  // the same in every stratum
      (i % 2 == 0 ? strata[k].control : strata[k].treatment)
          .add(std::array<double, 2>{sessions * rate * (1 + 0.5 * random.normal()), sessions});
    }
    covered += post_stratified_ratio_effect(strata)->interval.contains(0.2) ? 1 : 0;
  }
  EXPECT_NEAR(covered / static_cast<double>(kRuns), 0.95, 3 * std::sqrt(0.05 * 0.95 / kRuns));
}

TEST(PostStratifiedRatio, RefusesRatiosWithoutSpread) {
  RatioStratum constant{CrossMoments(2), CrossMoments(2)}, huge = constant;
  for (int i = 1; i < 9; ++i) {
    for (CrossMoments* arm : {&constant.control, &constant.treatment}) {
      arm->add(std::array<double, 2>{0.3 * i, 0.1 * i});
    }
    huge.control.add(std::array<double, 2>{i % 2 == 0 ? 1e200 : -1e200, 1.0 * i});
    huge.treatment.add(std::array<double, 2>{1.0 * (i % 3), 1.0 * i});
  }
  EXPECT_FALSE(post_stratified_ratio_effect(std::vector<RatioStratum>{constant}).has_value());
  EXPECT_FALSE(post_stratified_ratio_effect(std::vector<RatioStratum>{huge}).has_value());
}

TEST(PostStratifiedRatio, RefusesZeroDenominators) {
  RatioStratum stratum{CrossMoments(2), CrossMoments(2)};
  for (int i = 0; i < 6; ++i) {
    stratum.control.add(std::array<double, 2>{1.0 * i, 0});
    stratum.treatment.add(std::array<double, 2>{1.0 * i, 1});
  }
  EXPECT_FALSE(post_stratified_ratio_effect(std::vector<RatioStratum>{stratum}).has_value());
  EXPECT_FALSE(post_stratified_ratio_effect(std::vector<RatioStratum>{{CrossMoments(1), CrossMoments(2)}})
                   .has_value());
}

}  // namespace
}  // namespace splitplot::stats
