// The Bayesian answers of a metric, under the prior that was stated.
#pragma once

#include "metric_analysis.hpp"

#include <vector>

namespace splitplot::experiment {

struct EffectAnswers {
  stats::Estimated<stats::Beats> beats;
  stats::Estimated<stats::Estimate> posterior;
};

/// Of rates under a flat or a Beta prior the rates' own posteriors, otherwise that of the effect from its estimate at one look.
[[nodiscard]] EffectAnswers effect_answers(const store::MetricAggregate& control,
                                           const store::MetricAggregate& treatment,
                                           const stats::Estimated<stats::Difference>& one_look,
                                           const ComparisonSettings& settings);

/// The chance of each arm to be the best. Empty where there is none, and under a prior on effects, which says nothing of how the
/// effects of several treatments hang together.
[[nodiscard]] std::vector<double> best_chances(const std::vector<const store::MetricAggregate*>& arms,
                                               const ComparisonSettings& settings,
                                               const std::vector<double>& centre);

}  // namespace splitplot::experiment
