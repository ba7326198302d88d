#include <splitplot/stats/many/multiplicity.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace splitplot::stats {
namespace {

std::vector<std::size_t> ascending_order(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  return order;
}

/// Step-down: the r-th smallest p (r = 0, 1, ...) times m - r, made monotone from the smallest up.
std::vector<double> holm(std::span<const double> p_values) {
  const std::vector<std::size_t> order = ascending_order(p_values);
  std::vector<double> adjusted(p_values.size());
  double running = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double factor = static_cast<double>(order.size() - rank);
    running = std::max(running, std::min(1.0, p_values[order[rank]] * factor));
    adjusted[order[rank]] = running;
  }
  return adjusted;
}

/// Step-up: the r-th smallest p (r = 1, 2, ...) times m / r, made monotone from the largest down.
std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  const std::vector<std::size_t> order = ascending_order(p_values);
  std::vector<double> adjusted(p_values.size());
  double running = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const double factor = static_cast<double>(order.size()) / static_cast<double>(rank);
    running = std::min(running, p_values[order[rank - 1]] * factor);
    adjusted[order[rank - 1]] = running;
  }
  return adjusted;
}

}  // namespace

std::string_view name_of(Correction correction) {
  switch (correction) {
    case Correction::None:
      return "none";
    case Correction::Bonferroni:
      return "Bonferroni";
    case Correction::Holm:
      return "Holm";
    case Correction::BenjaminiHochberg:
      return "Benjamini-Hochberg";
  }
  return "unknown";
}

std::vector<double> adjust_p_values(std::span<const double> p_values, Correction correction) {
  std::vector<double> clean(p_values.begin(), p_values.end());
  for (double& p : clean) {
    assert(!std::isnan(p));
    p = std::clamp(p, 0.0, 1.0);
  }
  switch (correction) {
    case Correction::None:
      return clean;
    case Correction::Bonferroni: {
      const double size = static_cast<double>(clean.size());
      for (double& p : clean) p = std::min(1.0, p * size);
      return clean;
    }
    case Correction::Holm:
      return holm(clean);
    case Correction::BenjaminiHochberg:
      return benjamini_hochberg(clean);
  }
  return clean;
}

}  // namespace splitplot::stats
