#include "method_wording.hpp"
#include "served_wording.hpp"
#include "terminal_page.hpp"
#include "terminal_segments.hpp"
#include "terminal_summary.hpp"
#include "text.hpp"
#include "wording.hpp"

#include <splitplot/report/report.hpp>

#include <algorithm>
#include <optional>

namespace splitplot::report {
namespace {

using experiment::Analysis;
using experiment::Comparison;
using experiment::Finding;
using experiment::MetricResult;
using experiment::Severity;

constexpr int kLeastBar = 16;
constexpr int kMostBar = 60;
constexpr int kServedLabel = 13;

Tone tone_of(Severity severity) {
  return severity == Severity::Problem   ? Tone::Worse
         : severity == Severity::Warning ? Tone::Alert
                                         : Tone::Dim;
}

Tone tone_of(Verdict verdict) {
  return verdict == Verdict::Helps ? Tone::Better : verdict == Verdict::Harms ? Tone::Worse : Tone::Plain;
}

void write_header(TerminalPage& page, const Analysis& analysis) {
  page.paragraph(name_or_empty(analysis.source), 0, {"Splitplot  ", Tone::Strong});
  page.paragraph(size_sentence(analysis) + "; " +
                     counted(analysis.rows, analysis.served ? "exposure" : "row") + " read from " +
                     analysis.source_format + ".",
                 0, {}, Tone::Dim);
}

void write_served(TerminalPage& page, const Analysis& analysis) {
  const auto facts = served_facts(analysis);
  if (facts.empty()) return;
  page.heading("EXPERIMENT");
  for (const ServedFact& fact : facts)
    page.paragraph(fact.text, 2, {pad_right(fact.label, kServedLabel), Tone::Dim});
}

void write_conclusion(TerminalPage& page, const Analysis& analysis) {
  if (analysis.conclusion.empty()) return;
  page.heading("CONCLUSION");
  for (const experiment::Sentence& sentence : analysis.conclusion)
    page.paragraph(sentence.text, 2, {"- ", Tone::Dim});
}

void write_next(TerminalPage& page, const Analysis& analysis) {
  if (analysis.next.text.empty()) return;
  page.heading("WHAT NOW");
  page.paragraph(analysis.next.text, 2, {}, Tone::Strong);
  page.paragraph(analysis.next.reason, 2);
  for (const std::string& target : target_sentences(analysis)) page.paragraph(target, 2, {"- ", Tone::Dim});
}

void write_findings(TerminalPage& page, const std::vector<Finding>& findings, int indent) {
  for (const Finding& finding : by_severity(findings)) {
    page.paragraph(finding.message, indent,
                   {pad_right(std::string(words_of(finding.severity)) + ":", 9), tone_of(finding.severity)});
  }
}

/// What weakens a number, of the whole and of every metric.
std::vector<Finding> without_notes(const Analysis& analysis) {
  std::vector<Finding> findings = analysis.findings;
  for (const MetricResult& metric : analysis.metrics)
    findings.insert(findings.end(), metric.findings.begin(), metric.findings.end());
  std::erase_if(findings, [](const Finding& finding) { return finding.severity == Severity::Note; });
  return findings;
}

/// Width of the column of variant names.
int name_column(const TerminalPage& page, const Analysis& analysis) {
  int widest = 8;
  for (std::size_t i = 0; i < analysis.variants.size(); ++i) {
    widest = std::max(widest, page.width(variant_name(analysis, i)));
  }
  return std::min(widest, std::max(10, page.columns() / 4));
}

void write_trust(TerminalPage& page, const Analysis& analysis) {
  page.heading("TRUST");
  page.paragraph(sample_ratio_sentence(analysis), 2, {},
                 analysis.sample_ratio.mismatch ? Tone::Worse : Tone::Plain);
  const int name = name_column(page, analysis);
  int units = 5;
  for (const auto& variant : analysis.variants)
    units = std::max(units, static_cast<int>(count(variant.units).size()));
  const double total = static_cast<double>(std::max<std::uint64_t>(analysis.units, 1));
  for (std::size_t i = 0; i < analysis.variants.size(); ++i) {
    const auto& variant = analysis.variants[i];
    page.line({{"  " + page.name(variant_name(analysis, i), name), Tone::Plain},
               {"  " + pad_left(count(variant.units), units) + " units", Tone::Plain},
               {"  " + pad_left(percent(static_cast<double>(variant.units) / total, 2), 8) + ", planned " +
                    percent(variant.planned_share, 2),
                Tone::Dim},
               {variant.is_control ? "  control" : "", Tone::Dim}});
  }
  for (const auto& split : analysis.sample_ratio.by_dimension) {
    page.paragraph(split_by_dimension_sentence(split) + ".", 2, {}, split.differs ? Tone::Worse : Tone::Dim);
  }
  page.paragraph(monitoring_sentence(analysis), 2, {}, Tone::Dim);
}

void write_arms(TerminalPage& page, const Analysis& analysis, const MetricResult& metric) {
  const int name = name_column(page, analysis);
  int value = 0;
  int interval = 0;
  for (const auto& arm : metric.arms) {
    if (!arm.mean) continue;
    const Figure figure = level(*arm.mean, quantity_of(metric));
    value = std::max(value, page.width(figure.with_unit()));
    interval = std::max(interval, page.width(figure.interval()));
  }
  const bool wide = 2 + name + 2 + value + 2 + interval + 2 + 14 <= page.columns();
  for (std::size_t i = 0; i < metric.arms.size(); ++i) {
    const auto& arm = metric.arms[i];
    const Piece label{page.name(variant_name(analysis, i), name) + "  ", Tone::Plain};
    const std::string units =
        counted(arm.units, "unit") + (arm.missing > 0 ? ", " + count(arm.missing) + " without a value" : "");
    if (!arm.mean) {
      page.paragraph(arm.mean.error().why + " (" + units + ")", 2, label, Tone::Dim);
      continue;
    }
    const Figure figure = level(*arm.mean, quantity_of(metric));
    if (!wide) {
      page.paragraph(figure.text() + ", " + units, 2, label);
      continue;
    }
    page.line({{"  ", Tone::Plain},
               label,
               {pad_left(figure.with_unit(), value), Tone::Strong},
               {"  " + pad_right(figure.interval(), interval) + "  " + units, Tone::Dim}});
  }
}

/// " (corrected p = .0123, Welch t)", with planned looks also z and what it must reach.
std::string tested(const Analysis& analysis, const Comparison& comparison) {
  if (!comparison.difference) return "";
  return " (" + std::string(correction_prefix(analysis.family)) + p_equals(comparison.adjusted_p_value) +
         ", " + std::string(stats::name_of(comparison.difference->test)) +
         (comparison.z && analysis.look ? ", z = " + signed_fixed(*comparison.z, 2) + " of " +
                                              fixed(analysis.look->boundary, 2) + " needed"
                                        : "") +
         ")";
}

std::string expected_loss(const MetricResult& metric, const Comparison& comparison) {
  const double precision = comparison.difference ? comparison.difference->standard_error : 0;
  return magnitude(comparison.bayes->expected_loss, quantity_of(metric), precision);
}

/// Under a prior that says something the posterior is not the interval over again.
std::string posterior_words(const MetricResult& metric, const Comparison& comparison) {
  if (std::holds_alternative<experiment::FlatPrior>(metric.prior) || !comparison.posterior) return "";
  return ", effect " + change(*comparison.posterior, quantity_of(metric)).text() + " under the prior " +
         text_of(metric.prior);
}

/// What stands below a comparison's bar: lift, verdict, chances, power.
std::string details(const Analysis& analysis, const MetricResult& metric, const Comparison& comparison) {
  std::string text =
      comparison.lift ? "Lift " + lift(*comparison.lift).text() : "No lift: " + comparison.lift.error().why;
  text += ". ";
  if (comparison.bayes) {
    const std::string note(chance_note(analysis, comparison));
    text += "Chance to win " + chance(comparison.bayes->chance_to_win) +
            (note.empty() ? "" : " (" + note + ")") + ", expected loss if shipped " +
            expected_loss(metric, comparison) + posterior_words(metric, comparison) + ". ";
  } else {
    text += "No chance to win: " + comparison.bayes.error().why + ". ";
  }
  if (comparison.detectable_difference) {
    text += "This test sees ≥ " + magnitude(*comparison.detectable_difference, quantity_of(metric)) + ".";
  } else {
    text += "No detectable difference: " + comparison.detectable_difference.error().why + ".";
  }
  return text;
}

Span shown(const stats::Difference& difference, Quantity quantity) {
  const double factor = quantity == Quantity::Rate ? 100 : 1;
  return {difference.value * factor,
          {difference.interval.lower * factor, difference.interval.upper * factor}};
}

void write_comparisons(TerminalPage& page, const Analysis& analysis, const MetricResult& metric) {
  const Quantity quantity = quantity_of(metric);
  const int name = name_column(page, analysis);
  std::vector<Span> spans;
  int figure_width = 0;
  for (const Comparison& comparison : metric.comparisons) {
    if (!comparison.difference) continue;
    spans.push_back(shown(*comparison.difference, quantity));
    figure_width = std::max(
        figure_width,
        page.width(change({comparison.difference->value, comparison.difference->interval}, quantity).bare()));
  }
  const int before = 2 + name + 2 + figure_width + 2;
  const int beside = std::min(kMostBar, page.columns() - before);
  const bool stacked = beside < kLeastBar;
  const int bar = stacked ? page.columns() - 4 : beside;
  const Scale scale = scale_of(spans, Origin::Zero, std::max(2, bar / 8));
  page.blank();
  page.paragraph("Difference to " + control_name(analysis) + " in " + std::string(difference_unit(metric)) +
                     ", " + interval_name(analysis),
                 2, {}, Tone::Dim);
  if (!spans.empty()) {
    page.line({{std::string(static_cast<std::size_t>(stacked ? 4 : before), ' ') + page.axis(scale, bar),
                Tone::Dim}});
  }
  for (const Comparison& comparison : metric.comparisons) {
    const Verdict verdict = comparison.verdict;
    const Piece label{page.name(variant_name(analysis, comparison.variant), name) + "  ", Tone::Strong};
    if (!comparison.difference) {
      page.paragraph("no difference: " + comparison.difference.error().why, 2, label, Tone::Dim);
    } else {
      const std::string figure =
          change({comparison.difference->value, comparison.difference->interval}, quantity).bare();
      const Pieces drawn =
          page.bar(scale, shown(*comparison.difference, quantity), bar, Stroke::Heavy, tone_of(verdict));
      if (stacked) {
        page.paragraph(figure, 2, label);
        page.line(joined({{"    ", Tone::Plain}}, drawn));
      } else {
        page.line(joined({{"  ", Tone::Plain}, label, {pad_right(figure, figure_width) + "  ", Tone::Plain}},
                         drawn));
      }
    }
    const int indent = std::min(4 + name, page.columns() / 4);
    page.paragraph(std::string(words_of(verdict)) + tested(analysis, comparison), indent, {},
                   tone_of(verdict));
    page.paragraph(details(analysis, metric, comparison), indent, {}, Tone::Dim);
  }
}

void write_metric(TerminalPage& page, const Analysis& analysis, const MetricResult& metric) {
  page.blank();
  const bool renamed = metric.definition != metric.name && !metric.definition.empty();
  const std::string metric_name = name_or_empty(metric.name);
  page.paragraph(
      about(metric) + (renamed ? ": " + metric.definition : ""), 0,
      {page.name(metric_name, std::min(page.width(metric_name), page.columns() / 2)) + "  ", Tone::Strong},
      Tone::Dim);
  write_arms(page, analysis, metric);
  if (!metric.comparisons.empty()) write_comparisons(page, analysis, metric);
  for (const auto& adjustment : metric.adjustments) {
    page.paragraph(adjustment_sentence(analysis, metric, adjustment), 2, {}, Tone::Dim);
  }
  if (metric.chance_to_be_best.size() > 2) {
    std::string best = "Chance to be the best of all: ";
    for (std::size_t i = 0; i < metric.chance_to_be_best.size(); ++i) {
      best += (i == 0 ? "" : ", ") + variant_name(analysis, i) + " " + chance(metric.chance_to_be_best[i]);
    }
    page.paragraph(best + ".", 2, {}, Tone::Dim);
  }
  write_findings(page, metric.findings, 2);
}

void write_metrics(TerminalPage& page, const Analysis& analysis) {
  if (analysis.metrics.empty()) return;
  page.heading("METRICS");
  page.paragraph(family_sentence(analysis.family, analysis.request.alpha), 2, {}, Tone::Dim);
  for (const MetricResult& metric : analysis.metrics) write_metric(page, analysis, metric);
}

void write_methods(TerminalPage& page, const Analysis& analysis) {
  if (analysis.methods.empty()) return;
  page.heading("HOW VARIANTS WERE COMPARED");
  for (const experiment::MethodUsed& used : analysis.methods) {
    const MethodWords words = words_of(analysis, used);
    page.paragraph(words.metrics + ": " + words.method + ". " + words.why +
                       (words.change.empty() ? "" : " Change it: " + words.change + ".") +
                       (words.assumes.empty() ? "" : " Assumes: " + words.assumes + "."),
                   2, {"- ", Tone::Dim});
  }
  const std::string shared = shared_assumptions(analysis);
  if (!shared.empty()) page.paragraph("All assume: " + shared + ".", 2, {}, Tone::Dim);
}

void write_assumptions(TerminalPage& page, const Analysis& analysis) {
  if (analysis.assumptions.empty()) return;
  page.heading("ASSUMED FOR YOU");
  for (const auto& assumption : analysis.assumptions) {
    const std::string change = assumption.change.empty() ? "" : " Change it with " + assumption.change + ".";
    page.paragraph(assumption.what + change, 2, {"- ", Tone::Dim});
  }
}

}  // namespace

std::string to_terminal(const Analysis& analysis, const TerminalStyle& style) {
  TerminalPage page(style);
  write_header(page, analysis);
  write_conclusion(page, analysis);
  write_next(page, analysis);
  const std::vector<Finding> findings =
      style.detail == Detail::Full ? analysis.findings : without_notes(analysis);
  if (!findings.empty()) {
    page.heading("FINDINGS");
    write_findings(page, findings, 2);
  }
  if (style.detail == Detail::Summary) {
    write_summary(page, analysis);
    return page.text();
  }
  write_served(page, analysis);
  write_trust(page, analysis);
  write_metrics(page, analysis);
  write_segments(page, analysis);
  write_methods(page, analysis);
  write_assumptions(page, analysis);
  return page.text();
}

}  // namespace splitplot::report
