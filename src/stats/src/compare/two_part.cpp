#include "judge.hpp"

#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/compare/two_part.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace splitplot::stats {
namespace {

/// An estimated number, its squared standard error and the degrees of freedom of that.
struct Part {
  double value = 0;
  double variance = 0;
  double degrees = 0;
};

Part rate_of(const TwoPartMoments& arm) {
  const double n = static_cast<double>(arm.units);
  const double rate = arm.conversions().rate();
  return {rate, rate * (1 - rate) / (n - 1), n - 1};
}

Part value_of(const TwoPartMoments& arm) {
  return {arm.converters.mean + arm.converters.mean_rest, arm.converters.variance_of_mean(),
          static_cast<double>(arm.converters.count - 1)};
}

/// (moved_t - moved_c) times the mean of `held`: its error comes from all four numbers.
Estimated<DifferencePart> product_of(const Part& moved_c, const Part& moved_t, const Part& held_c,
                                     const Part& held_t, double confidence) {
  const double change = moved_t.value - moved_c.value;
  const double level = held_c.value + (held_t.value - held_c.value) / 2;
  DifferencePart result;
  result.value = change * level;
  const std::pair<double, double> errors[] = {
      {std::abs(level) * std::sqrt(moved_c.variance), moved_c.degrees},
      {std::abs(level) * std::sqrt(moved_t.variance), moved_t.degrees},
      {std::abs(change) / 2 * std::sqrt(held_c.variance), held_c.degrees},
      {std::abs(change) / 2 * std::sqrt(held_t.variance), held_t.degrees}};
  double size = 0;
  for (const auto& [error, degrees] : errors) size = std::hypot(size, error);
  if (!std::isfinite(size) || !std::isfinite(result.value)) {
    return not_estimable("the values are too large to be worked with");
  }
  result.standard_error = size;
  result.interval = {result.value, result.value};
  if (size == 0) return result;
  double inverse_degrees = 0;
  for (const auto& [error, degrees] : errors) inverse_degrees += std::pow(error / size, 4) / degrees;
  const auto judgement =
      judge(result.value, size, std::max(1.0, 1 / inverse_degrees), confidence, Alternative::TwoSided);
  if (!judgement) return tl::unexpected(judgement.error());
  result.interval = judgement->interval;
  return result;
}

}  // namespace

void TwoPartMoments::add(double x) {
  ++units;
  if (x != 0) converters.add(x);
}

void TwoPartMoments::merge(const TwoPartMoments& other) {
  units += other.units;
  converters.merge(other.converters);
}

Moments TwoPartMoments::all_values() const {
  Moments zeros;
  zeros.count = units - converters.count;
  if (zeros.count > 0) zeros.minimum = zeros.maximum = 0;
  zeros.merge(converters);
  return zeros;
}

Estimated<TwoPartDifference> compare_two_part(const TwoPartMoments& control, const TwoPartMoments& treatment,
                                              double confidence) {
  for (const TwoPartMoments* arm : {&control, &treatment}) {
    if (arm->converters.count > arm->units) return not_estimable("an arm has more converters than units");
    if (arm->converters.count < 2) return not_estimable("an arm has fewer than two converters");
  }
  const Moments all_c = control.all_values();
  const Moments all_t = treatment.all_values();
  const auto total = compare_means(all_c, all_t, confidence);
  if (!total) return tl::unexpected(total.error());
  const auto rate = compare_proportions(control.conversions(), treatment.conversions(), confidence);
  if (!rate) return tl::unexpected(rate.error());

  const Part rate_c = rate_of(control), rate_t = rate_of(treatment);
  const Part value_c = value_of(control), value_t = value_of(treatment);
  const auto from_conversion = product_of(rate_c, rate_t, value_c, value_t, confidence);
  if (!from_conversion) return tl::unexpected(from_conversion.error());
  const auto from_value = product_of(value_c, value_t, rate_c, rate_t, confidence);
  if (!from_value) return tl::unexpected(from_value.error());

  TwoPartDifference result;
  result.total = *total;
  result.conversion_rate = *rate;
  result.value_per_converter = compare_means(control.converters, treatment.converters, confidence);
  result.from_conversion = *from_conversion;
  result.from_value = *from_value;
  result.assumptions = total->assumptions;
  result.concerns = total->concerns;
  if (result.value_per_converter) result.concerns.insert(result.value_per_converter->concerns);
  return result;
}

}  // namespace splitplot::stats
