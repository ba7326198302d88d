#include "compare/success_counts.hpp"
#include "numeric/root.hpp"

#include <splitplot/stats/compare/fisher.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace splitplot::stats {
namespace {

constexpr double kNegligible =
    1e-18;  // a tail's term beside its sum so far; terms fall at least geometrically from there
constexpr double kTie = 1e-7;  // tables this close in probability count as equally likely
constexpr std::uint64_t kMostUnitsForOddsRatio = 1'000'000'000;
constexpr double kLargestLogOddsRatio = 700;

double sum_down(const TableMargins& margins, std::uint64_t from) {
  double term = std::exp(margins.log_pmf(from));
  double sum = term;
  for (std::uint64_t k = from; k > margins.lowest() && term > kNegligible * sum; --k) {
    term /= margins.step_up(k - 1);
    sum += term;
  }
  return sum;
}

double sum_up(const TableMargins& margins, std::uint64_t from) {
  double term = std::exp(margins.log_pmf(from));
  double sum = term;
  for (std::uint64_t k = from; k < margins.highest() && term > kNegligible * sum; ++k) {
    term *= margins.step_up(k);
    sum += term;
  }
  return sum;
}

/// P(K <= k): the tail that ends on this side of the mode is summed, since beyond it the first term may be no number to start from.
double lower_tail(const TableMargins& margins, std::uint64_t k) {
  if (k >= margins.highest()) return 1;
  return k <= margins.mode() ? sum_down(margins, k) : 1 - sum_up(margins, k + 1);
}

double upper_tail(const TableMargins& margins, std::uint64_t k) {
  if (k <= margins.lowest()) return 1;
  return k >= margins.mode() ? sum_up(margins, k) : 1 - sum_down(margins, k - 1);
}

double two_sided(const TableMargins& margins, std::uint64_t observed) {
  const std::uint64_t lowest = margins.lowest();
  const std::uint64_t highest = margins.highest();
  // The probabilities rise to the mode and fall after it, so the tables "at most as likely" are two tails, whose inner ends are found by
  // bisection.
  const double threshold = margins.log_pmf(observed) + std::log1p(kTie);
  const std::uint64_t mode = margins.mode();
  if (margins.log_pmf(mode) <= threshold) return 1;

  double p_value = 0;
  if (margins.log_pmf(lowest) <= threshold) {
    std::uint64_t inside = lowest;
    std::uint64_t outside = mode;
    while (outside - inside > 1) {
      const std::uint64_t middle = inside + (outside - inside) / 2;
      (margins.log_pmf(middle) <= threshold ? inside : outside) = middle;
    }
    p_value += sum_down(margins, inside);
  }
  if (margins.log_pmf(highest) <= threshold) {
    std::uint64_t outside = mode;
    std::uint64_t inside = highest;
    while (inside - outside > 1) {
      const std::uint64_t middle = outside + (inside - outside) / 2;
      (margins.log_pmf(middle) <= threshold ? inside : outside) = middle;
    }
    p_value += sum_up(margins, inside);
  }
  return std::min(1.0, p_value);
}

/// Fisher's noncentral hypergeometric distribution: the table where the odds ratio is e^log_odds_ratio.
struct TiltedSums {
  double mean_minus_observed = 0;
  double at_most = 0;   ///< P(K <= observed)
  double at_least = 0;  ///< P(K >= observed)
};

/// The mode: where step_up(k) odds_ratio crosses one, by bisection of the decreasing ratio.
std::uint64_t tilted_mode(const TableMargins& margins, double odds_ratio) {
  std::uint64_t low = margins.lowest();
  std::uint64_t high = margins.highest();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (margins.step_up(middle) * odds_ratio > 1) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

TiltedSums tilted_sums(const TableMargins& margins, std::uint64_t observed, double log_odds_ratio) {
  const double odds_ratio = std::exp(log_odds_ratio);
  const std::uint64_t mode = tilted_mode(margins, odds_ratio);
  double all = 0;
  double moment = 0;
  double at_most = 0;
  double at_least = 0;
  const auto add = [&](std::uint64_t k, double term) {
    all += term;
    moment += term * (static_cast<double>(k) - static_cast<double>(observed));
    if (k <= observed) at_most += term;
    if (k >= observed) at_least += term;
  };
  double term = 1;
  add(mode, term);
  for (std::uint64_t k = mode; k < margins.highest() && term > kNegligible; ++k) {
    term *= margins.step_up(k) * odds_ratio;
    add(k + 1, term);
  }
  term = 1;
  for (std::uint64_t k = mode; k > margins.lowest() && term > kNegligible; --k) {
    term /= margins.step_up(k - 1) * odds_ratio;
    add(k - 1, term);
  }
  return {moment / all, at_most / all, at_least / all};
}

/// e^x at the root of a monotone function of the log odds ratio; the bracket grows on both sides of `guess`.
template <typename Function>
double odds_ratio_at_root(const Function& function, double guess, double step) {
  const bool sign = function(guess) > 0;
  double left = guess;
  double right = guess;
  while (right - left < 4 * kLargestLogOddsRatio) {
    const double new_left = left - step;
    if ((function(new_left) > 0) != sign) return std::exp(*root_between(function, new_left, left));
    const double new_right = right + step;
    if ((function(new_right) > 0) != sign) return std::exp(*root_between(function, right, new_right));
    left = new_left;
    right = new_right;
    step *= 2;
  }
  return std::exp(guess);  // not reached: every function given has both signs within double range
}

}  // namespace

double fisher_exact_p_value(const SuccessCount& control, const SuccessCount& treatment,
                            Alternative alternative) {
  assert(!refusal(control, treatment));
  const TableMargins margins = TableMargins::of(control, treatment);
  switch (alternative) {
    case Alternative::Greater:
      return std::clamp(upper_tail(margins, treatment.successes), 0.0, 1.0);
    case Alternative::Less:
      return std::clamp(lower_tail(margins, treatment.successes), 0.0, 1.0);
    case Alternative::TwoSided:
      break;
  }
  return two_sided(margins, treatment.successes);
}

Estimated<FisherExactTest> fisher_exact_test(const SuccessCount& control, const SuccessCount& treatment,
                                             const FisherOptions& options) {
  if (const auto why = refusal(control, treatment, options.confidence)) return not_estimable(*why);
  const TableMargins margins = TableMargins::of(control, treatment);
  if (margins.total > kMostUnitsForOddsRatio)
    return not_estimable("there are too many units for exact odds ratios");
  if (margins.lowest() == margins.highest()) {
    return not_estimable("nobody or everybody succeeds, so that the margins allow no other table");
  }
  const std::uint64_t observed = treatment.successes;
  const double infinity = std::numeric_limits<double>::infinity();

  FisherExactTest test;
  test.assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook};
  test.p_value = fisher_exact_p_value(control, treatment, options.alternative);

  // Cells with a half added give a start that is never infinite, and the scale of the log odds ratio.
  const double a = static_cast<double>(treatment.successes) + 0.5;
  const double b = static_cast<double>(treatment.units - treatment.successes) + 0.5;
  const double c = static_cast<double>(control.successes) + 0.5;
  const double d = static_cast<double>(control.units - control.successes) + 0.5;
  const double guess = std::log(a / b) - std::log(c / d);
  const double scale = std::sqrt(1 / a + 1 / b + 1 / c + 1 / d);

  if (observed == margins.lowest()) {
    test.odds_ratio = 0;
  } else if (observed == margins.highest()) {
    test.odds_ratio = infinity;
  } else {
    test.odds_ratio = odds_ratio_at_root(
        [&](double x) { return tilted_sums(margins, observed, x).mean_minus_observed; }, guess, scale);
  }

  const double tail =
      options.alternative == Alternative::TwoSided ? (1 - options.confidence) / 2 : 1 - options.confidence;
  test.odds_ratio_interval = {0, infinity};
  const double reach = -normal_quantile(tail) * scale;
  if (options.alternative != Alternative::Less && observed > margins.lowest()) {
    test.odds_ratio_interval.lower =
        odds_ratio_at_root([&](double x) { return tilted_sums(margins, observed, x).at_least - tail; },
                           guess - reach, scale / 4);
  }
  if (options.alternative != Alternative::Greater && observed < margins.highest()) {
    test.odds_ratio_interval.upper = odds_ratio_at_root(
        [&](double x) { return tilted_sums(margins, observed, x).at_most - tail; }, guess + reach, scale / 4);
  }
  return test;
}

}  // namespace splitplot::stats
