#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/pooling/segments.hpp>

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Segments = std::vector<SegmentEffect>;

const Segments kSchools{{28, 15}, {8, 10}, {-3, 16}, {7, 11}, {-1, 9}, {1, 11}, {18, 10}, {12, 18}};

double typical_error(const Segments& segments) {
  double precision = 0;
  for (const SegmentEffect& s : segments) precision += 1 / (s.standard_error * s.standard_error);
  return std::sqrt(static_cast<double>(segments.size()) / precision);
}

/// The posterior on a dense grid in log tau, formulas written out, every quantity by summation: slow and
/// plain.
class DenseGrid {
 public:
  DenseGrid(const Segments& segments, const std::function<double(double)>& prior, double low, double high)
      : segments_(segments) {
    constexpr int kPoints = 12000;
    const double step = std::log(high / low) / kPoints;
    std::vector<double> logs;
    double peak = -1e300, total = 0;
    for (int i = 0; i <= kPoints; ++i) {
      const double tau = low * std::exp(step * i);
      double w = 0, wy = 0, log_density = std::log(prior(tau)) + std::log(tau);
      for (const SegmentEffect& s : segments) {
        const double v = s.standard_error * s.standard_error + tau * tau;
        w += 1 / v, wy += s.value / v, log_density -= 0.5 * std::log(v);
      }
      for (const SegmentEffect& s : segments) {
        log_density -=
            0.5 * std::pow(s.value - wy / w, 2) / (s.standard_error * s.standard_error + tau * tau);
      }
      tau_.push_back(tau), mu_.push_back(wy / w), v_mu_.push_back(1 / w);
      logs.push_back(log_density - 0.5 * std::log(w));
      peak = std::max(peak, logs.back());
    }
    for (const double l : logs) p_.push_back(std::exp(l - peak)), total += p_.back();
    for (double& p : p_) p /= total;
  }
  double mean_tau() const {
    return sum([&](std::size_t i) { return tau_[i]; });
  }
  double cdf_tau(double x) const {
    return sum([&](std::size_t i) { return tau_[i] <= x ? 1.0 : 0.0; });
  }
  double mean_mu() const {
    return sum([&](std::size_t i) { return mu_[i]; });
  }
  double sd_mu() const {
    return std::sqrt(sum([&](std::size_t i) { return v_mu_[i] + std::pow(mu_[i] - mean_mu_cached(), 2); }));
  }
  double cdf_mu(double x) const {
    return sum([&](std::size_t i) { return normal_cdf((x - mu_[i]) / std::sqrt(v_mu_[i])); });
  }
  double mean_theta(std::size_t j) const {
    return sum([&](std::size_t i) { return theta(i, j).first; });
  }
  double cdf_theta(std::size_t j, double x) const {
    return sum(
        [&](std::size_t i) { return normal_cdf((x - theta(i, j).first) / std::sqrt(theta(i, j).second)); });
  }
  double sd_theta(std::size_t j) const {
    const double mean = mean_theta(j);
    return std::sqrt(
        sum([&](std::size_t i) { return theta(i, j).second + std::pow(theta(i, j).first - mean, 2); }));
  }

 private:
  template <typename F>
  double sum(F f) const {
    double total = 0;
    for (std::size_t i = 0; i < p_.size(); ++i) total += p_[i] * f(i);
    return total;
  }
  double mean_mu_cached() const {
    if (std::isnan(mean_mu_)) mean_mu_ = mean_mu();
    return mean_mu_;
  }
  std::pair<double, double> theta(std::size_t i, std::size_t j) const {
    const double s2 = std::pow(segments_[j].standard_error, 2), t2 = tau_[i] * tau_[i], b = s2 / (s2 + t2);
    return {b * mu_[i] + (1 - b) * segments_[j].value, (1 - b) * s2 + b * b * v_mu_[i]};
  }
  Segments segments_;
  std::vector<double> tau_, mu_, v_mu_, p_;
  mutable double mean_mu_ = NAN;
};

void expect_agreement(const Segments& segments, const SpreadPrior& prior, const DenseGrid& slow) {
  const auto pooled = pool_segments(segments, {prior, 0.9});
  ASSERT_TRUE(pooled.has_value()) << pooled.error().why;
  const double unit = typical_error(segments);
  EXPECT_NEAR(pooled->overall.mean, slow.mean_mu(), 1e-7 * unit);
  EXPECT_NEAR(pooled->overall.sd, slow.sd_mu(), 1e-6 * slow.sd_mu());
  EXPECT_NEAR(slow.cdf_mu(pooled->overall.interval.lower), 0.05, 1e-7);
  EXPECT_NEAR(slow.cdf_mu(pooled->overall.interval.upper), 0.95, 1e-7);
  EXPECT_NEAR(pooled->overall.chance_above_zero, 1 - slow.cdf_mu(0), 1e-7);
  EXPECT_NEAR(pooled->spread_mean, slow.mean_tau(), 1e-6 * slow.mean_tau());
  EXPECT_NEAR(slow.cdf_tau(pooled->spread.value), 0.5, 2e-3);  // the grid's steps
  EXPECT_NEAR(slow.cdf_tau(pooled->spread.interval.lower), 0.05, 2e-3);
  EXPECT_NEAR(slow.cdf_tau(pooled->spread.interval.upper), 0.95, 2e-3);
  for (std::size_t j = 0; j < segments.size(); ++j) {
    const PooledEffect& segment = pooled->segments[j];
    EXPECT_NEAR(segment.mean, slow.mean_theta(j), 1e-7 * unit + 1e-11 * std::abs(segment.mean));
    EXPECT_NEAR(segment.sd, slow.sd_theta(j), 1e-6 * segment.sd);
    EXPECT_NEAR(slow.cdf_theta(j, segment.interval.lower), 0.05, 1e-7);
    EXPECT_NEAR(slow.cdf_theta(j, segment.interval.upper), 0.95, 1e-7);
    EXPECT_NEAR(segment.chance_above_zero, 1 - slow.cdf_theta(j, 0), 1e-7);
  }
}

TEST(PoolSegments, AgreesWithADenseGridForEveryPrior) {
  const double s0 = typical_error(kSchools);
  expect_agreement(kSchools, AdaptiveSpread{},
                   DenseGrid(
                       kSchools, [&](double t) { return 1 / (1 + std::pow(t / (5 * s0), 2)); }, 1e-9, 1e6));
  expect_agreement(kSchools, FlatSpread{},
                   DenseGrid(
                       kSchools, [](double) { return 1.0; }, 1e-9, 1e6));
  expect_agreement(kSchools, HalfCauchySpread{3},
                   DenseGrid(
                       kSchools, [](double t) { return 1 / (1 + t * t / 9); }, 1e-9, 1e6));
  expect_agreement(kSchools, HalfNormalSpread{4},
                   DenseGrid(
                       kSchools, [](double t) { return std::exp(-t * t / 32) + 1e-300; }, 1e-9, 1e6));
}

TEST(PoolSegments, TakesTheScaleOfTheAdaptivePriorFromTheTypicalError) {
  const double scale = 2 * typical_error(kSchools);
  expect_agreement(kSchools, AdaptiveSpread{2},
                   DenseGrid(
                       kSchools, [&](double t) { return 1 / (1 + std::pow(t / scale, 2)); }, 1e-9, 1e6));
}

TEST(PoolSegments, AgreesWithADenseGridForUnequalErrorsAndLargeSpreads) {
  const Segments uneven{{3, 0.01}, {2, 1}, {-40, 20}, {5, 0.5}, {3.2, 0.02}};
  const Segments spread{{0, 1}, {1e5, 1}, {-3e5, 2}, {7e4, 1.5}, {2e5, 0.5}, {9e4, 1}};
  for (const Segments& segments : {uneven, spread}) {
    const double s0 = typical_error(segments);
    expect_agreement(
        segments, AdaptiveSpread{},
        DenseGrid(
            segments, [&](double t) { return 1 / (1 + std::pow(t / (5 * s0), 2)); }, 1e-9, 1e10));
  }
}

// Two or three segments leave mu a tail so heavy that its variance or fourth moment is infinite.
TEST(PoolSegments, FindsTheIntervalOfTheMeanInHeavyTails) {
  for (const Segments& segments : {Segments{{0, 1}, {3, 1}}, Segments{{0, 0.5}, {1, 0.6}, {2, 0.8}},
                                   Segments{{0, 1}, {150, 1}, {-80, 1.5}}}) {
    const double scale = 5 * typical_error(segments);
    const DenseGrid slow(
        segments, [&](double t) { return 1 / (1 + std::pow(t / scale, 2)); }, 1e-9, 1e12);
    for (const double confidence : {0.5, 0.95, 0.99, 0.999}) {
      const auto pooled = pool_segments(segments, {AdaptiveSpread{}, confidence});
      ASSERT_TRUE(pooled.has_value());
      EXPECT_NEAR(slow.cdf_mu(pooled->overall.interval.lower), (1 - confidence) / 2, 1e-7);
      EXPECT_NEAR(slow.cdf_mu(pooled->overall.interval.upper), (1 + confidence) / 2, 1e-7);
    }
  }
}

TEST(PoolSegments, AgreesWithADenseGridForManySegments) {
  Segments many;
  for (int j = 0; j < 200; ++j)
    many.push_back({std::sin(j * 1.7) * 2 + std::cos(j * j), 0.5 + (j % 7) * 0.2});
  const double s0 = typical_error(many);
  expect_agreement({many}, AdaptiveSpread{},
                   DenseGrid(
                       many, [&](double t) { return 1 / (1 + std::pow(t / (5 * s0), 2)); }, 0.4, 4));
}

void expect_scaled(const PooledEffect& got, const PooledEffect& base, double factor) {
  const auto near = [&](double a, double b) { EXPECT_NEAR(a / factor, b, 1e-9 * std::abs(b) + 1e-12); };
  near(got.mean, base.mean), near(got.sd, base.sd);
  near(got.interval.lower, base.interval.lower), near(got.interval.upper, base.interval.upper);
  EXPECT_NEAR(got.chance_above_zero, base.chance_above_zero, 1e-9);
}

TEST(PoolSegments, DoesNotDependOnTheUnit) {
  const auto base = pool_segments(kSchools);
  for (const double factor : {1e-300, 1e-9, 1e9, 1e300}) {
    Segments scaled = kSchools;
    for (SegmentEffect& s : scaled) s = {s.value * factor, s.standard_error * factor};
    const auto other = pool_segments(scaled);
    ASSERT_TRUE(other.has_value());
    expect_scaled(other->overall, base->overall, factor);
    EXPECT_NEAR(other->spread_mean / factor, base->spread_mean, 1e-9 * base->spread_mean);
    EXPECT_NEAR(other->real_share.value, base->real_share.value, 1e-9);
    for (std::size_t j = 0; j < scaled.size(); ++j)
      expect_scaled(other->segments[j], base->segments[j], factor);
  }
}

TEST(PoolSegments, FollowsOrderSignAndOrigin) {
  const auto base = pool_segments(kSchools);
  Segments reversed(kSchools.rbegin(), kSchools.rend());
  Segments moved = kSchools;
  for (SegmentEffect& s : moved) s.value = 100 - s.value;
  const auto back = pool_segments(reversed), mirrored = pool_segments(moved);
  for (std::size_t j = 0; j < kSchools.size(); ++j) {
    EXPECT_NEAR(back->segments[7 - j].mean, base->segments[j].mean, 1e-9);
    EXPECT_NEAR(mirrored->segments[j].mean, 100 - base->segments[j].mean, 1e-8);
    EXPECT_NEAR(mirrored->segments[j].interval.lower, 100 - base->segments[j].interval.upper, 1e-8);
  }
}

TEST(PoolSegments, PoolsEqualEffectsAndLeavesDistantOnesAlone) {
  Segments equal(8, {2, 1}), distant;
  for (int j = 0; j < 8; ++j) distant.push_back({1000.0 * j * j, 1});
  const auto pooled = pool_segments(equal), alone = pool_segments(distant);
  ASSERT_TRUE(pooled.has_value() && alone.has_value());
  EXPECT_NEAR(pooled->segments[3].mean, 2, 1e-9);
  EXPECT_LT(pooled->segments[3].sd, 0.8);
  EXPECT_LT(pooled->real_share.value, 0.2);
  EXPECT_NEAR(alone->segments[7].mean, 49000, 0.01);
  EXPECT_NEAR(alone->segments[7].sd, 1, 1e-3);
  EXPECT_GT(alone->real_share.value, 0.9999);
}

TEST(PoolSegments, StaysFiniteForHostileInput) {
  const std::vector<Segments> hostile{{{0, 1}, {0, 1}},
                                      {{0, 1}, {1e12, 1}},
                                      {{1, 1e-12}, {2, 1e12}},
                                      {{1e300, 1e299}, {-1e300, 1e299}, {0, 1e300}},
                                      {{5e-324, 5e-324}, {0, 5e-324}, {5e-323, 5e-324}},
                                      {{1e20, 1}, {1e20, 1}, {1e20, 1e-5}},
                                      {{0, 1e-150}, {1, 1e150}, {2, 1}}};
  for (const Segments& segments : hostile) {
    for (const SpreadPrior& prior : {SpreadPrior{AdaptiveSpread{}}, SpreadPrior{HalfNormalSpread{1}},
                                     SpreadPrior{HalfCauchySpread{1e-200}}, SpreadPrior{FlatSpread{}}}) {
      const auto pooled = pool_segments(segments, {prior, 0.95});
      if (!pooled.has_value()) {
        EXPECT_FALSE(pooled.error().why.empty());
        continue;
      }
      for (const PooledEffect& effect : pooled->segments) {
        EXPECT_TRUE(std::isfinite(effect.mean) && std::isfinite(effect.sd));
        EXPECT_TRUE(effect.interval.lower <= effect.interval.upper && std::isfinite(effect.interval.width()));
        EXPECT_TRUE(effect.chance_above_zero >= 0 && effect.chance_above_zero <= 1);
      }
      EXPECT_TRUE(std::isfinite(pooled->overall.sd) && std::isfinite(pooled->spread_mean));
      EXPECT_TRUE(pooled->real_share.value >= 0 && pooled->real_share.value <= 1);
    }
  }
}

TEST(PoolSegments, RefusesWhatCannotBePooled) {
  EXPECT_FALSE(pool_segments({}).has_value());
  EXPECT_FALSE(pool_segments(Segments{{1, 1}}).has_value());
  EXPECT_FALSE(pool_segments(Segments{{1, 1}, {2, 1}}, {FlatSpread{}, 0.95}).has_value());
  EXPECT_FALSE(pool_segments(Segments{{1, 1}, {2, 0}}).has_value());
  EXPECT_FALSE(pool_segments(Segments{{1, 1}, {NAN, 1}}).has_value());
  EXPECT_FALSE(pool_segments(Segments{{1, 1}, {2, INFINITY}}).has_value());
  EXPECT_FALSE(pool_segments(kSchools, {HalfNormalSpread{0}, 0.95}).has_value());
  EXPECT_FALSE(pool_segments(kSchools, {AdaptiveSpread{-1}, 0.95}).has_value());
  EXPECT_FALSE(pool_segments(kSchools, {AdaptiveSpread{INFINITY}, 0.95}).has_value());
  EXPECT_FALSE(pool_segments(kSchools, {AdaptiveSpread{}, 1}).has_value());
}

TEST(SteadiedVarianceOfRate, IsTheOrdinaryOneWhereThereAreEnoughCounts) {
  EXPECT_DOUBLE_EQ(steadied_variance_of_rate({20, 100}, 0.5), 0.2 * 0.8 / 100);
}

TEST(SteadiedVarianceOfRate, BorrowsTenOfTheRarerOutcomeAtTheOverallRate) {
  // 0 of 50 at an overall rate of 10 %: 100 units with 10 successes are borrowed, so the rate is 10 / 150.
  EXPECT_NEAR(steadied_variance_of_rate({0, 50}, 0.1), (10.0 / 150) * (140.0 / 150) / 50, 1e-15);
  // The same from the other side.
  EXPECT_NEAR(steadied_variance_of_rate({50, 50}, 0.9), (10.0 / 150) * (140.0 / 150) / 50, 1e-15);
}

TEST(SteadiedVarianceOfRate, IsZeroWithoutUnitsOrWithoutASpreadToBorrow) {
  EXPECT_EQ(steadied_variance_of_rate({0, 0}, 0.1), 0);
  EXPECT_EQ(steadied_variance_of_rate({0, 50}, 0), 0);
  EXPECT_EQ(steadied_variance_of_rate({50, 50}, 1), 0);
}

}  // namespace
}  // namespace splitplot::stats
