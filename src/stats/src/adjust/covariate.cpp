#include <splitplot/stats/adjust/covariate.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace splitplot::stats {
namespace {

// A covariate of which less than this share of the variance is left after those before it counts as explained
// by them.
constexpr double kSmallestNewShare = 1e-9;
// A spread below this multiple of the mean is what rounding leaves of a constant.
constexpr double kRoundingSpread = 1e-13;

/// The arms' centred sums added up, without centring over arms: differences between arms are the effect, not
/// noise.
struct PooledSums {
  std::vector<double> xx;  // row-major, size x size
  std::vector<double> xy;
  std::vector<double> largest_mean;
  double count = 0;
};

PooledSums pool(std::span<const CrossMoments> arms, std::size_t size) {
  PooledSums sums{std::vector<double>(size * size, 0.0), std::vector<double>(size, 0.0),
                  std::vector<double>(size, 0.0), 0};
  for (const CrossMoments& arm : arms) {
    if (arm.count() == 0) continue;
    sums.count += static_cast<double>(arm.count());
    for (std::size_t i = 0; i < size; ++i) {
      sums.xy[i] += arm.comoment(i + 1, 0);
      sums.largest_mean[i] = std::max(sums.largest_mean[i], std::abs(arm.mean(i + 1)));
      for (std::size_t j = 0; j < size; ++j) sums.xx[i * size + j] += arm.comoment(i + 1, j + 1);
    }
  }
  return sums;
}

/// Solves the normal equations in correlations by Cholesky's method in the order of the covariates; `scale`
/// is the root of each covariate's sum of squares, 0 for one that is left out. Those that the ones before
/// explain are left out on the way.
std::vector<double> solve_correlations(const PooledSums& sums, std::vector<double>& scale) {
  const std::size_t size = scale.size();
  std::vector<double> lower(size * size, 0.0);
  std::vector<double> solution(size, 0.0);
  for (std::size_t i = 0; i < size; ++i) {
    if (scale[i] == 0) continue;
    double pivot = 1;
    double right = sums.xy[i] / scale[i];
    for (std::size_t j = 0; j < i; ++j) {
      if (scale[j] == 0) continue;
      double entry = sums.xx[i * size + j] / scale[i] / scale[j];
      for (std::size_t k = 0; k < j; ++k) entry -= lower[i * size + k] * lower[j * size + k];
      entry /= lower[j * size + j];
      lower[i * size + j] = entry;
      pivot -= entry * entry;
      right -= entry * solution[j];
    }
    if (pivot < kSmallestNewShare) {
      scale[i] = 0;
      std::fill_n(lower.begin() + static_cast<std::ptrdiff_t>(i * size), size, 0.0);
      continue;
    }
    lower[i * size + i] = std::sqrt(pivot);
    solution[i] = right / lower[i * size + i];
  }
  for (std::size_t i = size; i-- > 0;) {
    if (scale[i] == 0) continue;
    for (std::size_t j = i + 1; j < size; ++j) solution[i] -= lower[j * size + i] * solution[j];
    solution[i] /= lower[i * size + i];
  }
  return solution;
}

}  // namespace

Estimated<std::vector<double>> cuped_coefficients(std::span<const CrossMoments> arms) {
  std::size_t dimensions = 0;
  for (const CrossMoments& arm : arms) dimensions = std::max(dimensions, arm.dimensions());
  if (dimensions < 2) return not_estimable("there is no covariate");
  for (const CrossMoments& arm : arms) {
    if (arm.count() > 0 && arm.dimensions() != dimensions) {
      return not_estimable("the arms were not observed with the same covariates");
    }
  }
  const std::size_t size = dimensions - 1;
  const PooledSums sums = pool(arms, size);
  if (sums.count < static_cast<double>(dimensions + 2)) {
    return not_estimable("there are too few units to estimate the covariates' coefficients");
  }
  std::vector<double> scale(size, 0.0);
  bool any_varies = false;
  for (std::size_t i = 0; i < size; ++i) {
    const double spread = std::sqrt(sums.xx[i * size + i]);
    const double noise = kRoundingSpread * sums.largest_mean[i] * std::sqrt(sums.count);
    scale[i] = spread > noise && std::isfinite(spread) ? spread : 0;
    any_varies = any_varies || scale[i] > 0;
  }
  if (!any_varies) return not_estimable("no covariate varies within the arms");

  std::vector<double> coefficients = solve_correlations(sums, scale);
  for (std::size_t i = 0; i < size; ++i) {
    if (scale[i] > 0) coefficients[i] /= scale[i];
    if (!std::isfinite(coefficients[i])) {
      return not_estimable(
          "the values of the metric or of a covariate are too large or too small to be worked with");
    }
  }
  return coefficients;
}

AdjustedMean adjust_mean(const CrossMoments& arm, std::span<const double> coefficients,
                         std::span<const double> centre) {
  const std::size_t size = coefficients.size();
  AdjustedMean result;
  result.covariates = size;
  if (arm.count() == 0) return result;  // an arm without units has no dimensions either
  assert(arm.dimensions() == size + 1 && centre.size() == size);
  result.count = arm.count();
  result.mean = arm.mean(0);
  double spread = arm.comoment(0, 0);
  for (std::size_t i = 0; i < size; ++i) {
    result.mean -= coefficients[i] * (arm.mean(i + 1) - centre[i]);
    spread -= 2 * coefficients[i] * arm.comoment(i + 1, 0);
    for (std::size_t j = 0; j < size; ++j) {
      spread += coefficients[i] * arm.comoment(i + 1, j + 1) * coefficients[j];
    }
  }
  // What the subtraction leaves of a metric that the covariates explain completely is rounding, not spread.
  if (spread < 1e-13 * arm.comoment(0, 0)) spread = 0;
  if (arm.count() > 1) {
    const double n = static_cast<double>(arm.count());
    result.variance_of_mean = spread / (n - 1) / n;
  }
  return result;
}

std::vector<double> covariate_centre(std::span<const CrossMoments> arms) {
  std::vector<double> centre;
  double units = 0;
  for (const CrossMoments& arm : arms) {
    if (arm.count() == 0 || arm.dimensions() == 0) continue;
    centre.resize(arm.dimensions() - 1, 0.0);
    const double n = static_cast<double>(arm.count());
    units += n;
    for (std::size_t i = 0; i < centre.size(); ++i) centre[i] += (arm.mean(i + 1) - centre[i]) * (n / units);
  }
  if (centre.empty() && !arms.empty() && arms.front().dimensions() > 1)
    centre.resize(arms.front().dimensions() - 1, 0.0);
  return centre;
}

double adjusted_degrees_of_freedom(const AdjustedMean& control, const AdjustedMean& treatment) {
  const double total = control.variance_of_mean + treatment.variance_of_mean;
  auto part = [&](const AdjustedMean& arm) {
    const double share = arm.variance_of_mean / total;
    return arm.count < 2 ? 0.0 : share * share / static_cast<double>(arm.count - 1);
  };
  return 1 / (part(control) + part(treatment)) - static_cast<double>(control.covariates);
}

Estimated<Difference> compare_adjusted(const AdjustedMean& control, const AdjustedMean& treatment,
                                       double confidence) {
  if (control.count < 2 || treatment.count < 2) return not_estimable("an arm has fewer than two units");
  if (!(confidence > 0 && confidence < 1)) return not_estimable("the confidence must lie between 0 and 1");
  const double variance = control.variance_of_mean + treatment.variance_of_mean;
  if (variance == 0)
    return not_estimable("no spread is left after the adjustment, so there is nothing to judge by");
  Difference result;
  result.value = treatment.mean - control.mean;
  result.standard_error = std::sqrt(variance);
  const double degrees = adjusted_degrees_of_freedom(control, treatment);
  if (!(degrees >= 1)) return not_estimable("there are too few units for that many covariates");
  const double reach = student_t_quantile(0.5 + confidence / 2, degrees) * result.standard_error;
  result.interval = {result.value - reach, result.value + reach};
  if (!(variance > 0) || !std::isfinite(result.interval.lower) || !std::isfinite(result.interval.upper)) {
    return not_estimable("the values are too large to be worked with");
  }
  result.p_value = 2 * student_t_sf(std::abs(result.value / result.standard_error), degrees);
  result.test = TestMethod::AdjustedT;
  result.interval_method = IntervalMethod::AdjustedT;
  return result;
}

}  // namespace splitplot::stats
