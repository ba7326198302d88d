#include "analysis_path.hpp"
#include "next_step.hpp"
#include "served_plan.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/experiment/served_experiment.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

// The main path of a served analysis: plan -> rows laid out by the warehouse -> the path of every analysis -> what is to
// be said of a served one besides.

namespace splitplot::experiment {
namespace {

/// "2026-11-22 14:42 UTC"
std::string minute(Timestamp time) {
  std::string text = rfc3339(time).substr(0, 16);
  text[10] = ' ';
  return text + " UTC";
}

ServedFacts facts_of(const ServedQuestion& question, const model::Experiment& experiment,
                     const store::ExperimentTables& tables) {
  ServedFacts facts;
  facts.environment = question.environment;
  facts.experiment = question.experiment;
  facts.hypothesis = experiment.hypothesis;
  facts.unit = std::string(name_of(experiment.unit));
  facts.fingerprint = question.fingerprint;
  facts.revision = question.revision;
  facts.started = question.started;
  facts.stopped = question.stopped;
  facts.planned_units = experiment.plan.planned_units;
  facts.exposures = tables.exposure_count;
  facts.first_exposure = tables.first_exposure;
  facts.last_exposure = tables.last_exposure;
  facts.first_revision = tables.first_revision;
  facts.last_revision = tables.last_revision;
  facts.watermark = tables.watermark;
  facts.last_received = tables.last_received;
  if (question.current)
    facts.deviations = plan_deviations(question.frozen, *question.current, question.experiment);
  return facts;
}

std::string source_of(const ServedFacts& facts) {
  if (!facts.first_exposure || !facts.last_exposure)
    return fmt::format("experiment {}, no exposures yet", facts.experiment);
  return fmt::format("experiment {}, exposures from {} to {}", facts.experiment,
                     minute(*facts.first_exposure), minute(*facts.last_exposure));
}

void add(std::vector<Finding>& findings, Severity severity, const char* code, std::string message) {
  findings.push_back({severity, code, std::move(message)});
}

/// "1 exposure is", "1,200 exposures are"
std::string exposures_are(std::uint64_t count) {
  return count == 1 ? "1 exposure is" : grouped(count) + " exposures are";
}

/// What the rows say that the numbers cannot.
void note_rows(std::vector<Finding>& findings, const ServedPlan& plan,
               const store::ExperimentTables& tables) {
  if (tables.exposures_of_other_units > 0) {
    add(findings, Severity::Note, "other_units",
        fmt::format("{} left out: not of the kind of unit that is randomised, '{}'.",
                    exposures_are(tables.exposures_of_other_units), name_of(plan.experiment->unit)));
  }
  if (tables.exposures_outside > 0) {
    add(findings, Severity::Note, "outside_time",
        fmt::format("{} left out: from before the start or from after the stop.",
                    exposures_are(tables.exposures_outside)));
  }
  for (std::size_t i = 0; i < plan.experiment->segments.size(); ++i) {
    if (tables.segment_versions[i].size() < 2) continue;
    add(findings, Severity::Warning, "segment_redefined",
        fmt::format("The segment '{}' was defined in different ways while units were exposed (versions {}): "
                    "its members are not all of one kind.",
                    plan.experiment->segments[i], fmt::join(tables.segment_versions[i], ", ")));
  }
}

void note_metrics(Analysis& analysis, const ServedPlan& plan, const store::ExperimentTables& tables) {
  for (std::size_t i = 0; i < analysis.metrics.size(); ++i) {
    MetricResult& result = analysis.metrics[i];
    if (tables.refused[i] > 0) {
      add(result.findings, Severity::Warning, "not_a_number",
          fmt::format("The property '{}' is not a number in {} of '{}', which do not count: text such as "
                      "\"12.50\" is not taken for a number.",
                      plan.metrics[i].metric->property,
                      tables.refused[i] == 1 ? "1 event" : grouped(tables.refused[i]) + " events",
                      plan.metrics[i].metric->event));
    }
    if (result.role == MetricRole::Exploratory) {
      add(result.findings, Severity::Note, "exploratory",
          fmt::format("'{}' was added after the start: it is exploratory, corrected apart from the plan's "
                      "metrics, and gets no verdict.",
                      result.name));
    }
  }
}

/// Nobody can choose otherwise: the plan is frozen.
void drop_choices(Analysis& analysis) {
  for (Assumption& assumption : analysis.assumptions) assumption.change.clear();
  for (MethodUsed& method : analysis.methods) method.change.clear();
}

/// The answer of an experiment that nobody met.
Analysis before_the_first(Analysis analysis, const model::Experiment& experiment) {
  analysis.source_format = "the event warehouse";
  const auto no_test = stats::not_estimable("nobody was exposed yet");
  analysis.sample_ratio.overall = no_test;
  for (std::size_t i = 0; i < experiment.variants.size(); ++i) {
    const model::ExperimentVariant& variant = experiment.variants[i];
    analysis.variants.push_back({variant.key, 0, variant.weight, i == experiment.control});
  }
  std::ranges::stable_partition(analysis.variants, &Variant::is_control);
  const std::string message = fmt::format("Nobody was exposed to '{}' yet.", experiment.key);
  add(analysis.findings, Severity::Note, "no_exposures", message);
  analysis.conclusion = {{SentenceKind::NoEffect, message}};
  analysis.next = next_step(analysis);
  return analysis;
}

}  // namespace

Result<Analysis> analyze_experiment(store::EventWarehouse& warehouse, const ServedQuestion& question,
                                    const store::Progress& progress) {
  auto plan = served_plan(question);
  if (!plan) return tl::unexpected(plan.error());
  auto rows = warehouse.analysis();
  if (!rows) return tl::unexpected(rows.error());
  auto tables = (*rows)->open_experiment(relation_of(*plan, question));
  if (!tables) return tl::unexpected(tables.error());

  FramePlan frame = frame_plan_of(*plan, *tables);
  Analysis analysis;
  analysis.request = plan->request;
  analysis.served = facts_of(question, *plan->experiment, *tables);
  analysis.source = source_of(*analysis.served);
  std::vector<Finding> findings;
  for (const std::string& deviation : analysis.served->deviations)
    add(findings, Severity::Warning, "plan_changed", deviation);
  note_rows(findings, *plan, *tables);
  if (tables->exposure_count == 0) {
    analysis.findings = std::move(findings);
    return before_the_first(std::move(analysis), *plan->experiment);
  }
  frame.findings.insert(frame.findings.begin(), findings.begin(), findings.end());
  auto result = analyse_plan(**rows, std::move(frame), std::move(analysis), progress);
  if (!result) return result;
  note_metrics(*result, *plan, *tables);
  drop_choices(*result);
  return result;
}

}  // namespace splitplot::experiment
