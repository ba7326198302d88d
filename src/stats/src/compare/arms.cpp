#include "arms.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace splitplot::stats {

StandardError standard_error_of(double control_variance, std::uint64_t control_count,
                                double treatment_variance, std::uint64_t treatment_count,
                                const MeansOptions& options) {
  const double n_c = static_cast<double>(control_count);
  const double n_t = static_cast<double>(treatment_count);
  StandardError result;
  if (options.variance == VarianceModel::Pooled) {
    const double degrees = n_c + n_t - 2;
    const double pooled =
        control_variance * ((n_c - 1) / degrees) + treatment_variance * ((n_t - 1) / degrees);
    result = {std::sqrt(pooled) * std::sqrt(1 / n_c + 1 / n_t), degrees};
  } else {
    const double v_c = control_variance / n_c;
    const double v_t = treatment_variance / n_t;
    result = {std::sqrt(v_c + v_t),
              satterthwaite_degrees_of_freedom(v_c, control_count, v_t, treatment_count)};
  }
  if (options.distribution == ReferenceDistribution::Normal) {
    result.degrees_of_freedom = std::numeric_limits<double>::infinity();
  }
  return result;
}

double p_value_of(double value, const StandardError& error, Alternative alternative) {
  const double t = value / error.value;
  switch (alternative) {
    case Alternative::Greater:
      return student_t_sf(t, error.degrees_of_freedom);
    case Alternative::Less:
      return student_t_cdf(t, error.degrees_of_freedom);
    case Alternative::TwoSided:
      break;
  }
  return std::min(1.0, 2 * student_t_sf(std::abs(t), error.degrees_of_freedom));
}

Interval interval_of(double value, const StandardError& error, double confidence, Alternative alternative) {
  const double miss = alternative == Alternative::TwoSided ? (1 - confidence) / 2 : 1 - confidence;
  const double reach = -student_t_quantile(miss, error.degrees_of_freedom) * error.value;
  Interval result{value - reach, value + reach};
  if (alternative == Alternative::Greater) result.upper = std::numeric_limits<double>::infinity();
  if (alternative == Alternative::Less) result.lower = -std::numeric_limits<double>::infinity();
  return result;
}

Estimated<Difference> difference_of(double value, const StandardError& error, const MeansOptions& options) {
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return not_estimable("the confidence must lie between 0 and 1");
  }
  if (error.value == 0) {
    return not_estimable(
        "all values within each arm are equal, so there is no spread to judge a difference by");
  }
  if (!(error.value > 0) || !std::isfinite(error.value) || !std::isfinite(value)) {
    return not_estimable("the values are too large to be worked with");
  }
  Difference result;
  result.value = value;
  result.standard_error = error.value;
  result.degrees_of_freedom = error.degrees_of_freedom;
  result.interval = interval_of(value, error, options.confidence, options.alternative);
  const double ends[] = {result.interval.lower, result.interval.upper};
  const bool open_below = options.alternative == Alternative::Less;
  const bool open_above = options.alternative == Alternative::Greater;
  if ((!open_below && !std::isfinite(ends[0])) || (!open_above && !std::isfinite(ends[1]))) {
    return not_estimable("the values are too large to be worked with");
  }
  result.p_value = p_value_of(value, error, options.alternative);
  return result;
}

}  // namespace splitplot::stats
