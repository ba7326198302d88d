#include "compare/judge.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace splitplot::stats {

Estimated<Judgement> judge(double value, double standard_error, double degrees, double confidence,
                           Alternative alternative) {
  if (!(confidence > 0 && confidence < 1)) return not_estimable("the confidence must lie between 0 and 1");
  if (standard_error == 0) return not_estimable("no spread is left, so there is nothing to judge by");
  if (!std::isfinite(value) || !std::isfinite(standard_error) || standard_error < 0) {
    return not_estimable("the values are too large to be worked with");
  }
  if (!(degrees >= 1)) return not_estimable("there are too few units for that many covariates");
  const bool normal = std::isinf(degrees);
  const auto above = [&](double x) { return normal ? normal_sf(x) : student_t_sf(x, degrees); };
  // The quantile of the upper tail, from the lower one, which keeps its digits for a confidence close to 1.
  const auto reach = [&](double tail) {
    return -(normal ? normal_quantile(tail) : student_t_quantile(tail, degrees)) * standard_error;
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double statistic = value / standard_error;
  Judgement result;
  switch (alternative) {
    case Alternative::TwoSided: {
      const double half = reach((1 - confidence) / 2);
      result.interval = {value - half, value + half};
      result.p_value = std::min(1.0, 2 * above(std::abs(statistic)));
      break;
    }
    case Alternative::Greater:
      result.interval = {value - reach(1 - confidence), kInfinity};
      result.p_value = above(statistic);
      break;
    case Alternative::Less:
      result.interval = {-kInfinity, value + reach(1 - confidence)};
      result.p_value = above(-statistic);
      break;
  }
  const bool two_sided = alternative == Alternative::TwoSided;
  const bool lower_fails =
      std::isinf(result.interval.lower) && (two_sided || alternative == Alternative::Greater);
  const bool upper_fails =
      std::isinf(result.interval.upper) && (two_sided || alternative == Alternative::Less);
  if (lower_fails || upper_fails) return not_estimable("the values are too large to be worked with");
  return result;
}

double normal_p_value(double statistic, Alternative alternative) {
  if (alternative == Alternative::Greater) return normal_sf(statistic);
  if (alternative == Alternative::Less) return normal_cdf(statistic);
  return std::min(1.0, 2 * normal_sf(std::abs(statistic)));
}

}  // namespace splitplot::stats
