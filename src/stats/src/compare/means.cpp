#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {

double welch_degrees_of_freedom(const Moments& control, const Moments& treatment) {
  const double v_c = control.variance_of_mean();
  const double v_t = treatment.variance_of_mean();
  const double n_c = static_cast<double>(control.count);
  const double n_t = static_cast<double>(treatment.count);
  if (!(v_c + v_t > 0) || control.count < 2 || treatment.count < 2) return std::max(1.0, n_c + n_t - 2);
  const double share =
      v_c / (v_c + v_t);  // a share, since fourth powers of the data would over- or underflow
  return 1 / (share * share / (n_c - 1) + (1 - share) * (1 - share) / (n_t - 1));
}

Estimated<Difference> compare_means(const Moments& control, const Moments& treatment, double confidence) {
  if (control.count < 2 || treatment.count < 2) return not_estimable("an arm has fewer than two units");
  if (!(confidence > 0 && confidence < 1)) return not_estimable("the confidence must lie between 0 and 1");
  const double variance = control.variance_of_mean() + treatment.variance_of_mean();
  if (variance == 0) {
    return not_estimable(
        "all values within each arm are equal, so there is no spread to judge a difference by");
  }
  Difference result;
  result.value = treatment.mean - control.mean;
  result.standard_error = std::sqrt(variance);
  if (!(variance > 0) || !std::isfinite(variance) || !std::isfinite(result.value)) {
    return not_estimable("the values are too large to be worked with");
  }
  const double degrees = welch_degrees_of_freedom(control, treatment);
  const double reach = -student_t_quantile((1 - confidence) / 2, degrees) * result.standard_error;
  result.interval = {result.value - reach, result.value + reach};
  if (!std::isfinite(result.interval.lower) || !std::isfinite(result.interval.upper)) {
    return not_estimable("the values are too large to be worked with");
  }
  result.p_value = std::min(1.0, 2 * student_t_sf(std::abs(result.value / result.standard_error), degrees));
  result.test = TestMethod::WelchT;
  result.interval_method = IntervalMethod::WelchT;
  return result;
}

Estimated<Interval> mean_interval(const Moments& arm, double confidence) {
  if (arm.count < 2) return not_estimable("one unit alone has no spread");
  const double reach = student_t_quantile(0.5 + confidence / 2, static_cast<double>(arm.count - 1)) *
                       std::sqrt(arm.variance_of_mean());
  if (!std::isfinite(reach)) return not_estimable("the values are too large to compute a spread");
  return Interval{arm.mean - reach, arm.mean + reach};
}

}  // namespace splitplot::stats
