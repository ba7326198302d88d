#include "wording.hpp"

#include "json_words.hpp"
#include "text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace splitplot::report {

using experiment::Analysis;
using experiment::Comparison;
using experiment::Finding;
using experiment::MetricResult;
using experiment::Monitoring;
using experiment::SegmentResult;
using experiment::SegmentTable;
using experiment::Severity;

namespace {

bool is_corrected(const experiment::Family& family) {
  return family.structure == experiment::FamilyStructure::BySegment ||
         family.correction != stats::Correction::None;
}

std::string plural(std::size_t number, const char* singular) {
  return counted(number, singular);
}

/// Where a test with planned looks stands.
std::string look_sentence(const experiment::LookStatus& look) {
  const std::string where = "The test has planned looks; this is look " + count(look.look) + ", with " +
                            percent(look.information, 0) + " of the planned units. ";
  const std::string boundary = std::isfinite(look.boundary)
                                   ? "A difference stands where z is " + fixed(look.boundary, 2) +
                                         " or beyond (" + p_equals(look.nominal_alpha) +
                                         " at one look), which spends " +
                                         fmt::format("{:.2g}", look.spent_now) + " of alpha by now. "
                                   : "So early nothing of alpha may be spent, and no difference can stand. ";
  const std::string end = look.plan_is_over ? "The planned units are there: no look is left. " : "";
  return where + boundary + end +
         "Intervals and p-values are repeated ones: they hold at all planned looks together, earlier ones "
         "counted by "
         "what they could spend. Chances to win, expected losses and pooled segment effects are Bayesian and "
         "not "
         "corrected for looks; the checks of the split inside segments hold for one look.";
}

}  // namespace

std::string_view words_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Helps:
      return "significantly better";
    case Verdict::Harms:
      return "significantly worse";
    case Verdict::Unclear:
      return "no significant difference";
    case Verdict::Withheld:
      return "no verdict: the data do not allow one";
    case Verdict::Unknown:
      break;
  }
  return "cannot be compared";
}

std::string_view segment_words_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Helps:
      return "helps";
    case Verdict::Harms:
      return "harms";
    case Verdict::Unclear:
      return "unclear";
    case Verdict::Withheld:
      return "no verdict";
    case Verdict::Unknown:
      break;
  }
  return "no data";
}

std::string segment_verdict_sentence(const Analysis& analysis) {
  const bool pooled = !std::holds_alternative<experiment::NoPooling>(analysis.request.pooling);
  return std::string("A variant helps or harms a segment where the corrected test found an effect in it") +
         (pooled ? " and its pooled estimate keeps to that side of zero with its whole interval" : "") +
         "; all else is unclear, also where an interval keeps to one side: it is of one segment by itself.";
}

bool shows_too_small(const SegmentResult& segment) {
  return segment.too_small && segment.verdict != Verdict::Helps && segment.verdict != Verdict::Harms;
}

std::string_view words_of(Severity severity) {
  switch (severity) {
    case Severity::Problem:
      return "Problem";
    case Severity::Warning:
      return "Warning";
    case Severity::Note:
      break;
  }
  return "Note";
}

Quantity quantity_of(const MetricResult& metric) {
  return metric.kind == experiment::MetricKind::Proportion ? Quantity::Rate : Quantity::Plain;
}

std::string_view kind_of(const MetricResult& metric) {
  return metric.kind == experiment::MetricKind::Proportion ? "rate" : "mean";
}

std::string_view direction_of(const MetricResult& metric) {
  return metric.direction == stats::Direction::HigherIsBetter ? "higher is better" : "lower is better";
}

std::string about(const MetricResult& metric) {
  std::string text;
  if (metric.role) text = std::string(word(*metric.role)) + ", ";
  return text + std::string(kind_of(metric)) + ", " + std::string(direction_of(metric));
}

std::string_view difference_unit(const MetricResult& metric) {
  return quantity_of(metric) == Quantity::Rate ? "percentage points" : "the metric's own unit";
}

std::string name_or_empty(const std::string& name) {
  const std::string line = single_line(name);
  const bool visible = line.find_first_not_of(' ') != std::string::npos && display_width(line) > 0;
  return visible ? name : "(empty)";
}

std::string variant_name(const Analysis& analysis, std::size_t variant) {
  return variant < analysis.variants.size() ? name_or_empty(analysis.variants[variant].name) : "(unknown)";
}

std::string control_name(const Analysis& analysis) {
  return variant_name(analysis, 0);
}

std::string interval_name(const Analysis& analysis) {
  std::string name = confidence(analysis.request.alpha) + " interval";
  switch (analysis.request.monitoring) {
    case Monitoring::Sequential:
      return "always-valid " + name;
    case Monitoring::GroupSequential:
      return "repeated " + name;
    case Monitoring::FixedHorizon:
      break;
  }
  return name;
}

std::string raw_and_pooled_intervals(const Analysis& analysis) {
  if (analysis.request.monitoring == Monitoring::FixedHorizon)
    return "each with its " + interval_name(analysis);
  return "raw with its " + interval_name(analysis) + ", pooled with its " +
         confidence(analysis.request.alpha) + " interval for one look";
}

std::string size_sentence(const Analysis& analysis) {
  return plural(analysis.units, "unit") + " in " + plural(analysis.variants.size(), "variant") + ", " +
         plural(analysis.metrics.size(), "metric");
}

std::string_view correction_prefix(const experiment::Family& family) {
  return is_corrected(family) ? "corrected " : "";
}

std::string p_heading(const experiment::Family& family) {
  return is_corrected(family) ? "Corrected p" : "p";
}

std::string family_sentence(const experiment::Family& family, double alpha) {
  const std::string limit = fmt::format("{:.4g}", alpha);
  if (family.tests == 0) return "Nothing could be tested, so nothing can be significant.";
  const std::string tests = plural(family.tests, "test") + " (" + family.description + ")";
  if (!is_corrected(family)) {
    return "Significant means a p-value of at most " + limit + ", not corrected for there being " + tests +
           ".";
  }
  if (family.structure == experiment::FamilyStructure::BySegment) {
    return "Significant means a corrected p-value of at most " + limit +
           ": false discovery rate by families, a segment each (p-filter), over " + tests +
           ". It holds over tests, and over the segments in which something is found.";
  }
  return "Significant means a corrected p-value of at most " + limit + ": " +
         std::string(stats::name_of(family.correction)) + " over " + tests + ".";
}

std::string sample_ratio_sentence(const Analysis& analysis) {
  const auto& test = analysis.sample_ratio.overall;
  if (!test) return "Whether the planned split arrived cannot be tested: " + test.error().why + ".";
  const auto& look = analysis.sample_ratio.at_every_look;
  const std::string p = p_equals(look ? look->p_value : test->p_value);
  const std::string name = look ? "sample ratio test that holds at every look" : "sample ratio test";
  if (analysis.sample_ratio.mismatch) {
    return "The planned split did not arrive (" + (look ? name + ", " : std::string()) + p +
           "): units were lost or gained by variant, and no effect below can be trusted until this is "
           "understood.";
  }
  return "The units split as planned (" + name + ", " + p + ").";
}

std::string split_by_dimension_sentence(const experiment::SampleRatio::ByDimension& split) {
  if (split.test && split.differs) {
    return "The split differs between the segments of " + name_or_empty(split.dimension) + ": " +
           p_equals(split.test->p_value);
  }
  const std::string start = "Same split in every segment of " + name_or_empty(split.dimension) + ": ";
  return split.test ? start + p_equals(split.test->p_value)
                    : start + "cannot be tested, " + split.test.error().why;
}

std::string monitoring_sentence(const Analysis& analysis) {
  if (analysis.request.monitoring == Monitoring::Sequential) {
    return "The test is watched while it runs: intervals and p-values are always valid, they hold at every "
           "look. "
           "Chances to win, expected losses and pooled segment effects are Bayesian and not corrected for "
           "looks; "
           "the checks of the split inside segments hold for one look.";
  }
  if (analysis.look) return look_sentence(*analysis.look);
  return "Intervals and p-values hold for one look, at a size fixed beforehand. Looking again and again, and "
         "stopping when the result pleases, makes them wrong.";
}

std::string_view chance_note(const Analysis& analysis, const Comparison& comparison) {
  const bool established = comparison.verdict == Verdict::Helps || comparison.verdict == Verdict::Harms;
  if (established) return "";
  const bool corrected = is_corrected(analysis.family) && analysis.family.tests > 1;
  const bool several_looks = analysis.request.monitoring != Monitoring::FixedHorizon;
  if (corrected && several_looks) return "for one look, uncorrected";
  return several_looks ? "for one look" : corrected ? "uncorrected" : "";
}

/// A share of the variation whose interval is wider than this says next to nothing, and mostly repeats the
/// prior.
constexpr double kUnknownShareWidth = 0.7;

std::string spread_sentence(const SegmentTable& table, Quantity quantity) {
  if (!table.pooling) return "Segments were not pooled: " + table.pooling.error().why + ".";
  const Figure overall = change({table.pooling->overall.mean, table.pooling->overall.interval}, quantity);
  const Figure real = share(table.pooling->real_share);
  std::string mean = "Mean effect over segments, whatever their sizes, " + overall.text();
  if (const auto& odds = table.pooled_odds_ratio) {
    mean += fmt::format(": an odds ratio of {:.3g} [{:.3g}, {:.3g}] at the control's overall rate",
                        odds->value, odds->interval.lower, odds->interval.upper);
  }
  mean += ". ";
  if (table.pooling->real_share.interval.width() > kUnknownShareWidth) {
    return mean +
           "How much of the variation between raw effects is real cannot be told: " + real.with_unit() + " " +
           real.interval() + ".";
  }
  return mean + "Of the variation between raw effects, " + real.with_unit() + " " + real.interval() +
         " is real, the rest is chance.";
}

/// Below, naming a best segment would say more than the data do.
constexpr double kLikelyBest = 0.8;

std::string best_segment_sentence(const SegmentTable& table) {
  const SegmentResult* best = nullptr;
  for (const SegmentResult& segment : table.segments) {
    if (!segment.best_probability) continue;
    if (best == nullptr || *segment.best_probability > *best->best_probability) best = &segment;
  }
  if (best == nullptr || *best->best_probability < kLikelyBest) return "";
  return "The best effect is most likely in " + name_or_empty(best->segment) + " (chance " +
         chance(*best->best_probability) + ").";
}

std::string meta_analysis_sentence(const SegmentTable& table, Quantity quantity) {
  if (!table.meta_analysis) return "";
  return "Without a prior (random effects, Knapp-Hartung) the mean is " +
         change({table.meta_analysis->mean, table.meta_analysis->interval}, quantity).text() + ".";
}

std::string heterogeneity_sentence(const SegmentTable& table, double alpha) {
  if (!table.heterogeneity) {
    return "Whether the effect differs between the levels of " + name_or_empty(table.dimension) +
           " cannot be tested: " + table.heterogeneity.error().why + ".";
  }
  const std::string dimension = name_or_empty(table.dimension);
  const std::string p = " (Cochran's Q, corrected " + p_equals(table.adjusted_heterogeneity_p_value) + ").";
  return table.adjusted_heterogeneity_p_value <= alpha
             ? "The effect differs between the levels of " + dimension + p
             : "No difference between the levels of " + dimension + " was found" + p;
}

std::string adjustment_sentence(const Analysis& analysis, const MetricResult& metric,
                                const experiment::CovariateAdjustment& adjustment) {
  const std::string name = variant_name(analysis, adjustment.variant);
  if (!adjustment.unadjusted) {
    return name + ": without covariates there is no comparison (" + adjustment.unadjusted.error().why + ").";
  }
  const Figure before =
      change({adjustment.unadjusted->value, adjustment.unadjusted->interval}, quantity_of(metric));
  const double reduction = adjustment.variance_reduction;
  const std::string what = reduction < 0 ? "did not help: the variance grew by " : "took away ";
  const std::string of = reduction < 0 ? "" : " of the variance";
  return name + ": the covariates " + what + percent(std::abs(reduction), 1) + of +
         "; without them the difference is " + before.text() + ".";
}

std::vector<std::string> target_sentences(const Analysis& analysis) {
  std::vector<std::string> sentences;
  for (const experiment::NextStep::Target& target : analysis.next.targets) {
    const SegmentTable& table = analysis.segment_tables[target.place.table];
    const std::string where =
        name_or_empty(table.dimension) + " is " + name_or_empty(table.segments[target.place.segment].segment);
    sentences.push_back(variant_name(analysis, table.variant) + (target.use ? ": where " : ": not where ") +
                        where + (target.population ? "; population: " + *target.population : ""));
  }
  return sentences;
}

std::vector<Finding> by_severity(std::vector<Finding> findings) {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return findings;
}

}  // namespace splitplot::report
