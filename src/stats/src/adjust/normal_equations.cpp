#include "adjust/normal_equations.hpp"

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

using Eigen::Index;
// A covariate of which less than this share of the variance is left after those before it counts as explained by them.
constexpr double kSmallestNewShare = 1e-9;
// A spread below this multiple of the mean is what rounding leaves of a constant.
constexpr double kRoundingSpread = 1e-13;
// A residual sum below this share of the whole is what rounding leaves of a metric that the covariates explain completely.
constexpr double kRoundingShare = 1e-13;

/// The arms' centred sums added up.
struct PooledSums {
  Eigen::MatrixXd products;      // dimensions x dimensions
  Eigen::VectorXd largest_mean;  // of each variable over the arms
  double count = 0;
};

PooledSums pool(std::span<const CrossMoments> arms, Index dimensions) {
  PooledSums sums{Eigen::MatrixXd::Zero(dimensions, dimensions), Eigen::VectorXd::Zero(dimensions), 0};
  for (const CrossMoments& arm : arms) {
    if (arm.count() == 0) continue;
    sums.count += static_cast<double>(arm.count());
    for (Index i = 0; i < dimensions; ++i) {
      const auto row = static_cast<std::size_t>(i);
      sums.largest_mean[i] = std::max(sums.largest_mean[i], std::abs(arm.mean(row)));
      for (Index j = 0; j < dimensions; ++j) {
        sums.products(i, j) += arm.comoment(row, static_cast<std::size_t>(j));
      }
    }
  }
  return sums;
}

}  // namespace

NormalEquations::NormalEquations(std::span<const CrossMoments> arms, std::size_t dimensions)
    : slopes_(dimensions - 1, 0.0) {
  const PooledSums sums = pool(arms, static_cast<Index>(dimensions));
  const auto size = static_cast<Index>(dimensions - 1);
  lower_ = Eigen::MatrixXd::Zero(size, size);
  Eigen::VectorXd right(size);
  for (Index j = 1; j <= size; ++j) {
    const double spread = std::sqrt(sums.products(j, j));
    if (!(spread > kRoundingSpread * sums.largest_mean[j] * std::sqrt(sums.count)) ||
        !std::isfinite(spread)) {
      continue;
    }
    const auto rank = static_cast<Index>(kept_.size());
    Eigen::VectorXd row(rank);
    for (Index k = 0; k < rank; ++k) {
      const auto other = static_cast<std::size_t>(k);
      row[k] = sums.products(j, static_cast<Index>(kept_[other] + 1)) / spread / scale_[other];
    }
    lower_.topLeftCorner(rank, rank).triangularView<Eigen::Lower>().solveInPlace(row);
    const double pivot = 1 - row.squaredNorm();
    if (pivot < kSmallestNewShare) continue;
    lower_.row(rank).head(rank) = row.transpose();
    lower_(rank, rank) = std::sqrt(pivot);
    right[rank] = sums.products(j, 0) / spread;
    kept_.push_back(static_cast<std::size_t>(j - 1));
    scale_.push_back(spread);
  }
  const auto rank = static_cast<Index>(kept_.size());
  const auto triangle = lower_.topLeftCorner(rank, rank).triangularView<Eigen::Lower>();
  Eigen::VectorXd solution = right.head(rank);
  triangle.solveInPlace(solution);
  const double total = sums.products(0, 0);
  residual_sum_ = total - solution.squaredNorm();
  if (residual_sum_ < kRoundingShare * total) residual_sum_ = 0;
  triangle.transpose().solveInPlace(solution);
  for (Index k = 0; k < rank; ++k) {
    const auto place = static_cast<std::size_t>(k);
    slopes_[kept_[place]] = solution[k] / scale_[place];
  }
}

double NormalEquations::leverage_of(std::span<const double> shift) const {
  const auto rank = static_cast<Index>(kept_.size());
  Eigen::VectorXd scaled(rank);
  for (Index k = 0; k < rank; ++k) {
    const auto place = static_cast<std::size_t>(k);
    scaled[k] = shift[kept_[place]] / scale_[place];
  }
  lower_.topLeftCorner(rank, rank).triangularView<Eigen::Lower>().solveInPlace(scaled);
  return scaled.squaredNorm();
}

}  // namespace splitplot::stats
