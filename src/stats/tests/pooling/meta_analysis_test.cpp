#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/pooling/meta_analysis.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Segments = std::vector<SegmentEffect>;

const Segments kUneven{{1.2, 0.3}, {-0.4, 0.5}, {2.9, 0.4}, {0.7, 0.2}, {1.9, 0.6}, {-1.1, 0.35}};

double q_at(const Segments& segments, double tau_squared) {
  double w = 0, wy = 0, q = 0;
  for (const auto& s : segments) w += 1 / (s.standard_error * s.standard_error + tau_squared);
  for (const auto& s : segments) wy += s.value / (s.standard_error * s.standard_error + tau_squared);
  for (const auto& s : segments)
    q += std::pow(s.value - wy / w, 2) / (s.standard_error * s.standard_error + tau_squared);
  return q;
}

double log_likelihood(const Segments& segments, double tau_squared, bool restricted) {
  double w = 0, result = -q_at(segments, tau_squared) / 2;
  for (const auto& s : segments) {
    const double v = s.standard_error * s.standard_error + tau_squared;
    w += 1 / v;
    result -= std::log(v) / 2;
  }
  return restricted ? result - std::log(w) / 2 : result;
}

double tau_squared_of(const Segments& segments, SpreadEstimator estimator) {
  return meta_analysis(segments, {.estimator = estimator})->tau_squared;
}

TEST(MetaAnalysis, LikelihoodEstimatesAreWhereAFineSearchFindsTheTop) {
  for (const bool restricted : {false, true}) {
    const auto estimator =
        restricted ? SpreadEstimator::RestrictedMaximumLikelihood : SpreadEstimator::MaximumLikelihood;
    double lower = 0, upper = 50;
    while (upper - lower > 1e-9) {  // golden section without the gold
      const double a = lower + (upper - lower) / 3, b = upper - (upper - lower) / 3;
      (log_likelihood(kUneven, a, restricted) < log_likelihood(kUneven, b, restricted) ? lower : upper) =
          log_likelihood(kUneven, a, restricted) < log_likelihood(kUneven, b, restricted) ? a : b;
    }
    EXPECT_NEAR(tau_squared_of(kUneven, estimator), lower, 1e-6);
    const double h = 1e-4, top = tau_squared_of(kUneven, estimator);
    EXPECT_NEAR(log_likelihood(kUneven, top + h, restricted), log_likelihood(kUneven, top - h, restricted),
                1e-11);
  }
}

TEST(MetaAnalysis, PauleAndMandelMakeQItsExpectation) {
  EXPECT_NEAR(q_at(kUneven, tau_squared_of(kUneven, SpreadEstimator::PauleMandel)), 5, 1e-10);
  EXPECT_NEAR(q_at(kUneven, tau_squared_of(kUneven, SpreadEstimator::EmpiricalBayes)), 5, 1e-10);
  EXPECT_NEAR(q_at(kUneven, tau_squared_of(kUneven, SpreadEstimator::PauleMandelMedian)),
              chi_square_quantile(0.5, 5), 1e-10);
}

TEST(MetaAnalysis, QProfileEndsWhereQIsImprobable) {
  const auto found = q_profile_interval(kUneven, 0.9);
  ASSERT_TRUE(found);
  EXPECT_NEAR(chi_square_sf(q_at(kUneven, found->tau_squared.lower), 5), 0.05, 1e-9);
  EXPECT_NEAR(chi_square_sf(q_at(kUneven, found->tau_squared.upper), 5), 0.95, 1e-9);
  EXPECT_NEAR(found->tau.upper * found->tau.upper, found->tau_squared.upper, 1e-12);
  const auto alike =
      q_profile_interval(Segments{{1, 1}, {1.001, 1}, {0.999, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}});
  ASSERT_TRUE(alike);
  EXPECT_EQ(alike->tau_squared.upper, 0);
}

TEST(MetaAnalysis, EqualErrorsMakeEveryMomentEstimatorTheVarianceBetweenLessTheVarianceWithin) {
  const Segments equal{{1, 0.5}, {3, 0.5}, {2, 0.5}, {6, 0.5}};
  const double variance = 14.0 / 3;  // of 1, 3, 2, 6
  for (const auto estimator : {SpreadEstimator::DerSimonianLaird, SpreadEstimator::Hedges,
                               SpreadEstimator::PauleMandel, SpreadEstimator::RestrictedMaximumLikelihood}) {
    EXPECT_NEAR(tau_squared_of(equal, estimator), variance - 0.25, 1e-9);
  }
  const auto found = meta_analysis(equal);
  // Knapp and Hartung's interval is then Student's of the four effects.
  EXPECT_NEAR(found->mean, 3, 1e-12);
  EXPECT_NEAR(found->standard_error, std::sqrt(variance / 4), 1e-9);
  EXPECT_NEAR(found->interval.upper, 3 + student_t_quantile(0.975, 3) * std::sqrt(variance / 4), 1e-8);
  EXPECT_NEAR(found->segments[3].value, 3 + 3 * (variance - 0.25) / variance, 1e-9);
}

TEST(MetaAnalysis, ChangesItsUnitWithTheEffectsAndForgetsTheirOrder) {
  const auto plain = meta_analysis(kUneven);
  for (const double unit : {1e-150, 1e-9, 1e9, 1e140}) {
    Segments scaled;
    for (const auto& s : kUneven) scaled.insert(scaled.begin(), {s.value * unit, s.standard_error * unit});
    const auto found = meta_analysis(scaled);
    ASSERT_TRUE(found) << found.error().why;
    EXPECT_NEAR(found->mean / unit, plain->mean, 1e-10);
    EXPECT_NEAR(found->p_value, plain->p_value, 1e-10);
    EXPECT_NEAR(found->tau_squared / unit / unit, plain->tau_squared, 1e-9);
    EXPECT_NEAR(found->segments.back().value / unit, plain->segments.front().value, 1e-9);
  }
}

TEST(MetaAnalysis, RefusesWhatHasNoAnswer) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(meta_analysis(Segments{{1, 1}}));
  EXPECT_FALSE(meta_analysis(Segments{{1, 1}, {2, 0}}));
  EXPECT_FALSE(meta_analysis(Segments{{1, 1}, {inf, 1}}));
  EXPECT_FALSE(meta_analysis(Segments{{1, 1}, {std::nan(""), 1}}));
  EXPECT_FALSE(meta_analysis(Segments{{1, 1}, {2, 1}}, {.confidence = 1}));
  EXPECT_FALSE(meta_analysis(Segments{{1e308, 1e-300}, {-1e308, 1}}));
  EXPECT_FALSE(meta_analysis(Segments{{1, 1}, {1, 1}}));  // Knapp and Hartung's error would be zero
  EXPECT_TRUE(meta_analysis(Segments{{1, 1}, {1, 1}}, {.test = MeanTest::KnappHartungNeverNarrower}));
}

TEST(MetaAnalysis, AnswersWhereOneSegmentOutweighsTheRest) {
  // The sums of weights of the scoring steps cancel to the last digit here.
  for (const double smallest : {1e-12, 1e-9, 1e-6}) {
    const std::vector<SegmentEffect> segments{{0.05, smallest}, {0.2, 100}, {1, 0.5}};
    for (const auto estimator :
         {SpreadEstimator::RestrictedMaximumLikelihood, SpreadEstimator::MaximumLikelihood,
          SpreadEstimator::PauleMandel, SpreadEstimator::DerSimonianLaird}) {
      const auto result = meta_analysis(segments, {.estimator = estimator});
      ASSERT_TRUE(result.has_value());
      EXPECT_TRUE(std::isfinite(result->p_value));
      EXPECT_GE(result->tau_squared, 0);
      EXPECT_GT(result->mean, 0.04);
      EXPECT_LT(result->mean, 1);
    }
  }
}

}  // namespace
}  // namespace splitplot::stats
