#include "numeric/panel_density.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace splitplot::stats {

PanelDensity::PanelDensity(const std::function<double(double)>& density, double lower, double upper,
                           int panels, double resolution)
    : density_(&density), resolution_(resolution) {
  const double width = (upper - lower) / panels;
  for (int i = 0; i < panels; ++i)
    add(lower + i * width, i + 1 == panels ? upper : lower + (i + 1) * width, 0);
  density_ = nullptr;
  for (Node& node : nodes_) node.weight /= mass_;
  for (Panel& panel : panels_) {
    panel.mass /= mass_;
    for (double& coefficient : panel.coefficients) coefficient /= mass_;
  }
}

void PanelDensity::add(double begin, double end, int depth) {
  constexpr int kDeepest = 8;
  const GaussLegendre& rule = GaussLegendre::rule();
  const double half = 0.5 * (end - begin);
  GaussLegendre::Values values{};
  for (std::size_t i = 0; i < GaussLegendre::kNodes; ++i) {
    values[i] = (*density_)(begin + half * (1 + rule.nodes()[i]));
  }
  const auto c = rule.coefficients(values);
  const double tail = std::abs(c[15]) + std::abs(c[14]) + std::abs(c[13]);
  if (tail > resolution_ && depth < kDeepest) {
    add(begin, begin + half, depth + 1);
    add(begin + half, end, depth + 1);
    return;
  }
  for (std::size_t i = 0; i < GaussLegendre::kNodes; ++i) {
    nodes_.push_back({begin + half * (1 + rule.nodes()[i]), half * rule.weights()[i] * values[i]});
  }
  panels_.push_back({begin, end, half * rule.integral(values), c});
  mass_ += panels_.back().mass;
}

double PanelDensity::quantile(double p) const {
  std::size_t index = 0;
  double left = p;
  while (index + 1 < panels_.size() && left > panels_[index].mass) left -= panels_[index++].mass;
  const Panel& panel = panels_[index];
  const double half = 0.5 * (panel.end - panel.begin);
  const double position = GaussLegendre::position_of(panel.coefficients, left / half);
  return panel.begin + half * (position + 1);
}

double PanelDensity::cdf(double x) const {
  double below = 0;
  for (const Panel& panel : panels_) {
    if (x >= panel.end) {
      below += panel.mass;
      continue;
    }
    const double half = 0.5 * (panel.end - panel.begin);
    if (x > panel.begin)
      below += half * GaussLegendre::integral_to(panel.coefficients, (x - panel.begin) / half - 1);
    break;
  }
  return std::clamp(below, 0.0, 1.0);
}

}  // namespace splitplot::stats
