// Partial pooling against a dense quadrature of the posterior (60 panels of 40 nodes), and Cochran's Q
// against R's metafor.
#include "reference_cases.hpp"

#include <splitplot/stats/pooling/segments.hpp>

#include <cmath>
#include <filesystem>
#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace splitplot::reference {
namespace {

using namespace splitplot::stats;

/// "uniform tau", "half-Cauchy(25)", "half-normal(0.02)".
SpreadPrior parse_prior(const std::string& text) {
  if (text == "uniform tau") return FlatSpread{};
  const std::size_t open = text.find('(');
  const double scale = std::stod(text.substr(open + 1));
  const std::string family = text.substr(0, open);
  if (family == "half-Cauchy") return HalfCauchySpread{scale};
  EXPECT_EQ(family, "half-normal");
  return HalfNormalSpread{scale};
}

std::vector<SegmentEffect> segments_of(const Case& c) {
  std::vector<SegmentEffect> segments;
  const std::vector<double> effects = c.numbers("y");
  const std::vector<double> errors = c.numbers("sigma");
  for (std::size_t j = 0; j < effects.size(); ++j) segments.push_back({effects[j], errors[j]});
  return segments;
}

/// The quantiles .025, .25, .5, .75, .975: ends of central intervals, the middle one of a vanishing interval.
std::vector<double> five_quantiles(const Interval& wide, const Interval& half, const Interval& median) {
  return {wide.lower, half.lower, 0.5 * (median.lower + median.upper), half.upper, wide.upper};
}

std::vector<double> means_of(const PooledSegments& pooled) {
  std::vector<double> means;
  for (const PooledEffect& segment : pooled.segments) means.push_back(segment.mean);
  return means;
}

std::vector<double> sds_of(const PooledSegments& pooled) {
  std::vector<double> sds;
  for (const PooledEffect& segment : pooled.segments) sds.push_back(segment.sd);
  return sds;
}

/// Quantiles of tau: the cases give the nearest node of their own quadrature, which near zero lies some per
/// cent away.
void check_spread_quantiles(const Case& c, const std::vector<double>& got) {
  const auto& want = c.expected("tau_quantiles_approx").as_array();
  for (std::size_t k = 0; k < got.size(); ++k) {
    EXPECT_NEAR(got[k], number_of(want[k]), 0.02 * number_of(want[k])) << "tau quantile " << k;
  }
}

void check_pooling(const Case& c) {
  const std::vector<SegmentEffect> segments = segments_of(c);
  const SpreadPrior prior = parse_prior(c.text("prior"));
  const auto wide = pool_segments(segments, {prior, 0.95});
  const auto half = pool_segments(segments, {prior, 0.5});
  const auto median = pool_segments(segments, {prior, 1e-10});
  ASSERT_TRUE(wide.has_value()) << wide.error().why;
  if (std::holds_alternative<HalfCauchySpread>(prior)) return c.leave_out();  // see the test of its own
  c.check("mu_mean", wide->overall.mean);
  c.check("mu_sd", wide->overall.sd);
  c.check("tau_mean", wide->spread_mean);
  c.check("theta_mean", means_of(*wide));
  c.check("theta_sd", sds_of(*wide));
  if (!c.expects("mu_quantiles")) return;
  c.check("mu_quantiles",
          five_quantiles(wide->overall.interval, half->overall.interval, median->overall.interval));
  check_spread_quantiles(
      c, five_quantiles(wide->spread.interval, half->spread.interval, median->spread.interval));
  std::vector<double> chances;
  for (std::size_t j = 0; j < segments.size(); ++j) {
    const auto& want = c.expected("theta_quantiles").at(std::to_string(j + 1)).as_array();
    const std::vector<double> got =
        five_quantiles(wide->segments[j].interval, half->segments[j].interval, median->segments[j].interval);
    for (std::size_t k = 0; k < got.size(); ++k) c.check_part("theta_quantiles", want[k], got[k]);
    chances.push_back(wide->segments[j].chance_above_zero);
  }
  c.check("p_theta_positive", chances);
}

TEST(Reference, PooledSegments) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("hierarchical_normal", "posterior", check_pooling);
  for_each_case("dataset_e2e", "exact_hierarchical_normal_shrinkage_of_p", check_pooling);
}

/// E[mu], sd[mu] and E[tau] of the eight schools for a half-Cauchy prior by plain quadrature.
struct SchoolMoments {
  double mu_mean, mu_sd, tau_mean;
};

/// Quadrature over tau with `weight(i)` at `tau(i)`, i < count: the posterior written out.
template <typename Tau, typename Weight>
SchoolMoments integrate(const std::vector<SegmentEffect>& segments, double scale, int count, Tau tau,
                        Weight weight) {
  double mass = 0;
  double first = 0;
  double second = 0;
  double spread = 0;
  for (int i = 0; i < count; ++i) {
    const double t = tau(i);
    double w_sum = 0;
    double wy_sum = 0;
    double log_density = -std::log1p(t * t / (scale * scale));
    for (const SegmentEffect& s : segments) {
      const double w = 1 / (s.standard_error * s.standard_error + t * t);
      w_sum += w;
      wy_sum += w * s.value;
      log_density += 0.5 * std::log(w);
    }
    const double mu = wy_sum / w_sum;
    for (const SegmentEffect& s : segments) {
      log_density -= 0.5 * (s.value - mu) * (s.value - mu) / (s.standard_error * s.standard_error + t * t);
    }
    const double p = weight(i) * std::exp(log_density - 0.5 * std::log(w_sum));
    mass += p;
    first += p * mu;
    second += p * (1 / w_sum + mu * mu);
    spread += p * t;
  }
  const double mean = first / mass;
  return {mean, std::sqrt(second / mass - mean * mean), spread / mass};
}

// The half-Cauchy case was made on 60 panels of 40 Gauss-Legendre nodes over 0 ... 1,000,000: 20 equal ones to 10,000, the rest in
// geometric progression (`SpreadPanels`). That rule reproduces it to 13 digits, but panels of 500 do not resolve a posterior whose
// median is 5: the case is off by up to 1e-5 in these moments, more than its tolerance of 1e-6. So the adaptive rule is held here to
// what the same integral gives on a fine grid (which no longer moves between 8,000 and 20,000 points), and to the case itself only
// within the case's own error.
TEST(Reference, PooledSegmentsWithHalfCauchySpread) {
  SPLITPLOT_NEEDS_SHARED();
  int found = 0;
  for_each_case("hierarchical_normal", "posterior", [&](const Case& c) {
    const SpreadPrior prior = parse_prior(c.text("prior"));
    if (!std::holds_alternative<HalfCauchySpread>(prior)) return c.leave_out();
    ++found;
    const double scale = std::get<HalfCauchySpread>(prior).scale;
    const std::vector<SegmentEffect> segments = segments_of(c);
    const auto pooled = pool_segments(segments, {prior, 0.95});
    ASSERT_TRUE(pooled.has_value());
    const double step = (std::log(1e6) - std::log(1e-9)) / 20000;
    const auto tau = [&](int i) { return 1e-9 * std::exp(step * i); };
    const SchoolMoments fine = integrate(segments, scale, 20001, tau, tau);
    EXPECT_NEAR(pooled->overall.mean, fine.mu_mean, 1e-8);
    EXPECT_NEAR(pooled->overall.sd, fine.mu_sd, 1e-8);
    EXPECT_NEAR(pooled->spread_mean, fine.tau_mean, 1e-8);
    EXPECT_NEAR(pooled->overall.mean, number_of(c.expected("mu_mean")), 1e-4);
    EXPECT_NEAR(pooled->overall.sd, number_of(c.expected("mu_sd")), 1e-4);
    EXPECT_NEAR(pooled->spread_mean, number_of(c.expected("tau_mean")), 1e-3);
    for (std::size_t j = 0; j < segments.size(); ++j) {
      EXPECT_NEAR(pooled->segments[j].mean, number_of(c.expected("theta_mean").at(j)), 5e-4);
      EXPECT_NEAR(pooled->segments[j].sd, number_of(c.expected("theta_sd").at(j)), 5e-4);
    }
  });
  EXPECT_GT(found, 0);
}

void check_heterogeneity(const Case& c) {
  std::vector<SegmentEffect> segments;
  const std::vector<double> effects = c.numbers("yi");
  const std::vector<double> variances = c.numbers("vi");
  for (std::size_t j = 0; j < effects.size(); ++j) segments.push_back({effects[j], std::sqrt(variances[j])});
  const auto test = cochran_q(segments);
  ASSERT_TRUE(test.has_value());
  c.check("Q", test->q);
  if (c.expects("Qp")) c.check("Qp", test->p_value);
}

TEST(Reference, CochranQ) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("meta_analysis", "random_effects", check_heterogeneity);
  for_each_case("meta_analysis", "tau2_hits_zero", check_heterogeneity);
  for_each_case("meta_analysis", "stroke_length_of_stay_md", check_heterogeneity);
}

}  // namespace
}  // namespace splitplot::reference
