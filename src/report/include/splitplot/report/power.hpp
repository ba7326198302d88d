/// A plan as people and programs read it: what a sample can see, or what it takes to see an effect. Pure functions; they compute
/// no statistic.
#pragma once

#include <splitplot/report/report.hpp>
#include <splitplot/stats/power/plan.hpp>
#include <splitplot/stats/power/segment_plan.hpp>

#include <optional>
#include <string>
#include <vector>

namespace splitplot::report {

enum class PowerQuestion { Power, Effect, Units, Segments };

/// What another method would take for the same.
struct MethodBeside {
  stats::DesignMethod method = stats::DesignMethod::FixedHorizon;
  stats::Estimated<stats::DesignAnswer> answer;
  std::optional<int> days;
};

struct CurvePoint {
  double x = 0;  ///< an effect, or days
  double power = 0;
};

/// A question that was asked, and all that was worked out for it.
struct PowerPlan {
  stats::DesignProblem problem;
  PowerQuestion question = PowerQuestion::Units;
  stats::DesignAnswer answer;        ///< not for Segments
  std::optional<int> days;           ///< until the sample is complete, where traffic is known
  std::vector<MethodBeside> beside;  ///< where units are asked for
  bool curve_over_days = false;      ///< otherwise over effects
  std::vector<CurvePoint> curve;
  std::optional<double> lift;  ///< of the effect that was asked for, where it was relative
  std::vector<stats::SegmentPlan> segments;
  stats::SegmentPlanOptions segment_options;
  std::vector<experiment::Assumption>
      chosen;  ///< what was chosen for the user, and the option that changes it
};

[[nodiscard]] std::string to_terminal(const PowerPlan& plan, const TerminalStyle& style = {});

/// The document described in docs/formats/power-json.md, version "1".
[[nodiscard]] std::string to_json(const PowerPlan& plan);

}  // namespace splitplot::report
