#include <splitplot/stats/moments.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace splitplot::stats {
namespace {

/// Moves a mean kept in two parts; what rounding leaves off the first goes to the second (Knuth's exact sum).
void move_mean(double& mean, double& rest, double step) {
  const double addend = rest + step;
  const double sum = mean + addend;
  const double taken = sum - mean;
  rest = (mean - (sum - taken)) + (addend - taken);
  mean = sum;
}

}  // namespace

void Moments::add(double x) {
  assert(std::isfinite(x));
  const double before = static_cast<double>(count);
  ++count;
  const double n = static_cast<double>(count);
  const double delta = (x - mean) - mean_rest;
  const double step = delta / n;
  const double square = delta * step * before;
  m3 += square * step * (n - 2) - 3 * step * m2;
  m2 += square;
  move_mean(mean, mean_rest, step);
  minimum = std::min(minimum, x);
  maximum = std::max(maximum, x);
}

void Moments::merge(const Moments& other) {
  if (other.count == 0) return;
  if (count == 0) {
    *this = other;
    return;
  }
  const double a = static_cast<double>(count);
  const double b = static_cast<double>(other.count);
  const double n = a + b;
  const double delta = difference_of_means(other, *this);
  const double share_a = a / n;
  const double share_b = b / n;
  const double square = delta * delta * share_a * b;
  m3 += other.m3 + square * delta * (share_a - share_b) + 3 * delta * (share_a * other.m2 - share_b * m2);
  m2 += other.m2 + square;
  move_mean(mean, mean_rest, delta * share_b);
  count += other.count;
  minimum = std::min(minimum, other.minimum);
  maximum = std::max(maximum, other.maximum);
}

double Moments::variance() const {
  return count < 2 ? 0.0 : m2 / static_cast<double>(count - 1);
}

double Moments::variance_of_mean() const {
  return count == 0 ? 0.0 : variance() / static_cast<double>(count);
}

double Moments::skewness() const {
  if (count < 2 || m2 == 0) return 0;
  const double limit = std::sqrt(static_cast<double>(count));
  // Divided in two steps, since m2^1.5 overflows long before the ratio does.
  const double value = limit * (m3 / m2) / std::sqrt(m2);
  // No sample of n values is more skewed than sqrt(n); sums beyond double's range are answered by that worst
  // case.
  return std::isfinite(value) ? std::clamp(value, -limit, limit) : limit;
}

double difference_of_means(const Moments& first, const Moments& second) {
  return (first.mean - second.mean) + (first.mean_rest - second.mean_rest);
}

Estimated<Moments> moments_of(std::span<const double> values) {
  Moments result;
  if (values.empty()) return result;
  // Offsets from the first value are small where values are far from zero, and long double keeps their digits.
  const long double origin = values.front();
  long double sum = 0;
  for (const double x : values) {
    if (!std::isfinite(x)) return not_estimable("a value is not a finite number");
    sum += x - origin;
    result.minimum = std::min(result.minimum, x);
    result.maximum = std::max(result.maximum, x);
  }
  const long double offset = sum / static_cast<long double>(values.size());
  long double m2 = 0;
  long double m3 = 0;
  for (const double x : values) {
    const long double deviation = (x - origin) - offset;
    const long double square = deviation * deviation;
    m2 += square;
    m3 += square * deviation;
  }
  const long double mean = origin + offset;
  result.count = values.size();
  result.mean = static_cast<double>(mean);
  result.mean_rest = static_cast<double>((origin - result.mean) + offset);
  result.m2 = static_cast<double>(m2);
  result.m3 = static_cast<double>(m3);
  return result;
}

Estimated<Moments> moments_from_sums(std::uint64_t count, double sum, double sum_of_squares) {
  if (!std::isfinite(sum) || !std::isfinite(sum_of_squares))
    return not_estimable("a sum is not a finite number");
  Moments result;
  if (count == 0) {
    if (sum != 0 || sum_of_squares != 0) return not_estimable("there are sums but no values");
    return result;
  }
  constexpr long double kRounding = 1e-12L;  // by which sums of doubles may have gone wrong
  const long double n = static_cast<long double>(count);
  const long double explained = sum * (sum / n);
  const long double m2 = sum_of_squares - explained;
  if (m2 < -kRounding * explained)
    return not_estimable("the sum of squares is smaller than any values' with this sum");
  result.count = count;
  result.mean = static_cast<double>(sum / n);
  result.mean_rest = static_cast<double>(sum / n - result.mean);
  result.m2 = m2 > 0 && count > 1 ? static_cast<double>(m2) : 0;
  return result;
}

CrossMoments::CrossMoments(std::size_t dimensions)
    : means_(dimensions, 0.0), rests_(dimensions, 0.0), comoments_(dimensions * dimensions, 0.0) {}

void CrossMoments::add(std::span<const double> row) {
  const std::size_t size = means_.size();
  assert(row.size() == size);
  ++count_;
  const double n = static_cast<double>(count_);
  const double shrink = (n - 1) / n;
  for (std::size_t i = 0; i < size; ++i) {
    const double scaled = ((row[i] - means_[i]) - rests_[i]) * shrink;
    for (std::size_t j = i; j < size; ++j) {
      const double product = comoments_[i * size + j] + scaled * ((row[j] - means_[j]) - rests_[j]);
      comoments_[i * size + j] = product;
      comoments_[j * size + i] = product;
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    move_mean(means_[i], rests_[i], ((row[i] - means_[i]) - rests_[i]) / n);
  }
}

void CrossMoments::merge(const CrossMoments& other) {
  if (other.count_ == 0 && other.dimensions() <= dimensions()) return;
  if (dimensions() == 0 || count_ == 0) {
    *this = other;
    return;
  }
  const std::size_t size = means_.size();
  assert(other.means_.size() == size);
  const double a = static_cast<double>(count_);
  const double b = static_cast<double>(other.count_);
  const double n = a + b;
  const auto delta = [&](std::size_t i) {
    return (other.means_[i] - means_[i]) + (other.rests_[i] - rests_[i]);
  };
  for (std::size_t i = 0; i < size; ++i) {
    const double scaled = delta(i) * (a / n) * b;
    for (std::size_t j = i; j < size; ++j) {
      const double product = comoments_[i * size + j] + other.comoments_[i * size + j] + scaled * delta(j);
      comoments_[i * size + j] = product;
      comoments_[j * size + i] = product;
    }
  }
  for (std::size_t i = 0; i < size; ++i) move_mean(means_[i], rests_[i], delta(i) * (b / n));
  count_ += other.count_;
}

CrossMoments CrossMoments::from_parts(std::uint64_t count, std::vector<double> means,
                                      std::vector<double> comoments) {
  assert(comoments.size() == means.size() * means.size());
  CrossMoments result;
  result.count_ = count;
  result.rests_.assign(means.size(), 0.0);
  result.means_ = std::move(means);
  result.comoments_ = std::move(comoments);
  return result;
}

double CrossMoments::covariance(std::size_t i, std::size_t j) const {
  return count_ < 2 ? 0.0 : comoment(i, j) / static_cast<double>(count_ - 1);
}

}  // namespace splitplot::stats
