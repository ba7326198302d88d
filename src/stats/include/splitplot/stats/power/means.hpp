/// Power and sample size for means under normal values with a common variance: exact, by the noncentral t, F and chi-square
/// distributions. Effects are in standard deviations of a unit's value; units may be fractions, so that a size can be solved for and
/// rounded by the caller. Pure functions, thread-safe; about 10 us a power, 100 us a size.
#pragma once

#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/power/drift.hpp>

namespace splitplot::stats {

/// P(reject) of the two-sample t test: T with control + treatment - 2 degrees of freedom and noncentrality d sqrt(c t / (c + t))
/// (Cohen 1988, chapter 2; R's power.t.test with `strict` as options.far_tail). Not estimable: not more than two units in all, an arm
/// with none, a difference that is not finite.
[[nodiscard]] Estimated<double> power_two_means(double standardised_difference, double control_units,
                                                double treatment_units, const PowerOptions& options = {});

/// Control units for this power, `treatment_per_control` treatment units coming with each; at least two where an effect is so large that
/// two are enough. Not estimable: a difference of zero or on the wrong side of a one-sided test, a power that needs no units, or more
/// than 1e18 units.
[[nodiscard]] Estimated<double> units_for_two_means(double standardised_difference, double power,
                                                    const PowerOptions& options = {},
                                                    double treatment_per_control = 1);

/// The smallest standardised difference found with this power; negative for `Less`.
[[nodiscard]] Estimated<double> detectable_two_means(double control_units, double treatment_units,
                                                     double power, const PowerOptions& options = {});

/// The same three for pairs: the difference in standard deviations of a pair's difference, pairs - 1 degrees of freedom,
/// noncentrality d sqrt(pairs). Also the one-sample t test.
[[nodiscard]] Estimated<double> power_paired_means(double standardised_difference, double pairs,
                                                   const PowerOptions& options = {});
[[nodiscard]] Estimated<double> pairs_for_means(double standardised_difference, double power,
                                                const PowerOptions& options = {});
[[nodiscard]] Estimated<double> detectable_paired_means(double pairs, double power,
                                                        const PowerOptions& options = {});

/// P(reject) of one-way analysis of variance with equal groups: F with noncentrality groups n f^2, f = standard deviation of the group
/// means / standard deviation of a value (Cohen 1988, chapter 8). In terms of R's power.anova.test f^2 = between (groups - 1) / (within
/// groups). Not estimable: fewer than two groups or more than 1e5, not more than one unit a group, f negative.
[[nodiscard]] Estimated<double> power_one_way_anova(double groups, double units_per_group, double f,
                                                    double alpha = 0.05);
[[nodiscard]] Estimated<double> units_for_one_way_anova(double groups, double f, double power,
                                                        double alpha = 0.05);

/// P(reject) of a chi-square test with noncentrality units w^2 (Cohen 1988, chapter 7), and the units for a power.
/// Not estimable: degrees of freedom outside [1e-3, 1e9], no units, w negative.
[[nodiscard]] Estimated<double> power_chi_square(double w, double units, double degrees, double alpha = 0.05);
[[nodiscard]] Estimated<double> units_for_chi_square(double w, double degrees, double power,
                                                     double alpha = 0.05);

/// What a covariate leaves of the variance, and so of the units: 1 - R^2, R the (multiple) correlation of outcome and covariates within
/// an arm (Deng, Xu, Kohavi & Walker 2013, WSDM). Not estimable: R^2 outside [0, 1).
[[nodiscard]] Estimated<double> covariate_variance_factor(double r_squared);

}  // namespace splitplot::stats
