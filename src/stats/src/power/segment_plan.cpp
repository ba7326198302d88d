#include "power/ruler.hpp"

#include <splitplot/stats/power/segment_plan.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

SegmentPlan plan_segment(const Ruler& ruler, const PlannedSegment& segment,
                         const SegmentPlanOptions& options) {
  SegmentPlan plan;
  plan.name = segment.name;
  plan.effect = segment.effect;
  const bool margin = ruler.problem().method == DesignMethod::NonInferiority;
  const Side side = (segment.effect < 0) != margin ? Side::Below : Side::Above;

  const auto arrived = units_after(segment.traffic, options.horizon_days);
  if (!arrived) {
    plan.at_horizon = tl::unexpected(arrived.error());
  } else {
    plan.at_horizon = ruler.answer_effect(segment.metric, control_units_of(ruler.problem(), *arrived), side);
    if (plan.at_horizon) plan.at_horizon->assumptions.insert(Assumption::StableRate);
  }

  auto needed = ruler.answer_units(segment.metric, segment.effect);
  if (!needed) {
    plan.alone = tl::unexpected(needed.error());
  } else if (const auto days = days_until(segment.traffic, needed->total_units); !days) {
    plan.alone = tl::unexpected(days.error());
  } else {
    needed->assumptions.insert(Assumption::StableRate);
    plan.alone = DesignDuration{*days, *needed};
  }

  if (plan.alone && plan.alone->days <= options.horizon_days) {
    plan.verdict = SegmentVerdict::Testable;
  } else if (plan.at_horizon &&
             std::abs(plan.at_horizon->effect) <= options.pooling_reach * std::abs(segment.effect)) {
    plan.verdict = SegmentVerdict::ToPool;
  }
  return plan;
}

}  // namespace

std::vector<SegmentPlan> plan_segments(const DesignProblem& problem, std::span<const PlannedSegment> segments,
                                       const SegmentPlanOptions& options) {
  std::vector<SegmentPlan> plans;
  plans.reserve(segments.size());
  const double questions = options.correction == SegmentCorrection::Bonferroni
                               ? std::max(1.0, static_cast<double>(segments.size()))
                               : 1;
  const auto ruler = Ruler::of(problem, questions);
  for (const PlannedSegment& segment : segments) {
    if (ruler) {
      plans.push_back(plan_segment(*ruler, segment, options));
      continue;
    }
    plans.push_back({segment.name, segment.effect, tl::unexpected(ruler.error()),
                     tl::unexpected(ruler.error()), SegmentVerdict::Hopeless});
  }
  return plans;
}

}  // namespace splitplot::stats
