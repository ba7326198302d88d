/// Slow, obvious twins for group-sequential computations: Simpson's rule on a fine grid over the whole region, every point
/// against every point.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace splitplot::stats::slow {

inline double phi(double x) {
  return std::exp(-0.5 * x * x) / std::sqrt(2 * std::acos(-1.0));
}
inline double above(double x) {
  return 0.5 * std::erfc(x / std::sqrt(2.0));
}

/// Simpson's rule; `panels` even.
inline double simpson(const std::function<double(double)>& f, double a, double b, int panels) {
  const double h = (b - a) / panels;
  double sum = f(a) + f(b);
  for (int i = 1; i < panels; ++i) sum += (i % 2 == 1 ? 4 : 2) * f(a + i * h);
  return sum * h / 3;
}

struct Exits {
  std::vector<double> upper, lower;
  [[nodiscard]] double total() const {
    double sum = 0;
    for (const double p : upper) sum += p;
    for (const double p : lower) sum += p;
    return sum;
  }
};

/// Chance to leave at each look, B(t) = z sqrt(t) with drift theta, lower side open where `two_sided` is false.
inline Exits exits(const std::vector<double>& times, const std::vector<double>& critical, bool two_sided,
                   double theta, int panels = 800, double reach = 11) {
  Exits result;
  std::vector<double> points{0.0}, masses{1.0};
  double before = 0;
  for (std::size_t k = 0; k < times.size(); ++k) {
    const double step = times[k] - before, sd = std::sqrt(step), root = std::sqrt(times[k]);
    const double upper = critical[k] * root;
    double up = 0, down = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double mean = points[i] + theta * step;
      up += masses[i] * above((upper - mean) / sd);
      if (two_sided) down += masses[i] * above((mean + upper) / sd);
    }
    result.upper.push_back(up);
    result.lower.push_back(down);
    const double low = std::max(two_sided ? -upper : -1e9, theta * times[k] - reach * root);
    const double high = std::min(upper, theta * times[k] + reach * root);
    const double h = (high - low) / panels;
    std::vector<double> next_points, next_masses;
    for (int j = 0; j <= panels; ++j) {
      const double b = low + j * h;
      double density = 0;
      for (std::size_t i = 0; i < points.size(); ++i)
        density += masses[i] * phi((b - points[i] - theta * step) / sd) / sd;
      const double weight = (j == 0 || j == panels ? 1.0 : j % 2 == 1 ? 4.0 : 2.0) * h / 3;
      next_points.push_back(b);
      next_masses.push_back(weight * density);
    }
    points = std::move(next_points);
    masses = std::move(next_masses);
    before = times[k];
  }
  return result;
}

}  // namespace splitplot::stats::slow
