#include "pooling/rate_difference.hpp"

#include "pooling/baseline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace splitplot::stats {
namespace {

constexpr std::size_t kBaselines = 25;

/// One node of the baseline: the difference at each lattice point, increasing, and how theta is distributed there.
struct Strand {
  std::vector<double> differences;
  LatticeDensity density;
  double mass;

  /// P(difference <= x), the position between lattice points by the inverse polynomial of four points.
  [[nodiscard]] double cdf(double x) const {
    const auto found = std::upper_bound(differences.begin(), differences.end(), x);
    const auto after = static_cast<std::size_t>(found - differences.begin());
    if (after == 0) return 0;
    if (after == differences.size()) return 1;
    const double left = density.point(after - 1);
    const double step = density.point(after) - left;
    const double straight = (x - differences[after - 1]) / (differences[after] - differences[after - 1]);
    double position = straight;
    if (after >= 2 && after + 1 < differences.size()) {
      double polynomial = 0;
      for (int i = -1; i <= 2; ++i) {
        double term = i;
        for (int k = -1; k <= 2; ++k) {
          if (k != i) term *= (x - difference(after, k)) / (difference(after, i) - difference(after, k));
        }
        polynomial += term;
      }
      // Where differences stand still (rates near 0 or 1) the polynomial runs away.
      if (polynomial >= 0 && polynomial <= 1) position = polynomial;
    }
    return density.cdf(left + step * position);
  }

 private:
  [[nodiscard]] double difference(std::size_t after, int offset) const {
    return differences[static_cast<std::size_t>(static_cast<std::ptrdiff_t>(after) - 1 + offset)];
  }
};

std::vector<Strand> strands_of(const ArmCounts& counts, const LatticeDensity& density,
                               const std::function<double(double)>& theta) {
  static const QuadratureRule kRule = gauss_hermite_rule(kBaselines);
  const std::size_t points = density.shares().size();
  std::array<std::vector<double>, kBaselines> differences;
  std::array<std::vector<double>, kBaselines> shares;
  std::array<WeightedDifference, kBaselines> given;
  for (std::size_t i = 0; i < points; ++i) {
    differences_given(counts, theta(density.point(i)), kRule, given);
    for (std::size_t k = 0; k < kBaselines; ++k) {
      const double before = differences[k].empty() ? -1 : differences[k].back();
      differences[k].push_back(std::max(before, given[k].difference));
      shares[k].push_back(density.shares()[i] * given[k].weight);
    }
  }
  std::vector<Strand> strands;
  const double step = points > 1 ? density.point(1) - density.point(0) : 1;
  for (std::size_t k = 0; k < kBaselines; ++k) {
    double mass = 0;
    for (const double share : shares[k]) mass += share;
    if (mass > 1e-12)
      strands.push_back({std::move(differences[k]), {density.point(0), step, std::move(shares[k])}, mass});
  }
  return strands;
}

/// x with P(difference <= x) = p: false position, its stale end halved (Illinois).
double quantile(const std::vector<Strand>& strands, double p) {
  const auto excess = [&](double x) {
    double sum = -p;
    for (const Strand& strand : strands) sum += strand.mass * strand.cdf(x);
    return sum;
  };
  double lower = 1;
  double upper = -1;
  for (const Strand& strand : strands) {
    lower = std::min(lower, strand.differences.front());
    upper = std::max(upper, strand.differences.back());
  }
  double below = -p;
  double above = 1 - p;
  for (int i = 0; i < 100 && upper - lower > 1e-9 * (std::abs(lower) + std::abs(upper)); ++i) {
    // Every third step halves: a density far narrower than its support would hold false position up.
    const double x = i % 3 == 2 ? 0.5 * (lower + upper) : lower - below * (upper - lower) / (above - below);
    const double here = excess(x);
    if (std::abs(here) < 1e-9) return x;
    if (here < 0) {
      lower = x;
      below = here;
      above *= 0.5;
    } else {
      upper = x;
      above = here;
      below *= 0.5;
    }
  }
  return 0.5 * (lower + upper);
}

}  // namespace

Interval rate_difference_interval(const ArmCounts& counts, const LatticeDensity& density,
                                  const std::function<double(double)>& theta, double confidence) {
  const std::vector<Strand> strands = strands_of(counts, density, theta);
  const double tail = (1 - confidence) / 2;
  return {quantile(strands, tail), quantile(strands, 1 - tail)};
}

}  // namespace splitplot::stats
