/// Inference once a group-sequential test has ended. The usual estimate, interval and p-value are wrong then: a test stops
/// early because its estimate was large. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/sequential/group_sequential.hpp>

#include <cstddef>

namespace splitplot::stats {

/// In units of the standard error at the look where the test ended: times that, they are effects.
struct StoppedInference {
  double observed = 0;         ///< z, the usual estimate
  double median_unbiased = 0;  ///< as often too high as too low
  Interval interval;           ///< with equal tails, by the stage-wise ordering
  double bias_adjusted = 0;    ///< the effect at which the usual estimate has the observed value as its mean
  double upper_p_value = 1;    ///< chance without effect of an outcome at least so far up
  double p_value = 1;          ///< upper_p_value for StoppingSides::Upper, else twice the smaller tail
  Assumptions assumptions;
};

/// The test ended at look `look` (from 0) with `z`. If z is inside the boundary there the test is taken to have been meant to
/// end there, and later looks of the design don't count. Outcomes are ordered by stage: further up are all upper
/// crossings at earlier looks, then larger z at this one (Tsiatis, Rosner & Mehta 1984; Jennison & Turnbull 2000,
/// section 8.4); interval and p-value do not depend on looks that were not reached. The bias-adjusted estimate does
/// (Whitehead 1986). A few recursions. Not estimable: no such look, z not finite or beyond +-1e6, confidence outside (0, 1).
[[nodiscard]] Estimated<StoppedInference> inference_after_stopping(const GroupSequentialDesign& design,
                                                                   std::size_t look, double z,
                                                                   double confidence = 0.95);

}  // namespace splitplot::stats
