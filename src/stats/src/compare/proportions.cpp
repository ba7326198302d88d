#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

namespace splitplot::stats {
namespace {

constexpr double kSmallExpectedCell = 10;  // below, the pooled z test gives way to Fisher's
constexpr std::uint64_t kLargestCount = std::uint64_t{1} << 62;  // so that two arms' counts can be added

bool is_probability(double confidence) {
  return confidence > 0 && confidence < 1;
}

std::optional<std::string> refusal(const SuccessCount& arm) {
  if (arm.units == 0) return "an arm has no units";
  if (arm.successes > arm.units) return "an arm has more successes than units";
  if (arm.units > kLargestCount) return "an arm has more units than can be counted";
  return std::nullopt;
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

/// Newcombe (1998), method 10: the arms' Wilson limits combined as if they were independent errors.
Interval newcombe(const SuccessCount& control, const SuccessCount& treatment, double z) {
  const Interval c = wilson(control, z);
  const Interval t = wilson(treatment, z);
  const double difference = treatment.rate() - control.rate();
  const double below = std::hypot(treatment.rate() - t.lower, c.upper - control.rate());
  const double above = std::hypot(t.upper - treatment.rate(), control.rate() - c.lower);
  return {std::max(-1.0, difference - below), std::min(1.0, difference + above)};
}

double smallest_expected_cell(const SuccessCount& control, const SuccessCount& treatment) {
  const double smaller_arm = static_cast<double>(std::min(control.units, treatment.units));
  const double units = static_cast<double>(control.units) + static_cast<double>(treatment.units);
  const double successes = static_cast<double>(control.successes) + static_cast<double>(treatment.successes);
  return smaller_arm * std::min(successes, units - successes) / units;
}

double pooled_z_p_value(const SuccessCount& control, const SuccessCount& treatment) {
  const double n_c = static_cast<double>(control.units);
  const double n_t = static_cast<double>(treatment.units);
  const double rate =
      (static_cast<double>(control.successes) + static_cast<double>(treatment.successes)) / (n_c + n_t);
  const double variance = rate * (1 - rate) * (1 / n_c + 1 / n_t);
  return 2 * normal_sf(std::abs(treatment.rate() - control.rate()) / std::sqrt(variance));
}

/// The margins of a 2 x 2 table; a table is then its number of successes in the control.
struct Margins {
  std::uint64_t control = 0;
  std::uint64_t total = 0;
  std::uint64_t successes = 0;

  [[nodiscard]] std::uint64_t lowest() const {
    const std::uint64_t failures = total - successes;
    return control > failures ? control - failures : 0;
  }
  [[nodiscard]] std::uint64_t highest() const { return std::min(control, successes); }
  [[nodiscard]] double log_pmf(std::uint64_t k) const {
    return log_hypergeometric_pmf(k, successes, control, total);
  }
  /// P(k + 1) / P(k).
  [[nodiscard]] double step_up(std::uint64_t k) const {
    return static_cast<double>(successes - k) / static_cast<double>(k + 1) *
           static_cast<double>(control - k) / static_cast<double>(total - successes - control + k + 1);
  }
};

constexpr double kNegligible =
    1e-18;  // a tail's term beside its sum so far; terms fall at least geometrically from there

double lower_tail(const Margins& margins, std::uint64_t from) {
  double term = std::exp(margins.log_pmf(from));
  double sum = term;
  for (std::uint64_t k = from; k > margins.lowest() && term > kNegligible * sum; --k) {
    term /= margins.step_up(k - 1);
    sum += term;
  }
  return sum;
}

double upper_tail(const Margins& margins, std::uint64_t from) {
  double term = std::exp(margins.log_pmf(from));
  double sum = term;
  for (std::uint64_t k = from; k < margins.highest() && term > kNegligible * sum; ++k) {
    term *= margins.step_up(k);
    sum += term;
  }
  return sum;
}

}  // namespace

Estimated<Interval> wilson_interval(const SuccessCount& arm, double confidence) {
  if (const auto why = refusal(arm)) return not_estimable(*why);
  if (!is_probability(confidence)) return not_estimable("the confidence must lie between 0 and 1");
  return wilson(arm, -normal_quantile((1 - confidence) / 2));
}

Estimated<Difference> compare_proportions(const SuccessCount& control, const SuccessCount& treatment,
                                          double confidence) {
  for (const SuccessCount* arm : {&control, &treatment}) {
    if (const auto why = refusal(*arm)) return not_estimable(*why);
  }
  if (!is_probability(confidence)) return not_estimable("the confidence must lie between 0 and 1");
  Difference result;
  result.value = treatment.rate() - control.rate();
  const auto variance_of_rate = [](const SuccessCount& arm) {
    return arm.rate() * (1 - arm.rate()) / static_cast<double>(arm.units);
  };
  result.standard_error = std::sqrt(variance_of_rate(control) + variance_of_rate(treatment));
  result.interval = newcombe(control, treatment, -normal_quantile((1 - confidence) / 2));
  result.interval_method = IntervalMethod::Newcombe;
  if (smallest_expected_cell(control, treatment) < kSmallExpectedCell) {
    result.test = TestMethod::FisherExact;
    result.p_value = fisher_exact_p_value(control, treatment);
  } else {
    result.test = TestMethod::PooledZ;
    result.p_value = pooled_z_p_value(control, treatment);
  }
  return result;
}

double fisher_exact_p_value(const SuccessCount& control, const SuccessCount& treatment) {
  assert(!refusal(control) && !refusal(treatment));
  const Margins margins{control.units, control.units + treatment.units,
                        control.successes + treatment.successes};
  const std::uint64_t lowest = margins.lowest();
  const std::uint64_t highest = margins.highest();

  // The probabilities rise to the mode and fall after it, so the tables "at most as likely" are two tails,
  // whose inner ends are found by bisection. Ties up to rounding count as equally likely, as in R's
  // fisher.test.
  const double threshold = margins.log_pmf(control.successes) + std::log1p(1e-7);
  const double mode_position = (static_cast<double>(margins.control) + 1) *
                               (static_cast<double>(margins.successes) + 1) /
                               (static_cast<double>(margins.total) + 2);
  const std::uint64_t mode = std::clamp(static_cast<std::uint64_t>(mode_position), lowest, highest);
  if (margins.log_pmf(mode) <= threshold) return 1;

  double p_value = 0;
  if (margins.log_pmf(lowest) <= threshold) {
    std::uint64_t inside = lowest;
    std::uint64_t outside = mode;
    while (outside - inside > 1) {
      const std::uint64_t middle = inside + (outside - inside) / 2;
      (margins.log_pmf(middle) <= threshold ? inside : outside) = middle;
    }
    p_value += lower_tail(margins, inside);
  }
  if (margins.log_pmf(highest) <= threshold) {
    std::uint64_t outside = mode;
    std::uint64_t inside = highest;
    while (inside - outside > 1) {
      const std::uint64_t middle = outside + (inside - outside) / 2;
      (margins.log_pmf(middle) <= threshold ? inside : outside) = middle;
    }
    p_value += upper_tail(margins, inside);
  }
  return std::min(1.0, p_value);
}

}  // namespace splitplot::stats
