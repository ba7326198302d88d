#include "pooling/crossed_lattice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>
#include <utility>

namespace splitplot::stats {
namespace {

constexpr std::uint64_t kIndexMask = 0xffff;
constexpr double kNegligible = 16;  // fall of the log density from its peak beyond which points do not count
constexpr double kDroppedMass = 1e-7;

/// Lattice steps: the largest (the nearest singularities are pi / 2 away), and in sds of a direction given the others. A step of one sd
/// is exact to 1e-8 for a normal density. Where only one group is integrated out its steps are not blurred by the others' and must be
/// finer; four groups have to make do with coarser ones.
struct Fineness {
  double largest = 0.5;
  double in_sds = 1;
};

Fineness fineness_for(std::size_t groups) {
  if (groups == 1) return {0.15, 0.3};
  return groups < 4 ? Fineness{} : Fineness{0.6, 1.1};
}

/// Values on a mirrored lattice of middles, on one five times as fine: the logarithm, for a bell is a parabola there and a tail a line,
/// by polynomials through six points.
std::vector<double> refine(const std::vector<double>& values) {
  constexpr std::ptrdiff_t kParts = 5;
  constexpr std::ptrdiff_t kPoints = 6;
  constexpr double kFloor = 1e-30;  // between modes the lattice may have gaps
  const auto size = static_cast<std::ptrdiff_t>(values.size());
  std::ptrdiff_t first = 0;  // what was visited may begin right of 0
  while (!(values[static_cast<std::size_t>(first)] > 0)) ++first;
  if (size - first < kPoints) return values;
  const std::ptrdiff_t lowest = first > 0 ? first : -kPoints;
  const auto log_at = [&](std::ptrdiff_t i) {
    return std::log(std::max(values[static_cast<std::size_t>(i < 0 ? -1 - i : i)], kFloor));
  };
  std::vector<double> fine(static_cast<std::size_t>(kParts * first), 0.0);
  for (std::ptrdiff_t k = kParts * first; k < kParts * size; ++k) {
    const double position = (static_cast<double>(k) + 0.5) / kParts - 0.5;
    const auto left = static_cast<std::ptrdiff_t>(std::floor(position));
    const std::ptrdiff_t start = std::clamp(left - kPoints / 2 + 1, lowest, size - kPoints);
    double sum = 0;
    for (std::ptrdiff_t i = start; i < start + kPoints; ++i) {
      double product = log_at(i);
      for (std::ptrdiff_t j = start; j < start + kPoints; ++j) {
        if (j != i) product *= (position - static_cast<double>(j)) / static_cast<double>(i - j);
      }
      sum += product;
    }
    fine.push_back(std::exp(sum));
  }
  return fine;
}

std::uint64_t shift_of(std::size_t group) {
  return 16 * group;
}

}  // namespace

CrossedLattice::CrossedLattice(const CrossedProblem& problem, double prior_scale)
    : problem_(problem), model_(problem), prior_scale_(prior_scale), sds_(problem.groups()) {
  set_scales();
  const std::vector<Point> modes = find_modes();
  for (const Point& mode : modes) usable_ = usable_ && std::isfinite(log_density(mode));
  if (!usable_) return;
  set_steps(modes);
  keep(visit(modes));
}

/// The error of the best known level of each group, but not less than a twentieth of the typical one.
void CrossedLattice::set_scales() {
  constexpr double kSmallestShare = 0.05;
  for (std::size_t g = 0; g < problem_.groups(); ++g) {
    const bool is_factor = g < problem_.level_counts.size();
    std::vector<double> precisions(is_factor ? problem_.level_counts[g] : problem_.cells());
    for (std::size_t c = 0; c < problem_.cells(); ++c) {
      precisions[is_factor ? problem_.levels[g][c] : c] += 1 / problem_.variances[c];
    }
    double sum = 0;
    double largest = 0;
    for (const double precision : precisions) {
      sum += precision;
      largest = std::max(largest, precision);
    }
    const double typical = std::sqrt(static_cast<double>(precisions.size()) / sum);
    scales_.push_back(std::max(1 / std::sqrt(largest), kSmallestShare * typical));
  }
}

/// Of x, up to a constant; even in every coordinate.
double CrossedLattice::log_density(const Point& x) {
  double sum = 0;
  for (std::size_t g = 0; g < x.size(); ++g) {
    sds_[g] = scales_[g] * std::sinh(std::abs(x[g]));
    const double ratio = sds_[g] / prior_scale_;
    sum += std::log(std::cosh(x[g])) - std::log1p(ratio * ratio);
  }
  const double total = sum + model_.condition_on(sds_);
  return std::isfinite(total) ? total : -std::numeric_limits<double>::infinity();
}

/// Where searches from every combination of a small and a large sd end.
std::vector<CrossedLattice::Point> CrossedLattice::find_modes() {
  constexpr double kSmall = 0.4;
  constexpr double kLarge = 2.5;
  const std::size_t groups = problem_.groups();
  std::vector<Point> modes;
  for (unsigned corner = 0; corner < (1U << groups); ++corner) {
    Point x(groups);
    for (std::size_t g = 0; g < groups; ++g) x[g] = ((corner >> g) & 1U) != 0 ? kLarge : kSmall;
    climb(x);
    modes.push_back(std::move(x));
  }
  return modes;
}

/// Search by coordinates with halving steps: the place matters only as far as the curvature there does.
void CrossedLattice::climb(Point& x) {
  constexpr double kLast = 0.03;
  constexpr int kMostSteps = 1000;
  double here = log_density(x);
  int steps = 0;
  for (double step = 1; step > kLast; step /= 2) {
    bool moved = true;
    while (moved && ++steps < kMostSteps) {
      moved = false;
      for (double& coordinate : x) {
        for (const double move : {step, -step}) {
          const double before = coordinate;
          coordinate = std::abs(before + move);
          const double there = log_density(x);
          if (there > here) {
            here = there;
            moved = true;
            break;
          }
          coordinate = before;
        }
      }
    }
  }
}

void CrossedLattice::set_steps(const std::vector<Point>& modes) {
  constexpr double kDelta = 0.05;
  constexpr double kOtherModeCounts = 10;
  std::vector<double> heights;
  for (const Point& mode : modes) heights.push_back(log_density(mode));
  const double peak = *std::max_element(heights.begin(), heights.end());
  const Fineness fineness = fineness_for(problem_.groups());
  steps_.assign(problem_.groups(), fineness.largest);
  for (std::size_t m = 0; m < modes.size(); ++m) {
    if (heights[m] < peak - kOtherModeCounts) continue;
    for (std::size_t g = 0; g < steps_.size(); ++g) {
      Point left = modes[m];
      Point right = modes[m];
      left[g] -= kDelta;
      right[g] += kDelta;
      const double curvature = (2 * heights[m] - log_density(left) - log_density(right)) / (kDelta * kDelta);
      if (curvature > 0) steps_[g] = std::min(steps_[g], fineness.in_sds / std::sqrt(curvature));
      steps_[g] = std::min(steps_[g], fineness.in_sds * fall_in_sds(modes[m], heights[m], g));
    }
  }
}

/// A density that is flat at its mode may fall steeply beyond: a quarter of the way to where it has fallen as far as a normal one has at
/// four sds, or the largest step where it has not in four of those.
double CrossedLattice::fall_in_sds(Point mode, double height, std::size_t group) {
  constexpr double kSds = 4;
  constexpr double kShortest = 1e-3;
  const double from = mode[group];
  double lower = 0;
  double upper = kSds * fineness_for(problem_.groups()).largest;
  const auto fallen = [&](double way) {
    mode[group] = from + way;
    return height - log_density(mode) > 0.5 * kSds * kSds;
  };
  if (!fallen(upper)) return upper / kSds;
  while (upper - lower > 0.05 * upper && upper > kShortest) {
    const double middle = 0.5 * (lower + upper);
    (fallen(middle) ? upper : lower) = middle;
  }
  return upper / kSds;
}

double CrossedLattice::at(Key key, std::size_t group) const {
  return steps_[group] * (static_cast<double>((key >> shift_of(group)) & kIndexMask) + 0.5);
}

std::vector<CrossedLattice::Visited> CrossedLattice::visit(const std::vector<Point>& modes) {
  std::unordered_set<Key> seen;
  std::vector<Key> open;
  double peak = -std::numeric_limits<double>::infinity();
  for (const Point& mode : modes) {
    Key key = 0;
    for (std::size_t g = 0; g < mode.size(); ++g) {
      const double position = std::min(std::floor(mode[g] / steps_[g]), static_cast<double>(kIndexMask));
      key |= static_cast<Key>(position) << shift_of(g);
    }
    peak = std::max(peak, log_density(mode));
    if (seen.insert(key).second) open.push_back(key);
  }
  std::vector<Visited> visited;
  Point x(problem_.groups());
  while (!open.empty()) {
    const Key key = open.back();
    open.pop_back();
    for (std::size_t g = 0; g < x.size(); ++g) x[g] = at(key, g);
    const double here = log_density(x);
    peak = std::max(peak, here);
    if (here < peak - kNegligible) continue;
    visited.push_back({key, here});
    for (std::size_t g = 0; g < x.size(); ++g) {
      const Key one = Key{1} << shift_of(g);
      const Key position = (key >> shift_of(g)) & kIndexMask;
      if (position < kIndexMask && seen.insert(key + one).second) open.push_back(key + one);
      if (position > 0 && seen.insert(key - one).second) open.push_back(key - one);
    }
  }
  return visited;
}

void CrossedLattice::keep(std::vector<Visited> sorted) {
  // By key where equally heavy, so that the order of the sum does not hang on the way taken.
  std::sort(sorted.begin(), sorted.end(), [](const Visited& a, const Visited& b) {
    return a.log_density != b.log_density ? a.log_density > b.log_density : a.key < b.key;
  });
  const std::size_t groups = problem_.groups();
  std::vector<std::vector<double>> margins(groups);
  const double peak = sorted.front().log_density;
  double total = 0;
  for (const Visited& point : sorted) total += std::exp(point.log_density - peak);
  double mass = 0;
  double kept = 0;
  for (const Visited& point : sorted) {
    const double weight = std::exp(point.log_density - peak) / total;
    for (std::size_t g = 0; g < groups; ++g) {
      const auto position = static_cast<std::size_t>((point.key >> shift_of(g)) & kIndexMask);
      if (margins[g].size() <= position) margins[g].resize(position + 1);
      margins[g][position] += weight;
    }
    if (mass < 1 - kDroppedMass) {
      Node node;
      for (std::size_t g = 0; g < groups; ++g) node.sds.push_back(scales_[g] * std::sinh(at(point.key, g)));
      node.weight = weight;
      kept += weight;
      nodes_.push_back(std::move(node));
    }
    mass += weight;
  }
  for (Node& node : nodes_) node.weight /= kept;
  for (std::size_t g = 0; g < groups; ++g) {
    const std::vector<double> fine = refine(margins[g]);
    const double step = steps_[g] * static_cast<double>(margins[g].size()) / static_cast<double>(fine.size());
    marginals_.emplace_back(0.5 * step, step, fine, LatticeDensity::LeftEnd::Mirrors);
  }
}

double CrossedLattice::sd_mean(std::size_t group) const {
  return scales_[group] * marginals_[group].mean_of_odd([](double x) { return std::sinh(x); });
}

double CrossedLattice::sd_quantile(std::size_t group, double p) const {
  return scales_[group] * std::sinh(std::max(0.0, marginals_[group].quantile(p)));
}

}  // namespace splitplot::stats
