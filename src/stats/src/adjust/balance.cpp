#include <splitplot/stats/adjust/balance.hpp>

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>

namespace splitplot::stats {
namespace {

using Eigen::Index;

/// A direction with less than this share of the largest variance, in covariates of variance 1, is what rounding leaves.
constexpr double kSmallestShare = 1e-9;

}  // namespace

Estimated<Whitening> Whitening::of(const CrossMoments& units) {
  if (units.count() < 2) return not_estimable("there are fewer than two units");
  const auto size = static_cast<Index>(units.dimensions());
  Eigen::VectorXd scale = Eigen::VectorXd::Zero(size);
  for (Index i = 0; i < size; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double deviation = std::sqrt(units.covariance(at, at));
    // Below, it is what rounding leaves of a constant.
    if (std::isfinite(deviation) && deviation > 1e-13 * std::abs(units.mean(at))) scale[i] = 1 / deviation;
  }
  Eigen::MatrixXd correlation(size, size);
  for (Index i = 0; i < size; ++i) {
    for (Index j = 0; j < size; ++j) {
      correlation(i, j) =
          units.covariance(static_cast<std::size_t>(i), static_cast<std::size_t>(j)) * scale[i] * scale[j];
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(correlation);
  const double largest = size == 0 ? 0 : solver.eigenvalues().maxCoeff();
  Whitening whitening;
  for (std::size_t i = 0; i < units.dimensions(); ++i) whitening.means_.push_back(units.mean(i));
  for (Index k = 0; k < size; ++k) {
    const double variance = solver.eigenvalues()[k];
    if (!(variance > kSmallestShare * largest) || variance <= 0) continue;
    for (Index i = 0; i < size; ++i)
      whitening.directions_.push_back(solver.eigenvectors()(i, k) * scale[i] / std::sqrt(variance));
  }
  if (whitening.directions_.empty()) return not_estimable("all units have the same covariates");
  return whitening;
}

void Whitening::apply(std::span<const double> row, std::span<double> coordinates) const {
  const std::size_t size = means_.size();
  for (std::size_t k = 0; k < coordinates.size(); ++k) {
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += directions_[k * size + i] * (row[i] - means_[i]);
    coordinates[k] = sum;
  }
}

Estimated<double> mahalanobis_distance(std::span<const std::uint64_t> units, std::span<const double> sums) {
  const std::size_t arms = units.size();
  if (arms < 2) return not_estimable("there are fewer than two arms");
  if (sums.size() % arms != 0) return not_estimable("sums and arms do not fit");
  if (std::ranges::find(units, std::uint64_t{0}) != units.end()) return not_estimable("an arm has no units");
  const std::size_t size = sums.size() / arms;
  double all = 0;
  for (const std::uint64_t count : units) all += static_cast<double>(count);
  double distance = 0;
  for (std::size_t k = 0; k < size; ++k) {
    double total = 0;
    for (std::size_t arm = 0; arm < arms; ++arm) total += sums[arm * size + k];
    for (std::size_t arm = 0; arm < arms; ++arm) {
      const auto count = static_cast<double>(units[arm]);
      const double apart = sums[arm * size + k] / count - total / all;
      distance += count * apart * apart;
    }
  }
  return distance;
}

Estimated<double> standardised_mean_difference(const Moments& control, const Moments& treatment) {
  if (control.count < 2 || treatment.count < 2) return not_estimable("an arm has fewer than two units");
  const double deviation = std::sqrt((control.variance() + treatment.variance()) / 2);
  if (!(deviation > 0)) return not_estimable("the units of both arms do not differ");
  return difference_of_means(treatment, control) / deviation;
}

}  // namespace splitplot::stats
