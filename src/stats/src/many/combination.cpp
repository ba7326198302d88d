#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/many/combination.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>

namespace splitplot::stats {
namespace {

constexpr Assumptions kAssumptions{Assumption::IndependentUnits, Assumption::RandomisedUnits,
                                   Assumption::OneLook, Assumption::IndependentTests};

std::optional<std::string> refusal(std::span<const double> p_values) {
  if (p_values.empty()) return "there are no p-values to combine";
  for (const double p : p_values) {
    if (!(p >= 0 && p <= 1)) return "a p-value lies outside 0 to 1";
  }
  return std::nullopt;
}

/// The upper normal quantile; infinite at 0 and 1.
double z_of(double p) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (p == 0) return kInfinity;
  if (p == 1) return -kInfinity;
  return -normal_quantile(p);
}

}  // namespace

Estimated<CombinedTest> combine_fisher(std::span<const double> p_values) {
  if (const auto why = refusal(p_values)) return not_estimable(*why);
  CombinedTest test;
  for (const double p : p_values) test.statistic -= 2 * std::log(p);
  test.p_value = std::isinf(test.statistic)
                     ? 0
                     : chi_square_sf(test.statistic, 2 * static_cast<double>(p_values.size()));
  test.assumptions = kAssumptions;
  return test;
}

Estimated<CombinedTest> combine_stouffer(std::span<const double> p_values, std::span<const double> weights) {
  if (const auto why = refusal(p_values)) return not_estimable(*why);
  if (!weights.empty() && weights.size() != p_values.size()) {
    return not_estimable("there must be a weight for each test");
  }
  double largest = weights.empty() ? 1 : 0;
  for (const double weight : weights) {
    if (!(weight >= 0) || !std::isfinite(weight))
      return not_estimable("a weight is negative or not a finite number");
    largest = std::max(largest, weight);
  }
  if (largest == 0) return not_estimable("the weights are all zero");
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    const double weight = weights.empty() ? 1 : weights[i] / largest;
    if (weight == 0) continue;
    sum += weight * z_of(p_values[i]);
    squares += weight * weight;
  }
  if (std::isnan(sum)) return not_estimable("p-values of 0 and 1 contradict one another");
  CombinedTest test;
  test.statistic = sum / std::sqrt(squares);
  test.p_value = normal_sf(test.statistic);
  test.assumptions = kAssumptions;
  return test;
}

}  // namespace splitplot::stats
