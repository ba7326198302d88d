#include <splitplot/stats/compare/anova.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace splitplot::stats {
namespace {

constexpr std::uint64_t kFewestUnits = 10;

Assumptions assumptions_of(bool equal_variances) {
  Assumptions result{Assumption::IndependentUnits, Assumption::OneLook, Assumption::LargeSample};
  if (equal_variances) result.insert(Assumption::EqualVariances);
  return result;
}

Concerns concerns_of(std::span<const Moments> groups) {
  const bool few = std::any_of(groups.begin(), groups.end(), [](const Moments& group) {
    return group.count > 0 && group.count < kFewestUnits;
  });
  return few ? Concerns{Concern::FewUnits} : Concerns{};
}

/// What is left of the groups' values: sums of squares and how many there were.
struct Sums {
  double between = 0;
  double within = 0;
  double groups = 0;
  double units = 0;
};

Estimated<AnalysisOfVariance> analyse(const Sums& sums) {
  if (sums.groups < 2) return not_estimable("fewer than two groups have units");
  if (sums.units <= sums.groups) return not_estimable("there are no more units than groups");
  if (!std::isfinite(sums.between) || !std::isfinite(sums.within)) {
    return not_estimable("the values are too large to be worked with");
  }
  if (!(sums.within > 0)) return not_estimable("there is no spread within groups to judge by");
  AnalysisOfVariance result;
  result.sum_of_squares_between = sums.between;
  result.sum_of_squares_within = sums.within;
  const double ratio = sums.between / sums.within;
  result.r_squared = std::isinf(ratio) ? 1 : ratio / (1 + ratio);
  FTest& test = result.test;
  test.degrees_between = sums.groups - 1;
  test.degrees_within = sums.units - sums.groups;
  result.residual_deviation = std::sqrt(sums.within / test.degrees_within);
  test.statistic = ratio * (test.degrees_within / test.degrees_between);
  if (!std::isfinite(test.statistic))
    return not_estimable("there is too little spread within groups to judge by");
  test.p_value = f_sf(test.statistic, test.degrees_between, test.degrees_within);
  test.assumptions = assumptions_of(true);
  return result;
}

/// A group's values around an origin that all groups share.
struct ExactGroup {
  long double mean = 0;
  long double m2 = 0;
};

ExactGroup exact_group(std::span<const double> values, long double origin) {
  ExactGroup result;
  for (const double x : values) result.mean += x - origin;
  result.mean /= static_cast<long double>(values.size());
  long double rest = 0;
  for (const double x : values) {
    const long double deviation = (x - origin) - result.mean;
    result.m2 += deviation * deviation;
    rest += deviation;
  }
  const long double count = static_cast<long double>(values.size());
  result.m2 -= rest * rest / count;  // what rounding of the mean added
  result.mean += rest / count;
  return result;
}

long double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  const double below = *std::max_element(values.begin(), middle);
  return (static_cast<long double>(below) + *middle) / 2;
}

}  // namespace

Estimated<AnalysisOfVariance> one_way_anova(std::span<const Moments> groups) {
  Moments whole;
  Sums sums;
  for (const Moments& group : groups) {
    if (group.count == 0) continue;
    sums.groups += 1;
    sums.units += static_cast<double>(group.count);
    sums.within += group.m2;
    Moments centre;  // the group as if all its units were alike: merging these gives what lies between groups
    centre.count = group.count;
    centre.mean = group.mean;
    centre.mean_rest = group.mean_rest;
    whole.merge(centre);
  }
  sums.between = whole.m2;
  auto result = analyse(sums);
  if (result) result->test.concerns = concerns_of(groups);
  return result;
}

Estimated<AnalysisOfVariance> one_way_anova(std::span<const std::span<const double>> groups) {
  const auto first =
      std::find_if(groups.begin(), groups.end(), [](const auto& group) { return !group.empty(); });
  if (first == groups.end()) return not_estimable("fewer than two groups have units");
  const long double origin = first->front();
  long double within = 0;
  long double total = 0;
  std::vector<std::pair<long double, long double>> means;  // a group's units, its mean around the origin
  Concerns concerns;
  for (const std::span<const double> group : groups) {
    if (group.empty()) continue;
    for (const double x : group) {
      if (!std::isfinite(x)) return not_estimable("a value is not a finite number");
    }
    const ExactGroup exact = exact_group(group, origin);
    within += exact.m2;
    means.emplace_back(static_cast<long double>(group.size()), exact.mean);
    total += means.back().first;
    if (group.size() < kFewestUnits) concerns.insert(Concern::FewUnits);
  }
  long double grand_mean = 0;
  for (const auto& [units, mean] : means) grand_mean += units / total * mean;
  long double between = 0;
  for (const auto& [units, mean] : means) between += units * (mean - grand_mean) * (mean - grand_mean);
  auto result = analyse({static_cast<double>(between), static_cast<double>(within),
                         static_cast<double>(means.size()), static_cast<double>(total)});
  if (result) result->test.concerns = concerns;
  return result;
}

Estimated<FTest> welch_anova(std::span<const Moments> groups) {
  double k = 0;
  double smallest = std::numeric_limits<double>::infinity();
  Moments origin;  // the first group, from which distances are measured
  for (const Moments& group : groups) {
    if (group.count == 0) continue;
    if (group.count < 2) return not_estimable("a group has one unit only, so that its spread is not known");
    const double variance = group.variance_of_mean();
    if (variance == 0) return not_estimable("a group has no spread to judge by");
    if (!(variance > 0) || !std::isfinite(variance) || !std::isfinite(group.mean)) {
      return not_estimable("the values are too large to be worked with");
    }
    k += 1;
    smallest = std::min(smallest, variance);
    if (origin.count == 0) origin = group;
  }
  if (k < 2) return not_estimable("fewer than two groups have units");
  // In units of the smallest error, so that weights are at most 1 and no square of the data is taken.
  const double unit = std::sqrt(smallest);
  double weights = 0;
  double weighted = 0;
  for (const Moments& group : groups) {
    if (group.count == 0) continue;
    const double weight = smallest / group.variance_of_mean();
    weights += weight;
    weighted += weight * (difference_of_means(group, origin) / unit);
  }
  const double centre = weighted / weights;
  double between = 0;
  double lack = 0;
  for (const Moments& group : groups) {
    if (group.count == 0) continue;
    const double weight = smallest / group.variance_of_mean();
    const double distance = difference_of_means(group, origin) / unit - centre;
    between += weight * distance * distance;
    const double others = 1 - weight / weights;
    lack += others * others / static_cast<double>(group.count - 1);
  }
  FTest result;
  result.degrees_between = k - 1;
  result.degrees_within = (k * k - 1) / (3 * lack);
  result.statistic = between / (k - 1) / (1 + 2 * (k - 2) / (k * k - 1) * lack);
  if (!std::isfinite(result.statistic)) return not_estimable("the values are too large to be worked with");
  result.p_value = f_sf(result.statistic, result.degrees_between, result.degrees_within);
  result.assumptions = assumptions_of(false);
  result.concerns = concerns_of(groups);
  return result;
}

Estimated<FTest> levene_test(std::span<const std::span<const double>> groups, SpreadCentre centre) {
  std::vector<std::vector<double>> distances;
  for (const std::span<const double> group : groups) {
    std::vector<double> values(group.begin(), group.end());
    for (const double x : values) {
      if (!std::isfinite(x)) return not_estimable("a value is not a finite number");
    }
    if (!values.empty()) {
      const long double middle = centre == SpreadCentre::Median
                                     ? median_of(values)
                                     : values.front() + exact_group(group, values.front()).mean;
      for (double& x : values) x = static_cast<double>(std::abs(x - middle));
    }
    distances.push_back(std::move(values));
  }
  const std::vector<std::span<const double>> views(distances.begin(), distances.end());
  const auto analysis = one_way_anova(views);
  if (!analysis) return tl::unexpected(analysis.error());
  FTest result = analysis->test;
  result.assumptions = assumptions_of(false);
  return result;
}

Estimated<AllPairs> tukey_all_pairs(std::span<const Moments> groups, double confidence) {
  if (!(confidence > 0 && confidence < 1)) return not_estimable("the confidence must lie between 0 and 1");
  if (std::any_of(groups.begin(), groups.end(), [](const Moments& group) { return group.count == 0; })) {
    return not_estimable("a group has no units");
  }
  const auto analysis = one_way_anova(groups);
  if (!analysis) return tl::unexpected(analysis.error());
  const double k = static_cast<double>(groups.size());
  AllPairs result;
  result.degrees_within = analysis->test.degrees_within;
  result.residual_deviation = analysis->residual_deviation;
  result.assumptions = analysis->test.assumptions;
  result.concerns = analysis->test.concerns;
  const double critical = studentized_range_quantile(confidence, k, result.degrees_within);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t j = i + 1; j < groups.size(); ++j) {
      const double share =
          1 / static_cast<double>(groups[i].count) + 1 / static_cast<double>(groups[j].count);
      const double error = result.residual_deviation * std::sqrt(share / 2);
      PairDifference pair;
      pair.first = i;
      pair.second = j;
      pair.value = difference_of_means(groups[j], groups[i]);
      pair.interval = {pair.value - critical * error, pair.value + critical * error};
      const double range = std::abs(pair.value) / error;
      if (!std::isfinite(pair.interval.lower) || !std::isfinite(pair.interval.upper) || std::isnan(range)) {
        return not_estimable("the values are too large to be worked with");
      }
      pair.p_value = std::min(1.0, studentized_range_sf(range, k, result.degrees_within));
      result.pairs.push_back(pair);
    }
  }
  return result;
}

}  // namespace splitplot::stats
