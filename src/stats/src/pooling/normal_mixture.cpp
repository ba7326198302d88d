#include "pooling/normal_mixture.hpp"

#include "numeric/normal_table.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

// Components lighter than this move no quantile that is asked for; leaving them out halves the work in the
// tails.
constexpr double kLightest = 1e-14;

}  // namespace

void NormalMixture::clear() {
  weights_.clear();
  means_.clear();
  sds_.clear();
}

void NormalMixture::reserve(std::size_t size) {
  weights_.reserve(size);
  means_.reserve(size);
  sds_.reserve(size);
}

void NormalMixture::add(double weight, double mean, double sd) {
  weights_.push_back(weight);
  means_.push_back(mean);
  sds_.push_back(sd);
}

double NormalMixture::mean() const {
  double sum = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) sum += weights_[i] * means_[i];
  return sum;
}

double NormalMixture::variance() const {
  const double centre = mean();
  double sum = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const double offset = means_[i] - centre;
    sum += weights_[i] * (sds_[i] * sds_[i] + offset * offset);
  }
  return sum;
}

double NormalMixture::chance_above(double x) const {
  const NormalTable& table = NormalTable::table();
  double sum = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] > kLightest) sum += weights_[i] * table.rough((means_[i] - x) / sds_[i]).cdf;
  }
  constexpr double kTiny = 1e-6;  // from here on what the table leaves out may be seen
  if (sum < kTiny) {
    sum = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      if (weights_[i] > kLightest) sum += weights_[i] * normal_sf((x - means_[i]) / sds_[i]);
    }
  }
  return std::clamp(sum, 0.0, 1.0);
}

std::optional<double> NormalMixture::first_guess(double z) const {
  const double centre = mean();
  double second = 0;
  double third = 0;
  double fourth = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] <= kLightest) continue;
    const double offset = means_[i] - centre;
    const double square = offset * offset;
    const double variance = sds_[i] * sds_[i];
    second += weights_[i] * (variance + square);
    third += weights_[i] * offset * (square + 3 * variance);
    fourth += weights_[i] * (square * square + 6 * square * variance + 3 * variance * variance);
  }
  const double sd = std::sqrt(second);
  const double skewness = third / (second * sd);
  const double excess = fourth / (second * second) - 3;
  const bool mild = std::abs(skewness) < 1 && excess < 4;  // false, too, where the powers overflow
  if (!mild) return std::nullopt;
  return centre + sd * (z + skewness * (z * z - 1) / 6 + excess * z * (z * z - 3) / 24 -
                        skewness * skewness * z * (2 * z * z - 5) / 36);
}

double NormalMixture::quantile(double p) const {
  const NormalTable& table = NormalTable::table();
  const double z = normal_quantile(p);
  // The mixture's quantile lies between its components' quantiles, if nothing better is known at their
  // weighted mean.
  double lower = 0;
  double upper = 0;
  double x = 0;
  bool first = true;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] <= kLightest) continue;
    const double end = means_[i] + z * sds_[i];
    lower = first ? end : std::min(lower, end);
    upper = first ? end : std::max(upper, end);
    x += weights_[i] * end;
    first = false;
  }
  x = std::clamp(first_guess(z).value_or(x), lower, upper);
  for (int iteration = 0; iteration < 200; ++iteration) {
    double excess = -p;
    double density = 0;
    double slope = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      if (weights_[i] <= kLightest) continue;
      const double scaled = (x - means_[i]) / sds_[i];
      const NormalTable::Values normal = table.rough(scaled);
      const double height = weights_[i] * normal.pdf / sds_[i];
      excess += weights_[i] * normal.cdf;
      density += height;
      slope -= height * scaled / sds_[i];
    }
    (excess > 0 ? upper : lower) = x;
    // Halley's step; from so near, what it leaves is of its third order.
    const double newton = excess / density;
    const double next = x - newton / std::max(0.5, 1 - 0.5 * newton * slope / density);
    if (std::abs(excess) <= 1e-4 * std::min(p, 1 - p)) return std::clamp(next, lower, upper);
    const double middle = lower + (upper - lower) / 2;
    if (!(middle > lower && middle < upper)) return x;
    x = next > lower && next < upper ? next : middle;
  }
  return x;
}

}  // namespace splitplot::stats
