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

/// E[weight(offset + ratio X); offset + ratio X < 1] for offset >= 0, where weight(y) is a distribution function or its complement. The
/// part of X's scale up to `top` is mapped to the logit of x / top: on it everything falls exponentially at both ends and bends at no
/// point, so that the trapezoid rule converges geometrically.
template <typename Weight>
double mean_below_top(const BetaPosterior& x, LinearBound bound, const Weight& weight) {
  const double top = std::min(1.0, (1 - bound.offset) / bound.ratio);
  if (!(top > 0)) return 0;
  const LogitBetaShape shape(x.a, x.b);
  const auto rate = [](double u) { return 1 / (1 + std::exp(-u)); };
  const auto logit_of_share = [&](double u) {
    const double value = rate(u);
    if (top == 1) return u;
    return value < top ? std::log(value) - std::log(top - value) : std::numeric_limits<double>::infinity();
  };
  const double from = logit_of_share(shape.start());
  if (!(from < 45)) return 0;
  const double to = top == 1 ? shape.end() : std::min(45.0, logit_of_share(shape.end()));
  const auto integrand = [&](double s) {
    const double share = rate(s);
    const double other = rate(-s);
    const double value = top * share;
    // f(x) dx/ds, by the density over the logit, x (1 - x) f(x), which is finite at both ends.
    const double complement = (1 - top) + top * other;
    if (!(value > 0) || !(complement > 0)) return 0.0;
    GaussLegendre::Values at{};
    at[0] = std::log(value) - std::log(complement);
    const double density = shape.densities(at)[0];
    return density * (other / complement) * weight(bound.offset + bound.ratio * value);
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
    if (std::abs(now - previous) < 1e-9) return now;  // the next halving would square the error
    previous = now;
  }
  return previous;
}

}  // namespace

double chance_not_above(const BetaPosterior& x, const BetaPosterior& y, LinearBound bound) {
  double chance = 0;
  if (bound.offset >= 0) {
    const double top = (1 - bound.offset) / bound.ratio;
    chance =
        mean_below_top(x, bound, [&](double value) { return beta_below(value, y); }) + beta_above(top, x);
  } else {
    // X >= (Y - offset) / ratio: the same with the arms' places changed, so that the offset is positive.
    const LinearBound turned{-bound.offset / bound.ratio, 1 / bound.ratio};
    chance = mean_below_top(y, turned, [&](double value) { return beta_above(value, x); });
  }
  return std::clamp(chance, 0.0, 1.0);
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
