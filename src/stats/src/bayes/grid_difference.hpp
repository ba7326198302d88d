/// The distribution of Y - X for two independent variables with smooth densities, from their values on two grids of one step. Private
/// to `stats`. Values, built without allocation; thread-safe.
///
/// A density that is as good as band-limited is, between grid points, the sum of its values times shifted sinc functions, and its
/// integrals are trapezoid sums, both exact up to what the spectrum holds beyond the grid's frequency (Stenger 1993, Numerical
/// Methods Based on Sinc and Analytic Functions). For two normals with standard deviations s and r and the step of `step_for` that
/// is exp(-pi^2 / 0.25) = 7e-18. So the density of the difference is one discrete convolution, and its distribution function sums of
/// it against tabulated integrals of sinc: no special function is needed.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace splitplot::stats {

/// A density at first, first + step, ...; it has fallen to nothing (about 1e-14 of its peak) at both ends.
class GridDensity {
 public:
  static constexpr std::size_t kCapacity = 192;

  /// Values from exp(log_density(distance from the peak)), at distances (shift + i) * step for whole i, 0 <= shift < 1, out to where
  /// the log density, 0 at the peak and falling on both sides, is below -kDrop. It may answer -infinity.
  template <typename LogDensity>
  GridDensity(double peak, double shift, double step, const LogDensity& log_density) {
    std::array<double, kCapacity> left{};
    std::size_t left_size = 0;
    for (; left_size < kCapacity; ++left_size) {
      const double height = log_density((shift - 1 - static_cast<double>(left_size)) * step);
      if (!(height > -kDrop)) break;
      left[left_size] = std::exp(height);
    }
    for (size_ = left_size; size_ < kCapacity; ++size_) {
      const double height = log_density((shift + static_cast<double>(size_ - left_size)) * step);
      if (!(height > -kDrop)) break;
      values_[size_] = std::exp(height);
    }
    fits_ = size_ < kCapacity && size_ > 0;
    for (std::size_t i = 0; i < left_size; ++i) values_[i] = left[left_size - 1 - i];
    first_ = peak + (shift - static_cast<double>(left_size)) * step;
    normalise(step);
  }

  /// False where the grid was too short for the density.
  [[nodiscard]] bool fits() const { return fits_; }
  [[nodiscard]] double first() const { return first_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const std::array<double, kCapacity>& values() const { return values_; }

 private:
  static constexpr double kDrop = 32;  // e^-32 = 1.3e-14

  void normalise(double step);

  std::array<double, kCapacity> values_{};
  std::size_t size_ = 0;
  double first_ = 0;
  bool fits_ = false;
};

class GridDifference {
 public:
  /// The step for two densities of these standard deviations: half of the standard deviation where they are equal.
  static double step_for(double sd_of_first, double sd_of_second);

  /// The shift of the second grid at which "no difference" falls on a point of the difference's grid, the first's being 0.
  static double shift_for(double peak_of_first, double peak_of_second, double step);

  /// Y - X; both densities must fit, and their grids have this step and lie whole steps apart.
  GridDifference(const GridDensity& x, const GridDensity& y, double step);

  /// P(Y - X <= d).
  [[nodiscard]] double cdf(double d) const;

  /// E[max(0, X - Y)] and E[max(0, Y - X)], the larger being the smaller and the size of `mean_difference`.
  struct Excesses {
    double of_first = 0;
    double of_second = 0;
  };
  [[nodiscard]] Excesses mean_excesses(double mean_difference) const;

  /// d with P(Y - X <= d) = p, 0 < p < 1.
  [[nodiscard]] double quantile(double p) const;

 private:
  static constexpr std::size_t kTerms = 12;

  /// The distribution function near a grid point: value there and the density's Taylor series in steps.
  struct Local {
    double below = 0;
    std::array<double, kTerms> density{};

    [[nodiscard]] double cdf(double offset) const;
    [[nodiscard]] double slope(double offset) const;
  };
  [[nodiscard]] Local local(std::ptrdiff_t point) const;

  friend class SincKernel;

  std::array<double, 2 * GridDensity::kCapacity> weights_{};  // density of the difference times step
  std::size_t size_ = 0;
  double first_ = 0;
  double step_ = 0;
};

}  // namespace splitplot::stats
