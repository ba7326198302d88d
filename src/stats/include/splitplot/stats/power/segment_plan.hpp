/// Which segments are large enough for a test of their own. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/power/plan.hpp>

#include <span>
#include <string>
#include <vector>

namespace splitplot::stats {

/// A segment, as it is expected without the treatment.
struct PlannedSegment {
  std::string name;
  PlannedMetric metric;
  double effect = 0;  ///< that is worth finding in it, absolute
  Traffic traffic;    ///< its own
};

enum class SegmentVerdict {
  Testable,  ///< finds its effect on its own within the horizon
  ToPool,    ///< not on its own, but it tells enough for a pooled estimate
  Hopeless,  ///< tells next to nothing within the horizon: merge it with others, or leave it out
};

enum class SegmentCorrection {
  Bonferroni,  ///< alpha divided by the number of segments: what Benjamini-Hochberg asks of a segment that works alone
  None,  ///< each segment as if it were the only question
};

struct SegmentPlanOptions {
  int horizon_days = 28;
  SegmentCorrection correction = SegmentCorrection::Bonferroni;
  /// A segment that sees only effects larger than this many times its own is hopeless: its own data then weigh less than 1 / reach^2 of
  /// what a test needs.
  double pooling_reach = 3;
};

struct SegmentPlan {
  std::string name;
  double effect = 0;
  Estimated<DesignAnswer> at_horizon = not_estimable("not planned");  ///< the detectable effect then
  Estimated<DesignDuration> alone = not_estimable("not planned");  ///< the segment's own test for its effect
  SegmentVerdict verdict = SegmentVerdict::Hopeless;
};

/// One plan a segment, in their order. `problem` gives everything but the metric. A segment for which nothing can be worked out is hopeless,
/// and its reasons say why.
[[nodiscard]] std::vector<SegmentPlan> plan_segments(const DesignProblem& problem,
                                                     std::span<const PlannedSegment> segments,
                                                     const SegmentPlanOptions& options = {});

}  // namespace splitplot::stats
