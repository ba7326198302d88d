#include <splitplot/stats/adjust/regression.hpp>
#include <splitplot/stats/compare/quantile_regression.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>

#include <Eigen/Dense>

namespace splitplot::stats {
namespace {

using Eigen::Index;
constexpr double kIndependence = 1e-9;
constexpr double kDualTolerance = 1e-9;
// Outcomes are moved by up to this part of their spread while the simplex method runs, so that no two corners have the same loss and it
// cannot go round in circles; the corner that it ends at is checked against the outcomes as they are, with a smaller move if need be.
constexpr double kLargestMove = 1e-9;
constexpr double kSmallestMove = 1e-13;
constexpr double kZeroResidual = 1e-12;

/// Units as rows: an intercept and the regressors centred and scaled, outcomes too.
struct Scaled {
  Eigen::MatrixXd x;
  Eigen::VectorXd y;
  std::vector<double> centre, scale;  // of each regressor
  double y_centre = 0;
  double y_scale = 1;
};

struct Corner {
  std::vector<Index> basis;  // units that the plane passes through
  Eigen::MatrixXd inverse;   // of their rows
  Eigen::VectorXd coefficients;
};

Corner corner_at(const Scaled& data, const Eigen::VectorXd& y, std::vector<Index> basis) {
  const Index k = data.x.cols();
  Eigen::MatrixXd rows(k, k);
  Eigen::VectorXd values(k);
  for (Index j = 0; j < k; ++j) {
    rows.row(j) = data.x.row(basis[static_cast<std::size_t>(j)]);
    values[j] = y[basis[static_cast<std::size_t>(j)]];
  }
  Corner corner;
  corner.inverse = rows.partialPivLu().inverse();
  corner.coefficients = corner.inverse * values;
  corner.basis = std::move(basis);
  return corner;
}

/// The first units in the given order whose rows are independent.
std::optional<std::vector<Index>> independent_units(const Eigen::MatrixXd& x,
                                                    const std::vector<Index>& order) {
  const Index k = x.cols();
  Eigen::MatrixXd directions(k, k);
  std::vector<Index> basis;
  for (const Index unit : order) {
    const auto found = static_cast<Index>(basis.size());
    Eigen::VectorXd rest = x.row(unit).transpose();
    const double length = rest.norm();
    for (int pass = 0; pass < 2; ++pass) {
      const Eigen::VectorXd parts = directions.leftCols(found).transpose() * rest;
      rest -= directions.leftCols(found) * parts;
    }
    if (rest.norm() <= kIndependence * length || rest.norm() == 0) continue;
    directions.col(found) = rest.normalized();
    basis.push_back(unit);
    if (found + 1 == k) return basis;
  }
  return std::nullopt;
}

/// Units by their distance from the plane of least squares moved to the quantile: a corner to start from that is close to the last one.
std::vector<Index> order_by_distance(const Scaled& data, const Regression& fit, double probability) {
  Eigen::VectorXd coefficients(data.x.cols());
  coefficients[0] = 0;
  for (Index j = 1; j < data.x.cols(); ++j) {
    const auto place = static_cast<std::size_t>(j - 1);
    coefficients[j] = fit.coefficients[place] * (data.scale[place] / data.y_scale);
  }
  Eigen::VectorXd distance = data.y - data.x * coefficients;
  Eigen::VectorXd sorted = distance;
  const Index middle =
      std::min(sorted.size() - 1, static_cast<Index>(probability * static_cast<double>(sorted.size())));
  std::nth_element(sorted.data(), sorted.data() + middle, sorted.data() + sorted.size());
  distance.array() -= sorted[middle];
  std::vector<Index> order(static_cast<std::size_t>(distance.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return std::abs(distance[a]) < std::abs(distance[b]); });
  return order;
}

/// Dual values of the basis: the loss rises along both directions of edge j where 1 - probability - w_j and probability + w_j are
/// positive.
Eigen::VectorXd duals(const Scaled& data, const Corner& corner, const Eigen::VectorXd& residuals,
                      double probability) {
  Eigen::VectorXd psi = residuals.unaryExpr([&](double r) { return r < 0 ? probability - 1 : probability; });
  for (const Index unit : corner.basis) psi[unit] = 0;
  return corner.inverse.transpose() * (data.x.transpose() * psi);
}

struct Breakpoint {
  double step = 0;
  double weight = 0;
  Index unit = 0;
};

/// The unit at which the loss stops falling along a direction: the weighted median of where residuals change their sign.
std::optional<Index> entering_unit(const Eigen::VectorXd& residuals, const Eigen::VectorXd& along,
                                   double slope, const std::vector<Index>& basis,
                                   std::vector<Breakpoint>& breakpoints) {
  breakpoints.clear();
  for (Index i = 0; i < residuals.size(); ++i) {
    if (residuals[i] * along[i] > 0) breakpoints.push_back({residuals[i] / along[i], std::abs(along[i]), i});
  }
  for (const Index unit : basis)
    std::erase_if(breakpoints, [&](const Breakpoint& b) { return b.unit == unit; });
  const auto nearer = [](const Breakpoint& a, const Breakpoint& b) { return a.step > b.step; };
  std::make_heap(breakpoints.begin(), breakpoints.end(), nearer);
  while (!breakpoints.empty()) {
    std::pop_heap(breakpoints.begin(), breakpoints.end(), nearer);
    slope += breakpoints.back().weight;
    if (slope >= 0) return breakpoints.back().unit;
    breakpoints.pop_back();
  }
  return std::nullopt;
}

struct Solved {
  Corner corner;
  std::uint64_t pivots = 0;
  bool optimal = false;
};

Solved simplex(const Scaled& data, const Eigen::VectorXd& y, std::vector<Index> basis, double probability) {
  Solved solved;
  solved.corner = corner_at(data, y, std::move(basis));
  std::vector<Breakpoint> breakpoints;
  const auto limit = static_cast<std::uint64_t>(50 * (data.x.rows() + data.x.cols()));
  for (; solved.pivots < limit; ++solved.pivots) {
    Corner& corner = solved.corner;
    const Eigen::VectorXd residuals = y - data.x * corner.coefficients;
    const Eigen::VectorXd w = duals(data, corner, residuals, probability);
    // Slope of the loss where the fit at a basis unit rises or falls: the steepest edge of all.
    Index leaving = -1;
    double steepest = -kDualTolerance;
    double sign = 1;
    for (Index j = 0; j < w.size(); ++j) {
      const double length = corner.inverse.col(j).norm();
      const double rising = (1 - probability - w[j]) / length;
      const double falling = (probability + w[j]) / length;
      if (std::min(rising, falling) >= steepest) continue;
      steepest = std::min(rising, falling);
      leaving = j;
      sign = rising < falling ? 1 : -1;
    }
    if (leaving < 0) {
      solved.optimal = true;
      return solved;
    }
    const Eigen::VectorXd along = data.x * (corner.inverse.col(leaving) * sign);
    const double slope = steepest * corner.inverse.col(leaving).norm();
    const std::optional<Index> entering = entering_unit(residuals, along, slope, corner.basis, breakpoints);
    if (!entering) return solved;
    std::vector<Index> next = corner.basis;
    next[static_cast<std::size_t>(leaving)] = *entering;
    corner = corner_at(data, y, std::move(next));
  }
  return solved;
}

/// Outcomes moved by different amounts, the same at every call: a sequence that fills (-1, 1) evenly.
Eigen::VectorXd moved(const Eigen::VectorXd& y, double size) {
  constexpr double kGoldenPart = 0.6180339887498949;
  Eigen::VectorXd result = y;
  double place = 0.5;
  for (Index i = 0; i < y.size(); ++i) {
    place += kGoldenPart;
    place -= std::floor(place);
    result[i] += size * (2 * place - 1);
  }
  return result;
}

/// Whether the corner, found for moved outcomes, is the solution for the real ones: no residual may have changed its sign, except those
/// that are zero for the real ones, whose share of the loss is indifferent.
bool holds_for(const Scaled& data, const Corner& real, const Corner& shifted,
               const Eigen::VectorXd& y_shifted) {
  const Eigen::VectorXd residuals = data.y - data.x * real.coefficients;
  const Eigen::VectorXd other = y_shifted - data.x * shifted.coefficients;
  for (Index i = 0; i < residuals.size(); ++i) {
    if (std::abs(residuals[i]) > kZeroResidual && residuals[i] * other[i] < 0) {
      if (std::find(real.basis.begin(), real.basis.end(), i) == real.basis.end()) return false;
    }
  }
  return true;
}

/// Largest deviation from the middle of the range, a scale that cannot overflow, and the middle.
std::pair<double, double> centre_and_scale(const ColumnView& column) {
  double low = column[0];
  double high = column[0];
  for (std::size_t i = 1; i < column.size(); ++i) {
    low = std::min(low, column[i]);
    high = std::max(high, column[i]);
  }
  return {low / 2 + high / 2, std::max(high / 2 - low / 2, 0.0)};
}

Scaled scale(const ColumnView& outcome, std::span<const ColumnView> regressors) {
  Scaled data;
  const auto n = static_cast<Index>(outcome.size());
  data.x.resize(n, static_cast<Index>(regressors.size()) + 1);
  data.x.col(0).setOnes();
  for (std::size_t j = 0; j < regressors.size(); ++j) {
    const auto [centre, spread] = centre_and_scale(regressors[j]);
    data.centre.push_back(centre);
    data.scale.push_back(spread);
    for (Index i = 0; i < n; ++i) {
      data.x(i, static_cast<Index>(j) + 1) = (regressors[j][static_cast<std::size_t>(i)] - centre) / spread;
    }
  }
  const auto [centre, spread] = centre_and_scale(outcome);
  data.y_centre = centre;
  data.y_scale = spread > 0 ? spread : 1;
  data.y.resize(n);
  for (Index i = 0; i < n; ++i) data.y[i] = (outcome[static_cast<std::size_t>(i)] - centre) / data.y_scale;
  return data;
}

QuantileRegression answer(const Scaled& data, const Corner& corner, double probability) {
  QuantileRegression result;
  Eigen::VectorXd residuals = data.y - data.x * corner.coefficients;
  for (Index i = 0; i < residuals.size(); ++i) {
    if (std::abs(residuals[i]) < kZeroResidual) residuals[i] = 0;
    result.loss += residuals[i] * (residuals[i] < 0 ? probability - 1 : probability);
  }
  result.loss *= data.y_scale;
  const auto zeros = (residuals.array() == 0).count();
  const Eigen::VectorXd w = duals(data, corner, residuals, probability);
  // With a plane through more units than coefficients a flat edge may be one of the kinks; it then says nothing.
  const double flattest =
      std::min((1 - probability - w.array()).minCoeff(), (probability + w.array()).minCoeff());
  if (zeros <= corner.coefficients.size() && std::abs(flattest) <= kDualTolerance) {
    result.solution = QuantileSolution::OneOfMany;
  }
  result.intercept = corner.coefficients[0] * data.y_scale + data.y_centre;
  for (std::size_t j = 0; j < data.scale.size(); ++j) {
    const double slope = corner.coefficients[static_cast<Index>(j) + 1] * (data.y_scale / data.scale[j]);
    result.coefficients.push_back(slope);
    result.intercept -= slope * data.centre[j];
  }
  result.assumptions = {Assumption::IndependentUnits, Assumption::OneLook};
  return result;
}

}  // namespace

Estimated<QuantileRegression> quantile_regression(ColumnView outcome, std::span<const ColumnView> regressors,
                                                  double probability) {
  if (!(probability > 0 && probability < 1)) return not_estimable("the quantile must lie between 0 and 1");
  const Estimated<Regression> fit = least_squares(outcome, regressors);
  if (!fit) return tl::unexpected<NotEstimable>(fit.error());
  if (!fit->left_out.empty()) {
    return not_estimable("a regressor is constant or explained by those before it");
  }
  const Scaled data = scale(outcome, regressors);
  const std::optional<std::vector<Index>> start =
      independent_units(data.x, order_by_distance(data, *fit, probability));
  if (!start) return not_estimable("a regressor is constant or explained by those before it");
  for (double move = kLargestMove; move >= kSmallestMove; move /= 100) {
    const Eigen::VectorXd y = moved(data.y, move);
    const Solved solved = simplex(data, y, *start, probability);
    if (!solved.optimal) continue;
    const Corner real = corner_at(data, data.y, solved.corner.basis);
    if (!holds_for(data, real, solved.corner, y)) continue;
    QuantileRegression result = answer(data, real, probability);
    result.pivots = solved.pivots;
    bool in_range = std::isfinite(result.intercept) && std::isfinite(result.loss);
    for (const double slope : result.coefficients) in_range = in_range && std::isfinite(slope);
    if (!in_range) return not_estimable("the values are too large or too small to be worked with");
    return result;
  }
  return not_estimable("no plane could be told to be the best one: residuals are too close to rounding");
}

}  // namespace splitplot::stats
