#include "html_page.hpp"
#include "text.hpp"

#include <algorithm>
#include <cmath>

namespace splitplot::report {

using experiment::Analysis;
using experiment::MetricResult;
using experiment::SegmentResult;
using experiment::SegmentTable;

namespace {

constexpr int kTicks = 5;
constexpr std::size_t kMostRows = 60;
constexpr double kSmallestDot = 3.5;
constexpr double kLargestDot = 7;

std::uint64_t units_of(const SegmentResult& segment) {
  return segment.control_units + segment.treatment_units;
}

Span raw_span(const stats::Difference& raw, Quantity quantity) {
  return on_axis({raw.value, raw.interval}, quantity);
}

Span pooled_span(const stats::PooledEffect& pooled, Quantity quantity) {
  return on_axis({pooled.mean, pooled.interval}, quantity);
}

Figure raw_figure(const stats::Difference& raw, Quantity quantity) {
  return change({raw.value, raw.interval}, quantity);
}

Figure pooled_figure(const stats::PooledEffect& pooled, Quantity quantity) {
  return change({pooled.mean, pooled.interval}, quantity);
}

/// Without the unit, which stands in the chart's caption.
Figure bare(Figure figure) {
  figure.unit.clear();
  return figure;
}

/// What one table's rows share.
struct Forest {
  const Analysis& analysis;
  const MetricResult& metric;
  const SegmentTable& table;
  Quantity quantity;
  std::vector<const SegmentResult*> shown;
  Scale scale;
  std::optional<Span> overall;
  std::uint64_t largest = 1;
};

Forest forest_of(const Analysis& analysis, const SegmentTable& table) {
  Forest forest{analysis, analysis.metrics[table.metric],
                table,    quantity_of(analysis.metrics[table.metric]),
                {},       {},
                {},       1};
  for (const SegmentResult& segment : table.segments) {
    forest.shown.push_back(&segment);
    forest.largest = std::max(forest.largest, units_of(segment));
  }
  if (forest.shown.size() > kMostRows) {
    std::stable_sort(
        forest.shown.begin(), forest.shown.end(),
        [](const SegmentResult* a, const SegmentResult* b) { return units_of(*a) > units_of(*b); });
    forest.shown.resize(kMostRows);
  }
  std::vector<Span> spans;
  for (const SegmentResult* segment : forest.shown) {
    if (segment->raw) spans.push_back(raw_span(*segment->raw, forest.quantity));
    if (segment->pooled) spans.push_back(pooled_span(*segment->pooled, forest.quantity));
  }
  const auto& overall = forest.metric.comparisons[table.variant - 1].difference;
  if (overall) {
    forest.overall = raw_span(*overall, forest.quantity);
    spans.push_back(*forest.overall);
  }
  forest.scale = scale_of(spans, Origin::Zero, kTicks);
  return forest;
}

/// A dot whose area follows the number of units.
double radius_of(const Forest& forest, const SegmentResult& segment) {
  const double share = static_cast<double>(units_of(segment)) / static_cast<double>(forest.largest);
  return std::max(kSmallestDot, kLargestDot * std::sqrt(share));
}

Html picture_of(const Forest& forest, const SegmentResult& segment) {
  std::vector<Drawn> drawn;
  std::string label = name_or_empty(segment.segment) + ":";
  const double radius = radius_of(forest, segment);
  if (segment.raw) {
    drawn.push_back({raw_span(*segment.raw, forest.quantity), Mark::Hollow, radius});
    label += " raw " + raw_figure(*segment.raw, forest.quantity).text();
  }
  if (segment.pooled) {
    drawn.push_back({pooled_span(*segment.pooled, forest.quantity), Mark::Solid, radius});
    label += std::string(segment.raw ? "," : "") + " pooled " +
             pooled_figure(*segment.pooled, forest.quantity).text();
  }
  if (drawn.empty()) return blank_cell(forest.scale, forest.overall);
  return interval_cell(forest.scale, drawn, {label, colour_class(forest.table.variant), forest.overall});
}

Html marks_of(const SegmentResult& segment) {
  Html marks;
  if (segment.verdict != Verdict::Unknown) marks += segment_verdict_label(segment.verdict);
  if (shows_too_small(segment)) marks += element("span", {{"class", "verdict small"}}, text("too small"));
  return marks;
}

Html forest_row(const Forest& forest, const SegmentResult& segment) {
  const std::string least =
      segment.detectable_difference ? magnitude(*segment.detectable_difference, forest.quantity) : "";
  const Html sees = segment.detectable_difference ? number("≥ " + least.substr(0, least.find(kNoBreakSpace)))
                                                  : reason_text(segment.detectable_difference.error());
  return table_row(
      row_heading(name(segment.segment) + text(" ") + marks_of(segment)) +
          text_cell(text(count(units_of(segment))), "Units", "number") +
          plot_cell(picture_of(forest, segment)) +
          text_cell(segment.raw ? figure_text(bare(raw_figure(*segment.raw, forest.quantity)))
                                : reason_text(segment.raw.error()),
                    "Raw", "number muted") +
          text_cell(segment.pooled ? figure_text(bare(pooled_figure(*segment.pooled, forest.quantity)))
                                   : reason_text(segment.pooled.error()),
                    "Pooled", "number") +
          text_cell(sees, "Sees", "number muted"),
      shows_too_small(segment) ? "too-small" : "");
}

/// The effect over all units, as the last row.
Html overall_row(const Forest& forest) {
  if (!forest.overall) return {};
  const experiment::Comparison& comparison = forest.metric.comparisons[forest.table.variant - 1];
  const Figure figure = raw_figure(*comparison.difference, forest.quantity);
  const std::uint64_t units = forest.metric.arms[0].units + forest.metric.arms[forest.table.variant].units;
  return table_row(
      row_heading(text("All units")) + text_cell(text(count(units)), "Units", "number") +
          plot_cell(interval_cell(forest.scale, {{*forest.overall, Mark::Solid, 5}},
                                  {"Effect over all units: " + figure.text(), "mean", forest.overall})) +
          text_cell(figure_text(bare(figure)), "Raw", "number") + text_cell({}, "", "number") +
          text_cell({}, "", "number"),
      "summary");
}

/// How much of the spread is real, from 0 to 100 %.
Html real_share(const Forest& forest) {
  if (!forest.table.pooling) return {};
  const stats::Estimate& real = forest.table.pooling->real_share;
  const Figure figure = share(real);
  const Scale scale{0, 100, {0, 25, 50, 75, 100}, 0};
  const Html picture = interval_cell(
      scale, {{on_axis({real.value, real.interval}, Quantity::Rate)}},
      {"Share of the variation that is real: " + figure.text(), colour_class(forest.table.variant), {}});
  const Html rows = table_row(row_heading(text("Real share")) + plot_cell(picture) +
                              text_cell(figure_text(figure), "", "number"));
  return element(
      "div", {{"class", "spread"}},
      chart_table("How much of the variation between segments is real?",
                  {{text("Measure"), ""}, {axis_cell(scale, " %"), "picture"}, {text("Share"), "number"}},
                  rows));
}

Html segment_numbers(const Forest& forest) {
  Html rows;
  for (const SegmentResult& segment : forest.table.segments) {
    const auto change_cell = [&](const auto& estimated, const auto& figure_of) {
      return plain_cell(estimated ? number(figure_of(*estimated).bare()) : reason_text(estimated.error()));
    };
    rows += element(
        "tr", {},
        element("th", {{"scope", "row"}}, name(segment.segment)) +
            plain_cell(text(count(segment.control_units))) +
            plain_cell(text(count(segment.treatment_units))) +
            change_cell(segment.control_mean, [&](const auto& x) { return level(x, forest.quantity); }) +
            change_cell(segment.raw, [&](const auto& x) { return raw_figure(x, forest.quantity); }) +
            plain_cell(segment.raw_lift ? number(lift(*segment.raw_lift).text())
                                        : reason_text(segment.raw_lift.error())) +
            plain_cell(segment.raw ? number(p_value(segment.adjusted_p_value)) : text("none")) +
            change_cell(segment.pooled, [&](const auto& x) { return pooled_figure(x, forest.quantity); }) +
            plain_cell(segment.pooled ? number(chance(segment.pooled->chance_above_zero)) : text("none")) +
            plain_cell(segment.best_probability ? number(chance(*segment.best_probability)) : text("none")) +
            plain_cell(segment.detectable_difference
                           ? number(magnitude(*segment.detectable_difference, forest.quantity))
                           : reason_text(segment.detectable_difference.error())) +
            plain_cell(text(shows_too_small(segment) ? "too small" : "")) +
            plain_cell(text(std::string(segment_words_of(segment.verdict)))));
  }
  const auto& family = forest.analysis.segment_family;
  const std::string p = family ? p_heading(*family) : "p";
  return folded_table("Table of " + name_or_empty(forest.table.dimension) + ", " +
                          name_or_empty(forest.metric.name) + ", " +
                          variant_name(forest.analysis, forest.table.variant),
                      {"Segment", "Units in control", "Units in treatment", "Control", "Raw difference",
                       "Raw lift", p, "Pooled difference", "Chance above zero", "Chance to be best",
                       "Detectable difference", "Size", "Verdict"},
                      rows);
}

/// What a table's numbers say together.
std::string table_sentences(const SegmentTable& table, Quantity quantity, double alpha) {
  std::string text = spread_sentence(table, quantity);
  for (const std::string& sentence : {meta_analysis_sentence(table, quantity),
                                      heterogeneity_sentence(table, alpha), best_segment_sentence(table)}) {
    if (!sentence.empty()) text += " " + sentence;
  }
  return text;
}

Html forest_figure(const Analysis& analysis, const SegmentTable& table) {
  const Forest forest = forest_of(analysis, table);
  Html rows;
  for (const SegmentResult* segment : forest.shown) rows += forest_row(forest, *segment);
  rows += overall_row(forest);
  const std::string caption = "Difference in " + std::string(difference_unit(forest.metric)) +
                              ": raw (ring) above pooled (dot), " + raw_and_pooled_intervals(analysis);
  Html left_out;
  if (forest.shown.size() < table.segments.size()) {
    left_out =
        element("p", {{"class", "muted"}},
                text("The " + count(forest.shown.size()) + " largest of " + count(table.segments.size()) +
                     " segments are drawn; the table below holds all."));
  }
  return element(
      "article", {{"class", "forest"}},
      element("h4", {},
              name(forest.metric.name) + text(": ") + variant_label(analysis, table.variant) +
                  text(" against ") + name(control_name(analysis))) +
          element(
              "p", {},
              element("bdi", {}, number(table_sentences(table, forest.quantity, analysis.request.alpha)))) +
          findings_list(table.findings) +
          chart_table(caption,
                      {{text("Segment"), ""},
                       {text("Units, both variants"), "number"},
                       {axis_cell(forest.scale, ""), "picture"},
                       {text("Raw"), "number"},
                       {text("Pooled"), "number"},
                       {text("Sees"), "number"}},
                      rows) +
          left_out + real_share(forest) + segment_numbers(forest));
}

}  // namespace

Html segment_sections(const Analysis& analysis) {
  if (analysis.segment_tables.empty()) return {};
  Html parts =
      element("p", {{"class", "muted"}},
              number("A raw effect is the segment alone. A pooled effect is drawn towards the other "
                     "segments as far as the data say "
                     "that segments are alike, so that small segments do not shout. Dots grow with "
                     "the number of units; the band is "
                     "the effect over all units with its interval. \"Sees\" is the smallest difference "
                     "that a segment can detect with " +
                     percent(analysis.request.power, 0) +
                     " power; a segment is too small where that is more than a change of " +
                     percent(analysis.request.worthwhile_lift, 0) + "."));
  if (analysis.segment_family) {
    parts += element("p", {{"class", "muted"}},
                     number(segment_verdict_sentence(analysis) + " " +
                            family_sentence(*analysis.segment_family, analysis.request.alpha)));
  }
  const std::string* dimension = nullptr;
  for (const SegmentTable& table : analysis.segment_tables) {
    if (table.metric >= analysis.metrics.size()) continue;
    if (dimension == nullptr || *dimension != table.dimension) {
      parts += element("h3", {}, text("By ") + name(table.dimension));
      dimension = &table.dimension;
    }
    parts += forest_figure(analysis, table);
  }
  return element("section", {{"aria-labelledby", "segments"}},
                 element("h2", {{"id", "segments"}}, text("Segments")) + parts);
}

}  // namespace splitplot::report
