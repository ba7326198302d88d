#include "served_plan.hpp"

#include <splitplot/experiment/served_experiment.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

// What was changed after the start, though the plan was frozen then.

namespace splitplot::experiment {
namespace {

using Sentences = std::vector<std::string>;

/// A weight as the share it is: "control 50 %".
std::string split_of(const model::Experiment& experiment) {
  std::string text;
  for (const model::ExperimentVariant& variant : experiment.variants)
    text += fmt::format("{}{} {:.4g} %", text.empty() ? "" : ", ", variant.key, 100 * variant.weight);
  return text;
}

std::string control_of(const model::Experiment& experiment) {
  return experiment.control < experiment.variants.size() ? experiment.variants[experiment.control].key : "";
}

std::set<std::string> all_metrics(const model::Experiment& experiment) {
  std::set<std::string> keys;
  for (const auto* list :
       {&experiment.primary_metrics, &experiment.secondary_metrics, &experiment.guardrail_metrics}) {
    keys.insert(list->begin(), list->end());
  }
  return keys;
}

/// Not its description, which changes no number.
bool same_definition(const model::Metric& a, const model::Metric& b) {
  return a.type == b.type && a.event == b.event && a.property == b.property &&
         a.where.written == b.where.written && a.window == b.window && a.lower_is_better == b.lower_is_better;
}

bool same_plan(const model::ExperimentPlan& a, const model::ExperimentPlan& b) {
  return a.method == b.method && a.alpha == b.alpha && a.power == b.power &&
         a.planned_units == b.planned_units && a.correction == b.correction &&
         a.segment_correction == b.segment_correction;
}

void compare_metrics(Sentences& changes, const model::Configuration& frozen,
                     const model::Configuration& current, const model::Experiment& before,
                     const model::Experiment& now) {
  const auto planned = all_metrics(before);
  const auto wanted = all_metrics(now);
  for (const std::string& key : wanted) {
    if (!planned.contains(key))
      changes.push_back(fmt::format("The metric '{}' was added after the start: it is exploratory.", key));
  }
  for (const std::string& key : planned) {
    const auto then = frozen.metrics.find(key);
    const auto today = current.metrics.find(key);
    if (!wanted.contains(key)) {
      changes.push_back(
          fmt::format("The metric '{}' was taken out after the start; the plan's result keeps it.", key));
    } else if (then != frozen.metrics.end() && today != current.metrics.end() &&
               !same_definition(then->second, today->second)) {
      changes.push_back(
          fmt::format("The metric '{}' was changed after the start; this result uses it as it was then: {}.",
                      key, definition_of(then->second)));
    }
  }
  const auto moved = [](const model::Experiment& experiment) {
    return std::tie(experiment.primary_metrics, experiment.secondary_metrics, experiment.guardrail_metrics);
  };
  if (planned == wanted && moved(before) != moved(now))
    changes.emplace_back("Metrics changed between primary, secondary and guardrail after the start.");
}

void compare_segments(Sentences& changes, const model::Configuration& frozen,
                      const model::Configuration& current, const model::Experiment& before,
                      const model::Experiment& now) {
  const auto compare_lists = [&](const Sentences& then, const Sentences& today, const char* what) {
    for (const std::string& name : today) {
      if (std::ranges::find(then, name) == then.end())
        changes.push_back(fmt::format(
            "The {} '{}' was added after the start; the plan's result leaves it out.", what, name));
    }
    for (const std::string& name : then) {
      if (std::ranges::find(today, name) == today.end())
        changes.push_back(fmt::format(
            "The {} '{}' was taken out after the start; the plan's result keeps it.", what, name));
    }
  };
  compare_lists(before.segments, now.segments, "segment");
  compare_lists(before.dimensions, now.dimensions, "dimension");
  for (const std::string& key : before.segments) {
    const auto then = frozen.segments.find(key);
    const auto today = current.segments.find(key);
    if (then != frozen.segments.end() && today != current.segments.end() &&
        then->second.condition.written != today->second.condition.written) {
      changes.push_back(fmt::format(
          "The segment '{}' was redefined after the start; each unit keeps what it was at its exposure.",
          key));
    }
  }
}

void compare_assignment(Sentences& changes, const model::Experiment& before, const model::Experiment& now) {
  if (split_of(before) != split_of(now)) {
    changes.push_back(
        fmt::format("The split was changed after the start, from {} to {}: the check of the "
                    "split holds for the plan's only.",
                    split_of(before), split_of(now)));
  }
  if (control_of(before) != control_of(now)) {
    changes.push_back(fmt::format("The control was changed after the start; this result compares with '{}'.",
                                  control_of(before)));
  }
  if (before.coverage != now.coverage) {
    changes.push_back(fmt::format("The coverage was changed after the start, from {:.4g} % to {:.4g} %.",
                                  100 * before.coverage, 100 * now.coverage));
  }
  if (before.population.written != now.population.written)
    changes.emplace_back("The population was changed after the start.");
  const auto layer = [](const model::Experiment& experiment) {
    return experiment.layer ? fmt::format("{} {} {}", experiment.layer->layer, experiment.layer->begin,
                                          experiment.layer->end)
                            : std::string();
  };
  if (layer(before) != layer(now)) changes.emplace_back("The layer was changed after the start.");
  if (before.unit != now.unit || before.attribute != now.attribute || before.seed != now.seed) {
    changes.emplace_back(
        "The unit, its attribute or the seed was changed after the start: units may have met another "
        "variant.");
  }
}

}  // namespace

std::vector<std::string> plan_deviations(const model::Configuration& frozen,
                                         const model::Configuration& current, std::string_view experiment) {
  Sentences changes;
  const model::Experiment* before = find_experiment(frozen, experiment);
  const model::Experiment* now = find_experiment(current, experiment);
  if (before == nullptr || now == nullptr) return changes;
  compare_assignment(changes, *before, *now);
  compare_metrics(changes, frozen, current, *before, *now);
  compare_segments(changes, frozen, current, *before, *now);
  if (!same_plan(before->plan, now->plan)) {
    changes.emplace_back(
        "The plan (method, alpha, power, planned units or corrections) was changed after the start; this "
        "result keeps to the one of then.");
  }
  return changes;
}

}  // namespace splitplot::experiment
