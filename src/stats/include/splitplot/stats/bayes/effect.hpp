/// The effect itself as the unknown: its posterior from an estimate with a standard error and a prior on the effect, normal, Student t or
/// flat. Pure functions, thread-safe.
///
/// These answer for one look at the data; under repeated looks they hold no error rate.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/bayes/decision.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <variant>

namespace splitplot::stats {

/// Nothing is known beforehand: the posterior is the likelihood.
struct FlatEffectPrior {};

/// The effect was drawn from N(mean, sd^2).
struct NormalEffectPrior {
  double mean = 0;
  double sd = 1;  ///< must be positive
};

/// The effect was drawn from location + scale T: most experiments do little, a few do much (Azevedo, Deng, Montiel Olea, Rao & Weyl
/// 2020, Journal of Political Economy 128).
struct StudentEffectPrior {
  double location = 0;
  double scale = 1;    ///< must be positive
  double degrees = 3;  ///< must be positive
};

using EffectPrior = std::variant<FlatEffectPrior, NormalEffectPrior, StudentEffectPrior>;

/// An estimated effect; its error is close to normal.
struct MeasuredEffect {
  double value = 0;
  double standard_error = 0;  ///< must be positive
};

struct EffectOptions {
  EffectPrior prior = FlatEffectPrior{};
  double confidence = 0.95;
};

struct EffectPosterior {
  double mean = 0;
  double sd = 0;
  Interval interval;  ///< equal-tailed credible interval
  Beats beats;        ///< chance to win and expected losses, in the effect's unit
  Assumptions assumptions;
};

/// The posterior of an effect. Normal and flat priors in closed form, the precision being the sum of precisions (Gelman et al., Bayesian
/// Data Analysis, 3rd ed., section 2.5); Student's by quadrature over p(effect) = N(value; effect, se^2) t(effect), some 30 microseconds.
/// An effect of any number of standard errors is answered: nothing overflows.
/// Not estimable: a standard error or a parameter of the prior outside its domain, or a confidence outside (0, 1).
[[nodiscard]] Estimated<EffectPosterior> effect_posterior(const MeasuredEffect& effect, Direction direction,
                                                          const EffectOptions& options = {});

/// P(the treatment is better by at least `target` | data): P(effect >= target) where higher is better, P(-effect >= target) where lower
/// is. Not estimable as above, or a target that is not finite.
[[nodiscard]] Estimated<double> chance_of_effect(const MeasuredEffect& effect, double target,
                                                 Direction direction,
                                                 const EffectPrior& prior = FlatEffectPrior{});

/// Chance to win and expected losses of an effect under a flat prior: P = Phi(z), loss = se (phi(z) - z Phi(-z)).
/// Not estimable: standard_error <= 0 or not finite.
[[nodiscard]] Estimated<Beats> beats_normal(double difference, double standard_error, Direction direction);

/// A relative effect treatment / control - 1 with the delta method's standard error, sqrt(v_t + (t / c)^2 v_c) / |c|, from means and
/// variances of means: the form in which priors on relative effects are commonly stated. For decisions use `fieller_lift`, since this
/// error is too small where the control mean is not known well. Not estimable: a control mean of zero, or no spread in both arms.
[[nodiscard]] Estimated<MeasuredEffect> relative_effect(const Moments& control, const Moments& treatment);

}  // namespace splitplot::stats
