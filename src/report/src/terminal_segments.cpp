#include "terminal_segments.hpp"

#include "text.hpp"
#include "wording.hpp"

#include <algorithm>
#include <numeric>

namespace splitplot::report {
namespace {

using experiment::Analysis;
using experiment::MetricResult;
using experiment::SegmentResult;
using experiment::SegmentTable;

constexpr std::size_t kMostSegments = 15;
constexpr int kLeastBar = 14;
constexpr int kMostBar = 48;
constexpr int kLabel = 7;  // "pooled "

/// Where the columns of a segment table stand.
struct Layout {
  int name = 0;
  int units = 0;
  int figure = 0;
  int bar = 0;
  bool stacked = false;  ///< too narrow for a bar beside its numbers

  [[nodiscard]] int before_figure() const { return 2 + name + 2 + units + 2; }
};

std::optional<Span> raw_span(const SegmentResult& segment) {
  if (!segment.raw) return std::nullopt;
  return Span{segment.raw->value, segment.raw->interval};
}

std::optional<Span> pooled_span(const SegmentResult& segment) {
  if (!segment.pooled) return std::nullopt;
  return Span{segment.pooled->mean, segment.pooled->interval};
}

/// A span in what the axis shows: percentage points for rates.
Span shown(Span span, Quantity quantity) {
  const double factor = quantity == Quantity::Rate ? 100 : 1;
  return {span.value * factor, {span.interval.lower * factor, span.interval.upper * factor}};
}

/// The largest ones where there are too many, in the table's own order otherwise.
std::vector<const SegmentResult*> chosen(const SegmentTable& table) {
  std::vector<const SegmentResult*> segments;
  for (const SegmentResult& segment : table.segments) segments.push_back(&segment);
  if (segments.size() > kMostSegments) {
    std::stable_sort(segments.begin(), segments.end(), [](const SegmentResult* a, const SegmentResult* b) {
      return a->control_units + a->treatment_units > b->control_units + b->treatment_units;
    });
    segments.resize(kMostSegments);
  }
  return segments;
}

/// "sees ≥ 0.84, small": the smallest difference that the segment can detect.
std::string sees(const SegmentResult& segment, Quantity quantity) {
  const bool small = shows_too_small(segment);
  if (!segment.detectable_difference) return small ? "too small" : "";
  // The unit stands in the table's heading.
  const std::string size = magnitude(*segment.detectable_difference, quantity);
  const std::string text = "sees ≥ " + size.substr(0, size.find(kNoBreakSpace));
  return small ? text + ", small" : text;
}

Layout layout_of(const TerminalPage& page, const std::vector<const SegmentResult*>& segments,
                 Quantity quantity) {
  Layout layout;
  layout.name = 12;
  int note = 0;
  for (const SegmentResult* segment : segments) {
    layout.name = std::max(layout.name, page.width(name_or_empty(segment->segment)));
    layout.units = std::max(
        layout.units, static_cast<int>(count(segment->control_units + segment->treatment_units).size()));
    note = std::max(note, page.width(sees(*segment, quantity)));
    for (const auto& span : {raw_span(*segment), pooled_span(*segment)}) {
      if (span)
        layout.figure =
            std::max(layout.figure, page.width(change({span->value, span->interval}, quantity).bare()));
    }
  }
  // A name may be shortened; what the segment sees stands below name and units, and a number may not.
  layout.name = std::min(layout.name, std::max(12, page.columns() / 4));
  layout.name = std::max(layout.name, note - 2 - layout.units);
  layout.bar = std::min(kMostBar, page.columns() - layout.before_figure() - kLabel - layout.figure - 2);
  layout.stacked = layout.bar < kLeastBar;
  return layout;
}

struct Row {
  const char* label;
  std::optional<Span> span;
  const stats::NotEstimable* missing;
  Stroke stroke;
};

/// One of the two lines of a segment: `margin` stands where the name and the units do.
void write_row(TerminalPage& page, const Layout& layout, const Scale& scale, Quantity quantity,
               const Pieces& margin, const Row& row, Tone tone) {
  const std::string label = pad_right(row.label, kLabel);
  if (!row.span) {
    const int width = page.columns() - layout.before_figure() - kLabel;
    bool first = true;
    for (const std::string& text : wrap(page.clean(row.missing->why), std::max(width, 10))) {
      const Pieces indent{
          {std::string(static_cast<std::size_t>(layout.before_figure() + kLabel), ' '), Tone::Plain}};
      page.line(joined(first ? joined(margin, {{label, Tone::Dim}}) : indent, {{text, Tone::Dim}}));
      first = false;
    }
    if (first) page.line(joined(margin, {{label, Tone::Dim}}));
    return;
  }
  const std::string figure = change({row.span->value, row.span->interval}, quantity).bare();
  const Pieces start = joined(
      margin, {{label, Tone::Dim},
               {pad_right(figure, layout.figure), row.stroke == Stroke::Heavy ? Tone::Plain : Tone::Dim}});
  page.line(joined(joined(start, {{"  ", Tone::Plain}}),
                   page.bar(scale, shown(*row.span, quantity), layout.bar, row.stroke, tone)));
}

void write_stacked_row(TerminalPage& page, const Scale& scale, Quantity quantity, const Row& row, Tone tone) {
  const Piece label{pad_right(row.label, kLabel), Tone::Dim};
  if (!row.span) {
    page.paragraph(row.missing->why, 4, label, Tone::Dim);
    return;
  }
  page.paragraph(change({row.span->value, row.span->interval}, quantity).bare(), 4, label);
  page.line(joined({{"    ", Tone::Plain}},
                   page.bar(scale, shown(*row.span, quantity), page.columns() - 4, row.stroke, tone)));
}

void write_segment(TerminalPage& page, const Layout& layout, const Scale& scale, const MetricResult& metric,
                   const SegmentResult& segment) {
  const Quantity quantity = quantity_of(metric);
  const Tone tone = segment.verdict == Verdict::Helps   ? Tone::Better
                    : segment.verdict == Verdict::Harms ? Tone::Worse
                                                        : Tone::Plain;
  const Row raw{"raw", raw_span(segment), segment.raw ? nullptr : &segment.raw.error(), Stroke::Thin};
  const Row pooled{"pooled", pooled_span(segment), segment.pooled ? nullptr : &segment.pooled.error(),
                   Stroke::Heavy};
  const std::string units = count(segment.control_units + segment.treatment_units);
  const Piece mark{segment.significant ? "* " : "  ", tone};
  if (layout.stacked) {
    page.line({mark,
               {page.name(name_or_empty(segment.segment), std::min(layout.name, page.columns() - 2)),
                Tone::Strong}});
    page.paragraph(
        counted(segment.control_units + segment.treatment_units, "unit") + "  " + sees(segment, quantity), 4,
        {}, Tone::Dim);
    write_stacked_row(page, scale, quantity, raw, tone);
    write_stacked_row(page, scale, quantity, pooled, tone);
    return;
  }
  const Pieces first{
      mark,
      {page.name(name_or_empty(segment.segment), layout.name) + "  " + pad_left(units, layout.units) + "  ",
       Tone::Plain}};
  const int note_width = layout.name + 2 + layout.units;
  const Pieces second{{"  " + pad_right(page.clean(sees(segment, quantity)), note_width) + "  ", Tone::Dim}};
  write_row(page, layout, scale, quantity, first, raw, tone);
  write_row(page, layout, scale, quantity, second, pooled, tone);
}

void write_table(TerminalPage& page, const Analysis& analysis, const SegmentTable& table) {
  if (table.metric >= analysis.metrics.size()) return;
  const MetricResult& metric = analysis.metrics[table.metric];
  const Quantity quantity = quantity_of(metric);
  page.blank();
  page.paragraph("By " + name_or_empty(table.dimension) + ": " + name_or_empty(metric.name) + ", " +
                     variant_name(analysis, table.variant) + " against " + control_name(analysis) + ", in " +
                     std::string(difference_unit(metric)),
                 0, {}, Tone::Strong);
  page.paragraph(spread_sentence(table, quantity) + " " +
                     heterogeneity_sentence(table, analysis.request.alpha) + " " +
                     best_segment_sentence(table),
                 2);
  const auto segments = chosen(table);
  std::vector<Span> spans;
  for (const SegmentResult* segment : segments) {
    for (const auto& span : {raw_span(*segment), pooled_span(*segment)}) {
      if (span) spans.push_back(shown(*span, quantity));
    }
  }
  const Layout layout = layout_of(page, segments, quantity);
  const int bar = layout.stacked ? page.columns() - 4 : layout.bar;
  const Scale scale = scale_of(spans, Origin::Zero, std::max(2, bar / 6));
  const int before = layout.stacked ? 4 : layout.before_figure() + kLabel + layout.figure + 2;
  if (!spans.empty())
    page.line({{std::string(static_cast<std::size_t>(before), ' ') + page.axis(scale, bar), Tone::Dim}});
  for (const SegmentResult* segment : segments) write_segment(page, layout, scale, metric, *segment);
  if (segments.size() < table.segments.size()) {
    page.paragraph("The " + count(segments.size()) + " largest of " + count(table.segments.size()) +
                       " segments; " + count(table.segments.size() - segments.size()) +
                       " are left out here. --html and --json have all.",
                   2, {}, Tone::Dim);
  }
  for (const auto& finding : by_severity(table.findings)) {
    page.paragraph(finding.message, 2, {std::string(words_of(finding.severity)) + ": ", Tone::Alert});
  }
}

}  // namespace

void write_segments(TerminalPage& page, const Analysis& analysis) {
  if (analysis.segment_tables.empty()) return;
  page.heading("SEGMENTS");
  page.paragraph("raw (" + std::string(page.point(Stroke::Thin)) + ") is the segment alone; pooled (" +
                     std::string(page.point(Stroke::Heavy)) +
                     ") draws it towards the other segments as far as the data say that they are alike; " +
                     raw_and_pooled_intervals(analysis) +
                     ". \"sees ≥ x\" is the "
                     "smallest difference that the segment can detect with " +
                     percent(analysis.request.power, 0) +
                     " power; \"small\" means that this is more than a change of " +
                     percent(analysis.request.worthwhile_lift, 0) + ". * marks the significant ones.",
                 2, {}, Tone::Dim);
  if (analysis.segment_family) {
    page.paragraph(family_sentence(*analysis.segment_family, analysis.request.alpha), 2, {}, Tone::Dim);
  }
  for (const SegmentTable& table : analysis.segment_tables) write_table(page, analysis, table);
}

}  // namespace splitplot::report
