/// What a comparison of a given precision could have seen. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>

namespace splitplot::stats {

/// Smallest true difference that a two-sided test at `alpha` finds with probability `power`, given the
/// standard error of the difference: (z_{1-alpha/2} + z_{power}) standard_error (normal approximation). Not
/// estimable: standard_error not positive and finite.
[[nodiscard]] Estimated<double> detectable_difference(double standard_error, double alpha = 0.05,
                                                      double power = 0.80);

/// The same for an interval that reaches `half_width` to either side, whatever its kind: the smallest true difference whose
/// interval leaves out zero with probability `power`, half_width + z_{power} standard_error.
/// Not estimable: a half-width or standard_error that is not positive and finite.
[[nodiscard]] Estimated<double> detectable_by_interval(double half_width, double standard_error,
                                                       double power = 0.80);

/// Units per arm below which the normal approximation for a mean is doubtful: 355 skewness^2 (Kohavi, Deng,
/// Longbotham & Xu 2014, KDD, after Boos & Hughes-Oliver 2000).
[[nodiscard]] double units_for_normal_mean(double skewness);

}  // namespace splitplot::stats
