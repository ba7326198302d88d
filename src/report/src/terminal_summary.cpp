#include "terminal_summary.hpp"

#include "text.hpp"
#include "wording.hpp"

#include <algorithm>

namespace splitplot::report {
namespace {

using experiment::Analysis;
using experiment::Comparison;
using experiment::MetricResult;
using experiment::SegmentResult;
using experiment::SegmentTable;

constexpr std::size_t kMostSegments = 15;
constexpr int kWidestName = 24;

Tone tone_of(Verdict verdict) {
  return verdict == Verdict::Helps ? Tone::Better : verdict == Verdict::Harms ? Tone::Worse : Tone::Plain;
}

void write_trust(TerminalPage& page, const Analysis& analysis) {
  page.heading("TRUST");
  page.paragraph(sample_ratio_sentence(analysis), 2, {},
                 analysis.sample_ratio.mismatch ? Tone::Worse : Tone::Plain);
  for (const auto& split : analysis.sample_ratio.by_dimension) {
    if (split.differs) page.paragraph(split_by_dimension_sentence(split) + ".", 2, {}, Tone::Worse);
  }
}

// ---------------------------------------------------------------- metrics

void write_comparison(TerminalPage& page, const Analysis& analysis, const MetricResult& metric,
                      const Comparison& comparison, int name) {
  const Piece label{page.name(variant_name(analysis, comparison.variant), name) + "  ", Tone::Strong};
  if (!comparison.difference) {
    page.paragraph("no difference: " + comparison.difference.error().why, 4, label, Tone::Dim);
    return;
  }
  const Figure figure =
      change({comparison.difference->value, comparison.difference->interval}, quantity_of(metric));
  page.paragraph(figure.text() + ", " + std::string(words_of(comparison.verdict)) + " (" +
                     std::string(correction_prefix(analysis.family)) + p_equals(comparison.adjusted_p_value) +
                     ")",
                 4, label, tone_of(comparison.verdict));
}

void write_metrics(TerminalPage& page, const Analysis& analysis) {
  if (analysis.metrics.empty()) return;
  page.heading("METRICS", "difference to " + control_name(analysis) + ", " + interval_name(analysis));
  int name = 0;
  for (std::size_t i = 1; i < analysis.variants.size(); ++i)
    name = std::max(name, page.width(variant_name(analysis, i)));
  name = std::min({name, kWidestName, page.columns() / 4});
  for (const MetricResult& metric : analysis.metrics) {
    page.paragraph(about(metric), 2, {name_or_empty(metric.name) + "  ", Tone::Strong}, Tone::Dim);
    for (const Comparison& comparison : metric.comparisons)
      write_comparison(page, analysis, metric, comparison, name);
  }
}

// ---------------------------------------------------------------- segments

std::string cell_text(const SegmentResult& segment, Quantity quantity) {
  const auto estimate = experiment::estimate_of(segment);
  std::string text(segment_words_of(segment.verdict));
  if (estimate) text += " " + change(estimate->effect, quantity).bare();
  return text;
}

/// The tables of one dimension and metric, a column per treatment. Their segments are the same.
struct Matrix {
  std::vector<const SegmentTable*> tables;
  std::vector<std::size_t> rows;  ///< the largest segments, in the order of the tables
  Quantity quantity;
};

Matrix matrix_of(const Analysis& analysis, std::size_t first) {
  const SegmentTable& table = analysis.segment_tables[first];
  Matrix matrix{{}, {}, quantity_of(analysis.metrics[table.metric])};
  for (std::size_t i = first; i < analysis.segment_tables.size(); ++i) {
    const SegmentTable& other = analysis.segment_tables[i];
    if (other.dimension == table.dimension && other.metric == table.metric) matrix.tables.push_back(&other);
  }
  for (std::size_t i = 0; i < table.segments.size(); ++i) matrix.rows.push_back(i);
  if (matrix.rows.size() > kMostSegments) {
    std::ranges::stable_sort(matrix.rows, std::greater(), [&](std::size_t i) {
      return table.segments[i].control_units + table.segments[i].treatment_units;
    });
    matrix.rows.resize(kMostSegments);
    std::ranges::sort(matrix.rows);
  }
  return matrix;
}

void write_stacked(TerminalPage& page, const Analysis& analysis, const Matrix& matrix) {
  for (const std::size_t row : matrix.rows) {
    page.paragraph(name_or_empty(matrix.tables.front()->segments[row].segment), 2, {}, Tone::Strong);
    for (const SegmentTable* table : matrix.tables) {
      const SegmentResult& segment = table->segments[row];
      page.paragraph(cell_text(segment, matrix.quantity), 4,
                     {variant_name(analysis, table->variant) + "  ", Tone::Dim}, tone_of(segment.verdict));
    }
  }
}

void write_side_by_side(TerminalPage& page, const Analysis& analysis, const Matrix& matrix, int name,
                        const std::vector<int>& widths) {
  Pieces heading{{"  " + std::string(static_cast<std::size_t>(name), ' '), Tone::Plain}};
  for (std::size_t i = 0; i < matrix.tables.size(); ++i)
    heading.push_back(
        {"  " + page.name(variant_name(analysis, matrix.tables[i]->variant), widths[i]), Tone::Strong});
  page.line(heading);
  for (const std::size_t row : matrix.rows) {
    Pieces line{
        {"  " + page.name(name_or_empty(matrix.tables.front()->segments[row].segment), name), Tone::Plain}};
    for (std::size_t i = 0; i < matrix.tables.size(); ++i) {
      const SegmentResult& segment = matrix.tables[i]->segments[row];
      line.push_back({"  " + pad_right(page.clean(cell_text(segment, matrix.quantity)), widths[i]),
                      tone_of(segment.verdict)});
    }
    page.line(line);
  }
}

void write_matrix(TerminalPage& page, const Analysis& analysis, std::size_t first) {
  const Matrix matrix = matrix_of(analysis, first);
  const SegmentTable& table = analysis.segment_tables[first];
  const MetricResult& metric = analysis.metrics[table.metric];
  page.blank();
  page.paragraph("By " + name_or_empty(table.dimension) + ": " + name_or_empty(metric.name) + ", in " +
                     std::string(difference_unit(metric)),
                 0, {}, Tone::Strong);
  int name = 0;
  for (const std::size_t row : matrix.rows)
    name = std::max(name, page.width(name_or_empty(table.segments[row].segment)));
  name = std::min(name, kWidestName);
  int total = 2 + name;
  std::vector<int> widths;
  for (const SegmentTable* one : matrix.tables) {
    int width = std::min(page.width(variant_name(analysis, one->variant)), kWidestName);
    for (const std::size_t row : matrix.rows)
      width = std::max(width, page.width(page.clean(cell_text(one->segments[row], matrix.quantity))));
    widths.push_back(width);
    total += 2 + width;
  }
  if (total <= page.columns()) {
    write_side_by_side(page, analysis, matrix, name, widths);
  } else {
    write_stacked(page, analysis, matrix);
  }
  if (matrix.rows.size() < table.segments.size()) {
    page.paragraph(
        "The " + count(matrix.rows.size()) + " largest of " + count(table.segments.size()) + " segments.", 2,
        {}, Tone::Dim);
  }
}

void write_segments(TerminalPage& page, const Analysis& analysis) {
  if (analysis.segment_tables.empty()) return;
  page.heading("SEGMENTS", "for whom it works");
  page.paragraph(segment_verdict_sentence(analysis) + " The number is the pooled estimate with its " +
                     confidence(analysis.request.alpha) +
                     " interval, of what was not pooled the segment's own.",
                 2, {}, Tone::Dim);
  for (std::size_t i = 0; i < analysis.segment_tables.size(); ++i) {
    const SegmentTable& table = analysis.segment_tables[i];
    const bool is_first = i == 0 || analysis.segment_tables[i - 1].dimension != table.dimension ||
                          analysis.segment_tables[i - 1].metric != table.metric;
    if (is_first && table.metric < analysis.metrics.size() && experiment::is_primary(analysis, table.metric))
      write_matrix(page, analysis, i);
  }
}

}  // namespace

void write_summary(TerminalPage& page, const Analysis& analysis) {
  write_trust(page, analysis);
  write_metrics(page, analysis);
  write_segments(page, analysis);
  page.blank();
  page.paragraph(
      "--full also prints notes, every variant's level, chances to win, all segment tables, methods and "
      "assumptions.",
      0, {}, Tone::Dim);
}

}  // namespace splitplot::report
