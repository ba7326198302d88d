#include "conclusion.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/experiment/numbers.hpp>

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::experiment {
namespace {

/// More treatments than this on one metric are told as a list of names rather than a sentence each.
constexpr std::size_t kSentencesPerMetric = 3;

Quantity quantity_of(const MetricResult& metric) {
  return metric.kind == MetricKind::Proportion ? Quantity::Rate : Quantity::Plain;
}

/// "raised" or "lowered", with a word on whether that is good where the direction alone does not say it.
std::string verb(const MetricResult& metric, double difference) {
  const bool higher_is_better = metric.direction == stats::Direction::HigherIsBetter;
  const bool better = (difference > 0) == higher_is_better;
  const std::string_view judgement = better ? (higher_is_better ? "" : " (better)") : " (worse)";
  return fmt::format("{} '{}'{}", difference > 0 ? "raised" : "lowered", metric.name, judgement);
}

/// "corrected p = .012", or "p = .012" where the user asked for no correction.
std::string p_of(stats::Correction correction, double p) {
  return (correction == stats::Correction::None ? "" : "corrected ") + p_equals(p);
}

/// "B raised 'visit' from 10.62 % to 18.28 %: +7.66 points [6.99, 8.32], a relative change of +72 % [64, 80]
/// (corrected p < .0001)."
std::string found_effect(const Analysis& analysis, const MetricResult& metric, const Comparison& comparison) {
  const auto& difference = *comparison.difference;
  const Quantity quantity = quantity_of(metric);
  std::string text =
      fmt::format("{} {}", analysis.variants[comparison.variant].name, verb(metric, difference.value));
  const auto& before = metric.arms[0].mean;
  const auto& after = metric.arms[comparison.variant].mean;
  if (before && after) {
    text += fmt::format(" from {} to {}", level(*before, quantity).with_unit(),
                        level(*after, quantity).with_unit());
  }
  text += ": " + change({difference.value, difference.interval}, quantity).text();
  if (!metric.adjustments.empty()) {
    text += fmt::format(" adjusted for {}", fmt::join(analysis.request.covariates, ", "));
  }
  if (comparison.lift) text += fmt::format(", a relative change of {}", lift(*comparison.lift).text());
  return fmt::format("{} ({}).", text, p_of(analysis.family.correction, comparison.adjusted_p_value));
}

/// No effect found is not "no effect": the interval says what the data leave open.
std::string open_effect(const Analysis& analysis, const MetricResult& metric, const Comparison& comparison) {
  const std::string& name = analysis.variants[comparison.variant].name;
  if (!comparison.difference) {
    return fmt::format("'{}' of {} cannot be compared: {}.", metric.name, name,
                       comparison.difference.error().why);
  }
  const auto& difference = *comparison.difference;
  const Figure figure = change({difference.value, difference.interval}, quantity_of(metric));
  const std::string p = p_of(analysis.family.correction, comparison.adjusted_p_value);
  const std::uint64_t smaller = std::min(metric.arms[0].units, metric.arms[comparison.variant].units);
  if (smaller < kMinimumVerdictUnits) {
    return fmt::format("{} on '{}' rests on {} units in the smaller variant, too few for a verdict ({}; {}).",
                       name, metric.name, grouped(smaller), figure.text(), p);
  }
  if (difference.p_value <= analysis.request.alpha) {
    return fmt::format(
        "An effect of {} on '{}' is not established: {} would count by itself, but not as one of {} tests "
        "({}).",
        name, metric.name, figure.text(), analysis.family.tests, p);
  }
  return fmt::format("No effect of {} on '{}' was found ({}; {}): anything from {} to {}{} remains possible.",
                     name, metric.name, figure.with_unit(), p, figure.lower, figure.upper,
                     figure.unit.empty() ? "" : kNoBreakSpace + figure.unit);
}

/// A metric that is the same for every unit, has no value at all, or lacks values in one variant more than in another, says nothing
/// about any treatment.
const Finding* reason_to_skip(const MetricResult& metric) {
  const auto finding = std::ranges::find_if(metric.findings, [](const Finding& one) {
    return one.code == "constant" || one.code == "no_values" || one.code == "missing_by_variant";
  });
  return finding == metric.findings.end() ? nullptr : &*finding;
}

void conclude_metric(const Analysis& analysis, const MetricResult& metric,
                     std::vector<std::string>& sentences) {
  if (const Finding* reason = reason_to_skip(metric)) {
    sentences.push_back(reason->message);
    return;
  }
  std::vector<std::string> open;
  for (const Comparison& comparison : metric.comparisons) {
    if (comparison.significant) {
      sentences.push_back(found_effect(analysis, metric, comparison));
    } else if (!comparison.difference || metric.comparisons.size() <= kSentencesPerMetric) {
      sentences.push_back(open_effect(analysis, metric, comparison));
    } else {
      open.push_back(analysis.variants[comparison.variant].name);
    }
  }
  if (!open.empty()) {
    sentences.push_back(
        fmt::format("No effect on '{}' was found for {}; the intervals say what remains possible.",
                    metric.name, fmt::join(open, ", ")));
  }
}

bool responds_differently(const Analysis& analysis, const SegmentTable& table) {
  return table.heterogeneity && table.adjusted_heterogeneity_p_value <= analysis.request.alpha;
}

/// Where inside segments an effect was found, at most this many by name.
constexpr std::size_t kSegmentsNamed = 3;

/// The segments whose own effect stands after correction, the strongest first.
void conclude_found_segments(const Analysis& analysis, std::vector<std::string>& sentences) {
  struct Found {
    const SegmentTable* table;
    const SegmentResult* segment;
  };
  std::vector<Found> found;
  for (const SegmentTable& table : analysis.segment_tables) {
    // Where the effect is there for all and segments do not differ, naming segments would add nothing.
    const bool found_overall = analysis.metrics[table.metric].comparisons[table.variant - 1].significant;
    if (found_overall && !responds_differently(analysis, table)) continue;
    for (const SegmentResult& segment : table.segments) {
      // The pooled estimate is the one to act on: a segment that it takes back is not named.
      const bool stands = !segment.pooled || !segment.pooled->interval.contains(0);
      if (segment.significant && stands) found.push_back({&table, &segment});
    }
  }
  if (found.empty()) return;
  std::ranges::stable_sort(found, {}, [](const Found& one) { return one.segment->adjusted_p_value; });
  std::vector<std::string> named;
  for (std::size_t i = 0; i < std::min(found.size(), kSegmentsNamed); ++i) {
    const auto& [table, segment] = found[i];
    const MetricResult& metric = analysis.metrics[table->metric];
    std::string text = fmt::format("{} on '{}' where {} is {}", analysis.variants[table->variant].name,
                                   metric.name, table->dimension, segment->segment);
    if (segment->pooled) {
      text +=
          fmt::format(" (pooled {})",
                      change({segment->pooled->mean, segment->pooled->interval}, quantity_of(metric)).text());
    }
    named.push_back(std::move(text));
  }
  const Family& family = *analysis.segment_family;
  const bool corrected =
      family.structure == FamilyStructure::BySegment || family.correction != stats::Correction::None;
  const std::size_t more = found.size() - named.size();
  sentences.push_back(fmt::format("Inside segments, {} {} tests, an effect was found for {}{}.",
                                  corrected ? "corrected for" : "without correction for",
                                  grouped(family.tests), fmt::join(named, "; "),
                                  more == 0 ? "" : fmt::format(" and {} more", grouped(more))));
}

/// Whether segments respond differently, in one sentence per forest plot that has something to say.
void conclude_segments(const Analysis& analysis, std::vector<std::string>& sentences) {
  std::vector<std::string> different;
  bool any_compared = false;
  for (const SegmentTable& table : analysis.segment_tables) {
    if (reason_to_skip(analysis.metrics[table.metric]) != nullptr || !table.heterogeneity) continue;
    any_compared = true;
    if (!responds_differently(analysis, table)) continue;
    different.push_back(fmt::format("{} on '{}' by {} (Cochran's Q, corrected {})",
                                    analysis.variants[table.variant].name,
                                    analysis.metrics[table.metric].name, table.dimension,
                                    p_equals(table.adjusted_heterogeneity_p_value)));
  }
  if (!any_compared) return;
  if (different.empty()) {
    sentences.push_back(
        "The segments give no reason to treat them differently: after correction for the number of "
        "comparisons no effect differs between the segments of a dimension by more than chance would make "
        "it. "
        "That does not show that they respond alike.");
  } else {
    sentences.push_back(
        fmt::format("Segments seem to respond differently: {}. Read the pooled estimates, and confirm in a "
                    "test made for it before you treat segments differently.",
                    fmt::join(different, "; ")));
  }
}

bool has_problem(const Analysis& analysis) {
  auto is_problem = [](const Finding& finding) { return finding.severity == Severity::Problem; };
  return std::ranges::any_of(analysis.findings, is_problem) ||
         std::ranges::any_of(analysis.metrics, [&](const MetricResult& metric) {
           return std::ranges::any_of(metric.findings, is_problem);
         });
}

}  // namespace

std::vector<std::string> conclude(const Analysis& analysis) {
  if (analysis.sample_ratio.mismatch) {
    return {
        "Do not act on this result: the split did not arrive as planned (sample-ratio mismatch), so the "
        "variants may not be comparable.",
        "The numbers below help to find the cause; they are no verdict on any variant."};
  }
  if (analysis.sample_ratio.differs_by_segment) {
    return {
        "Do not act on this result: the split between the variants differs from segment to segment, so an "
        "overall effect may come from the "
        "mix of segments alone.",
        "The numbers below help to find the cause; they are no verdict on any variant."};
  }
  if (analysis.served && analysis.served->before_horizon) {
    return {fmt::format(
                "Do not act on this result: {} of the {} planned units are there, and the plan is to look "
                "once, at the end.",
                grouped(analysis.units), grouped(*analysis.served->planned_units)),
            "The numbers below are no verdict on any variant."};
  }
  std::vector<std::string> sentences;
  if (has_problem(analysis)) sentences.emplace_back("Read the problems below before you act on this result.");
  for (const MetricResult& metric : analysis.metrics) {
    if (metric.role != MetricRole::Exploratory) conclude_metric(analysis, metric, sentences);
  }
  conclude_found_segments(analysis, sentences);
  conclude_segments(analysis, sentences);
  return sentences;
}

}  // namespace splitplot::experiment
