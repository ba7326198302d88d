#include "compare/success_counts.hpp"

#include <splitplot/stats/compare/proportion_intervals.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

double two_sided_quantile(double confidence) {
  return -normal_quantile((1 - confidence) / 2);
}

Interval wilson(const SuccessCount& arm, double z) {
  const double n = static_cast<double>(arm.units);
  const double p = arm.rate();
  const double q = static_cast<double>(arm.units - arm.successes) / n;
  const double shrink = 1 + z * z / n;
  const double centre = (p + z * z / (2 * n)) / shrink;
  const double reach = z / shrink * std::sqrt(p * q / n + z * z / (4 * n * n));
  // The two ends are exact where the formula would leave rounding.
  return {arm.successes == 0 ? 0.0 : std::max(0.0, centre - reach),
          arm.successes == arm.units ? 1.0 : std::min(1.0, centre + reach)};
}

/// The equal-tailed interval of Beta quantiles: `added` to both counts, and `shift` to the other one of each end. The outer ends are exact.
Interval beta_interval(const SuccessCount& arm, double confidence, double added, double shift) {
  const double x = static_cast<double>(arm.successes) + added;
  const double rest = static_cast<double>(arm.units - arm.successes) + added;
  const double tail = (1 - confidence) / 2;
  return {arm.successes == 0 ? 0.0 : beta_quantile(tail, x, rest + shift),
          arm.successes == arm.units ? 1.0 : beta_quantile(1 - tail, x + shift, rest)};
}

Interval wald_around(double centre, double n, double z) {
  const double reach = z * std::sqrt(centre * (1 - centre) / n);
  return {std::max(0.0, centre - reach), std::min(1.0, centre + reach)};
}

double variance_of_rate(double p, double n) {
  return p * (1 - p) / n;
}

}  // namespace

Estimated<Interval> proportion_interval(const SuccessCount& arm, ProportionInterval method,
                                        double confidence) {
  if (const auto why = refusal(arm, arm, confidence)) return not_estimable(*why);
  const double z = two_sided_quantile(confidence);
  const double n = static_cast<double>(arm.units);
  switch (method) {
    case ProportionInterval::ClopperPearson:
      return beta_interval(arm, confidence, 0, 1);
    case ProportionInterval::Jeffreys:
      return beta_interval(arm, confidence, 0.5, 0);
    case ProportionInterval::AgrestiCoull: {
      const double units = n + z * z;
      return wald_around((static_cast<double>(arm.successes) + z * z / 2) / units, units, z);
    }
    case ProportionInterval::Wald:
      return wald_around(arm.rate(), n, z);
    case ProportionInterval::Wilson:
      break;
  }
  return wilson(arm, z);
}

Estimated<Interval> wilson_interval(const SuccessCount& arm, double confidence) {
  return proportion_interval(arm, ProportionInterval::Wilson, confidence);
}

Estimated<Interval> newcombe_interval(const SuccessCount& control, const SuccessCount& treatment,
                                      double confidence) {
  if (const auto why = refusal(control, treatment, confidence)) return not_estimable(*why);
  const double z = two_sided_quantile(confidence);
  const Interval c = wilson(control, z);
  const Interval t = wilson(treatment, z);
  const double difference = treatment.rate() - control.rate();
  const double below = std::hypot(treatment.rate() - t.lower, c.upper - control.rate());
  const double above = std::hypot(t.upper - treatment.rate(), control.rate() - c.lower);
  return Interval{std::max(-1.0, difference - below), std::min(1.0, difference + above)};
}

Estimated<Interval> wald_interval(const SuccessCount& control, const SuccessCount& treatment,
                                  const WaldOptions& options) {
  if (const auto why = refusal(control, treatment, options.confidence)) return not_estimable(*why);
  const double n_c = static_cast<double>(control.units);
  const double n_t = static_cast<double>(treatment.units);
  const double difference = treatment.rate() - control.rate();
  const double z = options.alternative == Alternative::TwoSided ? two_sided_quantile(options.confidence)
                                                                : -normal_quantile(1 - options.confidence);
  double reach =
      z * std::sqrt(variance_of_rate(control.rate(), n_c) + variance_of_rate(treatment.rate(), n_t));
  if (options.continuity == Continuity::Yates) {
    reach += std::min(0.5 * (1 / n_c + 1 / n_t), std::abs(difference));
  }
  Interval interval{difference - reach, difference + reach};
  if (options.alternative == Alternative::Greater) interval.upper = 1;
  if (options.alternative == Alternative::Less) interval.lower = -1;
  if (options.ends == IntervalEnds::CutToRange) {
    interval = {std::max(-1.0, interval.lower), std::min(1.0, interval.upper)};
  }
  return interval;
}

Estimated<Interval> agresti_caffo_interval(const SuccessCount& control, const SuccessCount& treatment,
                                           double confidence) {
  if (const auto why = refusal(control, treatment, confidence)) return not_estimable(*why);
  const auto added = [](const SuccessCount& arm) { return SuccessCount{arm.successes + 1, arm.units + 2}; };
  return wald_interval(added(control), added(treatment), {.confidence = confidence});
}

}  // namespace splitplot::stats
