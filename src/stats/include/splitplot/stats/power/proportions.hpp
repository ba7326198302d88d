/// Power and sample size for two proportions by the normal approximation, as the z test analyses them. Units may be fractions. Pure
/// functions, thread-safe, closed forms but for roots where both tails count.
#pragma once

#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/power/drift.hpp>

namespace splitplot::stats {

/// The standard error that the test divides by.
enum class NullVariance {
  Pooled,    ///< one common rate, as under "no difference": the pooled z test
  Unpooled,  ///< each arm its own: intervals, covariate-adjusted and sequential tests
};

/// P(reject) of the z test of two proportions: Phi((|d| - z s0) / s1), and for a two-sided test with both tails Phi((-|d| - z s0) / s1) more;
/// s1 the standard error under the true rates, s0 the one that the test divides by (Fleiss, Levin & Paik 2003, section 4.2; R's
/// power.prop.test, there for equal arms). Not estimable: rates outside [0, 1], both without variance, arms without units.
[[nodiscard]] Estimated<double> power_two_proportions(double control_rate, double treatment_rate,
                                                      double control_units, double treatment_units,
                                                      const PowerOptions& options = {},
                                                      NullVariance variance = NullVariance::Pooled);

/// Control units for this power, `treatment_per_control` treatment units coming with each. Not estimable: equal rates, or on the wrong
/// side of a one-sided test, or a power that the test has without effect.
[[nodiscard]] Estimated<double> units_for_two_proportions(double control_rate, double treatment_rate,
                                                          double power, const PowerOptions& options = {},
                                                          double treatment_per_control = 1,
                                                          NullVariance variance = NullVariance::Pooled);

/// Which side of the control's rate a detectable rate is looked for.
enum class Side { Above, Below };

/// The treatment rate nearest to the control's that is found with this power. Not estimable: no rate on that side is far enough away.
/// A one-sided test looks on its own side, whatever `side` says.
[[nodiscard]] Estimated<double> detectable_treatment_rate(double control_rate, double control_units,
                                                          double treatment_units, double power,
                                                          const PowerOptions& options = {},
                                                          Side side = Side::Above,
                                                          NullVariance variance = NullVariance::Pooled);

/// Cohen's h = 2 asin sqrt(treatment) - 2 asin sqrt(control): a difference of rates on the scale where the variance is 1 / units for every
/// rate (Cohen 1988, chapter 6). In [-pi, pi].
[[nodiscard]] Estimated<double> cohen_h(double control_rate, double treatment_rate);

/// Power and control units of a test on that scale: the drift is h sqrt(c t / (c + t)).
[[nodiscard]] Estimated<double> power_by_arcsine(double h, double control_units, double treatment_units,
                                                 const PowerOptions& options = {});
[[nodiscard]] Estimated<double> units_by_arcsine(double h, double power, const PowerOptions& options = {},
                                                 double treatment_per_control = 1);

}  // namespace splitplot::stats
