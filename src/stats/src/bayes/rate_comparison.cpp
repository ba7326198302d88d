#include "bayes/rate_comparison.hpp"

#include "bayes/posterior_shape.hpp"
#include "numeric/root.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace splitplot::stats {
namespace {

constexpr double kFewestForGrid = 20;
// With fewer a density bends more sharply at its end of the scale, and needs a finer grid. Measured against `chance_not_above` over
// generated posteriors, probabilities are then within 1e-10 (the test holds them to 1e-9).
constexpr double kEnoughForWideSteps = 50;
// The density of a log rate has its singularities at +- i pi from the mode, whatever its width.
constexpr double kWidestLogStep = 0.27;

/// log density at distance d from the mode of Beta(a, b), 0 at the mode; a, b > 1.
struct RateDensity {
  double a;
  double b;
  double mode;
  double other;

  RateDensity(const BetaPosterior& beta, double total)
      : a(beta.a - 1), b(beta.b - 1), mode((beta.a - 1) / total), other((beta.b - 1) / total) {}
  explicit RateDensity(const BetaPosterior& beta) : RateDensity(beta, beta.a + beta.b - 2) {}

  double operator()(double d) const {
    const double left = d / mode;
    const double right = -d / other;
    if (!(left > -1) || !(right > -1)) return -std::numeric_limits<double>::infinity();
    return a * std::log1p(left) + b * std::log1p(right);
  }
};

/// The same for the density of the rate's logarithm, x^a (1 - x)^(b - 1).
struct LogRateDensity {
  double a;
  double b;
  double mode;  // the logarithm
  double odds;

  explicit LogRateDensity(const BetaPosterior& beta)
      : a(beta.a),
        b(beta.b - 1),
        mode(std::log(beta.a / (beta.a + beta.b - 1))),
        odds(beta.a / (beta.b - 1)) {}

  double operator()(double d) const {
    const double right = -odds * std::expm1(d);
    if (!(right > -1)) return -std::numeric_limits<double>::infinity();
    return a * d + b * std::log1p(right);
  }
};

template <typename Density>
std::optional<GridDifference> grid(const Density& x, const Density& y, double step) {
  const GridDensity first(x.mode, 0, step, x);
  if (!first.fits()) return std::nullopt;
  const GridDensity second(y.mode, GridDifference::shift_for(x.mode, y.mode, step), step, y);
  if (!second.fits()) return std::nullopt;
  return GridDifference(first, second, step);
}

/// What a step is multiplied by for densities whose smallest exponent this is.
double refinement(double fewest) {
  return fewest < kEnoughForWideSteps ? std::sqrt(fewest / kEnoughForWideSteps) : 1;
}

/// Standard deviation of log X: trigamma(a) - trigamma(a + b) by its asymptotic series, from which only a step is chosen.
double sd_of_log(const BetaPosterior& x) {
  const double total = x.a + x.b;
  return std::sqrt(x.b / x.a / total + 0.5 / (x.a * x.a) - 0.5 / (total * total));
}

}  // namespace

std::optional<GridDifference> rate_difference_grid(const BetaPosterior& x, const BetaPosterior& y) {
  const double fewest = std::min({x.a, x.b, y.a, y.b});
  if (!(fewest >= kFewestForGrid)) return std::nullopt;
  return grid(RateDensity(x), RateDensity(y), refinement(fewest) * GridDifference::step_for(x.sd(), y.sd()));
}

std::optional<GridDifference> log_rate_ratio_grid(const BetaPosterior& x, const BetaPosterior& y) {
  const double fewest = std::min(x.b, y.b);
  if (!(fewest >= kFewestForGrid) || !(std::min(x.a, y.a) >= 1)) return std::nullopt;
  const double step =
      std::min(kWidestLogStep, refinement(fewest) * GridDifference::step_for(sd_of_log(x), sd_of_log(y)));
  return grid(LogRateDensity(x), LogRateDensity(y), step);
}

namespace {

double beta_below(double x, const BetaPosterior& beta) {
  return x <= 0 ? 0 : x >= 1 ? 1 : beta_cdf(x, beta.a, beta.b);
}
double beta_above(double x, const BetaPosterior& beta) {
  // The distribution function of 1 - X; 1 - x is exact or nearly so for x above a half.
  return x <= 0    ? 1
         : x >= 1  ? 0
         : x > 0.5 ? beta_cdf(1 - x, beta.b, beta.a)
                   : 1 - beta_cdf(x, beta.a, beta.b);
}

/// Beta on the logit scale by its own functions, as `LogitBetaTable` is by a table.
class ExactLogitBeta {
 public:
  explicit ExactLogitBeta(const BetaPosterior& beta) : beta_(beta), shape_(beta.a, beta.b) {}

  [[nodiscard]] double start() const { return shape_.start(); }
  [[nodiscard]] double end() const { return shape_.end(); }
  [[nodiscard]] double density(double u) const { return shape_.density(u); }
  [[nodiscard]] double rate_below(double x, double) const { return beta_below(x, beta_); }
  [[nodiscard]] double rate_above(double x, double) const { return beta_above(x, beta_); }

 private:
  BetaPosterior beta_;
  LogitBetaShape shape_;
};

/// The same words over a table.
class TabulatedLogitBeta {
 public:
  explicit TabulatedLogitBeta(const LogitBetaTable& table) : table_(&table) {}

  [[nodiscard]] double start() const { return table_->start(); }
  [[nodiscard]] double end() const { return table_->end(); }
  [[nodiscard]] double density(double u) const { return table_->density(u); }
  [[nodiscard]] double rate_below(double x, double other) const {
    return x <= 0 ? 0 : other <= 0 ? 1 : table_->below(std::log(x / other));
  }
  [[nodiscard]] double rate_above(double x, double other) const { return 1 - rate_below(x, other); }

 private:
  const LogitBetaTable* table_;
};

double rate_at(double logit) {
  return 1 / (1 + std::exp(-logit));
}

/// E[weight(y, 1 - y); y < 1], y = offset + ratio X, for offset >= 0, where weight is a distribution function or its complement. The
/// part of X's scale up to `top` is mapped to the logit of x / top: on it everything falls exponentially at both ends and bends at no
/// point, so that the trapezoid rule converges geometrically.
template <typename Beta, typename Weight>
double mean_below_top(const Beta& x, LinearBound bound, const Weight& weight) {
  const double top = std::min(1.0, (1 - bound.offset) / bound.ratio);
  if (!(top > 0)) return 0;
  const auto logit_of_share = [&](double u) {
    if (top == 1) return u;
    const double value = rate_at(u);
    return value < top ? std::log(value) - std::log(top - value) : std::numeric_limits<double>::infinity();
  };
  const double from = logit_of_share(x.start());
  if (!(from < 45)) return 0;
  const double to = top == 1 ? x.end() : std::min(45.0, logit_of_share(x.end()));
  // 1 - y without cancellation, where y reaches 1 at the top.
  const double rest = std::max(0.0, 1 - bound.offset - bound.ratio * top);
  const auto integrand = [&](double s) {
    const double small = std::exp(-std::abs(s));
    const double share = (s > 0 ? 1 : small) / (1 + small);
    const double other = (s > 0 ? small : 1) / (1 + small);
    const double value = top * share;
    // f(x) dx/ds, by the density over the logit, x (1 - x) f(x), which is finite at both ends.
    const double complement = (1 - top) + top * other;
    if (!(value > 0) || !(complement > 0)) return 0.0;
    const double density = x.density(std::log(value / complement));
    if (density == 0) return 0.0;
    return density * (other / complement) *
           weight(bound.offset + bound.ratio * value, rest + bound.ratio * top * other);
  };
  int intervals = 32;
  double step = (to - from) / intervals;
  double sum = 0;
  for (int i = 0; i <= intervals; ++i) sum += integrand(from + i * step);
  double previous = sum * step;
  for (int halving = 0; halving < 9; ++halving) {
    for (int i = 0; i < intervals; ++i) sum += integrand(from + (i + 0.5) * step);
    intervals *= 2;
    step *= 0.5;
    const double now = sum * step;
    if (std::abs(now - previous) < 1e-10) return now;  // the next halving would square the error
    previous = now;
  }
  return previous;
}

/// The distribution of 1 - X.
template <typename Beta>
class Mirrored {
 public:
  explicit Mirrored(const Beta& beta) : beta_(&beta) {}

  [[nodiscard]] double start() const { return -beta_->end(); }
  [[nodiscard]] double end() const { return -beta_->start(); }
  [[nodiscard]] double density(double u) const { return beta_->density(-u); }
  [[nodiscard]] double rate_below(double x, double other) const { return beta_->rate_above(other, x); }
  [[nodiscard]] double rate_above(double x, double other) const { return beta_->rate_below(other, x); }

 private:
  const Beta* beta_;
};

/// P(Y <= X + offset).
template <typename X, typename Y>
double chance_of_difference(const X& x, const Y& y, double offset) {
  // Where Y <= X + offset means X >= Y - offset, the arms change places, so that the offset is positive.
  if (offset < 0) {
    return mean_below_top(y, {-offset, 1},
                          [&](double value, double other) { return x.rate_above(value, other); });
  }
  return mean_below_top(x, {offset, 1},
                        [&](double value, double other) { return y.rate_below(value, other); }) +
         x.rate_above(1 - offset, offset);
}

template <typename Beta>
double chance_not_above_of(const Beta& x, const Beta& y, LinearBound bound) {
  double chance = 0;
  if (bound.offset != 0) {
    // Of high rates the others, 1 - Y >= 1 - X - offset, for the part of the scale next to the top converges slowly.
    const bool high = x.start() + x.end() + y.start() + y.end() > 0;
    chance = high ? chance_of_difference(Mirrored(y), Mirrored(x), bound.offset)
                  : chance_of_difference(x, y, bound.offset);
  } else if (bound.ratio <= 1) {
    chance = mean_below_top(x, bound, [&](double value, double other) { return y.rate_below(value, other); });
  } else {
    chance = mean_below_top(y, {0, 1 / bound.ratio},
                            [&](double value, double other) { return x.rate_above(value, other); });
  }
  return std::clamp(chance, 0.0, 1.0);
}

/// x with probability(x) = p, by the secant method on the scale of normal quantiles, on which distribution functions are close to straight
/// lines. Nothing where it does not settle.
template <typename Probability>
std::optional<double> quantile_by_secants(const Probability& probability, double p, double centre,
                                          double spread) {
  constexpr double kSmallest = 1e-15;
  constexpr double kSettled = 1e-11;
  const double target = normal_quantile(p);
  const auto miss = [&](double x) {
    return normal_quantile(std::clamp(probability(x), kSmallest, 1 - kSmallest)) - target;
  };
  double last = centre + target * spread;
  double miss_of_last = miss(last);
  double x = last - std::clamp(miss_of_last, -4.0, 4.0) * spread;
  for (int i = 0; i < 12; ++i) {
    const double miss_of_x = miss(x);
    if (std::abs(miss_of_x) < kSettled) return x;
    const double slope = (miss_of_x - miss_of_last) / (x - last);
    if (!(slope > 0) || std::isinf(slope)) return std::nullopt;
    const double next = x - miss_of_x / slope;
    // The next miss is of the order of the product of the last two.
    if (std::abs(miss_of_x * miss_of_last) < kSettled) return next;
    last = x;
    miss_of_last = miss_of_x;
    x = next;
  }
  return std::nullopt;
}

}  // namespace

RateTables::RateTables(const BetaPosterior& x, const BetaPosterior& y)
    : x_(x), y_(y), x_table_(x), y_table_(y) {}

bool RateTables::fits() const {
  constexpr double kMostUnequal = 6;  // steps; the trapezoid rule goes by the finer one
  return x_table_.fits() && y_table_.fits() && x_table_.step() <= kMostUnequal * y_table_.step() &&
         y_table_.step() <= kMostUnequal * x_table_.step();
}

double RateTables::chance_above() const {
  // Over the nodes of the rate that is known better.
  const bool x_is_finer = x_table_.step() < y_table_.step();
  const LogitBetaTable& fine = x_is_finer ? x_table_ : y_table_;
  const LogitBetaTable& coarse = x_is_finer ? y_table_ : x_table_;
  double sum = 0;
  for (std::size_t i = 0; i < fine.size(); ++i) sum += fine.weight(i) * coarse.below(fine.logit(i));
  return std::clamp(x_is_finer ? 1 - sum : sum, 0.0, 1.0);
}

double RateTables::mean_excess(int sign) const {
  // E[max(0, U - V)] = integral of P(V <= x) P(U > x) dx.
  const LogitBetaTable& u = sign > 0 ? x_table_ : y_table_;
  const LogitBetaTable& v = sign > 0 ? y_table_ : x_table_;
  const double step = std::min(u.step(), v.step());
  double sum = 0;
  for (double at = v.start(); at < u.end(); at += step) {
    const double small = std::exp(-std::abs(at));
    sum += v.below(at) * (1 - u.below(at)) * small / ((1 + small) * (1 + small));
  }
  return sum * step;
}

double RateTables::chance_not_above(LinearBound bound) const {
  return chance_not_above_of(TabulatedLogitBeta(x_table_), TabulatedLogitBeta(y_table_), bound);
}

double RateTables::difference_quantile(double p) const {
  const auto chance = [&](double d) { return d <= -1 ? 0 : d >= 1 ? 1 : chance_not_above({d, 1}); };
  const auto found = quantile_by_secants(chance, p, y_.mean() - x_.mean(), std::hypot(x_.sd(), y_.sd()));
  return found ? *found : stats::difference_quantile(x_, y_, p);
}

double RateTables::ratio_quantile(double p) const {
  const auto chance = [&](double log_ratio) { return chance_not_above({0, std::exp(log_ratio)}); };
  const auto found = quantile_by_secants(
      chance, p, digamma(y_.a) - digamma(y_.a + y_.b) - digamma(x_.a) + digamma(x_.a + x_.b),
      std::hypot(sd_of_log(x_), sd_of_log(y_)));
  return found ? std::exp(*found) : stats::ratio_quantile(x_, y_, p);
}

double chance_not_above(const BetaPosterior& x, const BetaPosterior& y, LinearBound bound) {
  return chance_not_above_of(ExactLogitBeta(x), ExactLogitBeta(y), bound);
}

double difference_quantile(const BetaPosterior& x, const BetaPosterior& y, double p) {
  const auto miss = [&](double d) { return chance_not_above(x, y, {d, 1}) - p; };
  return root_between(miss, -1, 1).value_or(p < 0.5 ? -1 : 1);
}

double ratio_quantile(const BetaPosterior& x, const BetaPosterior& y, double p) {
  // P(Y <= r X) at r = Y's quantile over X's lies between known bounds: start from a bracket on the log scale and widen it.
  const auto miss = [&](double log_ratio) { return chance_not_above(x, y, {0, std::exp(log_ratio)}) - p; };
  const double centre = std::log(y.mean()) - std::log(x.mean());
  double reach = 2 * (x.sd() / x.mean() + y.sd() / y.mean()) + 1e-12;
  while (reach < 1400 && (miss(centre - reach) > 0 || miss(centre + reach) < 0)) reach *= 2;
  const auto root = root_between(miss, centre - reach, centre + reach);
  return root ? std::exp(*root) : p < 0.5 ? 0 : std::numeric_limits<double>::infinity();
}

}  // namespace splitplot::stats
