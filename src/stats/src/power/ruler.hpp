/// A design problem with everything worked out that does not depend on effect and sample: alpha of a comparison, critical values, the drift to
/// reach. Private to `stats`. Immutable after construction; thread-safe.
#pragma once

#include <splitplot/stats/power/plan.hpp>
#include <splitplot/stats/sequential/group_sequential.hpp>

#include <optional>

namespace splitplot::stats {

class Ruler {
 public:
  /// `questions` divides alpha once more, for plans that ask the same of several segments. The metric of the problem is looked at later, since
  /// segments differ in it.
  [[nodiscard]] static Estimated<Ruler> of(const DesignProblem& problem, double questions = 1);

  /// Each is about this metric in place of the problem's own; units are the control's and may be fractions.
  [[nodiscard]] Estimated<double> power(const PlannedMetric& metric, double effect,
                                        double control_units) const;
  [[nodiscard]] Estimated<double> units(const PlannedMetric& metric, double effect) const;
  [[nodiscard]] Estimated<double> effect(const PlannedMetric& metric, double control_units, Side side) const;

  /// The point as an answer: its power and what it takes for granted.
  [[nodiscard]] Estimated<DesignAnswer> answer(const PlannedMetric& metric, double effect,
                                               double control_units, double treatment_units) const;
  /// The same for `units`, rounded up, and for `effect`.
  [[nodiscard]] Estimated<DesignAnswer> answer_units(const PlannedMetric& metric, double effect) const;
  [[nodiscard]] Estimated<DesignAnswer> answer_effect(const PlannedMetric& metric, double control_units,
                                                      Side side) const;

  [[nodiscard]] const DesignProblem& problem() const { return problem_; }

 private:
  explicit Ruler(const DesignProblem& problem) : problem_(problem) {}

  [[nodiscard]] Estimated<double> refusal_of_effect(const PlannedMetric& metric, double effect) const;
  [[nodiscard]] double treatment_rate(const PlannedMetric& metric, double effect) const;
  [[nodiscard]] double error_of_one(const PlannedMetric& metric, double effect) const;
  [[nodiscard]] double distance(double effect) const;
  [[nodiscard]] double power_of(double drift) const;
  [[nodiscard]] bool by_pooled_z(const PlannedMetric& metric) const;
  [[nodiscard]] bool by_student_t(const PlannedMetric& metric) const;
  [[nodiscard]] Estimated<double> smallest_margin(const PlannedMetric& metric, double control_units,
                                                  Side side) const;
  [[nodiscard]] Concerns concerns(const PlannedMetric& metric, double effect, double control_units,
                                  double treatment_units) const;
  [[nodiscard]] Assumptions assumptions(const PlannedMetric& metric) const;

  DesignProblem problem_;
  PowerOptions test_;  // of one comparison
  double drift_ = 0;   // positive: what a test with normal statistics needs for the power
  double fixed_units_factor_ = 1;
  std::optional<GroupSequentialDesign> watched_;  // the critical values, where there are looks
};

}  // namespace splitplot::stats
