#include "compare/quantile_intervals.hpp"

#include <splitplot/stats/compare/quantiles.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

/// Smallest k in [0, n] with P(X <= k) >= p (or > p) for X ~ Binomial(n, share), from the normal approximation outwards.
enum class Bound { AtLeast, Above };
double binomial_reaches(double p, double n, double share, Bound bound) {
  const auto reached = [&](double k) {
    const double cdf = binomial_cdf(k, n, share);
    return bound == Bound::AtLeast ? cdf >= p : cdf > p;
  };
  const double z = normal_quantile(p);  // with Cornish and Fisher's term for skewness
  const double guess = n * share + z * std::sqrt(n * share * (1 - share)) + (z * z - 1) * (1 - 2 * share) / 6;
  double high = std::clamp(std::floor(guess), 0.0, n);
  double low = high;
  double step = 1;
  if (reached(high)) {
    do {
      high = low;
      low -= step;
      step *= 2;
    } while (low >= 0 && reached(low));
  } else {
    do {
      low = high;
      high += step;
      step *= 2;
    } while (high < n && !reached(high));
    high = std::min(high, n);
  }
  low = std::max(low, -1.0);
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (reached(middle) ? high : low) = middle;
  }
  return high;
}

/// Rank of the lower end that leaves `tail` below: the tail's quantile of the number of values at or below the quantile.
double lower_rank(double n, double probability, double tail) {
  return binomial_reaches(tail, n, probability, Bound::AtLeast);
}

/// Rank of the upper end, one more than the 1 - tail quantile; counted from above, where a small tail keeps its digits.
double upper_rank(double n, double probability, double tail) {
  return n + 1 - binomial_reaches(tail, n, 1 - probability, Bound::Above);
}

std::string refusal_of_level(double probability, double confidence) {
  if (!(probability > 0 && probability < 1)) return "the quantile must lie between 0 and 1";
  if (!(confidence > 0 && confidence < 1)) return "the confidence must lie between 0 and 1";
  return {};
}

/// An interval lives on the values beyond the quantile; where fewer than ten are expected it rests on hardly any.
void note_few(Concerns& concerns, double n, double probability) {
  if (n * std::min(probability, 1 - probability) < 10) concerns.insert(Concern::FewUnits);
}

double variance_of(const QuantileSummary& arm, double deviations) {
  const double half_width = arm.interval.width() / (2 * deviations);
  return arm.rows / arm.units * ((arm.units - 1) / arm.units) * half_width * half_width;
}

}  // namespace

Estimated<double> sample_quantile(std::span<const double> sorted, double probability, QuantileType type) {
  if (!(probability >= 0 && probability <= 1)) return not_estimable("the quantile must lie between 0 and 1");
  std::string refusal = refusal_of_sorted(sorted);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  return quantile_of_checked(sorted, probability, type);
}

Estimated<QuantileRanks> quantile_interval_ranks(std::uint64_t n, double probability, double confidence) {
  if (n == 0) return not_estimable("there are no values");
  std::string refusal = refusal_of_level(probability, confidence);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  const double count = static_cast<double>(n);
  const double tail = (1 - confidence) / 2;
  const double lower = lower_rank(count, probability, tail);
  const double upper = upper_rank(count, probability, tail);
  QuantileRanks ranks;
  ranks.lower = static_cast<std::uint64_t>(lower);
  ranks.upper = static_cast<std::uint64_t>(upper);
  ranks.coverage = binomial_cdf(upper - 1, count, probability) -
                   (lower < 1 ? 0 : binomial_cdf(lower - 1, count, probability));
  return ranks;
}

Estimated<QuantileEstimate> quantile_interval(std::span<const double> sorted, double probability,
                                              double confidence, QuantileType type) {
  std::string refusal = refusal_of_sorted(sorted);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  const Estimated<QuantileRanks> ranks = quantile_interval_ranks(sorted.size(), probability, confidence);
  if (!ranks) return tl::unexpected<NotEstimable>(ranks.error());
  QuantileEstimate result;
  result.value = quantile_of_checked(sorted, probability, type);
  result.ranks = *ranks;
  result.interval = {order_statistic(sorted, static_cast<double>(ranks->lower)),
                     order_statistic(sorted, static_cast<double>(ranks->upper))};
  result.assumptions = {Assumption::IndependentUnits, Assumption::OneLook};
  note_few(result.concerns, static_cast<double>(sorted.size()), probability);
  return result;
}

Estimated<QuantileDifference> compare_quantiles(std::span<const double> sorted_control,
                                                std::span<const double> sorted_treatment, double probability,
                                                const QuantileComparison& options) {
  std::string refusal = refusal_of_level(probability, options.confidence);
  if (refusal.empty()) refusal = refusal_of_sorted(sorted_control);
  if (refusal.empty()) refusal = refusal_of_sorted(sorted_treatment);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  if (sorted_control.size() < 2 || sorted_treatment.size() < 2) {
    return not_estimable("an arm has fewer than two values");
  }
  const auto arm = [&](std::span<const double> sorted) {
    const double n = static_cast<double>(sorted.size());
    QuantileArm result;
    result.quantile = quantile_of_checked(sorted, probability, options.type);
    result.lower = [=](double tail) { return order_statistic(sorted, lower_rank(n, probability, tail)); };
    result.upper = [=](double tail) { return order_statistic(sorted, upper_rank(n, probability, tail)); };
    return result;
  };
  QuantileDifference result = difference_of(arm(sorted_control), arm(sorted_treatment), options);
  if (!std::isfinite(result.value)) return not_estimable("the values are too large to be worked with");
  result.assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook};
  note_few(result.concerns, static_cast<double>(std::min(sorted_control.size(), sorted_treatment.size())),
           probability);
  return result;
}

Estimated<QuantilePosterior> compare_quantile_summaries(const QuantileSummary& control,
                                                        const QuantileSummary& treatment,
                                                        const QuantileSummaryComparison& options) {
  for (const double level : {options.confidence, options.interval_confidence}) {
    if (!(level > 0 && level < 1)) return not_estimable("the confidence must lie between 0 and 1");
  }
  for (const QuantileSummary* arm : {&control, &treatment}) {
    if (!(arm->units >= 2) || !(arm->rows > 0)) return not_estimable("an arm has fewer than two units");
    const double width = arm->interval.width();
    if (!std::isfinite(width) || !std::isfinite(arm->quantile)) {
      return not_estimable("a quantile's interval is not finite");
    }
    if (!(width > 0)) return not_estimable("a quantile's interval has no width");
  }
  const double deviations = -normal_quantile((1 - options.interval_confidence) / 2);
  double variance = variance_of(control, deviations) + variance_of(treatment, deviations);
  double mean = treatment.quantile - control.quantile;
  QuantilePosterior result;
  if (options.prior) {
    const bool relative = options.prior->unit == QuantilePriorUnit::ControlQuantile;
    const double unit = relative ? std::abs(control.quantile) : 1;
    const double prior_variance = options.prior->variance * unit * unit;
    if (!(prior_variance > 0) || !std::isfinite(prior_variance) || !std::isfinite(options.prior->mean)) {
      return not_estimable("the prior has no positive, finite variance");
    }
    const double weight = prior_variance / (prior_variance + variance);
    mean = weight * mean + (1 - weight) * options.prior->mean * unit;
    variance *= weight;
    result.assumptions.insert(Assumption::StatedPrior);
  }
  result.mean = mean;
  result.sd = std::sqrt(variance);
  const double reach = -normal_quantile((1 - options.confidence) / 2) * result.sd;
  result.interval = {mean - reach, mean + reach};
  if (!(result.sd > 0) || !std::isfinite(result.interval.lower) || !std::isfinite(result.interval.upper)) {
    return not_estimable("the values are too large or too small to be worked with");
  }
  result.chance_above_zero = normal_cdf(mean / result.sd);
  result.assumptions.insert({Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                             Assumption::LargeSample});
  return result;
}

}  // namespace splitplot::stats
