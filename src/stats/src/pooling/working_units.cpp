#include "pooling/working_units.hpp"

#include "many/common_effect.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

namespace splitplot::stats {
namespace {

// Ratios beyond this are as good as infinite, and their squares still have room in a double.
constexpr double kLargestRatio = 1e100;

WorkingPrior in_working_units(const SpreadPrior& prior, const Units& units) {
  const auto held = [](double scale) { return std::clamp(scale, 1 / kLargestRatio, kLargestRatio); };
  if (const auto* adaptive = std::get_if<AdaptiveSpread>(&prior)) {
    return HalfCauchySpread{held(adaptive->typical_errors * units.typical_error)};
  }
  if (const auto* normal = std::get_if<HalfNormalSpread>(&prior)) {
    return HalfNormalSpread{held(normal->scale / units.unit)};
  }
  if (const auto* cauchy = std::get_if<HalfCauchySpread>(&prior)) {
    return HalfCauchySpread{held(cauchy->scale / units.unit)};
  }
  return FlatSpread{};
}

bool usable(const SpreadPrior& prior) {
  double scale = 1;
  if (const auto* adaptive = std::get_if<AdaptiveSpread>(&prior)) scale = adaptive->typical_errors;
  if (const auto* normal = std::get_if<HalfNormalSpread>(&prior)) scale = normal->scale;
  if (const auto* cauchy = std::get_if<HalfCauchySpread>(&prior)) scale = cauchy->scale;
  return scale > 0 && std::isfinite(scale);
}

/// Fills `segments` and answers the units; nothing where the numbers are too far apart for a double.
std::optional<Units> to_working_units(std::span<const SegmentEffect> input, WorkingSegments& segments) {
  Units units;
  units.unit = smallest_error(input);
  units.centre = weighted_centre(input, units.unit);
  double precision = 0;
  for (const SegmentEffect& segment : input) {
    const double effect = (segment.value - units.centre) / units.unit;
    if (!(std::abs(effect) < kLargestRatio)) return std::nullopt;
    const double ratio = std::min(segment.standard_error / units.unit, kLargestRatio);
    segments.effects.push_back(effect);
    segments.variances.push_back(ratio * ratio);
    precision += 1 / (ratio * ratio);
  }
  units.typical_error = std::sqrt(static_cast<double>(input.size()) / precision);
  return units;
}

bool usable(const SpreadPanels& panels) {
  return panels.upper > 0 && panels.upper < kLargestRatio && panels.linear > 0 && panels.geometric > 0 &&
         panels.nodes > 0 && panels.first_share > 0 && panels.first_share < 1;
}

}  // namespace

Estimated<PoolingProblem> pooling_problem(std::span<const SegmentEffect> segments,
                                          const PoolingOptions& options) {
  const bool flat = std::holds_alternative<FlatSpread>(options.prior);
  if (segments.size() < (flat ? 3 : 2)) {
    return not_estimable(flat ? "a flat prior on the spread needs three segments or more"
                              : "pooling needs two segments or more");
  }
  if (const auto why = refusal(segments)) return not_estimable(*why);
  if (!usable(options.prior))
    return not_estimable("the scale of the prior on the spread must be positive and finite");
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return not_estimable("the confidence must lie between 0 and 1");
  }
  PoolingProblem problem;
  const std::optional<Units> units = to_working_units(segments, problem.segments);
  if (!units) return not_estimable("the segments' effects lie too far apart for their standard errors");
  problem.units = *units;
  problem.prior = in_working_units(options.prior, *units);
  problem.panels = options.panels;
  if (problem.panels) {
    problem.panels->upper /= units->unit;
    if (!usable(*problem.panels)) {
      return not_estimable(
          "panels for the spread need nodes and must reach from 0 to a positive, finite limit");
    }
  }
  return problem;
}

}  // namespace splitplot::stats
