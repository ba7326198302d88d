#include "metric_analysis.hpp"
#include "served_plan.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/experiment/timeline.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::experiment {
namespace {

using std::chrono::hours;
using store::MetricAggregate;

constexpr auto kDay = hours(24);
constexpr auto kLongestInHours = 3 * kDay;

Timestamp floor_to(Timestamp time, std::chrono::seconds unit) {
  const auto since = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  return Timestamp(since - since % unit);
}

Result<ServedMetric> metric_of(const ServedPlan& plan, std::string_view key) {
  if (key.empty()) return plan.metrics.front();
  std::vector<std::string> keys;
  for (const ServedMetric& metric : plan.metrics) {
    if (metric.metric->key == key) return metric;
    keys.push_back(metric.metric->key);
  }
  const auto meant = nearest_name(key, keys);
  return fail(
      ErrorCode::NotFound, fmt::format("'{}' has no metric '{}'", plan.experiment->key, key),
      meant ? fmt::format("did you mean '{}'?", *meant) : fmt::format("it has {}", fmt::join(keys, ", ")));
}

/// The aggregates of one variant at one step: nobody yet is an aggregate too.
using Cells = std::map<std::pair<std::size_t, std::string>, MetricAggregate>;

Cells by_place(const std::vector<store::StepCell>& cells) {
  Cells placed;
  for (const store::StepCell& cell : cells) placed[{cell.step, cell.variant}] = cell.metric;
  return placed;
}

/// The control first, then by name, as every analysis has them; with variants that nobody planned.
std::vector<std::string> variant_names(const model::Experiment& experiment,
                                       const store::StepAggregates& aggregates) {
  const std::string& control = experiment.variants[experiment.control].key;
  std::set<std::string> others;
  for (const model::ExperimentVariant& variant : experiment.variants) others.insert(variant.key);
  for (const store::StepCell& cell : aggregates.cumulative) others.insert(cell.variant);
  others.erase(control);
  std::vector<std::string> names{control};
  names.insert(names.end(), others.begin(), others.end());
  return names;
}

const MetricAggregate& aggregate_at(const Cells& cells, std::size_t step, const std::string& variant) {
  static const MetricAggregate kNobody;
  const auto found = cells.find({step, variant});
  return found == cells.end() ? kNobody : found->second;
}

TimelineArm arm_of(const MetricAggregate& arm, const ComparisonSettings& settings) {
  return {arm.moments.count, arm.missing, arm_mean(arm, settings), std::nullopt};
}

stats::Estimated<stats::Estimate> difference_of(const MetricAggregate& control,
                                                const MetricAggregate& treatment,
                                                const ComparisonSettings& settings) {
  const ArmComparison compared = compare_arms(control, treatment, settings, {});
  if (!compared.difference) return tl::unexpected(compared.difference.error());
  return stats::Estimate{compared.difference->value, compared.difference->interval};
}

std::vector<TimelinePoint> points_of(const store::StepAggregates& aggregates,
                                     const std::vector<std::string>& names, const TimelineSteps& steps,
                                     Timestamp end, const ComparisonSettings& settings) {
  const Cells cumulative = by_place(aggregates.cumulative);
  const Cells cohorts = by_place(aggregates.cohorts);
  std::vector<TimelinePoint> points;
  for (std::size_t step = 0; step < steps.count; ++step) {
    TimelinePoint point;
    point.until = std::min(end, Timestamp(steps.begin + steps.length * (step + 1)));
    for (const std::string& name : names) {
      TimelineVariant variant{name, arm_of(aggregate_at(cumulative, step, name), settings),
                              arm_of(aggregate_at(cohorts, step, name), settings)};
      if (name != names.front()) {
        variant.cumulative.difference = difference_of(aggregate_at(cumulative, step, names.front()),
                                                      aggregate_at(cumulative, step, name), settings);
        variant.cohort.difference = difference_of(aggregate_at(cohorts, step, names.front()),
                                                  aggregate_at(cohorts, step, name), settings);
      }
      point.variants.push_back(std::move(variant));
    }
    points.push_back(std::move(point));
  }
  return points;
}

Result<ComparisonSettings> watched_settings(AnalysisRequest request, const std::string& metric,
                                            const std::vector<std::string>& names, const Cells& cumulative,
                                            std::size_t steps) {
  request.monitoring = Monitoring::Sequential;
  std::vector<const MetricAggregate*> arms;
  for (const std::string& name : names) arms.push_back(&aggregate_at(cumulative, steps - 1, name));
  return settings_for(request, metric, arms, {});
}

std::vector<std::string> notes_of(const model::Experiment& experiment, MetricRole role) {
  std::vector<std::string> notes;
  if (experiment.plan.method == model::StoppingRule::FixedHorizon) {
    notes.emplace_back(
        "The plan fixes a horizon, so that the result's intervals hold for one look; the band holds at every "
        "step and is wider.");
  }
  if (role == MetricRole::Exploratory)
    notes.emplace_back("The metric was added after the start: it is exploratory and gets no verdict.");
  return notes;
}

}  // namespace

TimelineSteps timeline_steps(Timestamp first_exposure, Timestamp end) {
  end = std::max(end, first_exposure);
  const bool in_hours = end - first_exposure < kLongestInHours;
  const std::chrono::seconds unit = in_hours ? hours(1) : kDay;
  TimelineSteps steps;
  for (std::chrono::seconds length = unit;; length += unit) {
    // Several hours begin at a multiple of theirs; several days begin on the first day, which no calendar prefers.
    steps.begin = floor_to(first_exposure, in_hours ? length : unit);
    steps.length = length;
    // What happens at the very end belongs to the step that begins there.
    steps.count = static_cast<std::size_t>((end - steps.begin) / length) + 1;
    if (steps.count <= kMostSteps) return steps;
  }
}

Result<Timeline> experiment_timeline(store::EventWarehouse& warehouse, const ServedQuestion& question,
                                     std::string_view metric, const store::Progress& progress) {
  auto plan = served_plan(question);
  if (!plan) return tl::unexpected(plan.error());
  const auto chosen = metric_of(*plan, metric);
  if (!chosen) return tl::unexpected(chosen.error());
  plan->metrics = {*chosen};
  store::ExperimentRelation relation = relation_of(*plan, question);
  relation.segments.clear();
  relation.dimensions.clear();
  auto rows = warehouse.analysis();
  if (!rows) return tl::unexpected(rows.error());
  const auto tables = (*rows)->open_experiment(relation);
  if (!tables) return tl::unexpected(tables.error());

  Timeline timeline;
  timeline.experiment = question.experiment;
  timeline.metric = chosen->metric->key;
  timeline.definition = definition_of(*chosen->metric);
  timeline.role = chosen->role;
  timeline.kind = plan->request.kinds.at(timeline.metric);
  timeline.direction =
      chosen->metric->lower_is_better ? stats::Direction::LowerIsBetter : stats::Direction::HigherIsBetter;
  timeline.control = plan->experiment->variants[plan->experiment->control].key;
  timeline.confidence = 1 - plan->request.alpha;
  timeline.tuned_for_units = plan->request.tuned_for_units;
  timeline.notes = notes_of(*plan->experiment, chosen->role);
  if (!tables->first_exposure) {
    timeline.notes.push_back(fmt::format("Nobody was exposed to '{}' yet.", question.experiment));
    return timeline;
  }
  const Timestamp last =
      std::max(tables->last_received.value_or(*tables->last_exposure), *tables->last_exposure);
  const Timestamp end = question.stopped.value_or(last);
  // The moment of the stop is not in the experiment any more, and begins no step.
  const TimelineSteps steps =
      timeline_steps(*tables->first_exposure, question.stopped ? end - std::chrono::microseconds(1) : end);
  timeline.step = steps.length;
  const store::Measure measure = measure_of(*chosen->metric);
  const auto aggregates = (*rows)->aggregate_by_step(
      *tables, {measure.column, measure.reduction, steps.begin, steps.length, steps.count}, progress);
  if (!aggregates) return tl::unexpected(aggregates.error());
  const auto names = variant_names(*plan->experiment, *aggregates);
  const auto settings =
      watched_settings(plan->request, timeline.metric, names, by_place(aggregates->cumulative), steps.count);
  if (!settings) return tl::unexpected(settings.error());
  timeline.points = points_of(*aggregates, names, steps, end, *settings);
  return timeline;
}

}  // namespace splitplot::experiment
