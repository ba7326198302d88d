#include "served_plan.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace splitplot::experiment {
namespace {

/// A dimension with more levels than this, or with so many that every other unit has one of its own, is left out: the
/// plan is frozen, so that nobody could take it back to see the rest.
constexpr std::uint64_t kMostLevels = 1'000;
constexpr std::uint64_t kLevelsToJudge = 50;

/// Of an event there is no segment to be in.
class NoSegments final : public model::SegmentMembership {
 public:
  [[nodiscard]] bool contains(std::string_view, const model::Attributes&) const override { return false; }
};

store::EventCondition condition_of(const model::Metric& metric) {
  if (metric.where.written.is_null() || !metric.where.compiled) return {};
  return [compiled = metric.where.compiled](std::string_view properties_json) {
    Value properties = Value::Object{};
    if (!properties_json.empty()) {
      auto parsed = model::parse_json(properties_json);
      if (!parsed) return false;
      properties = std::move(*parsed);
    }
    return compiled->matches(model::Attributes(&properties), NoSegments());
  };
}

std::string duration(std::chrono::seconds time) {
  const auto count = [](std::int64_t number, const char* unit) {
    return fmt::format("{} {}{}", grouped(static_cast<std::uint64_t>(number)), unit, number == 1 ? "" : "s");
  };
  const std::int64_t seconds = time.count();
  if (seconds % 86'400 == 0) return count(seconds / 86'400, "day");
  if (seconds % 3'600 == 0) return count(seconds / 3'600, "hour");
  if (seconds % 60 == 0) return count(seconds / 60, "minute");
  return count(seconds, "second");
}

std::vector<std::string> dimension_columns(const model::Experiment& experiment) {
  std::vector<std::string> columns;
  for (const std::string& segment : experiment.segments) columns.push_back(store::segment_column(segment));
  columns.insert(columns.end(), experiment.dimensions.begin(), experiment.dimensions.end());
  return columns;
}

Result<void> choose_corrections(AnalysisRequest& request, const model::ExperimentPlan& plan) {
  const auto find = [](const std::string& word) -> Result<stats::Correction> {
    for (const auto& [known, correction] : correction_words()) {
      if (known == word) return correction;
    }
    return fail(ErrorCode::InvalidArgument, fmt::format("the plan's correction '{}' is none", word));
  };
  auto correction = find(plan.correction);
  if (!correction) return tl::unexpected(correction.error());
  request.correction = *correction;
  if (plan.segment_correction == "hierarchical") {
    request.segment_structure = FamilyStructure::BySegment;
    return {};
  }
  auto segments = find(plan.segment_correction);
  if (!segments) return tl::unexpected(segments.error());
  request.segment_correction = *segments;
  return {};
}

Result<AnalysisRequest> request_of(const model::Experiment& experiment,
                                   const std::vector<ServedMetric>& metrics) {
  if (metrics.empty())
    return fail(ErrorCode::InvalidArgument, fmt::format("the plan of '{}' names no metric", experiment.key));
  AnalysisRequest request;
  request.path = fmt::format("experiment {}", experiment.key);
  request.variant_column = store::kExposedVariant;
  request.unit_column = store::kExposedUnit;
  request.time_column = store::kExposureTime;
  request.event_time_column = store::kEventTime;
  for (std::size_t i = 0; i < experiment.variants.size(); ++i) {
    const model::ExperimentVariant& variant = experiment.variants[i];
    if (i == experiment.control) request.control = variant.key;
    request.weights[variant.key] = variant.weight;
  }
  for (const auto& [metric, role] : metrics) {
    request.metrics.push_back(definition_of(*metric));
    request.kinds[metric->key] =
        metric->type == model::MetricType::Proportion ? MetricKind::Proportion : MetricKind::Mean;
    if (metric->lower_is_better) request.lower_is_better.push_back(metric->key);
  }
  request.dimensions = dimension_columns(experiment);
  const model::ExperimentPlan& plan = experiment.plan;
  request.alpha = plan.alpha;
  request.power = plan.power;
  if (plan.method == model::StoppingRule::AlwaysValid) {
    request.monitoring = Monitoring::Sequential;
    if (plan.planned_units) request.tuned_for_units = *plan.planned_units;
  }
  if (auto chosen = choose_corrections(request, plan); !chosen) return tl::unexpected(chosen.error());
  if (auto checked = check_settings(request); !checked) return tl::unexpected(checked.error());
  return request;
}

struct NamedMetrics {
  const std::vector<std::string>* keys;
  MetricRole role;
};

std::vector<NamedMetrics> metrics_by_role(const model::Experiment& experiment) {
  return {{&experiment.primary_metrics, MetricRole::Primary},
          {&experiment.secondary_metrics, MetricRole::Secondary},
          {&experiment.guardrail_metrics, MetricRole::Guardrail}};
}

/// The metrics of the plan, each once, in its most important role.
Result<std::vector<ServedMetric>> planned_metrics(const model::Configuration& frozen,
                                                  const model::Experiment& experiment) {
  std::vector<ServedMetric> metrics;
  std::set<std::string> seen;
  for (const auto& [keys, role] : metrics_by_role(experiment)) {
    for (const std::string& key : *keys) {
      if (!seen.insert(key).second) continue;
      const auto found = frozen.metrics.find(key);
      if (found == frozen.metrics.end()) {
        return fail(ErrorCode::NotFound, fmt::format("the plan of '{}' names the metric '{}' and does not "
                                                     "hold it",
                                                     experiment.key, key));
      }
      metrics.push_back({&found->second, role});
    }
  }
  return metrics;
}

void add_later_metrics(std::vector<ServedMetric>& metrics, const model::Configuration& current,
                       std::string_view key) {
  const model::Experiment* experiment = find_experiment(current, key);
  if (experiment == nullptr) return;
  for (const auto& named : metrics_by_role(*experiment)) {
    for (const std::string& name : *named.keys) {
      const bool known = std::ranges::any_of(
          metrics, [&](const ServedMetric& metric) { return metric.metric->key == name; });
      const auto found = current.metrics.find(name);
      if (!known && found != current.metrics.end())
        metrics.push_back({&found->second, MetricRole::Exploratory});
    }
  }
}

Result<const model::Experiment*> must_find(const model::Configuration& configuration, std::string_view key) {
  const model::Experiment* experiment = find_experiment(configuration, key);
  if (experiment == nullptr)
    return fail(ErrorCode::NotFound, fmt::format("there is no experiment '{}' in the plan", key));
  return experiment;
}

}  // namespace

const model::Experiment* find_experiment(const model::Configuration& configuration, std::string_view key) {
  const auto found = configuration.experiments.find(key);
  return found == configuration.experiments.end() ? nullptr : &found->second;
}

store::Measure measure_of(const model::Metric& metric) {
  store::Measure measure;  // the relation has left missing what does not count
  measure.name = metric.key;
  measure.column = metric.key;
  switch (metric.type) {
    case model::MetricType::Proportion:
      measure.reduction = store::Reduction::Any;
      break;
    case model::MetricType::Count:
      measure.reduction = store::Reduction::Count;
      break;
    case model::MetricType::Sum:
      measure.reduction = store::Reduction::Sum;
      measure.missing = store::MissingValue::Zero;
      break;
    case model::MetricType::Mean:
      measure.reduction = store::Reduction::Mean;
      break;
  }
  return measure;
}

std::string definition_of(const model::Metric& metric) {
  std::string text;
  switch (metric.type) {
    case model::MetricType::Proportion:
      text = fmt::format("share of units with '{}'", metric.event);
      break;
    case model::MetricType::Count:
      text = fmt::format("number of '{}'", metric.event);
      break;
    case model::MetricType::Sum:
      text = fmt::format("sum of '{}' over '{}'", metric.property, metric.event);
      break;
    case model::MetricType::Mean:
      text = fmt::format("mean of '{}' over '{}'", metric.property, metric.event);
      break;
  }
  if (!metric.where.written.is_null()) text += " where " + model::to_json(metric.where.written);
  if (metric.window) text += fmt::format(", within {} of the exposure", duration(*metric.window));
  return text;
}

Result<AnalysisRequest> served_request(const model::Configuration& frozen, std::string_view experiment) {
  auto found = must_find(frozen, experiment);
  if (!found) return tl::unexpected(found.error());
  auto metrics = planned_metrics(frozen, **found);
  if (!metrics) return tl::unexpected(metrics.error());
  return request_of(**found, *metrics);
}

Result<ServedPlan> served_plan(const ServedQuestion& question) {
  auto experiment = must_find(question.frozen, question.experiment);
  if (!experiment) return tl::unexpected(experiment.error());
  auto metrics = planned_metrics(question.frozen, **experiment);
  if (!metrics) return tl::unexpected(metrics.error());
  if (question.current) add_later_metrics(*metrics, *question.current, question.experiment);
  auto request = request_of(**experiment, *metrics);
  if (!request) return tl::unexpected(request.error());
  request->with_distributions = question.with_distributions;
  return ServedPlan{*experiment, std::move(*metrics), std::move(*request)};
}

store::ExperimentRelation relation_of(const ServedPlan& plan, const ServedQuestion& question) {
  store::ExperimentRelation relation;
  relation.environment = question.environment;
  relation.experiment = question.experiment;
  relation.unit = plan.experiment->unit;
  relation.from = question.started;
  relation.until = question.stopped;
  relation.segments = plan.experiment->segments;
  relation.dimensions = plan.experiment->dimensions;
  for (const auto& [metric, role] : plan.metrics) {
    relation.metrics.push_back(
        {metric->key, metric->event, metric->property, condition_of(*metric), metric->window});
  }
  return relation;
}

FramePlan frame_plan_of(ServedPlan& plan, const store::ExperimentTables& tables) {
  FramePlan frame;
  frame.query.exposures = tables.exposures;
  frame.query.unit_column = store::kExposedUnit;
  frame.query.variant_column = store::kExposedVariant;
  frame.query.time_column = store::kExposureTime;
  frame.query.events = store::EventSource{tables.events, store::kEventUnit, store::kEventTime};
  const std::size_t segments = plan.experiment->segments.size();
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < plan.request.dimensions.size(); ++i) {
    const std::string& name = plan.request.dimensions[i];
    const std::uint64_t levels = i < segments ? 2 : tables.levels[i - segments];
    if (levels > kMostLevels || (levels > kLevelsToJudge && levels * 2 > tables.units)) {
      frame.findings.push_back(
          {Severity::Warning, "dimension_left_out",
           fmt::format(
               "The dimension '{}' is left out: it has {} values among {} units, too many to compare.", name,
               grouped(levels), grouped(tables.units))});
      continue;
    }
    frame.dimensions.push_back({name, {frame.query.dimension_columns.size()}});
    frame.query.dimension_columns.push_back(name);
    kept.push_back(name);
  }
  plan.request.dimensions = std::move(kept);
  for (const auto& [metric, role] : plan.metrics) {
    frame.query.metrics.push_back(measure_of(*metric));
    frame.metrics.push_back({frame.query.metrics.back(), definition_of(*metric)});
    frame.roles.push_back(role);
  }
  for (const model::ExperimentVariant& variant : plan.experiment->variants)
    frame.planned_variants.push_back(variant.key);
  return frame;
}

}  // namespace splitplot::experiment
