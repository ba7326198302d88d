#include "change_rules.hpp"

#include "frozen_plans.hpp"

#include <splitplot/model/json.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace splitplot::catalogue {
namespace {

using model::Configuration;
using model::DocumentId;
using model::DocumentKind;
using model::Experiment;
using model::ExperimentStatus;
using model::Problem;

bool has_admin(const Configuration& configuration) {
  return std::ranges::any_of(configuration.connections, [](const auto& entry) {
    return entry.second.kind == model::ConnectionKind::Admin;
  });
}

bool same_conditions(const model::WrittenCondition& left, const model::WrittenCondition& right) {
  return model::canonical_json(left.written) == model::canonical_json(right.written);
}

bool same_variants(const Experiment& left, const Experiment& right) {
  return std::ranges::equal(left.variants, right.variants, {}, &model::ExperimentVariant::key,
                            &model::ExperimentVariant::key);
}

bool same_weights(const Experiment& left, const Experiment& right) {
  return std::ranges::equal(left.variants, right.variants, {}, &model::ExperimentVariant::weight,
                            &model::ExperimentVariant::weight);
}

bool same_redirects(const Experiment& left, const Experiment& right) {
  return std::ranges::equal(left.variants, right.variants, {}, &model::ExperimentVariant::redirect,
                            &model::ExperimentVariant::redirect);
}

bool same_layers(const Experiment& left, const Experiment& right) {
  if (!left.layer || !right.layer) return left.layer.has_value() == right.layer.has_value();
  return left.layer->layer == right.layer->layer && left.layer->begin == right.layer->begin &&
         left.layer->end == right.layer->end;
}

bool same_times(const std::optional<model::PlannedTime>& left,
                const std::optional<model::PlannedTime>& right) {
  if (!left || !right) return left.has_value() == right.has_value();
  return left->time == right->time && left->clock == right->clock;
}

bool same_ramps(const Experiment& left, const Experiment& right) {
  return std::ranges::equal(left.ramp, right.ramp, [](const model::RampStep& a, const model::RampStep& b) {
    return same_times(a.from, b.from) && a.share == b.share;
  });
}

bool same_prerequisites(const Experiment& left, const Experiment& right) {
  return std::ranges::equal(left.prerequisites, right.prerequisites,
                            [](const model::Prerequisite& a, const model::Prerequisite& b) {
                              return a.flag == b.flag && a.otherwise == b.otherwise &&
                                     same_conditions(a.condition, b.condition);
                            });
}

bool same_weights_for(const Experiment& left, const Experiment& right) {
  return std::ranges::equal(left.weights_for, right.weights_for,
                            [](const model::ConditionalWeights& a, const model::ConditionalWeights& b) {
                              return a.weights == b.weights && same_conditions(a.condition, b.condition);
                            });
}

bool same_stickiness(const Experiment& left, const Experiment& right) {
  if (!left.sticky || !right.sticky) return left.sticky.has_value() == right.sticky.has_value();
  return left.sticky->version == right.sticky->version &&
         left.sticky->first_valid == right.sticky->first_valid &&
         left.sticky->fallback_attribute == right.sticky->fallback_attribute;
}

bool same_holdouts(const Experiment& left, const Experiment& right) {
  if (!left.holdout || !right.holdout) return left.holdout.has_value() == right.holdout.has_value();
  return left.holdout->variant == right.holdout->variant &&
         left.holdout->experiments == right.holdout->experiments;
}

bool same_metrics(const Experiment& left, const Experiment& right) {
  return left.primary_metrics == right.primary_metrics && left.secondary_metrics == right.secondary_metrics &&
         left.guardrail_metrics == right.guardrail_metrics;
}

bool same_plans(const Experiment& left, const Experiment& right) {
  const model::ExperimentPlan& a = left.plan;
  const model::ExperimentPlan& b = right.plan;
  return a.method == b.method && a.alpha == b.alpha && a.power == b.power &&
         a.planned_units == b.planned_units && a.correction == b.correction &&
         a.segment_correction == b.segment_correction;
}

std::string control_of(const Experiment& experiment) {
  return experiment.control < experiment.variants.size() ? experiment.variants[experiment.control].key : "";
}

constexpr std::string_view kMoves = "units move between variants, and were exposed to both";
constexpr std::string_view kAnalysis = "the analysis is no longer the one that was planned";
constexpr std::string_view kShown = "the same variant shows something else than before";
constexpr std::string_view kWho = "other units take part than before";

/// A part of an experiment that its frozen plan rests on.
struct PlannedPart {
  std::string_view pointer;
  std::string_view consequence;
  bool kept;
};

/// Warnings about an experiment that runs on with another definition.
void warn_of_changed_parts(const Experiment& before, const Experiment& after,
                           std::vector<Problem>& warnings) {
  const PlannedPart parts[] = {
      {"/variants", kMoves, same_variants(before, after) && same_weights(before, after)},
      {"/seed", kMoves, before.seed == after.seed},
      {"/attribute", kMoves, before.attribute == after.attribute},
      {"/unit", kMoves, before.unit == after.unit},
      {"/layer", kWho, same_layers(before, after)},
      {"/population", kWho, same_conditions(before.population, after.population)},
      {"/coverage", kWho, before.coverage == after.coverage && same_ramps(before, after)},
      {"/from", kWho, same_times(before.schedule.from, after.schedule.from)},
      {"/until", kWho, same_times(before.schedule.until, after.schedule.until)},
      {"/requires", kWho, same_prerequisites(before, after)},
      {"/pages", kWho, before.pages == after.pages},
      {"/variants", kShown, !same_variants(before, after) || same_redirects(before, after)},
      {"/keep_query", kShown, before.keep_query == after.keep_query},
      {"/variants_for", kMoves, same_weights_for(before, after)},
      {"/sticky", kMoves, same_stickiness(before, after)},
      {"/holds_out", kWho, same_holdouts(before, after)},
      {"/hash_version", kMoves, before.hash_version == after.hash_version},
      {"/control", kAnalysis, control_of(before) == control_of(after)},
      {"/metrics", kAnalysis, same_metrics(before, after)},
      {"/segments", kAnalysis, before.segments == after.segments},
      {"/dimensions", kAnalysis, before.dimensions == after.dimensions},
      {"/plan", kAnalysis, same_plans(before, after)},
  };
  for (const PlannedPart& part : parts) {
    if (part.kept) continue;
    warnings.push_back(
        {"", to_text(DocumentId{DocumentKind::Experiment, after.key}), std::string(part.pointer),
         fmt::format("the experiment is running, and this leaves its plan: {}", part.consequence),
         "stop it and start another one; the results will say that the plan was left"});
  }
}

/// Warnings about documents that the plan of a running experiment rests on.
void warn_of_changed_ground(const Configuration& before, const Experiment& experiment,
                            const std::set<DocumentId>& updated, std::vector<Problem>& warnings) {
  for (const DocumentId& id : ground_of(experiment, before)) {
    if (!updated.contains(id)) continue;
    warnings.push_back({"", to_text(id), "",
                        fmt::format("{} is running and was planned with its former definition",
                                    to_text(DocumentId{DocumentKind::Experiment, experiment.key})),
                        "stop the experiment first, or write another one beside it"});
  }
}

}  // namespace

std::vector<Problem> broken_rules(const Configuration& before, const Configuration& after,
                                  const std::vector<const DocumentChange*>& changes) {
  std::vector<Problem> problems;
  for (const auto& [key, experiment] : before.experiments) {
    if (experiment.status != ExperimentStatus::Running || after.experiments.contains(key)) continue;
    problems.push_back({"", to_text(DocumentId{DocumentKind::Experiment, key}), "",
                        "it is running and would be deleted", "stop it first ('status: stopped')"});
  }
  for (const auto& [key, connection] : before.connections) {
    const auto found = after.connections.find(key);
    if (found == after.connections.end() || found->second.kind == connection.kind) continue;
    problems.push_back({"", to_text(DocumentId{DocumentKind::Connection, key}), "/type",
                        "the type of a connection cannot change: its keys were given away for the former one",
                        "make another connection"});
  }
  if (has_admin(before) && !has_admin(after)) {
    for (const DocumentChange* changed : changes) {
      const DocumentChange& change = *changed;
      const auto connection = before.connections.find(change.id.key);
      if (change.kind != ChangeKind::Deleted || change.id.kind != DocumentKind::Connection ||
          connection->second.kind != model::ConnectionKind::Admin) {
        continue;
      }
      problems.push_back({"", to_text(change.id), "",
                          "no admin connection would be left, so that nobody could change anything any more",
                          "keep one: hand in the connections too, or do not delete what is not handed in"});
    }
  }
  return problems;
}

std::vector<Problem> consequences(const Configuration& before, const Configuration& after,
                                  const std::vector<const DocumentChange*>& changes) {
  std::vector<Problem> warnings;
  std::set<DocumentId> updated;
  for (const DocumentChange* changed : changes) {
    const DocumentChange& change = *changed;
    if (change.kind == ChangeKind::Updated) updated.insert(change.id);
    if (change.kind == ChangeKind::Deleted && change.id.kind == DocumentKind::Connection) {
      warnings.push_back(
          {"", to_text(change.id), "", "it is deleted, and its keys stop working at once", ""});
    }
  }
  for (const auto& [key, experiment] : before.experiments) {
    const auto found = after.experiments.find(key);
    if (experiment.status != ExperimentStatus::Running || found == after.experiments.end() ||
        found->second.status != ExperimentStatus::Running) {
      continue;
    }
    warn_of_changed_parts(experiment, found->second, warnings);
    warn_of_changed_ground(before, experiment, updated, warnings);
  }
  return warnings;
}

}  // namespace splitplot::catalogue
