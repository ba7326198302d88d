#include "compare/quantile_intervals.hpp"

#include <splitplot/stats/compare/clustered_quantiles.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/moments.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_map>
#include <utility>

namespace splitplot::stats {
namespace {

constexpr std::uint64_t kFewUnits = 30;

/// Rank that leaves `tail` below, before cutting; the upper end is floor(rows (probability + z s)) + 1.
double lower_rank(double rows, double probability, double standard_error, double tail) {
  return std::floor(rows * (probability + normal_quantile(tail) * standard_error));
}

double upper_rank(double rows, double probability, double standard_error, double tail) {
  return std::floor(rows * (probability - normal_quantile(tail) * standard_error)) + 1;
}

/// An arm ready for questions: sorted values, and the share at the quantile.
struct SortedArm {
  std::vector<double> sorted;
  double quantile = 0;
  ClusteredShare share;
  std::uint64_t units = 0;
};

Estimated<SortedArm> sort_arm(const ClusteredRows& rows, double probability, QuantileType type) {
  if (rows.values.size() != rows.units.size()) return not_estimable("the columns are of unequal length");
  for (const double value : rows.values) {
    if (!std::isfinite(value)) return not_estimable("a value is not a finite number");
  }
  SortedArm arm;
  arm.sorted.assign(rows.values.begin(), rows.values.end());
  std::sort(arm.sorted.begin(), arm.sorted.end());
  std::string refusal = refusal_of_sorted(arm.sorted);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  arm.quantile = quantile_of_checked(arm.sorted, probability, type);
  std::unordered_map<std::uint64_t, std::size_t> places;
  std::vector<ClusterCount> counts;
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(rows.units[i], counts.size());
    if (is_new) counts.emplace_back();
    ClusterCount& count = counts[place->second];
    count.rows += 1;
    count.at_or_below += rows.values[i] <= arm.quantile ? 1 : 0;
  }
  const Estimated<ClusteredShare> share = clustered_share(counts);
  if (!share) return tl::unexpected<NotEstimable>(share.error());
  arm.share = *share;
  arm.units = counts.size();
  return arm;
}

QuantileArm questions_to(const SortedArm& arm, double probability) {
  const double rows = static_cast<double>(arm.sorted.size());
  const double error = arm.share.standard_error;
  QuantileArm result;
  result.quantile = arm.quantile;
  result.lower = [&arm, rows, probability, error](double tail) {
    return order_statistic(arm.sorted, lower_rank(rows, probability, error, tail));
  };
  result.upper = [&arm, rows, probability, error](double tail) {
    return order_statistic(arm.sorted, upper_rank(rows, probability, error, tail));
  };
  return result;
}

std::string refusal_of_level(double probability, double confidence) {
  if (!(probability > 0 && probability < 1)) return "the quantile must lie between 0 and 1";
  if (!(confidence > 0 && confidence < 1)) return "the confidence must lie between 0 and 1";
  return {};
}

const Assumptions kAssumptions{Assumption::IndependentClusters, Assumption::OneLook, Assumption::LargeSample};

}  // namespace

Estimated<ClusteredShare> clustered_share(std::span<const ClusterCount> clusters) {
  if (clusters.size() < 2) return not_estimable("there are fewer than two units");
  CrossMoments moments(2);
  for (const ClusterCount& cluster : clusters) {
    if (!(cluster.rows >= 0) || !std::isfinite(cluster.rows) || !(cluster.at_or_below >= 0) ||
        cluster.at_or_below > cluster.rows) {
      return not_estimable("a unit's counts make no sense");
    }
    moments.add(std::array<double, 2>{cluster.at_or_below, cluster.rows});
  }
  const double units = static_cast<double>(clusters.size());
  const double rows_per_unit = moments.mean(1);
  if (rows_per_unit == 0) return not_estimable("there are no values");
  ClusteredShare result;
  result.share = std::min(1.0, moments.mean(0) / rows_per_unit);
  const double spread = moments.covariance(0, 0) - 2 * result.share * moments.covariance(0, 1) +
                        result.share * result.share * moments.covariance(1, 1);
  if (!std::isfinite(spread)) return not_estimable("the counts are too large to be worked with");
  result.standard_error = std::sqrt(std::max(0.0, spread) / units) / rows_per_unit;
  return result;
}

Estimated<QuantileRanks> clustered_quantile_ranks(std::uint64_t rows, double probability,
                                                  double standard_error_of_share, double confidence) {
  if (rows == 0) return not_estimable("there are no values");
  std::string refusal = refusal_of_level(probability, confidence);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  if (!(standard_error_of_share >= 0) || !std::isfinite(standard_error_of_share)) {
    return not_estimable("the standard error is negative or not finite");
  }
  const double n = static_cast<double>(rows);
  const double tail = (1 - confidence) / 2;
  QuantileRanks ranks;
  ranks.lower = static_cast<std::uint64_t>(
      std::clamp(lower_rank(n, probability, standard_error_of_share, tail), 0.0, n + 1));
  ranks.upper = static_cast<std::uint64_t>(
      std::clamp(upper_rank(n, probability, standard_error_of_share, tail), 0.0, n + 1));
  ranks.coverage = confidence;
  return ranks;
}

Estimated<ClusteredQuantile> clustered_quantile(const ClusteredRows& rows, double probability,
                                                double confidence, QuantileType type) {
  std::string refusal = refusal_of_level(probability, confidence);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  const Estimated<SortedArm> arm = sort_arm(rows, probability, type);
  if (!arm) return tl::unexpected<NotEstimable>(arm.error());
  const Estimated<QuantileRanks> ranks =
      clustered_quantile_ranks(arm->sorted.size(), probability, arm->share.standard_error, confidence);
  if (!ranks) return tl::unexpected<NotEstimable>(ranks.error());
  ClusteredQuantile result;
  result.value = arm->quantile;
  result.share = arm->share;
  result.units = arm->units;
  result.independent_standard_error =
      std::sqrt(probability * (1 - probability) / static_cast<double>(arm->sorted.size()));
  const double ratio = arm->share.standard_error / result.independent_standard_error;
  result.design_effect = ratio * ratio;
  result.ranks = *ranks;
  result.interval = {order_statistic(arm->sorted, static_cast<double>(ranks->lower)),
                     order_statistic(arm->sorted, static_cast<double>(ranks->upper))};
  result.assumptions = kAssumptions;
  if (arm->units < kFewUnits) result.concerns.insert(Concern::FewClusters);
  return result;
}

Estimated<QuantileDifference> compare_clustered_quantiles(const ClusteredRows& control,
                                                          const ClusteredRows& treatment, double probability,
                                                          const QuantileComparison& options) {
  std::string refusal = refusal_of_level(probability, options.confidence);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  const Estimated<SortedArm> control_arm = sort_arm(control, probability, options.type);
  if (!control_arm) return tl::unexpected<NotEstimable>(control_arm.error());
  const Estimated<SortedArm> treatment_arm = sort_arm(treatment, probability, options.type);
  if (!treatment_arm) return tl::unexpected<NotEstimable>(treatment_arm.error());
  QuantileDifference result = difference_of(questions_to(*control_arm, probability),
                                            questions_to(*treatment_arm, probability), options);
  if (!std::isfinite(result.value)) return not_estimable("the values are too large to be worked with");
  result.assumptions = kAssumptions;
  result.assumptions.insert(Assumption::RandomisedUnits);
  if (std::min(control_arm->units, treatment_arm->units) < kFewUnits) {
    result.concerns.insert(Concern::FewClusters);
  }
  return result;
}

}  // namespace splitplot::stats
