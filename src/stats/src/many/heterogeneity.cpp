#include "many/common_effect.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/many/heterogeneity.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace splitplot::stats {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();

constexpr Assumptions kAssumptions{Assumption::IndependentUnits, Assumption::RandomisedUnits,
                                   Assumption::OneLook, Assumption::LargeSample};

}  // namespace

Estimated<HeterogeneityTest> cochran_q(std::span<const SegmentEffect> segments) {
  if (segments.size() < 2) return not_estimable("a comparison of segments needs two of them or more");
  if (const auto why = refusal(segments)) return not_estimable(*why);
  const double unit = smallest_error(segments);
  const double centre = weighted_centre(segments, unit);
  if (!std::isfinite(centre)) return not_estimable("the segments' effects are too large to be worked with");
  HeterogeneityTest test;
  double weights = 0;
  for (const SegmentEffect& segment : segments) {
    const double z = (segment.value - centre) / segment.standard_error;
    const double ratio = unit / segment.standard_error;
    test.q += z * z;
    weights += ratio * ratio;
  }
  test.q = std::min(test.q, kLargest);
  test.degrees_of_freedom = static_cast<double>(segments.size() - 1);
  test.p_value = chi_square_sf(test.q, test.degrees_of_freedom);
  if (test.q > test.degrees_of_freedom) test.i_squared = 1 - test.degrees_of_freedom / test.q;
  test.common_effect = centre;
  test.common_effect_standard_error = unit / std::sqrt(weights);
  test.assumptions = kAssumptions;
  return test;
}

Estimated<QualitativeInteractionTest> gail_simon(std::span<const SegmentEffect> segments) {
  if (segments.size() < 2) return not_estimable("a comparison of segments needs two of them or more");
  if (const auto why = refusal(segments)) return not_estimable(*why);
  QualitativeInteractionTest test;
  for (const SegmentEffect& segment : segments) {
    const double z = segment.value / segment.standard_error;
    (z > 0 ? test.q_above : test.q_below) += z * z;
  }
  test.q_above = std::min(test.q_above, kLargest);
  test.q_below = std::min(test.q_below, kLargest);
  test.q = std::min(test.q_above, test.q_below);
  test.assumptions = kAssumptions;
  if (test.q == 0) return test;
  // One segment's effect is far above zero and the others' are zero: how many of these fall below is binomial, and given that,
  // their sum of squares is chi-square.
  const auto others = static_cast<double>(segments.size() - 1);
  test.p_value = 0;
  for (double h = 1; h <= others; ++h) {
    test.p_value += binomial_pmf(h, others, 0.5) * chi_square_sf(test.q, h);
  }
  test.p_value = std::min(test.p_value, 1.0);
  return test;
}

}  // namespace splitplot::stats
