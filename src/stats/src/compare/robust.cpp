#include "compare/quantile_intervals.hpp"

#include <splitplot/stats/compare/robust.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/moments.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace splitplot::stats {
namespace {

constexpr double kNormalUpperQuartile = 0.67448975019608174;
constexpr std::uint64_t kMostIterations = 500;
constexpr double kConverged = 1e-12;  // in scales

std::string refusal_of(std::span<const double> values) {
  if (values.empty()) return "there are no values";
  for (const double value : values) {
    if (!std::isfinite(value)) return "a value is not a finite number";
  }
  return {};
}

/// Median of values that may be reordered; the mean of the middle two for an even number.
double median_in_place(std::vector<double>& values) {
  const std::size_t half = values.size() / 2;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(half);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return *middle / 2 + *std::max_element(values.begin(), middle) / 2;
}

/// Normal-consistent median of |value - centre|; `work` is overwritten.
double deviation_about(std::span<const double> values, double centre, std::vector<double>& work) {
  work.resize(values.size());
  std::transform(values.begin(), values.end(), work.begin(), [&](double x) { return std::abs(x - centre); });
  return median_in_place(work) / kNormalUpperQuartile;
}

/// The location and scale at which the iteration stands still; `location` is where it starts.
Estimated<HuberLocation> iterate(std::span<const double> values, double location, double scale,
                                 const HuberOptions& options, std::vector<double>& work) {
  HuberLocation result;
  for (; result.iterations < kMostIterations; ++result.iterations) {
    if (!(scale > 0))
      return not_estimable("more than half of the values are equal, so that there is no scale");
    const double limit = options.threshold * scale;
    double weights = 0;
    double sum = 0;
    for (const double value : values) {
      const double deviation = value - location;
      const double weight = std::abs(deviation) <= limit ? 1 : limit / std::abs(deviation);
      weights += weight;
      sum += weight * deviation;
    }
    const double step = sum / weights;
    location += step;
    const double previous = scale;
    if (options.scale == HuberScale::AboutLocation) scale = deviation_about(values, location, work);
    if (!std::isfinite(location) || !std::isfinite(scale)) break;
    if (std::abs(step) <= kConverged * scale && std::abs(scale - previous) <= kConverged * scale) {
      result.location = location;
      result.scale = scale;
      return result;
    }
  }
  return not_estimable("Huber's iteration does not come to rest");
}

}  // namespace

Estimated<double> median_absolute_deviation(std::span<const double> values) {
  std::string refusal = refusal_of(values);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  std::vector<double> work(values.begin(), values.end());
  const double deviation = deviation_about(values, median_in_place(work), work);
  if (!std::isfinite(deviation)) return not_estimable("the values are too large to be worked with");
  return deviation;
}

Estimated<double> interquartile_range(std::span<const double> values) {
  std::string refusal = refusal_of(values);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double range = quantile_of_checked(sorted, 0.75, QuantileType::Type7) -
                       quantile_of_checked(sorted, 0.25, QuantileType::Type7);
  if (!std::isfinite(range)) return not_estimable("the values are too large to be worked with");
  return range;
}

Estimated<double> excess_kurtosis(std::span<const double> values) {
  std::string refusal = refusal_of(values);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  Moments moments;
  for (const double value : values) moments.add(value);
  if (moments.constant()) return not_estimable("all values are equal, so that they have no shape");
  const double n = static_cast<double>(values.size());
  const double sd = std::sqrt(moments.m2 / n);
  double fourth = 0;
  for (const double value : values) {
    const double z = (value - moments.mean) / sd;
    fourth += z * z * z * z;
  }
  const double kurtosis = fourth / n - 3;
  if (!std::isfinite(kurtosis) || !(sd > 0)) {
    return not_estimable("the values are too large or too small to be worked with");
  }
  return kurtosis;
}

Estimated<double> median_of_means(std::span<const double> values, std::size_t blocks) {
  std::string refusal = refusal_of(values);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  if (blocks == 0) return not_estimable("there are no blocks");
  if (blocks > values.size()) return not_estimable("there are more blocks than values");
  const std::size_t length = values.size() / blocks;
  const std::size_t longer = values.size() % blocks;
  std::vector<double> means;
  means.reserve(blocks);
  std::size_t next = 0;
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::size_t size = length + (block < longer ? 1 : 0);
    double mean = 0;
    for (std::size_t i = 0; i < size; ++i) mean += (values[next + i] - mean) / static_cast<double>(i + 1);
    means.push_back(mean);
    next += size;
  }
  const double median = median_in_place(means);
  if (!std::isfinite(median)) return not_estimable("the values are too large to be worked with");
  return median;
}

Estimated<HuberLocation> huber_location(std::span<const double> values, const HuberOptions& options) {
  std::string refusal = refusal_of(values);
  if (!refusal.empty()) return not_estimable(std::move(refusal));
  if (values.size() < 3) return not_estimable("there are fewer than three values");
  if (!(options.threshold > 0)) return not_estimable("the threshold must be positive");
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return not_estimable("the confidence must lie between 0 and 1");
  }
  std::vector<double> work(values.begin(), values.end());
  const double median = median_in_place(work);
  const double scale = deviation_about(values, median, work);
  if (!std::isfinite(scale)) return not_estimable("the values are too large to be worked with");
  Estimated<HuberLocation> found = iterate(values, median, scale, options, work);
  if (!found) return found;
  const double n = static_cast<double>(values.size());
  double squares = 0;
  double within = 0;
  for (const double value : values) {
    const double z = (value - found->location) / found->scale;
    const double cut = std::clamp(z, -options.threshold, options.threshold);
    squares += cut * cut;
    within += std::abs(z) <= options.threshold ? 1 : 0;
  }
  if (within == 0) return not_estimable("no value lies within the threshold");
  found->standard_error = found->scale * std::sqrt(squares / (n - 1) / n) / (within / n);
  const double reach = -student_t_quantile((1 - options.confidence) / 2, n - 1) * found->standard_error;
  found->interval = {found->location - reach, found->location + reach};
  if (!std::isfinite(found->interval.lower) || !std::isfinite(found->interval.upper)) {
    return not_estimable("the values are too large to be worked with");
  }
  found->assumptions = {Assumption::IndependentUnits, Assumption::OneLook, Assumption::LargeSample};
  if (n < 20) found->concerns.insert(Concern::FewUnits);
  return found;
}

}  // namespace splitplot::stats
