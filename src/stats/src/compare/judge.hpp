/// A value and its standard error, judged against zero by Student's t or by the normal distribution. Private to `stats`; thread-safe.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>

namespace splitplot::stats {

struct Judgement {
  Interval interval;
  double p_value = 1;
};

/// Two-sided, or one-sided with an interval that is open on the side of the alternative: `Greater` has an infinite upper end. Infinite
/// `degrees` mean the normal distribution. Not estimable: a confidence outside (0, 1), a standard error that is not positive and
/// finite, a value that is not finite, degrees below 1.
[[nodiscard]] Estimated<Judgement> judge(double value, double standard_error, double degrees,
                                         double confidence, Alternative alternative);

/// The p-value of a statistic that is standard normal under "no effect".
[[nodiscard]] double normal_p_value(double statistic, Alternative alternative);

}  // namespace splitplot::stats
