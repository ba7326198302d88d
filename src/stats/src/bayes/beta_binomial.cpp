#include "bayes/posterior_shape.hpp"
#include "bayes/rate_comparison.hpp"

#include <splitplot/stats/bayes/beta_binomial.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace splitplot::stats {
namespace {

const Assumptions kAssumptions{Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                               Assumption::StatedPrior};

// Bounds of the parameters. Above the second a posterior's width is lost to rounding.
constexpr double kSmallestParameter = 1e-6;
constexpr double kLargestParameter = 1e15;

bool in_range(double x) {
  return x >= kSmallestParameter && x <= kLargestParameter;
}

struct Arms {
  BetaPosterior control;
  BetaPosterior treatment;
};

Estimated<Arms> posteriors(const SuccessCount& control, const SuccessCount& treatment, BetaPrior prior) {
  if (control.units == 0 || treatment.units == 0) return not_estimable("an arm has no units");
  if (control.successes > control.units || treatment.successes > treatment.units) {
    return not_estimable("an arm has more successes than units");
  }
  if (!in_range(prior.a) || !in_range(prior.b)) {
    return not_estimable("the parameters of the prior must lie between 1e-6 and 1e15");
  }
  if (static_cast<double>(std::max(control.units, treatment.units)) > kLargestParameter) {
    return not_estimable("an arm has more units than the posterior can be worked out for");
  }
  return Arms{beta_posterior(control, prior), beta_posterior(treatment, prior)};
}

/// treatment mean - control mean, without the cancellation of two rates near 1.
double mean_difference(const Arms& arms) {
  const BetaPosterior& c = arms.control;
  const BetaPosterior& t = arms.treatment;
  const double c_total = c.a + c.b;
  const double t_total = t.a + t.b;
  return t.a / t_total * (c.b / c_total) - t.b / t_total * (c.a / c_total);
}

Beats beats_of(double chance_treatment_larger, double excess_of_control, double excess_of_treatment,
               Direction direction) {
  Beats beats;
  beats.chance_to_win = chance_treatment_larger;
  beats.expected_loss = excess_of_control;
  beats.expected_loss_of_keeping = excess_of_treatment;
  if (direction == Direction::LowerIsBetter) {
    beats.chance_to_win = 1 - beats.chance_to_win;
    std::swap(beats.expected_loss, beats.expected_loss_of_keeping);
  }
  beats.assumptions = kAssumptions;
  return beats;
}

Beats beats_by_panels(const Arms& arms, Direction direction) {
  const LogitBetaShape control(arms.control.a, arms.control.b);
  const LogitBetaShape treatment(arms.treatment.a, arms.treatment.b);
  const std::array<const PosteriorShape*, 2> shapes{&control, &treatment};
  const BestOfArms best = best_of_arms(shapes, Coordinate::Logit);
  const double difference = mean_difference(arms);
  const double smaller = std::max(0.0, best.value_remaining);
  const double larger = smaller + std::abs(difference);
  return beats_of(best.chances[1], difference >= 0 ? smaller : larger, difference >= 0 ? larger : smaller,
                  direction);
}

/// The two arms in the fastest form that holds its digits for them: a grid of rates, tables over the logit, or neither.
class Comparison {
 public:
  explicit Comparison(const Arms& arms)
      : arms_(arms), grid_(rate_difference_grid(arms.control, arms.treatment)) {
    if (grid_) return;
    tables_.emplace(arms.control, arms.treatment);
    if (!tables_->fits()) tables_.reset();
  }

  [[nodiscard]] Beats beats(Direction direction) const {
    const double difference = mean_difference(arms_);
    if (grid_) {
      const auto excesses = grid_->mean_excesses(difference);
      return beats_of(1 - grid_->cdf(0), excesses.of_first, excesses.of_second, direction);
    }
    if (!tables_) return beats_by_panels(arms_, direction);
    const double smaller = std::max(0.0, tables_->mean_excess(difference >= 0 ? 1 : -1));
    const double larger = smaller + std::abs(difference);
    return beats_of(tables_->chance_above(), difference >= 0 ? smaller : larger,
                    difference >= 0 ? larger : smaller, direction);
  }

  /// P(treatment - control <= d).
  [[nodiscard]] double difference_below(double d) const {
    if (grid_) return grid_->cdf(d);
    return tables_ ? tables_->chance_not_above({d, 1})
                   : chance_not_above(arms_.control, arms_.treatment, {d, 1});
  }

  [[nodiscard]] Estimate difference(double tail) const {
    const auto quantile = [&](double p) {
      if (grid_) return grid_->quantile(p);
      return tables_ ? tables_->difference_quantile(p)
                     : difference_quantile(arms_.control, arms_.treatment, p);
    };
    return {mean_difference(arms_), {quantile(tail), quantile(1 - tail)}};
  }

  [[nodiscard]] Estimate lift(double tail) const {
    if (const auto grid = log_rate_ratio_grid(arms_.control, arms_.treatment)) {
      return {std::expm1(grid->quantile(0.5)),
              {std::expm1(grid->quantile(tail)), std::expm1(grid->quantile(1 - tail))}};
    }
    const auto quantile = [&](double p) {
      return (tables_ ? tables_->ratio_quantile(p) : ratio_quantile(arms_.control, arms_.treatment, p)) - 1;
    };
    return {quantile(0.5), {quantile(tail), quantile(1 - tail)}};
  }

 private:
  Arms arms_;
  std::optional<GridDifference> grid_;
  std::optional<RateTables> tables_;
};

Interval rate_interval(const BetaPosterior& rate, double tail) {
  const auto quantile = [&](double a, double b) { return beta_quantile(tail, a, b); };
  return {quantile(rate.a, rate.b), 1 - quantile(rate.b, rate.a)};
}

}  // namespace

double BetaPosterior::mean() const {
  return a / (a + b);
}

double BetaPosterior::sd() const {
  const double total = a + b;
  return std::sqrt(a / total * (b / total) / (total + 1));
}

bool BetaPosterior::usable() const {
  return in_range(a) && in_range(b);
}

BetaPosterior beta_posterior(const SuccessCount& arm, BetaPrior prior) {
  return {prior.a + static_cast<double>(arm.successes),
          prior.b + static_cast<double>(arm.units - arm.successes)};
}

Estimated<Interval> credible_interval(const BetaPosterior& rate, double confidence) {
  if (!rate.usable())
    return not_estimable("the parameters of a beta posterior must lie between 1e-6 and 1e15");
  if (!(confidence > 0 && confidence < 1))
    return not_estimable("the confidence does not lie between 0 and 1");
  return rate_interval(rate, 0.5 * (1 - confidence));
}

Estimated<Beats> beats_proportions(const SuccessCount& control, const SuccessCount& treatment,
                                   Direction direction, BetaPrior prior) {
  return posteriors(control, treatment, prior).map([&](const Arms& arms) {
    return Comparison(arms).beats(direction);
  });
}

Estimated<RateEffect> rate_effect(const SuccessCount& control, const SuccessCount& treatment,
                                  Direction direction, const RateEffectOptions& options) {
  const auto arms = posteriors(control, treatment, options.prior);
  if (!arms) return tl::unexpected(arms.error());
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return not_estimable("the confidence does not lie between 0 and 1");
  }
  const double tail = 0.5 * (1 - options.confidence);
  const Comparison comparison(*arms);
  RateEffect result;
  result.beats = comparison.beats(direction);
  result.difference = comparison.difference(tail);
  result.lift = comparison.lift(tail);
  result.assumptions = kAssumptions;
  return result;
}

Estimated<double> chance_of_rate_effect(const SuccessCount& control, const SuccessCount& treatment,
                                        double target, EffectScale scale, Direction direction,
                                        BetaPrior prior) {
  const auto arms = posteriors(control, treatment, prior);
  if (!arms) return tl::unexpected(arms.error());
  if (!std::isfinite(target)) return not_estimable("the target is not a finite number");
  // Better by the target is above +target or below -target.
  const double bound = direction == Direction::HigherIsBetter ? target : -target;
  double below = 0;
  if (scale == EffectScale::Absolute) {
    below = Comparison(*arms).difference_below(bound);
  } else if (bound > -1) {
    const auto grid = log_rate_ratio_grid(arms->control, arms->treatment);
    below = grid ? grid->cdf(std::log1p(bound))
                 : chance_not_above(arms->control, arms->treatment, {0, 1 + bound});
  }
  return direction == Direction::HigherIsBetter ? 1 - below : below;
}

}  // namespace splitplot::stats
