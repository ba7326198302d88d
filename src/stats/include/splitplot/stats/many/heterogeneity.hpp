/// Is the effect the same in every segment, and does it anywhere turn into its opposite? Tests on the segments' raw effects. Pure
/// functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/segment_effect.hpp>

#include <span>

namespace splitplot::stats {

struct HeterogeneityTest {
  double q = 0;
  double degrees_of_freedom = 0;
  double p_value = 1;  ///< of "the effect is the same in every segment"
  /// Share of the variation between raw effects that is more than their standard errors explain, max(0, 1 - degrees / q) (Higgins &
  /// Thompson 2002, Statistics in Medicine 21). 0.3 means 30 %.
  double i_squared = 0;
  double common_effect = 0;                 ///< mean of the effects, weighted by precision
  double common_effect_standard_error = 0;  ///< if the effect is the same in every segment
  Assumptions assumptions{};
};

/// Cochran's Q (Cochran 1954, Biometrics 10). Not estimable: fewer than two segments, an effect that is not finite, a standard error
/// that is not positive and finite.
[[nodiscard]] Estimated<HeterogeneityTest> cochran_q(std::span<const SegmentEffect> segments);

struct QualitativeInteractionTest {
  double q_above = 0;  ///< sum of (effect / standard error)^2 over the segments with an effect above zero
  double q_below = 0;  ///< the same over those below
  double q = 0;        ///< the smaller of the two
  double p_value = 1;  ///< of "the effect has the same sign, or none, in every segment"
  Assumptions assumptions{};
};

/// Likelihood-ratio test of qualitative (crossover) interaction (Gail & Simon 1985, Biometrics 41, equation 4): a small p-value says
/// that the treatment helps somewhere and harms elsewhere, so that no one variant is best for all. Its null distribution is a binomial
/// mixture of chi-squares, exact in the least favourable case (one effect far from zero, the others zero) and conservative elsewhere.
/// Effects of one sign alone give p = 1. Not estimable: as for `cochran_q`.
[[nodiscard]] Estimated<QualitativeInteractionTest> gail_simon(std::span<const SegmentEffect> segments);

}  // namespace splitplot::stats
