#include "sequential/crossing.hpp"
#include "sequential/log_spending.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/sequential/spending.hpp>

#include <cmath>
#include <limits>
#include <numbers>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLargestParameter = 500;

/// log(exp(x) - 1) for x > 0.
double log_expm1(double x) {
  return x > 1 ? x + std::log1p(-std::exp(-x)) : std::log(std::expm1(x));
}

/// log((1 - exp(-gamma t)) / (1 - exp(-gamma))).
double log_hwang_share(double gamma, double t) {
  if (gamma == 0) return std::log(t);
  if (gamma < 0) return log_expm1(-gamma * t) - log_expm1(-gamma);
  return std::log(std::expm1(-gamma * t) / std::expm1(-gamma));
}

}  // namespace

std::optional<std::string> refusal_of(const SpendingFunction& spending) {
  const bool parametric =
      spending.family == SpendingFamily::HwangShihDeCani || spending.family == SpendingFamily::KimDeMetsPower;
  if (parametric && !(std::abs(spending.parameter) <= kLargestParameter)) {
    return "the spending function's parameter must lie between -500 and 500";
  }
  if (spending.family == SpendingFamily::KimDeMetsPower && !(spending.parameter > 0)) {
    return "the power of a spending function must be positive";
  }
  return std::nullopt;
}

double log_spent_alpha(const SpendingFunction& spending, double alpha, double fraction) {
  if (fraction >= 1) return std::log(alpha);
  if (fraction == 0) return -kInfinity;
  switch (spending.family) {
    case SpendingFamily::OBrienFleming:
      return std::numbers::ln2 + log_normal_sf(-normal_quantile(alpha / 2) / std::sqrt(fraction));
    case SpendingFamily::Pocock:
      return std::log(alpha) + std::log(std::log1p((std::numbers::e - 1) * fraction));
    case SpendingFamily::HwangShihDeCani:
      return std::log(alpha) + log_hwang_share(spending.parameter, fraction);
    case SpendingFamily::KimDeMetsPower:
      return std::log(alpha) + spending.parameter * std::log(fraction);
  }
  return -kInfinity;
}

double log_difference(double a, double b) {
  if (!(a > b)) return -kInfinity;
  return a + std::log(-std::expm1(b - a));
}

Estimated<double> spent_alpha(const SpendingFunction& spending, double alpha, double fraction) {
  if (const auto refusal = refusal_of(spending)) return not_estimable(*refusal);
  if (!(alpha > 0 && alpha < 1)) return not_estimable("alpha must lie between 0 and 1");
  if (!(fraction >= 0)) return not_estimable("the fraction of information must not be negative");
  return std::exp(log_spent_alpha(spending, alpha, fraction));
}

}  // namespace splitplot::stats
