#include "next_step.hpp"

#include "conclusion_segments.hpp"
#include "conclusion_words.hpp"
#include "verdicts.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::experiment {
namespace {

bool has_verdict(const Analysis& analysis, std::size_t variant, Verdict verdict,
                 bool (*counts)(const Analysis&, std::size_t)) {
  for (std::size_t i = 0; i < analysis.metrics.size(); ++i) {
    if (counts(analysis, i) && analysis.metrics[i].comparisons[variant - 1].verdict == verdict) return true;
  }
  return false;
}

bool is_guardrail(const Analysis& analysis, std::size_t metric) {
  return analysis.metrics[metric].role == MetricRole::Guardrail;
}

/// A metric that may rule a variant out.
bool is_decisive(const Analysis& analysis, std::size_t metric) {
  return is_primary(analysis, metric) || is_guardrail(analysis, metric);
}

std::vector<std::string> names_of(const Analysis& analysis, const std::vector<std::size_t>& variants) {
  std::vector<std::string> names;
  for (const std::size_t variant : variants) names.push_back(analysis.variants[variant].name);
  return names;
}

/// The treatments, by what was found over all units on primary metrics and guardrails.
struct Treatments {
  std::vector<std::size_t> winners;  ///< help on a primary metric, and harm none and no guardrail
  std::vector<std::size_t> losers;   ///< harm on one
  std::size_t count = 0;
};

Treatments treatments_of(const Analysis& analysis) {
  Treatments treatments;
  treatments.count = analysis.variants.size() - 1;
  for (std::size_t variant = 1; variant < analysis.variants.size(); ++variant) {
    if (has_verdict(analysis, variant, Verdict::Harms, is_decisive)) {
      treatments.losers.push_back(variant);
    } else if (has_verdict(analysis, variant, Verdict::Helps, is_primary)) {
      treatments.winners.push_back(variant);
    }
  }
  return treatments;
}

// ---------------------------------------------------------------- the data

const Finding* first_problem(const Analysis& analysis) {
  const auto is_problem = [](const Finding& finding) {
    return finding.severity == Severity::Problem && finding.code != "before_horizon";
  };
  const auto found = std::ranges::find_if(analysis.findings, is_problem);
  if (found != analysis.findings.end()) return &*found;
  for (std::size_t i = 0; i < analysis.metrics.size(); ++i) {
    if (!is_decisive(analysis, i)) continue;
    const auto& findings = analysis.metrics[i].findings;
    const auto of_metric = std::ranges::find_if(findings, is_problem);
    if (of_metric != findings.end()) return &*of_metric;
  }
  return nullptr;
}

NextStep fix_data(std::string reason) {
  return {Step::FixData,
          "Find out what is wrong with the data before you act on any number.",
          std::move(reason),
          {},
          {}};
}

// ---------------------------------------------------------------- going on

std::optional<std::uint64_t> missing_units(const Analysis& analysis) {
  std::uint64_t planned = 0;
  if (analysis.served && analysis.served->planned_units) planned = *analysis.served->planned_units;
  if (analysis.look) planned = analysis.request.look_plan.planned_units;
  if (planned <= analysis.units) return std::nullopt;
  return planned - analysis.units;
}

bool is_over(const Analysis& analysis) {
  if (analysis.served && analysis.served->stopped) return true;
  if (analysis.look) return analysis.look->plan_is_over;
  // A file that is looked at once is all there is.
  if (!analysis.served) return analysis.request.monitoring == Monitoring::FixedHorizon;
  return analysis.served->planned_units && *analysis.served->planned_units <= analysis.units;
}

NextStep keep_running(const Analysis& analysis, std::string reason) {
  const auto missing = missing_units(analysis);
  std::string text = missing ? fmt::format("Keep it running: {} of the planned units {} missing.",
                                           grouped(*missing), *missing == 1 ? "is" : "are")
                             : std::string("Keep it running.");
  return {Step::KeepRunning, std::move(text), std::move(reason), missing, {}};
}

NextStep stop(std::string text, std::string reason) {
  return {Step::Stop, std::move(text), std::move(reason), {}, {}};
}

/// " So many units show an effect on 'orders' of 1.2 points (express) and 1.3 points (one-page) with 80 % power."
std::string visible_effects(const Analysis& analysis) {
  std::vector<std::string> sizes;
  const MetricResult& metric = analysis.metrics.front();
  for (const Comparison& comparison : metric.comparisons) {
    if (!comparison.detectable_difference) continue;
    std::string size = magnitude(*comparison.detectable_difference, quantity_of(metric));
    if (metric.comparisons.size() > 1)
      size += fmt::format(" ({})", analysis.variants[comparison.variant].name);
    sizes.push_back(std::move(size));
  }
  if (sizes.empty()) return "";
  return fmt::format(" So many units show an effect on '{}' of {} with {} power.", metric.name,
                     enumerated(sizes), percent(analysis.request.power, 0));
}

bool has_too_few_units(const Analysis& analysis) {
  return std::ranges::any_of(analysis.metrics.front().arms,
                             [](const Arm& arm) { return arm.units < kMinimumVerdictUnits; });
}

NextStep nothing_found(const Analysis& analysis, const Treatments& treatments) {
  const bool stopped = analysis.served && analysis.served->stopped;
  if (has_too_few_units(analysis) && !stopped) {
    return keep_running(
        analysis, fmt::format("A verdict needs {} units or more in every variant.", kMinimumVerdictUnits));
  }
  if (is_over(analysis)) {
    const std::string_view when = stopped                            ? "before it was stopped"
                                  : analysis.served || analysis.look ? "at the size that was planned"
                                                                     : "with the units that are there";
    return stop(
        fmt::format("Stay with {}: there is no reason to change.", analysis.variants[0].name),
        fmt::format("No improvement was established {}.{} If smaller ones would matter, plan a larger test "
                    "(splitplot power).",
                    when, visible_effects(analysis)));
  }
  std::string reason = "No improvement is established yet.";
  if (!treatments.losers.empty())
    reason = fmt::format("{} did harm and could be taken out; no improvement is established yet.",
                         enumerated(names_of(analysis, treatments.losers)));
  if (analysis.served && !analysis.served->planned_units) reason += " No number of units was planned.";
  return keep_running(analysis, reason + visible_effects(analysis));
}

// ---------------------------------------------------------------- segments

Value condition_of(const SegmentTable& table, const SegmentResult& segment) {
  constexpr std::string_view kSegment = "segment ";
  if (table.dimension.starts_with(kSegment)) {
    const std::string key = table.dimension.substr(kSegment.size());
    return Value::Object{{segment.segment == "in" ? "$inSegment" : "$notInSegment", key}};
  }
  if (segment.segment == "(missing)") return Value::Object{{table.dimension, Value()}};
  return Value::Object{{table.dimension, segment.segment}};
}

NextStep::Target target_at(const Analysis& analysis, const SegmentPlace& place, bool use) {
  NextStep::Target target{place, use, {}};
  if (!analysis.served) return target;
  const SegmentTable& table = analysis.segment_tables[place.table];
  Value condition = condition_of(table, table.segments[place.segment]);
  if (!use) condition = Value::Object{{"$not", std::move(condition)}};
  target.population = model::to_json(condition);
  return target;
}

/// "loyal (shopper)"
std::string described(const Analysis& analysis, const SegmentPlace& place) {
  const SegmentTable& table = analysis.segment_tables[place.table];
  return fmt::format("{} ({})", level_words(table, table.segments[place.segment]), table.dimension);
}

/// Where a treatment has a verdict inside a segment on a metric that counts.
std::vector<SegmentPlace> places_of(const Analysis& analysis, std::size_t variant, Verdict verdict,
                                    bool (*counts)(const Analysis&, std::size_t)) {
  std::vector<SegmentPlace> places;
  for (std::size_t at = 0; at < analysis.segment_tables.size(); ++at) {
    const SegmentTable& table = analysis.segment_tables[at];
    if (table.variant != variant || !counts(analysis, table.metric)) continue;
    for (std::size_t i = 0; i < table.segments.size(); ++i) {
      if (table.segments[i].verdict != verdict) continue;
      const auto same = [&](const SegmentPlace& known) {
        return analysis.segment_tables[known.table].dimension == table.dimension && known.segment == i;
      };
      if (std::ranges::none_of(places, same)) places.push_back({at, i});
    }
  }
  return places;
}

constexpr std::string_view kConfirm =
    "Segments were compared after the fact: a test with that population confirms what holds and what was "
    "chance.";

/// A winner over all that harms some: everybody but those.
NextStep ship(const Analysis& analysis, const std::vector<std::size_t>& winners) {
  const auto any_metric = [](const Analysis& of, std::size_t metric) {
    return of.metrics[metric].role != MetricRole::Exploratory;
  };
  NextStep step{Step::Ship, "", "", {}, {}};
  std::vector<std::string> spared;
  if (winners.size() == 1) {
    for (const SegmentPlace& place : places_of(analysis, winners.front(), Verdict::Harms, any_metric)) {
      step.targets.push_back(target_at(analysis, place, false));
      spared.push_back(fmt::format("{} on '{}'", described(analysis, place),
                                   analysis.metrics[analysis.segment_tables[place.table].metric].name));
    }
  }
  const std::vector<std::string> names = names_of(analysis, winners);
  if (!step.targets.empty()) {
    step.step = Step::TargetSegments;
    step.text = fmt::format("Ship {}, but look first at those whom it harms.", names.front());
    step.reason = fmt::format("It is better over all, and harms {}. {}", enumerated(spared), kConfirm);
    return step;
  }
  if (winners.size() == 1) {
    step.text = fmt::format("Ship {} for everybody.", names.front());
    step.reason =
        "It is better on what the test is about, and no harm was found; harm too small for this test to see "
        "remains possible.";
  } else {
    step.text = fmt::format("Ship {}: each is better than {}.", fmt::format("one of {}", enumerated(names)),
                            analysis.variants[0].name);
    step.reason =
        "Which of them is best was not tested; the chances to be the best of all stand with the metrics.";
  }
  return step;
}

/// Treatments that help some, each with whom it helps; nothing where there are none.
std::optional<NextStep> target_segments(const Analysis& analysis) {
  NextStep step{Step::TargetSegments, "", "", {}, {}};
  std::vector<std::string> plans;
  for (std::size_t variant = 1; variant < analysis.variants.size(); ++variant) {
    if (has_verdict(analysis, variant, Verdict::Harms, is_guardrail)) continue;
    const auto helped = places_of(analysis, variant, Verdict::Helps, is_primary);
    if (helped.empty()) continue;
    std::vector<std::string> whom;
    for (const SegmentPlace& place : helped) {
      step.targets.push_back(target_at(analysis, place, true));
      whom.push_back(described(analysis, place));
    }
    plans.push_back(fmt::format("{} for {}", analysis.variants[variant].name, fmt::join(whom, ", ")));
  }
  if (plans.empty()) return std::nullopt;
  step.text = fmt::format("Confirm in a test aimed at them: {}.", fmt::join(plans, "; "));
  step.reason = fmt::format("No variant is shown to be better for everybody. {}", kConfirm);
  return step;
}

}  // namespace

NextStep next_step(const Analysis& analysis) {
  if (!analysis.sample_ratio.trusted()) {
    return fix_data(analysis.sample_ratio.mismatch
                        ? "The split did not arrive as planned: units were lost or gained by variant."
                        : "The split differs between the segments of a dimension.");
  }
  if (const Finding* problem = first_problem(analysis)) return fix_data(problem->message);
  if (analysis.served && analysis.served->before_horizon)
    return keep_running(analysis, "The plan is to look once, at the end: an earlier look is no verdict.");
  if (analysis.metrics.empty()) return keep_running(analysis, "Nobody was exposed yet.");
  const Treatments treatments = treatments_of(analysis);
  if (!treatments.winners.empty()) return ship(analysis, treatments.winners);
  if (auto step = target_segments(analysis)) return *std::move(step);
  if (treatments.losers.size() == treatments.count) {
    return stop(fmt::format("Stop it and stay with {}.", analysis.variants[0].name),
                fmt::format("{} did harm on what the test is about or must not hurt.",
                            enumerated(names_of(analysis, treatments.losers))));
  }
  return nothing_found(analysis, treatments);
}

}  // namespace splitplot::experiment
