/// Priors learned from past experiments, and estimates corrected for having been selected. A company that has run a hundred tests knows how
/// large effects are; a prior fitted to them shrinks a new estimate by as much as past ones deserved. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/bayes/beta_binomial.hpp>
#include <splitplot/stats/bayes/effect.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <optional>
#include <span>
#include <vector>

namespace splitplot::stats {

/// effect_i ~ N(mean, variance), estimate_i ~ N(effect_i, se_i^2). The variance may be 0: no spread beyond noise is visible.
struct NormalPriorFit {
  double mean = 0;
  double variance = 0;
  double log_likelihood = 0;
  /// Posterior means of the effects: each estimate drawn towards the mean by se^2 / (se^2 + variance).
  std::vector<double> shrunk;
  Assumptions assumptions;
  Concerns concerns;  ///< `FewSegments`, standing for few experiments, below ten
};

/// Marginal maximum likelihood of (mean, variance) (Efron & Morris 1975, JASA 70; the ML estimator of meta-analysis). The likelihood is
/// searched over the whole range of the variance, since it may have several maxima. O(experiments).
/// Not estimable: fewer than two experiments, or one without a positive standard error.
[[nodiscard]] Estimated<NormalPriorFit> fit_normal_prior(std::span<const MeasuredEffect> experiments);

/// rate_i ~ Beta(a, b), successes_i ~ Binomial(units_i, rate_i).
struct BetaPriorFit {
  BetaPrior prior;
  double log_likelihood = 0;  ///< without the binomial coefficients
  Assumptions assumptions;
  Concerns concerns;
};

/// Type-II maximum likelihood (Good 1965; Skellam 1948's beta-binomial). Not estimable: fewer than two experiments with units, no successes or
/// no failures in all, or rates that do not differ by more than chance, for which the likelihood rises without end as the prior narrows.
[[nodiscard]] Estimated<BetaPriorFit> fit_beta_prior(std::span<const SuccessCount> experiments);

struct StudentPriorFit {
  StudentEffectPrior prior;  ///< degrees are infinite where no tail heavier than a normal's is visible
  double log_likelihood = 0;
  Assumptions assumptions;
  Concerns concerns;
};

/// Marginal maximum likelihood of scale and degrees, at a given location (effects of tests that could as well have been labelled the other way
/// round scatter about 0): few large effects among many small ones make heavy tails, and then an estimate far out is shrunk little (Azevedo
/// et al. 2020, Journal of Political Economy 128). Degrees from 1.05 up. O(experiments), about 0.5 milliseconds per experiment.
/// Not estimable: fewer than three experiments, one without a positive standard error, or no spread beyond noise.
[[nodiscard]] Estimated<StudentPriorFit> fit_student_prior(std::span<const MeasuredEffect> experiments,
                                                           double location = 0);

/// log of the density of an estimate under the prior: integral of N(value; effect, se^2) p(effect). What the fits above add up; for comparing
/// priors. Not estimable: as `effect_posterior`, or a flat prior, which has none.
[[nodiscard]] Estimated<double> log_marginal_density(const MeasuredEffect& effect, const EffectPrior& prior);

struct JamesStein {
  double grand_mean = 0;
  double factor =
      0;  ///< kept of each distance from the grand mean: max(0, 1 - (k - 3) variance / sum of squares)
  std::vector<double> shrunk;
};

/// Positive-part James-Stein towards the grand mean of k estimates with one known standard error (Efron & Morris 1975, equation 1.9 and
/// following). Not estimable: fewer than four estimates, one that is not finite, or a standard error that is not positive.
[[nodiscard]] Estimated<JamesStein> james_stein(std::span<const double> estimates, double standard_error);

/// The same for rates of arms of one size, the variance being p (1 - p) / units at the grand mean p. Not estimable: as above, arms of
/// different sizes, or no spread (a grand mean of 0 or 1).
[[nodiscard]] Estimated<JamesStein> james_stein(std::span<const SuccessCount> arms);

/// Corrects the winner's curse: the maximum-likelihood z-effect given that |Z| > threshold was needed to be noticed (Zhong & Prentice 2008,
/// Biostatistics 9): the theta for which E[Z | |Z| > threshold, theta] = z. In standard errors; between 0 and z.
/// Not estimable: |z| <= threshold, or a threshold outside [0, 30].
[[nodiscard]] Estimated<double> conditional_z_effect(double z, double threshold);

/// The same for an estimate in its own unit. Not estimable as above, or a standard error that is not positive.
[[nodiscard]] Estimated<double> conditional_effect(const MeasuredEffect& effect, double threshold);

}  // namespace splitplot::stats
