#include "data_checks.hpp"

#include <splitplot/base/number_text.hpp>

#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

// What was chosen for the user, each with the option that chooses otherwise.

namespace splitplot::experiment {
namespace {

void note_monitoring(Analysis& analysis) {
  auto& assumptions = analysis.assumptions;
  switch (analysis.request.monitoring) {
    case Monitoring::FixedHorizon:
      assumptions.push_back(
          {"The test is finished and its end was fixed beforehand; a test that was watched and stopped when "
           "it "
           "looked good "
           "needs wider intervals.",
           "--sequential, or --planned-units where looks were planned"});
      return;
    case Monitoring::Sequential:
      assumptions.push_back(
          {fmt::format(
               "The test was watched; intervals hold at every look and are tightest at {} units in all.",
               grouped(analysis.request.tuned_for_units)),
           "--tune-at UNITS"});
      return;
    case Monitoring::GroupSequential:
      assumptions.push_back(
          {fmt::format("Alpha is spent over looks by {}.", text_of(analysis.request.look_plan.spending)),
           "--spending obf, pocock, hsd:GAMMA or power:RHO"});
      if (analysis.request.look_plan.looks.empty())
        assumptions.push_back({"This is the first look at the test.", "--looks-at UNITS,UNITS,..."});
      return;
  }
}

/// A prior that was stated is told with the metrics that it is for; nothing believed beforehand is a choice, too.
void note_priors(Analysis& analysis) {
  std::map<std::string, std::vector<std::string>> metrics;
  for (const MetricResult& metric : analysis.metrics) metrics[text_of(metric.prior)].push_back(metric.name);
  for (const auto& [prior, names] : metrics) {
    analysis.assumptions.push_back(
        {prior == "flat"
             ? fmt::format("Chances to win and expected losses take every effect for equally likely "
                           "beforehand: {}.",
                           fmt::join(names, ", "))
             : fmt::format("Chances to win, expected losses and credible intervals rest on the prior {}: {}.",
                           prior, fmt::join(names, ", ")),
         "--prior normal:SD"});
  }
}

}  // namespace

void note_assumptions(Analysis& analysis) {
  auto& assumptions = analysis.assumptions;
  std::vector<std::string> proportions, means;
  for (const MetricResult& metric : analysis.metrics) {
    if (analysis.request.kinds.contains(metric.name)) continue;  // said, not assumed
    (metric.kind == MetricKind::Proportion ? proportions : means).push_back(metric.name);
  }
  if (!proportions.empty()) {
    assumptions.push_back(
        {fmt::format("Proportions, since every value is 0 or 1: {}.", fmt::join(proportions, ", ")),
         "--kind NAME=mean"});
  }
  if (!means.empty())
    assumptions.push_back(
        {fmt::format("Means of numbers: {}.", fmt::join(means, ", ")), "--kind NAME=proportion"});
  if (analysis.request.lower_is_better.size() < analysis.metrics.size()) {
    assumptions.push_back({fmt::format("Higher is better for every {}metric.",
                                       analysis.request.lower_is_better.empty() ? "" : "other "),
                           "--lower-is-better NAME"});
  }
  const bool lacks_values = std::ranges::any_of(analysis.metrics, [](const MetricResult& metric) {
    return std::ranges::any_of(metric.arms, [](const Arm& arm) { return arm.missing > 0; });
  });
  if (lacks_values) {
    assumptions.push_back(
        {"A unit without a value of a metric is left out of that metric.", "--missing zero"});
  }
  if (analysis.request.weights.empty()) {
    assumptions.push_back({"The split was planned to be equal.", "--weights A=50,B=50"});
  }
  note_monitoring(analysis);
  note_priors(analysis);
  if (std::holds_alternative<BinomialPooling>(analysis.request.pooling) && !analysis.segment_tables.empty()) {
    assumptions.push_back(
        {"Segments of proportions are pooled by their counts, as log odds ratios; those of means "
         "by their differences, as by --pool adaptive.",
         "--pool adaptive"});
  }
  if (!analysis.request.covariates.empty()) {
    assumptions.push_back(
        {fmt::format("Measured before the exposure: {}.", fmt::join(analysis.request.covariates, ", ")),
         "--covariate COLUMN"});
  }
}

}  // namespace splitplot::experiment
