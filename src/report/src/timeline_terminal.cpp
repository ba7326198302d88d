#include "numbers.hpp"
#include "terminal_page.hpp"
#include "text.hpp"

#include <splitplot/report/timeline.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace splitplot::report {
namespace {

using experiment::MetricKind;
using experiment::Timeline;
using experiment::TimelineArm;
using experiment::TimelinePoint;

constexpr int kLeastBar = 16;
constexpr int kMostBar = 50;
constexpr int kUnitsWidth = 11;

Quantity quantity_of(const Timeline& timeline) {
  return timeline.kind == MetricKind::Proportion ? Quantity::Rate : Quantity::Plain;
}

/// "2026-11-22 14:00", or the day alone that a step of days covers last.
std::string label_of(const Timeline& timeline, const TimelinePoint& point) {
  const bool days = timeline.step >= std::chrono::hours(24);
  std::string text = rfc3339(days ? point.until - std::chrono::microseconds(1) : point.until);
  text = text.substr(0, days ? 10 : 16);
  if (!days) text[10] = ' ';
  return text;
}

std::string figure_of(const TimelineArm& arm, Quantity quantity) {
  return arm.difference && *arm.difference ? change(**arm.difference, quantity).bare() : "";
}

Span span_of(const stats::Estimate& difference, Quantity quantity) {
  const double factor = quantity == Quantity::Rate ? 100 : 1;
  return {difference.value * factor,
          {difference.interval.lower * factor, difference.interval.upper * factor}};
}

/// Which widths a variant's table has.
struct Columns {
  int label = 0;
  int figure = 0;
  int bar = 0;  ///< 0: no room for bars
};

Columns columns_of(const TerminalPage& page, const Timeline& timeline, std::size_t variant,
                   const auto& arm_at) {
  Columns columns;
  for (const TimelinePoint& point : timeline.points) {
    columns.label = std::max(columns.label, page.width(label_of(timeline, point)));
    columns.figure = std::max(columns.figure,
                              page.width(figure_of(arm_at(point.variants[variant]), quantity_of(timeline))));
  }
  const int beside = page.columns() - 2 - columns.label - kUnitsWidth - 2 - columns.figure - 2;
  columns.bar = beside < kLeastBar ? 0 : std::min(beside, kMostBar);
  return columns;
}

void write_row(TerminalPage& page, const std::string& label, const TimelineArm& arm, const Columns& columns,
               const Scale& scale, Quantity quantity) {
  const Pieces head{{"  " + pad_right(label, columns.label), Tone::Plain},
                    {pad_left(count(arm.units), kUnitsWidth) + "  ", Tone::Dim}};
  if (!arm.difference || !*arm.difference) {
    const std::string reason = arm.difference ? page.clean(arm.difference->error().why) : "";
    const int before = 2 + columns.label + kUnitsWidth + 2;
    Pieces line = head;
    for (const std::string& part : wrap(reason, std::max(page.columns() - before, 12))) {
      page.line(joined(line, {{part, Tone::Dim}}));
      line = {{std::string(static_cast<std::size_t>(before), ' '), Tone::Plain}};
    }
    if (reason.empty()) page.line(head);
    return;
  }
  Pieces line = joined(head, {{pad_right(figure_of(arm, quantity), columns.figure) + "  ", Tone::Strong}});
  if (columns.bar > 0) {
    const auto& interval = (**arm.difference).interval;
    const bool apart = interval.lower > 0 || interval.upper < 0;
    line = joined(std::move(line), page.bar(scale, span_of(**arm.difference, quantity), columns.bar,
                                            Stroke::Heavy, apart ? Tone::Strong : Tone::Plain));
  }
  page.line(line);
}

void write_table(TerminalPage& page, const Timeline& timeline, std::size_t variant, const auto& arm_at) {
  const Quantity quantity = quantity_of(timeline);
  const Columns columns = columns_of(page, timeline, variant, arm_at);
  std::vector<Span> spans;
  for (const TimelinePoint& point : timeline.points) {
    const TimelineArm& arm = arm_at(point.variants[variant]);
    if (arm.difference && *arm.difference) spans.push_back(span_of(**arm.difference, quantity));
  }
  const Scale scale = scale_of(spans, Origin::Zero, std::max(2, columns.bar / 8));
  const std::string units = pad_left("units", 2 + columns.label + kUnitsWidth);
  const std::string before = pad_right(units, 2 + columns.label + kUnitsWidth + 2 + columns.figure + 2);
  const bool drawn = columns.bar > 0 && !spans.empty();
  page.line({{drawn ? before + page.axis(scale, columns.bar) : units, Tone::Dim}});
  for (const TimelinePoint& point : timeline.points) {
    write_row(page, label_of(timeline, point), arm_at(point.variants[variant]), columns, scale, quantity);
  }
}

std::string step_words(const Timeline& timeline) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(timeline.step).count();
  return hours % 24 == 0 ? counted(static_cast<std::uint64_t>(hours / 24), "day")
                         : counted(static_cast<std::uint64_t>(hours), "hour");
}

}  // namespace

std::string to_terminal(const Timeline& timeline, const TerminalStyle& style) {
  TerminalPage page(style);
  page.paragraph(fmt::format("experiment {}, {} over time: {}", timeline.experiment, timeline.metric,
                             timeline.definition),
                 0, {"Splitplot  ", Tone::Strong});
  for (const std::string& note : timeline.notes) page.paragraph(note, 0, {}, Tone::Dim);
  if (timeline.points.empty()) return page.text();
  const std::string unit =
      timeline.kind == MetricKind::Proportion ? "percentage points" : "the metric's own unit";
  page.paragraph(
      fmt::format("Difference to {} in {}, by steps of {} of UTC, with the always-valid {} interval: "
                  "it holds at every step, however often one looks.",
                  timeline.control, unit, step_words(timeline), confidence(1 - timeline.confidence)),
      0, {}, Tone::Dim);
  for (std::size_t variant = 1; variant < timeline.points.front().variants.size(); ++variant) {
    const std::string& name = timeline.points.front().variants[variant].name;
    page.heading(name, "all units exposed by then");
    write_table(page, timeline, variant, [](const auto& at) -> const TimelineArm& { return at.cumulative; });
    page.heading(name, "units first exposed in that step, with all that they did until now");
    write_table(page, timeline, variant, [](const auto& at) -> const TimelineArm& { return at.cohort; });
  }
  return page.text();
}

}  // namespace splitplot::report
