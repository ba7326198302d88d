#include "frozen_plans.hpp"

#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/text.hpp>
#include <splitplot/model/json.hpp>

#include <string_view>

namespace splitplot::catalogue {
namespace {

using model::Configuration;
using model::DocumentId;
using model::DocumentKind;
using model::Experiment;

void add_segments(const std::vector<std::string>& keys, const Configuration& configuration,
                  std::set<DocumentId>& ground);

/// The segments that a condition asks for.
void add_segments(const model::WrittenCondition& condition, const Configuration& configuration,
                  std::set<DocumentId>& ground) {
  if (condition.compiled != nullptr) add_segments(condition.compiled->segments(), configuration, ground);
}

void add_segments(const std::vector<std::string>& keys, const Configuration& configuration,
                  std::set<DocumentId>& ground) {
  for (const std::string& key : keys) {
    const auto segment = configuration.segments.find(key);
    if (segment == configuration.segments.end() || !ground.insert({DocumentKind::Segment, key}).second)
      continue;
    add_segments(segment->second.condition, configuration, ground);
  }
}

/// As a list, whose order canonical JSON keeps: the order assigns units.
Value variants_of(const Experiment& experiment) {
  Value::Array variants;
  for (const model::ExperimentVariant& variant : experiment.variants) {
    Value written = Value::Object{{"key", variant.key}, {"weight", variant.weight}};
    if (!variant.description.empty()) written.set("description", variant.description);
    variants.push_back(std::move(written));
  }
  return variants;
}

Value plan_of(const model::ExperimentPlan& plan) {
  Value written =
      Value::Object{{"method", plan.method == model::StoppingRule::AlwaysValid ? "always-valid" : "fixed"},
                    {"alpha", plan.alpha},
                    {"power", plan.power},
                    {"correction", plan.correction},
                    {"segment_correction", plan.segment_correction}};
  if (plan.planned_units) written.set("planned_units", *plan.planned_units);
  return written;
}

/// The document with its defaults written out, so that a later default does not change what was planned.
Value explicit_body(const Experiment& experiment, const Value& body) {
  Value written = body;
  written.set("variants", variants_of(experiment));
  written.set("control", experiment.variants[experiment.control].key);
  written.set("plan", plan_of(experiment.plan));
  return written;
}

std::string_view member_of(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::Metric:
      return "metrics";
    case DocumentKind::Segment:
      return "segments";
    default:
      return "layers";
  }
}

}  // namespace

std::set<DocumentId> ground_of(const Experiment& experiment, const Configuration& configuration) {
  std::set<DocumentId> ground;
  for (const auto* keys :
       {&experiment.primary_metrics, &experiment.secondary_metrics, &experiment.guardrail_metrics}) {
    for (const std::string& key : *keys) ground.insert({DocumentKind::Metric, key});
  }
  if (experiment.layer) ground.insert({DocumentKind::Layer, experiment.layer->layer});
  add_segments(experiment.segments, configuration, ground);
  add_segments(experiment.population, configuration, ground);
  return ground;
}

std::vector<const Experiment*> started_experiments(const Configuration& before, const Configuration& after) {
  std::vector<const Experiment*> started;
  for (const auto& [key, experiment] : after.experiments) {
    const auto former = before.experiments.find(key);
    const bool ran =
        former != before.experiments.end() && former->second.status == model::ExperimentStatus::Running;
    if (experiment.status == model::ExperimentStatus::Running && !ran) started.push_back(&experiment);
  }
  return started;
}

Value frozen_plan_of(const Experiment& experiment, const ScopeState& state) {
  const Value* body = state.body({DocumentKind::Experiment, experiment.key});
  Value plan = Value::Object{{"experiment", explicit_body(experiment, *body)},
                             {"metrics", Value::Object{}},
                             {"segments", Value::Object{}},
                             {"layers", Value::Object{}}};
  for (const DocumentId& id : ground_of(experiment, state.snapshot->configuration())) {
    plan.find(member_of(id.kind))->set(id.key, *state.body(id));
  }
  return plan;
}

std::string fingerprint_of(const Value& plan) {
  const digest::Hash hash = digest::sha256(model::canonical_json(plan));
  return "sha256:" + digest::hex(digest::bytes_of(hash));
}

}  // namespace splitplot::catalogue
