/// A served experiment's effect over time: at the end of each step (hours or days of UTC) the estimate that an analysis
/// stopped there would have given, with the always-valid interval, and beside it the effect among the units that were
/// first exposed within the step. Reads the warehouse once; pure otherwise. Reports print what stands here.
///
/// The last step holds what the analysis of now holds: same units, same means and differences. Its intervals are the
/// analysis' too where the plan is watched (always-valid); a plan with a fixed horizon shows narrower ones, which do not
/// hold for somebody who looks at every step. Served analyses use no covariates, so nothing is adjusted here either.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/experiment/served_experiment.hpp>
#include <splitplot/stats/estimate.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::experiment {

inline constexpr std::size_t kMostSteps = 60;

/// Steps that cover a run: hours (or two) where it is under three days, else days of UTC, or several where there would
/// be more than kMostSteps.
struct TimelineSteps {
  Timestamp begin;  ///< a full hour or midnight
  std::chrono::seconds length{3600};
  std::size_t count = 1;
};
[[nodiscard]] TimelineSteps timeline_steps(Timestamp first_exposure, Timestamp end);

/// Some units of one variant, compared with the same units of the control.
struct TimelineArm {
  std::uint64_t units = 0;    ///< with a value
  std::uint64_t missing = 0;  ///< without one
  stats::Estimated<stats::Estimate> mean;
  /// Treatment minus control; the control has none.
  std::optional<stats::Estimated<stats::Estimate>> difference;
};

struct TimelineVariant {
  std::string name;
  TimelineArm cumulative;  ///< exposed by the end of the step, with what had happened by then
  TimelineArm cohort;      ///< first exposed within the step, with what happened until now
};

struct TimelinePoint {
  Timestamp until;                        ///< what was before it counts
  std::vector<TimelineVariant> variants;  ///< the control first, then by name; the same at every point
};

struct Timeline {
  std::string experiment;
  std::string metric;      ///< key
  std::string definition;  ///< in words
  MetricRole role = MetricRole::Primary;
  MetricKind kind = MetricKind::Mean;
  stats::Direction direction = stats::Direction::HigherIsBetter;
  std::string control;
  double confidence = 0.95;
  std::uint64_t tuned_for_units = 0;  ///< the total sample at which the band is tightest
  std::chrono::seconds step{0};
  std::vector<TimelinePoint> points;  ///< empty before the first exposure
  std::vector<std::string> notes;     ///< what a reader must know, a sentence each
};

/// `metric`: key of a metric of the plan, or of one that was added; empty for the first of the plan.
/// Errors: NotFound (no such metric), and those of `analyze_experiment`.
[[nodiscard]] Result<Timeline> experiment_timeline(store::EventWarehouse& warehouse,
                                                   const ServedQuestion& question, std::string_view metric,
                                                   const store::Progress& progress = {});

}  // namespace splitplot::experiment
