#include "numeric/root.hpp"

#include <cmath>
#include <cstdint>

#include <boost/math/tools/toms748_solve.hpp>

namespace splitplot::stats {
namespace {

constexpr std::uintmax_t kMostSteps = 200;

}  // namespace

std::optional<double> root_between(const std::function<double(double)>& function, double lower,
                                   double upper) {
  const double at_lower = function(lower);
  const double at_upper = function(upper);
  if (at_lower == 0) return lower;
  if (at_upper == 0) return upper;
  if (std::isnan(at_lower) || std::isnan(at_upper) || (at_lower > 0) == (at_upper > 0)) return std::nullopt;
  std::uintmax_t steps = kMostSteps;
  const auto [left, right] = boost::math::tools::toms748_solve(
      function, lower, upper, at_lower, at_upper, boost::math::tools::eps_tolerance<double>(52), steps);
  return left + (right - left) / 2;
}

std::optional<double> root_above(const std::function<double(double)>& function, double lower, double upper,
                                 double limit) {
  const bool sign = function(lower) > 0;
  double reach = upper - lower;
  while ((function(lower + reach) > 0) == sign) {
    reach *= 2;
    if (!(lower + reach <= limit)) return std::nullopt;
  }
  return root_between(function, lower, lower + reach);
}

}  // namespace splitplot::stats
