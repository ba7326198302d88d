// One metric, compared between arms: the same code for all units and inside a segment.
#pragma once

#include "arms.hpp"

#include <splitplot/experiment/analysis.hpp>
#include <splitplot/experiment/metric_definition.hpp>

#include <optional>
#include <vector>

namespace splitplot::experiment {

/// What a comparison needs to know beside the aggregates.
struct ComparisonSettings {
  MetricKind kind = MetricKind::Mean;
  stats::Direction direction = stats::Direction::HigherIsBetter;
  double alpha = 0.05;
  double power = 0.80;
  Monitoring monitoring = Monitoring::FixedHorizon;
  std::uint64_t tuned_for_units = 0;
  LookPlan look_plan;              ///< GroupSequential
  std::optional<LookStatus> look;  ///< GroupSequential
  ComparisonMethod method = ComparisonMethod::Automatic;
  stats::ProportionDifferenceInterval interval = stats::ProportionDifferenceInterval::Newcombe;
  StatedPrior prior = FlatPrior{};
  std::optional<std::vector<double>> cuped_coefficients;  ///< set where the covariates adjust this metric
  std::string why_not_adjusted;  ///< where covariates were given and could not be used
};

/// One arm's mean as a comparison sees it: raw, or with the covariates' imbalance taken out.
struct MeanAndVariance {
  double mean = 0;
  double variance_of_mean = 0;
};

/// `centre` as for `compare_arms`.
[[nodiscard]] MeanAndVariance mean_of(const store::MetricAggregate& arm, const ComparisonSettings& settings,
                                      const std::vector<double>& centre);

/// The two sides of a comparison.
struct ArmPair {
  const store::MetricAggregate& control;
  const store::MetricAggregate& treatment;
};

/// Compares two arms. `centre` holds the covariates' means that adjusted means refer to; unused without
/// coefficients.
[[nodiscard]] ArmComparison compare_arms(const store::MetricAggregate& control,
                                         const store::MetricAggregate& treatment,
                                         const ComparisonSettings& settings,
                                         const std::vector<double>& centre);

/// Rate with Wilson's interval, or mean with Student's; unadjusted, fixed horizon or always-valid as the
/// settings say.
[[nodiscard]] stats::Estimated<stats::Estimate> arm_mean(const store::MetricAggregate& arm,
                                                         const ComparisonSettings& settings);

/// Successes and units of a 0/1 metric.
[[nodiscard]] stats::SuccessCount success_count(const store::MetricAggregate& arm);

/// The covariates' means over the arms; empty where the metric is not adjusted.
[[nodiscard]] std::vector<double> adjustment_centre(const std::vector<const store::MetricAggregate*>& arms,
                                                    const ComparisonSettings& settings);

/// The settings for a metric, with its kind found from the values and its coefficients from the covariates.
/// Errors: BadData where the kind asked for does not fit the values, InvalidArgument where a method or prior named for this metric
/// does not fit its kind.
[[nodiscard]] Result<ComparisonSettings> settings_for(const AnalysisRequest& request,
                                                      const std::string& metric_name,
                                                      const std::vector<const store::MetricAggregate*>& arms,
                                                      const std::optional<LookStatus>& look);

/// The metric over all units: arms, comparisons, what the covariates changed, and what the reader must know.
[[nodiscard]] MetricResult analyse_metric(const MetricDefinition& definition,
                                          const std::vector<Variant>& variants,
                                          const std::vector<const store::MetricAggregate*>& arms,
                                          const ComparisonSettings& settings);

}  // namespace splitplot::experiment
