/// Relative lift of a treatment over the control. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>

namespace splitplot::stats {

/// Relative lift treatment / control - 1 with Fieller's interval (Fieller 1954, JRSS B 16) for independent
/// arms. `critical_value` is the two-sided quantile (1.96 for 95 %, or Student's). Not estimable: the control
/// mean cannot be told from zero at this confidence (the set would be unbounded), or is zero. A negative
/// control mean keeps the sign of the change: lift = (treatment - control) / |control|.
[[nodiscard]] Estimated<Estimate> fieller_lift(double control_mean, double control_variance_of_mean,
                                               double treatment_mean, double treatment_variance_of_mean,
                                               double critical_value);

}  // namespace splitplot::stats
