#include "conclusion_words.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::experiment {

Quantity quantity_of(const MetricResult& metric) {
  return metric.kind == MetricKind::Proportion ? Quantity::Rate : Quantity::Plain;
}

std::string enumerated(const std::vector<std::string>& items) {
  if (items.size() < 2) return items.empty() ? "" : items.front();
  return fmt::format("{} and {}", fmt::join(items.begin(), items.end() - 1, ", "), items.back());
}

std::string change_text(const MetricResult& metric, const stats::Estimate& difference) {
  return change(difference, quantity_of(metric)).text();
}

const Finding* reason_to_skip(const MetricResult& metric) {
  const auto finding = std::ranges::find_if(metric.findings, [](const Finding& one) {
    return one.code == "constant" || one.code == "no_values" || one.code == "missing_by_variant";
  });
  return finding == metric.findings.end() ? nullptr : &*finding;
}

}  // namespace splitplot::experiment
