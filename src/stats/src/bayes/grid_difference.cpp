#include "bayes/grid_difference.hpp"

#include "numeric/gauss_legendre.hpp"

#include <algorithm>
#include <numbers>

namespace splitplot::stats {

/// sinc(t) = sin(pi t) / (pi t) around every whole m in reach: its Taylor series, its integral to m, and the integral of that.
class SincKernel {
 public:
  static constexpr std::size_t kTerms = GridDifference::kTerms;
  static constexpr std::ptrdiff_t kReach = 2 * static_cast<std::ptrdiff_t>(GridDensity::kCapacity);
  using Series = std::array<double, kTerms>;

  static const SincKernel& table() {
    static const SincKernel kTable;
    return kTable;
  }

  [[nodiscard]] const Series& series(std::ptrdiff_t m) const { return series_[index(m)]; }
  [[nodiscard]] double integral(std::ptrdiff_t m) const { return integral_[index(m)]; }
  [[nodiscard]] double second_integral(std::ptrdiff_t m) const { return second_integral_[index(m)]; }

 private:
  static constexpr std::size_t kSize = static_cast<std::size_t>(2 * kReach + 1);
  static std::size_t index(std::ptrdiff_t m) { return static_cast<std::size_t>(m + kReach); }

  SincKernel() {
    constexpr double kPi = std::numbers::pi;
    std::array<double, kTerms + 1> sine{};  // coefficients of sin(pi t) / pi
    sine[1] = 1;
    for (std::size_t n = 3; n <= kTerms; n += 2) {
      sine[n] = -sine[n - 2] * kPi * kPi / static_cast<double>(n * (n - 1));
    }
    const GaussLegendre& rule = GaussLegendre::rule();
    double integral = 0;  // from 0 to m
    for (std::ptrdiff_t m = 0; m <= kReach; ++m) {
      const double at = static_cast<double>(m);
      const double sign = m % 2 == 0 ? 1 : -1;
      // (m + t) sinc(m + t) = (-1)^m sin(pi t) / pi, coefficient by coefficient.
      Series& series = series_[index(m)];
      if (m == 0) {
        for (std::size_t n = 0; n < kTerms; ++n) series[n] = sine[n + 1];
      } else {
        series[0] = 0;
        for (std::size_t n = 1; n < kTerms; ++n) series[n] = (sign * sine[n] - series[n - 1]) / at;
        GaussLegendre::Values values{};
        for (std::size_t i = 0; i < GaussLegendre::kNodes; ++i) {
          const double t = kPi * (at - 0.5 + 0.5 * rule.nodes()[i]);
          values[i] = std::sin(t) / t;
        }
        integral += 0.5 * rule.integral(values);
      }
      integral_[index(m)] = 0.5 + integral;
      integral_[index(-m)] = 0.5 - integral;
      second_integral_[index(m)] = at * (0.5 + integral) + sign / (kPi * kPi);
      second_integral_[index(-m)] = -at * (0.5 - integral) + sign / (kPi * kPi);
      for (std::size_t n = 0; n < kTerms; ++n) {
        series_[index(-m)][n] = n % 2 == 0 ? series[n] : -series[n];
      }
    }
  }

  std::array<Series, kSize> series_{};
  std::array<double, kSize> integral_{};
  std::array<double, kSize> second_integral_{};
};

void GridDensity::normalise(double step) {
  double total = 0;
  for (std::size_t i = 0; i < size_; ++i) total += values_[i];
  const double factor = 1 / (total * step);
  for (std::size_t i = 0; i < size_; ++i) values_[i] *= factor;
}

double GridDifference::step_for(double sd_of_first, double sd_of_second) {
  return 0.5 * std::numbers::sqrt2 * sd_of_first * (sd_of_second / std::hypot(sd_of_first, sd_of_second));
}

double GridDifference::shift_for(double peak_of_first, double peak_of_second, double step) {
  const double steps = (peak_of_first - peak_of_second) / step;
  return steps - std::floor(steps);
}

GridDifference::GridDifference(const GridDensity& x, const GridDensity& y, double step)
    : size_(x.size() + y.size() - 1),
      first_(y.first() - x.first() - static_cast<double>(x.size() - 1) * step),
      step_(step) {
  constexpr std::size_t kBlock = 8;  // a loop of known length, so that it becomes vector instructions
  const std::size_t blocks = (y.size() + kBlock - 1) / kBlock;
  std::array<double, 2 * GridDensity::kCapacity + kBlock> sums{};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double factor = x.values()[x.size() - 1 - i] * step * step;
    double* to = sums.data() + i;
    const double* from = y.values().data();
    for (std::size_t block = 0; block < blocks; ++block, to += kBlock, from += kBlock) {
      for (std::size_t j = 0; j < kBlock; ++j) to[j] += factor * from[j];
    }
  }
  std::copy_n(sums.begin(), size_, weights_.begin());
}

GridDifference::Local GridDifference::local(std::ptrdiff_t point) const {
  const SincKernel& kernel = SincKernel::table();
  Local result;
  for (std::size_t j = 0; j < size_; ++j) {
    const std::ptrdiff_t m = point - static_cast<std::ptrdiff_t>(j);
    const SincKernel::Series& series = kernel.series(m);
    const double weight = weights_[j];
    for (std::size_t n = 0; n < kTerms; ++n) result.density[n] += weight * series[n];
    result.below += weight * kernel.integral(m);
  }
  return result;
}

double GridDifference::Local::cdf(double offset) const {
  double sum = 0;
  for (std::size_t n = kTerms; n-- > 0;) sum = sum * offset + density[n] / static_cast<double>(n + 1);
  return below + sum * offset;
}

double GridDifference::Local::slope(double offset) const {
  double sum = 0;
  for (std::size_t n = kTerms; n-- > 0;) sum = sum * offset + density[n];
  return sum;
}

double GridDifference::cdf(double d) const {
  const double steps = (d - first_) / step_;
  if (!(steps > -1)) return 0;
  if (!(steps < static_cast<double>(size_))) return 1;
  const double point = std::round(steps);
  return std::clamp(local(static_cast<std::ptrdiff_t>(point)).cdf(steps - point), 0.0, 1.0);
}

GridDifference::Excesses GridDifference::mean_excesses(double mean_difference) const {
  // E[max(0, -+D)]: over the grid, the sum of weights times the second integral of sinc. "No difference" is a grid point.
  const double zero = std::round(-first_ / step_);
  double smaller = 0;
  if (zero > -1 && zero < static_cast<double>(size_)) {
    const SincKernel& kernel = SincKernel::table();
    const auto point = static_cast<std::ptrdiff_t>(zero);
    const std::ptrdiff_t sign = mean_difference >= 0 ? 1 : -1;
    for (std::size_t j = 0; j < size_; ++j) {
      smaller += weights_[j] * kernel.second_integral(sign * (point - static_cast<std::ptrdiff_t>(j)));
    }
    smaller = std::max(0.0, smaller * step_);
  }
  const double larger = smaller + std::abs(mean_difference);
  return mean_difference >= 0 ? Excesses{smaller, larger} : Excesses{larger, smaller};
}

double GridDifference::quantile(double p) const {
  // The cell by trapezoid sums, which are good between points; then Newton's method on the Taylor series.
  std::ptrdiff_t point = 0;
  const auto last = static_cast<std::ptrdiff_t>(size_) - 1;
  for (double below = weights_[0]; below < p && point < last;
       below += weights_[static_cast<std::size_t>(point)])
    ++point;
  double offset = 0;
  for (int move = 0; move < 4; ++move) {
    const Local near = local(point);
    for (int i = 0; i < 20; ++i) {
      const double slope = near.slope(offset);
      if (!(slope > 0)) break;
      const double change = std::clamp((p - near.cdf(offset)) / slope, -1.0, 1.0);
      offset = std::clamp(offset + change, -1.0, 1.0);
      if (std::abs(change) < 1e-9) break;
    }
    if (std::abs(offset) <= 0.51) break;
    const std::ptrdiff_t next = std::clamp<std::ptrdiff_t>(point + (offset > 0 ? 1 : -1), 0, last);
    offset -= static_cast<double>(next - point);
    point = next;
  }
  return first_ + (static_cast<double>(point) + offset) * step_;
}

}  // namespace splitplot::stats
