#include "compare/success_counts.hpp"
#include "numeric/root.hpp"

#include <splitplot/stats/compare/fisher.hpp>
#include <splitplot/stats/compare/unconditional_tests.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::stats {
namespace {

constexpr double kConditionalTie = 1e-7;  // equally likely tables in Fisher's two-sided p-value
constexpr double kStatisticTie =
    1e-10;  // equally extreme tables: above rounding, below any true difference that matters
constexpr double kNegligible = 1e-18;  // of the p-value to come
constexpr double kGridError = 1e-9;    // of it while peaks are only looked for
constexpr double kSure = 1 - 1e-6;     // two grid values closer than this may be either way round
constexpr double kPeakShare = 0.9;     // grid peaks below this share of the highest are no candidates
constexpr std::uint64_t kMostUnits = 100'000;
constexpr std::uint64_t kMostUnitsUnpooled = 10'000;

/// Probabilities of the tables with a given number of successes in all, from treatment's successes `first` on; what is left out at both
/// ends is less than `floor` of the most likely table each.
struct ConditionalTables {
  std::uint64_t first = 0;
  std::vector<double> probability;

  void fill(const TableMargins& margins, double floor) {
    const std::uint64_t mode = margins.mode();
    below_.clear();
    double term = 1;
    double sum = 1;
    for (std::uint64_t k = mode; k > margins.lowest(); --k) {
      term /= margins.step_up(k - 1);
      if (term < floor) break;
      below_.push_back(term);
      sum += term;
    }
    first = mode - below_.size();
    probability.assign(below_.rbegin(), below_.rend());
    term = 1;
    probability.push_back(term);
    for (std::uint64_t k = mode; k < margins.highest(); ++k) {
      term *= margins.step_up(k);
      if (term < floor) break;
      probability.push_back(term);
      sum += term;
    }
    for (double& value : probability) value /= sum;
  }

 private:
  std::vector<double> below_;
};

/// The largest upper tail that is at most `limit`; the lower tail's from the other end.
double tail_within(const ConditionalTables& tables, Alternative alternative, double limit) {
  const std::vector<double>& p = tables.probability;
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double next = sum + p[alternative == Alternative::Less ? i : p.size() - 1 - i];
    if (next > limit) break;
    sum = next;
  }
  return sum;
}

/// The largest of Fisher's two-sided p-values that is at most `limit`: tables are taken from both ends, the less likely first, and
/// equally likely ones together.
double two_sided_within(const ConditionalTables& tables, double limit) {
  const std::vector<double>& p = tables.probability;
  std::size_t left = 0;
  std::size_t right = p.size();
  double sum = 0;
  while (left < right) {
    const double level = std::min(p[left], p[right - 1]) * (1 + kConditionalTie);
    double next = sum;
    while (left < right && p[left] <= level) next += p[left++];
    while (left < right && p[right - 1] <= level) next += p[--right];
    if (next > limit) break;
    sum = next;
  }
  return sum;
}

/// Whether s and n - s successes have the same extreme tables: they do in two-sided tests, and where the arms are of one size.
enum class Mirror { No, Yes };

Mirror mirror_of(const TableMargins& margins, Alternative alternative) {
  return alternative == Alternative::TwoSided || 2 * margins.drawn == margins.total ? Mirror::Yes
                                                                                    : Mirror::No;
}

/// chance_of(s) for s = 0, ..., total; what the other half repeats is not worked out again.
template <typename ChanceOf>
std::vector<double> chances(std::uint64_t total, Mirror mirror, const ChanceOf& chance_of) {
  std::vector<double> chance(total + 1);
  const std::uint64_t last = mirror == Mirror::Yes ? total / 2 : total;
  for (std::uint64_t s = 0; s <= last; ++s) {
    chance[s] = chance_of(s);
    if (mirror == Mirror::Yes) chance[total - s] = chance[s];
  }
  return chance;
}

/// The probability of an extreme table as a function of the common rate: sum of chance[s] Binomial(s; n, rate). Rates are given as
/// angles, rate = sin^2(angle), in which the binomial is about equally wide everywhere.
class Exceedance {
 public:
  /// `floor` is not above the largest probability.
  Exceedance(std::vector<double> chance, double floor, Mirror mirror)
      : chance_(std::move(chance)),
        units_(static_cast<double>(chance_.size() - 1)),
        floor_(floor),
        mirror_(mirror),
        up_(chance_.size()),
        down_(chance_.size()) {
    for (std::size_t s = 0; s + 1 < chance_.size(); ++s) {
      const double k = static_cast<double>(s);
      up_[s] = (units_ - k) / (k + 1);
      down_[s + 1] = (k + 1) / (units_ - k);
    }
  }

  struct Value {
    double probability = 0;
    double slope = 0;  ///< by the angle
  };

  [[nodiscard]] Value at(double angle) const {
    double moment = 0;
    const double mean = units_ * std::pow(std::sin(angle), 2);
    const double probability = sum(angle, kNegligible, [&](std::size_t s, double share) {
      moment += share * (static_cast<double>(s) - mean);
    });
    return {probability, 2 * moment / (std::sin(angle) * std::cos(angle))};
  }

  struct Maximum {
    double probability = 0;
    double rate = 0;
  };

  [[nodiscard]] Maximum maximum() const {
    // The binomial has a standard deviation of 1 / (2 sqrt(n)) in the angle and nothing in the function is narrower; four grid points
    // to a standard deviation leave no peak unseen.
    const auto points = static_cast<std::size_t>(std::ceil(4 * std::numbers::pi * std::sqrt(units_))) + 8;
    const double step = std::numbers::pi / 2 / static_cast<double>(points);
    const auto angle = [&](std::size_t i) { return (static_cast<double>(i) + 0.5) * step; };
    std::vector<double> values(points);
    const std::size_t half = mirror_ == Mirror::Yes ? (points + 1) / 2 : points;
    for (std::size_t i = 0; i < half; ++i) {
      values[i] = sum(angle(i), kGridError, [](std::size_t, double) {});
      if (mirror_ == Mirror::Yes) values[points - 1 - i] = values[i];
    }
    const double highest = *std::max_element(values.begin(), values.end());

    Maximum best{chance_.front(), 0};  // at the rates 0 and 1 there is one table only
    if (chance_.back() > best.probability) best = {chance_.back(), 1};
    const auto consider = [&](double where, double probability) {
      if (probability > best.probability) best = {probability, std::pow(std::sin(where), 2)};
    };
    for (std::size_t i = 0; i < half; ++i) {
      const double left = i > 0 ? values[i - 1] : 0;
      const double right = i + 1 < points ? values[i + 1] : 0;
      if (values[i] < kSure * left || values[i] < kSure * right || values[i] < kPeakShare * highest) continue;
      consider(angle(i), at(angle(i)).probability);
      const double from = i > 0 ? angle(i - 1) : angle(0) * 1e-3;
      const double to = i + 1 < points ? angle(i + 1) : std::numbers::pi / 2 - angle(0) * 1e-3;
      const auto peak = root_between([&](double x) { return at(x).slope; }, from, to);
      if (peak) consider(*peak, at(*peak).probability);
    }
    best.probability = std::min(1.0, best.probability);
    return best;
  }

 private:
  /// The probability; `each` is told every share of it that is more than `negligible`.
  template <typename Each>
  [[nodiscard]] double sum(double angle, double negligible, const Each& each) const {
    const double rate = std::pow(std::sin(angle), 2);
    const double odds = std::pow(std::tan(angle), 2);
    const double inverse_odds = 1 / odds;
    const double cut = negligible * floor_;
    const std::size_t n = chance_.size() - 1;
    const std::size_t mode = std::min(n, static_cast<std::size_t>((units_ + 1) * rate));
    const double peak = binomial_pmf(static_cast<double>(mode), units_, rate);
    double probability = 0;
    const auto add = [&](std::size_t s, double term) {
      const double share = term * chance_[s];
      probability += share;
      each(s, share);
    };
    add(mode, peak);
    double term = peak;
    for (std::size_t s = mode; s < n; ++s) {
      term *= up_[s] * odds;
      if (term < cut) break;
      add(s + 1, term);
    }
    term = peak;
    for (std::size_t s = mode; s > 0; --s) {
      term *= down_[s] * inverse_odds;
      if (term < cut) break;
      add(s - 1, term);
    }
    return probability;
  }

  std::vector<double> chance_;
  double units_;
  double floor_;
  Mirror mirror_;
  std::vector<double> up_;  // Binomial(s + 1) / Binomial(s) over the odds
  std::vector<double> down_;
};

TableMargins with_successes(const TableMargins& margins, std::uint64_t successes) {
  return {margins.drawn, margins.total, successes};
}

/// Probability of the table seen at the rate that makes it likeliest: the p-value is not below it, so what is negligible beside it is
/// negligible.
double likelihood(const SuccessCount& control, const SuccessCount& treatment) {
  const double n_c = static_cast<double>(control.units);
  const double n_t = static_cast<double>(treatment.units);
  const double x_c = static_cast<double>(control.successes);
  const double x_t = static_cast<double>(treatment.successes);
  const double rate = (x_c + x_t) / (n_c + n_t);
  return binomial_pmf(x_c, n_c, rate) * binomial_pmf(x_t, n_t, rate);
}

Assumptions exact_assumptions() {
  return {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook};
}

UnconditionalTest boschloo(const SuccessCount& control, const SuccessCount& treatment,
                           Alternative alternative) {
  const TableMargins margins = TableMargins::of(control, treatment);
  UnconditionalTest test;
  test.assumptions = exact_assumptions();
  test.statistic = fisher_exact_p_value(control, treatment, alternative);
  const double limit = test.statistic * (1 + kStatisticTie);
  const double floor = likelihood(control, treatment);
  const Mirror mirror = mirror_of(margins, alternative);
  ConditionalTables tables;
  std::vector<double> chance = chances(margins.total, mirror, [&](std::uint64_t s) {
    tables.fill(with_successes(margins, s), kNegligible * floor);
    return alternative == Alternative::TwoSided ? two_sided_within(tables, limit)
                                                : tail_within(tables, alternative, limit);
  });
  const auto [probability, rate] = Exceedance(std::move(chance), floor, mirror).maximum();
  test.p_value = probability;
  test.nuisance_rate = rate;
  return test;
}

/// z of the difference of rates, control `c` of n_c and treatment `t` of n_t. Equal rates are zero whatever the variance.
class DifferenceZ {
 public:
  DifferenceZ(const TableMargins& margins, BarnardVariance variance)
      : n_t_(static_cast<double>(margins.drawn)),
        n_c_(static_cast<double>(margins.total - margins.drawn)),
        variance_(variance) {}

  [[nodiscard]] double operator()(double c, double t) const {
    const double difference = t * n_c_ - c * n_t_;  // over n_c n_t; exact
    if (difference == 0) return 0;
    if (variance_ == BarnardVariance::Pooled) {
      const double s = c + t;
      const double n = n_c_ + n_t_;
      return difference / std::sqrt(s * (n - s) / n * n_c_ * n_t_);
    }
    return difference / std::sqrt(t * (n_t_ - t) / n_t_ * n_c_ * n_c_ + c * (n_c_ - c) / n_c_ * n_t_ * n_t_);
  }

 private:
  double n_t_;
  double n_c_;
  BarnardVariance variance_;
};

bool at_least_as_extreme(double z, double observed, Alternative alternative) {
  if (alternative == Alternative::TwoSided) {
    z = std::abs(z);
    observed = std::abs(observed);
  } else if (alternative == Alternative::Less) {
    z = -z;
    observed = -observed;
  }
  return z >= observed - kStatisticTie * std::abs(observed) || z == observed;
}

}  // namespace

Estimated<UnconditionalTest> boschloo_test(const SuccessCount& control, const SuccessCount& treatment,
                                           const BoschlooOptions& options) {
  if (const auto why = refusal(control, treatment)) return not_estimable(*why);
  if (control.units + treatment.units > kMostUnits)
    return not_estimable("there are too many units for Boschloo's test");
  if (options.alternative != Alternative::TwoSided || options.sides == BoschlooSides::FisherTwoSided) {
    return boschloo(control, treatment, options.alternative);
  }
  const UnconditionalTest less = boschloo(control, treatment, Alternative::Less);
  const UnconditionalTest greater = boschloo(control, treatment, Alternative::Greater);
  UnconditionalTest test = less.p_value < greater.p_value ? less : greater;
  test.p_value = std::min(1.0, 2 * test.p_value);
  return test;
}

Estimated<UnconditionalTest> barnard_test(const SuccessCount& control, const SuccessCount& treatment,
                                          const BarnardOptions& options) {
  if (const auto why = refusal(control, treatment)) return not_estimable(*why);
  const TableMargins margins = TableMargins::of(control, treatment);
  const bool pooled = options.variance == BarnardVariance::Pooled;
  if (margins.total > (pooled ? kMostUnits : kMostUnitsUnpooled))
    return not_estimable("there are too many units for Barnard's test");

  const DifferenceZ z(margins, options.variance);
  UnconditionalTest test;
  test.assumptions = exact_assumptions();
  test.statistic = z(static_cast<double>(control.successes), static_cast<double>(treatment.successes));
  const double floor = likelihood(control, treatment);
  const Mirror mirror = mirror_of(margins, options.alternative);
  ConditionalTables tables;
  std::vector<double> chance = chances(margins.total, mirror, [&](std::uint64_t s) {
    tables.fill(with_successes(margins, s), kNegligible * floor);
    double sum = 0;
    for (std::size_t i = 0; i < tables.probability.size(); ++i) {
      const std::uint64_t t = tables.first + i;
      if (at_least_as_extreme(z(static_cast<double>(s - t), static_cast<double>(t)), test.statistic,
                              options.alternative)) {
        sum += tables.probability[i];
      }
    }
    return std::min(1.0, sum);
  });
  const auto [probability, rate] = Exceedance(std::move(chance), floor, mirror).maximum();
  test.p_value = probability;
  test.nuisance_rate = rate;
  return test;
}

}  // namespace splitplot::stats
