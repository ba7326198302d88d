#include <splitplot/base/random.hpp>
#include <splitplot/stats/sequential/sample_ratio_sequence.hpp>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Counts = std::vector<std::uint64_t>;
using Weights = std::vector<double>;

/// The Bayes factor unit by unit: Polya's urn gives the next unit to arm i with probability (c theta_i + x_i) / (c + n).
double slow_log_bayes_factor(const Counts& counts, const Weights& weights, double concentration) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double sum = 0, n = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double share = weights[i] / total;
    for (std::uint64_t x = 0; x < counts[i]; ++x, ++n) {
      sum += std::log((concentration * share + static_cast<double>(x)) / (concentration + n) / share);
    }
  }
  return sum;
}

TEST(SampleRatioSequence, IsPolyasUrnAgainstThePlan) {
  RandomStream random(41);
  for (int i = 0; i < 100; ++i) {
    Counts counts;
    Weights weights;
    const std::uint64_t arms = 2 + random.below(4);
    for (std::uint64_t arm = 0; arm < arms; ++arm) {
      counts.push_back(random.below(400));
      weights.push_back(0.1 + random.uniform());
    }
    for (const double concentration : {0.3, 2.0, 1000.0, 1e7}) {
      const auto look = sample_ratio_sequence_look(counts, weights, {.concentration = concentration});
      ASSERT_TRUE(look.has_value());
      const double slow = slow_log_bayes_factor(counts, weights, concentration);
      EXPECT_NEAR(look->log_bayes_factor, slow, 1e-10 * (1 + std::abs(slow)));
      EXPECT_NEAR(look->p_value_now, std::min(1.0, std::exp(-slow)), 1e-9);
    }
  }
}

/// What makes it valid at every look: under the plan, the Bayes factor after the next unit is on average what it is now.
TEST(SampleRatioSequence, IsAMartingaleUnderThePlan) {
  const Weights shares{0.2, 0.3, 0.5};
  for (const Counts& counts : {Counts{0, 0, 0}, Counts{3, 9, 1}, Counts{200, 310, 480}}) {
    const double now = std::exp(sample_ratio_sequence_look(counts, shares)->log_bayes_factor);
    double next = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      Counts more = counts;
      ++more[i];
      next += shares[i] * std::exp(sample_ratio_sequence_look(more, shares)->log_bayes_factor);
    }
    EXPECT_NEAR(next, now, 1e-12 * now);
  }
}

TEST(SampleRatioSequence, AlarmsSeldomUnderThePlanAndSoonUnderAMismatch) {
  RandomStream random(42);
  const auto alarms = [&](double share, int runs) {
    int alarmed = 0;
    for (int run = 0; run < runs; ++run) {
      Counts counts{0, 0};
      SampleRatioSequenceOptions options{.concentration = 100};
      for (int unit = 0; unit < 1500; ++unit) {
        ++counts[random.bernoulli(share) ? 0 : 1];
        if (unit % 10 != 9) continue;
        options.p_value_before = sample_ratio_sequence_look(counts, Weights{1, 1}, options)->p_value;
      }
      alarmed += options.p_value_before <= 0.05 ? 1 : 0;
    }
    return static_cast<double>(alarmed) / runs;
  };
  const int runs = 400;
  EXPECT_LE(alarms(0.5, runs), 0.05 + 3 * std::sqrt(0.05 * 0.95 / runs));
  EXPECT_GT(alarms(0.57, 100), 0.9);
}

TEST(SampleRatioSequence, RemembersTheSmallestPValue) {
  const auto alarm = sample_ratio_sequence_look(Counts{7000, 5000}, Weights{1, 1});
  EXPECT_LT(alarm->p_value, 1e-10);
  const auto later =
      sample_ratio_sequence_look(Counts{7000, 7000}, Weights{1, 1}, {.p_value_before = alarm->p_value});
  EXPECT_EQ(later->p_value_now, 1);
  EXPECT_EQ(later->p_value, alarm->p_value);
}

TEST(SampleRatioSequence, OrderAndScaleOfArmsChangeNothing) {
  const auto base = sample_ratio_sequence_look(Counts{880, 120, 30}, Weights{0.8, 0.15, 0.05});
  const auto turned = sample_ratio_sequence_look(Counts{30, 880, 120}, Weights{5, 80, 15});
  const auto scaled =
      sample_ratio_sequence_look(Counts{880, 120, 30, 7}, Weights{0.8e300, 0.15e300, 0.05e300, 0});
  EXPECT_NEAR(turned->log_bayes_factor, base->log_bayes_factor, 1e-11);
  EXPECT_NEAR(scaled->log_bayes_factor, base->log_bayes_factor, 1e-11);
}

TEST(SampleRatioSequence, KeepsItsDigitsForBillionsOfUnits) {
  // For counts on the plan the log Bayes factor is near -(arms - 1) / 2 log((c + n) / c).
  const std::uint64_t half = 5'000'000'000;
  const auto look = sample_ratio_sequence_look(Counts{half, half}, Weights{1, 1}, {.concentration = 1000});
  EXPECT_NEAR(look->log_bayes_factor, -0.5 * std::log((1000 + 1e10) / 1000), 1e-3);
  const auto huge =
      sample_ratio_sequence_look(Counts{std::numeric_limits<std::uint64_t>::max(), 5}, Weights{1, 1});
  EXPECT_TRUE(std::isfinite(huge->log_bayes_factor));
  EXPECT_EQ(huge->p_value, 0);
}

TEST(SampleRatioSequence, AnswersWithoutUnitsAndRefusesWhatIsNoPlan) {
  EXPECT_EQ(sample_ratio_sequence_look(Counts{0, 0}, Weights{1, 2})->log_bayes_factor, 0);
  EXPECT_FALSE(sample_ratio_sequence_look(Counts{5, 5}, Weights{1}).has_value());
  EXPECT_FALSE(sample_ratio_sequence_look(Counts{5, 5}, Weights{1, 0}).has_value());
  EXPECT_FALSE(sample_ratio_sequence_look(Counts{5, 5}, Weights{1, NAN}).has_value());
  EXPECT_FALSE(sample_ratio_sequence_look(Counts{5, 5}, Weights{1, -1}).has_value());
  EXPECT_FALSE(sample_ratio_sequence_look(Counts{5, 5}, Weights{1, 1}, {.concentration = 0}).has_value());
  EXPECT_FALSE(sample_ratio_sequence_look(Counts{5, 5}, Weights{1, 1}, {.concentration = NAN}).has_value());
  EXPECT_FALSE(sample_ratio_sequence_look(Counts{5, 5}, Weights{1, 1}, {.p_value_before = 1.5}).has_value());
  EXPECT_FALSE(sample_ratio_sequence_look(Counts{5, 5}, Weights{1e-320, 1e300}).has_value());
}

}  // namespace
}  // namespace splitplot::stats
