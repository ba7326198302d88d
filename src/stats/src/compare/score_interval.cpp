#include "compare/judge.hpp"
#include "compare/success_counts.hpp"
#include "numeric/root.hpp"

#include <splitplot/stats/compare/score_interval.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace splitplot::stats {
namespace {

constexpr double kLargestLog = 690;  // ratios are searched within e^-690 to e^690
constexpr int kMostPolishingSteps = 80;

struct Table {
  double x_c = 0;
  double n_c = 0;
  double x_t = 0;
  double n_t = 0;

  Table(const SuccessCount& control, const SuccessCount& treatment)
      : x_c(static_cast<double>(control.successes)),
        n_c(static_cast<double>(control.units)),
        x_t(static_cast<double>(treatment.successes)),
        n_t(static_cast<double>(treatment.units)) {}

  [[nodiscard]] double rate_c() const { return x_c / n_c; }
  [[nodiscard]] double rate_t() const { return x_t / n_t; }
};

/// The likely rate r of the lower arm (x of n) where the upper arm's (y of m) is r + gap, gap >= 0. The log-likelihood is concave in r;
/// its slope times the four probabilities is the cubic of Miettinen & Nurminen, equation after (8).
double lower_rate(double x, double n, double y, double m, double gap) {
  const double most = 1 - gap;
  if (!(most > 0)) return 0;
  const double a = n + m;
  const double b = -(m + n + y + x - gap * (m + 2 * n)) / a;  // of r^2 after r -> rate of the lower arm
  const double c = (n * gap * gap - gap * (2 * x + n + m) + x + y) / a;
  const double d = x * gap * (1 - gap) / a;
  // Coefficients of the lower arm's cubic r^3 + b r^2 + c r + d, solved by the cosine.
  const auto slope = [&](double r) {
    const double down = x > 0 ? x / r : 0;
    const double down_fail = n - x > 0 ? (n - x) / (1 - r) : 0;
    const double up = y > 0 ? y / (r + gap) : 0;
    const double up_fail = m - y > 0 ? (m - y) / (most - r) : 0;
    return down - down_fail + up - up_fail;
  };
  double low = 0;
  double high = most;
  // Without a success in the lower arm, or without a failure in the upper one, the slope may keep one sign up to the end.
  if (x == 0 && (gap > 0 || y == 0) && slope(0) <= 0) return 0;
  if (m == y && (gap > 0 || n == x) && slope(most) >= 0) return most;
  const double v = b * b * b / 27 - b * c / 6 + d / 2;
  const double u = std::copysign(std::sqrt(std::max(0.0, b * b / 9 - c / 3)), v);
  const double w = u == 0 ? 0 : (std::numbers::pi + std::acos(std::clamp(v / (u * u * u), -1.0, 1.0))) / 3;
  double r = 2 * u * std::cos(w) - b / 3;
  if (!(r > low && r < high)) r = 0.5 * (low + high);
  for (int i = 0; i < kMostPolishingSteps; ++i) {
    const double value = slope(r);
    if (value == 0) break;
    (value > 0 ? low : high) = r;
    const double steepness = (x > 0 ? x / (r * r) : 0) + (n - x > 0 ? (n - x) / ((1 - r) * (1 - r)) : 0) +
                             (y > 0 ? y / ((r + gap) * (r + gap)) : 0) +
                             (m - y > 0 ? (m - y) / ((most - r) * (most - r)) : 0);
    double next = r + value / steepness;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    const bool settled = std::abs(next - r) <= 2 * std::numeric_limits<double>::epsilon() * r;
    r = next;
    if (settled) break;
  }
  return r;
}

RestrictedRates rates_at_difference(const Table& t, double difference) {
  if (difference >= 0) {
    const double control = lower_rate(t.x_c, t.n_c, t.x_t, t.n_t, difference);
    return {control, std::min(1.0, control + difference)};
  }
  const double treatment = lower_rate(t.x_t, t.n_t, t.x_c, t.n_c, -difference);
  return {std::min(1.0, treatment - difference), treatment};
}

RestrictedRates rates_at_ratio(const Table& t, double ratio) {
  // n ratio r^2 - b r + s = 0, the smaller root in the form that does not cancel.
  const double n = t.n_c + t.n_t;
  const double s = t.x_c + t.x_t;
  const double b = t.n_t * ratio + t.x_t + t.n_c + t.x_c * ratio;
  const double root = std::sqrt(std::max(0.0, b * b - 4 * n * ratio * s));
  const double control = std::min(1.0, 2 * s / (b + root));
  return {control, std::min(1.0, ratio * control)};
}

RestrictedRates rates_at_odds_ratio(const Table& t, double odds_ratio) {
  const double s = t.x_c + t.x_t;
  const double a = t.n_c * (odds_ratio - 1);
  const double b = t.n_t * odds_ratio + t.n_c - s * (odds_ratio - 1);
  const double root = std::sqrt(std::max(0.0, b * b + 4 * a * s));
  // (root - b) / (2 a), or the same turned over where that would cancel.
  const double control = b >= 0 ? 2 * s / (b + root) : (root - b) / (2 * a);
  return {std::clamp(control, 0.0, 1.0),
          std::clamp(control * odds_ratio / (1 + control * (odds_ratio - 1)), 0.0, 1.0)};
}

RestrictedRates rates_at(const Table& table, double value, EffectMeasure measure) {
  switch (measure) {
    case EffectMeasure::Ratio:
      return rates_at_ratio(table, value);
    case EffectMeasure::OddsRatio:
      return rates_at_odds_ratio(table, value);
    case EffectMeasure::Difference:
      break;
  }
  return rates_at_difference(table, value);
}

/// How far the data lie above `value`, and the standard deviation of that under it.
struct Distance {
  double above = 0;
  double deviation = 0;

  /// z as above / hypot(above, deviation): monotone in z and never infinite.
  [[nodiscard]] double sine() const { return above == 0 ? 0 : above / std::hypot(above, deviation); }
};

Distance distance(const Table& t, double value, EffectMeasure measure, ScoreVariance variance) {
  const RestrictedRates rates = rates_at(t, value, measure);
  const double n = t.n_c + t.n_t;
  const double factor = variance == ScoreVariance::MiettinenNurminen ? n / (n - 1) : 1;
  const double v_c = rates.control * (1 - rates.control);
  const double v_t = rates.treatment * (1 - rates.treatment);
  switch (measure) {
    case EffectMeasure::Ratio:
      // Both sides over 1 + value, so that large ratios do not overflow.
      return {(t.rate_t() - value * t.rate_c()) / (1 + value),
              std::sqrt(factor * (v_t / t.n_t + value * value * (v_c / t.n_c))) / (1 + value)};
    case EffectMeasure::OddsRatio: {
      // The score x_t - n_t r_t has the variance 1 / (1 / (n_t v_t) + 1 / (n_c v_c)).
      const double i_t = t.n_t * v_t;
      const double i_c = t.n_c * v_c;
      const double information = i_t > 0 && i_c > 0 ? 1 / (1 / i_t + 1 / i_c) : 0;
      return {t.x_t - t.n_t * rates.treatment, std::sqrt(factor * information)};
    }
    case EffectMeasure::Difference:
      break;
  }
  return {t.rate_t() - t.rate_c() - value, std::sqrt(factor * (v_t / t.n_t + v_c / t.n_c))};
}

/// Where the sine of the score falls to `level` between two values of the measure (or of its logarithm); `otherwise` if it never does.
template <typename Sine>
double crossing(const Sine& sine, double level, double from, double to, double otherwise) {
  return root_between([&](double x) { return sine(x) - level; }, from, to).value_or(otherwise);
}

std::optional<std::string> refusal_of(const Table& t, EffectMeasure measure) {
  if (measure == EffectMeasure::Difference) return std::nullopt;
  if (t.x_c + t.x_t == 0) return "no arm has a success, so a ratio has no bounds";
  if (measure == EffectMeasure::OddsRatio && t.x_c + t.x_t == t.n_c + t.n_t)
    return "no arm has a failure, so an odds ratio has no bounds";
  return std::nullopt;
}

bool in_domain(double value, EffectMeasure measure) {
  if (measure == EffectMeasure::Difference) return value > -1 && value < 1;
  return value > 0 && std::isfinite(value);
}

}  // namespace

Estimated<Interval> score_interval(const SuccessCount& control, const SuccessCount& treatment,
                                   const ScoreOptions& options) {
  if (const auto why = refusal(control, treatment, options.confidence)) return not_estimable(*why);
  const Table table(control, treatment);
  if (const auto why = refusal_of(table, options.measure)) return not_estimable(*why);
  const double z = -normal_quantile((1 - options.confidence) / 2);
  const double level = z / std::hypot(1.0, z);
  if (options.measure == EffectMeasure::Difference) {
    const auto sine = [&](double x) { return distance(table, x, options.measure, options.variance).sine(); };
    const double seen = table.rate_t() - table.rate_c();
    return Interval{crossing(sine, level, -1, seen, -1), crossing(sine, -level, seen, 1, 1)};
  }
  const auto sine = [&](double log_value) {
    return distance(table, std::exp(log_value), options.measure, options.variance).sine();
  };
  // Somewhere between the ends: where the score with one success and one failure added to each arm is zero.
  const double odds_t = (table.x_t + 1) / (table.n_t - table.x_t + 1);
  const double odds_c = (table.x_c + 1) / (table.n_c - table.x_c + 1);
  const double middle = options.measure == EffectMeasure::OddsRatio
                            ? std::log(odds_t / odds_c)
                            : std::log((table.x_t + 1) / (table.n_t + 2) * (table.n_c + 2) / (table.x_c + 1));
  Interval interval{0, std::numeric_limits<double>::infinity()};
  const bool none_below =
      table.x_t == 0 || (options.measure == EffectMeasure::OddsRatio && table.x_c == table.n_c);
  const bool none_above =
      table.x_c == 0 || (options.measure == EffectMeasure::OddsRatio && table.x_t == table.n_t);
  // From the middle outwards in steps that double: the logarithms of the ends are of the size of one, the bounds of the search are not.
  const auto end_towards = [&](double direction, double wanted) {
    double inner = middle;
    // Where the data are extreme even the middle may lie beyond the end: go back first.
    for (double step = 1; direction * (sine(inner) - wanted) < 0 && std::abs(inner) < kLargestLog;
         step *= 2) {
      inner -= direction * step;
    }
    double outer = inner + direction;
    for (double step = 2; direction * (sine(outer) - wanted) > 0 && std::abs(outer) < kLargestLog;
         step *= 2) {
      outer = inner + direction * step;
    }
    return std::exp(crossing(sine, wanted, std::min(inner, outer), std::max(inner, outer),
                             direction * std::numeric_limits<double>::infinity()));
  };
  if (!none_below) interval.lower = end_towards(-1, level);
  if (!none_above) interval.upper = end_towards(1, -level);
  return interval;
}

Estimated<RestrictedRates> restricted_rates(const SuccessCount& control, const SuccessCount& treatment,
                                            double null_value, EffectMeasure measure) {
  if (const auto why = refusal(control, treatment)) return not_estimable(*why);
  if (!in_domain(null_value, measure))
    return not_estimable("the value tested is none that two proportions can have");
  return rates_at(Table(control, treatment), null_value, measure);
}

Estimated<ScoreTest> score_test(const SuccessCount& control, const SuccessCount& treatment, double null_value,
                                const ScoreTestOptions& options) {
  if (const auto why = refusal(control, treatment)) return not_estimable(*why);
  if (!in_domain(null_value, options.measure))
    return not_estimable("the value tested is none that two proportions can have");
  const Table table(control, treatment);
  if (const auto why = refusal_of(table, options.measure)) return not_estimable(*why);
  const Distance far = distance(table, null_value, options.measure, options.variance);
  ScoreTest test;
  test.assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                      Assumption::LargeSample};
  // Data that fit the value exactly say nothing against it, also where they leave no variance.
  test.statistic = far.above == 0 ? 0 : far.above / far.deviation;
  if (!std::isfinite(test.statistic)) return not_estimable("the variance under the value tested is zero");
  test.p_value = normal_p_value(test.statistic, options.alternative);
  return test;
}

Estimated<ScoreTest> equivalence_test(const SuccessCount& control, const SuccessCount& treatment,
                                      double lower, double upper, const ScoreTestOptions& options) {
  if (!(lower < upper)) return not_estimable("the lower margin must lie below the upper one");
  ScoreTestOptions one_sided = options;
  one_sided.alternative = Alternative::Greater;
  auto above = score_test(control, treatment, lower, one_sided);
  if (!above) return above;
  one_sided.alternative = Alternative::Less;
  auto below = score_test(control, treatment, upper, one_sided);
  if (!below) return below;
  return above->p_value > below->p_value ? above : below;
}

}  // namespace splitplot::stats
