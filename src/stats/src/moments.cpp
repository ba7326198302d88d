#include <splitplot/stats/moments.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace splitplot::stats {

void Moments::add(double x) {
  assert(std::isfinite(x));
  const double before = static_cast<double>(count);
  ++count;
  const double n = static_cast<double>(count);
  const double delta = x - mean;
  const double step = delta / n;
  const double square = delta * step * before;
  m3 += square * step * (n - 2) - 3 * step * m2;
  m2 += square;
  mean += step;
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
  const double delta = other.mean - mean;
  const double share_a = a / n;
  const double share_b = b / n;
  const double square = delta * delta * share_a * b;
  m3 += other.m3 + square * delta * (share_a - share_b) + 3 * delta * (share_a * other.m2 - share_b * m2);
  m2 += other.m2 + square;
  mean += delta * share_b;
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

CrossMoments::CrossMoments(std::size_t dimensions)
    : means_(dimensions, 0.0), comoments_(dimensions * dimensions, 0.0) {}

void CrossMoments::add(std::span<const double> row) {
  const std::size_t size = means_.size();
  assert(row.size() == size);
  ++count_;
  const double n = static_cast<double>(count_);
  const double shrink = (n - 1) / n;
  for (std::size_t i = 0; i < size; ++i) {
    const double scaled = (row[i] - means_[i]) * shrink;
    for (std::size_t j = i; j < size; ++j) {
      const double product = comoments_[i * size + j] + scaled * (row[j] - means_[j]);
      comoments_[i * size + j] = product;
      comoments_[j * size + i] = product;
    }
  }
  for (std::size_t i = 0; i < size; ++i) means_[i] += (row[i] - means_[i]) / n;
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
  for (std::size_t i = 0; i < size; ++i) {
    const double scaled = (other.means_[i] - means_[i]) * (a / n) * b;
    for (std::size_t j = i; j < size; ++j) {
      const double product =
          comoments_[i * size + j] + other.comoments_[i * size + j] + scaled * (other.means_[j] - means_[j]);
      comoments_[i * size + j] = product;
      comoments_[j * size + i] = product;
    }
  }
  for (std::size_t i = 0; i < size; ++i) means_[i] += (other.means_[i] - means_[i]) * (b / n);
  count_ += other.count_;
}

CrossMoments CrossMoments::from_parts(std::uint64_t count, std::vector<double> means,
                                      std::vector<double> comoments) {
  assert(comoments.size() == means.size() * means.size());
  CrossMoments result;
  result.count_ = count;
  result.means_ = std::move(means);
  result.comoments_ = std::move(comoments);
  return result;
}

double CrossMoments::covariance(std::size_t i, std::size_t j) const {
  return count_ < 2 ? 0.0 : comoment(i, j) / static_cast<double>(count_ - 1);
}

}  // namespace splitplot::stats
