#include "numbers.hpp"
#include "power_wording.hpp"
#include "terminal_page.hpp"
#include "text.hpp"

#include <splitplot/report/power.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace splitplot::report {
namespace {

using stats::DesignMethod;

Quantity quantity_of(const stats::PlannedMetric& metric) {
  return metric.kind == stats::PlannedKind::Proportion ? Quantity::Rate : Quantity::Plain;
}

std::string whole(double units) {
  return count(static_cast<std::uint64_t>(std::llround(units)));
}

/// "+0.500 points".
std::string signed_magnitude(double effect, Quantity quantity) {
  return (effect < 0 ? "-" : "+") + magnitude(std::abs(effect), quantity);
}

/// "5.00 %" or "12.0": three digits, or as many as show a change of `effect`.
std::string level_of(double value, Quantity quantity, double effect) {
  const double factor = quantity == Quantity::Rate ? 100 : 1;
  const auto decimals_of = [&](double size, int digits) {
    return size > 0 ? digits - 1 - static_cast<int>(std::floor(std::log10(size * factor))) : 0;
  };
  const int decimals =
      std::clamp(std::max(decimals_of(std::abs(value), 3), decimals_of(std::abs(effect), 2)), 0, 9);
  return quantity == Quantity::Rate ? percent(value, decimals) : fixed(value, decimals);
}

std::string relative(double effect, double baseline) {
  const double change = 100 * effect / baseline;
  return signed_fixed(change, std::abs(change) < 9.95 ? 1 : 0) + kNoBreakSpace + "%";
}

/// "a change of the rate from 5.00 % to 5.50 % (+0.500 points, +10 %)".
std::string effect_text(const PowerPlan& plan) {
  const auto& metric = plan.problem.metric;
  const Quantity quantity = quantity_of(metric);
  const double effect = plan.answer.effect;
  if (plan.problem.method == DesignMethod::NonInferiority) {
    return "a margin of " + magnitude(std::abs(effect), quantity) + " around " +
           level_of(metric.baseline, quantity, effect);
  }
  std::string text = "a change of the " + std::string(quantity == Quantity::Rate ? "rate" : "mean") +
                     " from " + level_of(metric.baseline, quantity, effect) + " to " +
                     level_of(metric.baseline + effect, quantity, effect) + " (" +
                     signed_magnitude(effect, quantity);
  if (metric.baseline > 0) text += ", " + relative(effect, metric.baseline);
  return text + ")";
}

std::string units_text(const PowerPlan& plan) {
  const auto& answer = plan.answer;
  const std::size_t variants = plan.problem.variants;
  if (answer.control_units == answer.treatment_units) {
    return whole(answer.control_units) + " units in each of " + count(variants) + " variants (" +
           whole(answer.total_units) + " in all)";
  }
  return whole(answer.control_units) + " units in the control and " + whole(answer.treatment_units) + " in " +
         (variants == 2 ? "the treatment" : "each of " + count(variants - 1) + " treatments") + " (" +
         whole(answer.total_units) + " in all)";
}

std::string days_text(int days) {
  const int weeks = (days + 6) / 7;
  std::string text = counted(static_cast<std::uint64_t>(days), "day");
  if (days > 7 && days % 7 != 0)
    text += "; plan whole weeks, " + counted(static_cast<std::uint64_t>(weeks), "week");
  return text;
}

std::string answer_sentence(const PowerPlan& plan) {
  const std::string power = chance(plan.answer.power);
  const bool margin = plan.problem.method == DesignMethod::NonInferiority;
  const std::string thing = effect_text(plan);
  const std::string units = units_text(plan);
  switch (plan.question) {
    case PowerQuestion::Power:
      return units + (margin ? " show non-inferiority by " : " find ") + thing + " with a power of " + power +
             ".";
    case PowerQuestion::Effect:
      return (margin ? "The smallest margin that " : "The smallest effect that ") + units +
             (margin ? " show" : " find") + " with a power of " + power + ": " + thing + ".";
    case PowerQuestion::Units:
    case PowerQuestion::Segments:
      break;
  }
  return std::string(margin ? "To show non-inferiority by " : "To find ") + thing + " with a power of " +
         power + ": " + units + ".";
}

void write_answer(TerminalPage& page, const PowerPlan& plan) {
  page.heading("ANSWER");
  page.paragraph(answer_sentence(plan), 2, {"- ", Tone::Dim}, Tone::Strong);
  if (plan.days)
    page.paragraph("The sample is complete after " + days_text(*plan.days) + ".", 2, {"- ", Tone::Dim});
  if (plan.answer.expected_share < 0.995) {
    page.paragraph("If the effect is there, the test stops on average after " +
                       percent(plan.answer.expected_share, 0) + " of these units.",
                   2, {"- ", Tone::Dim});
  }
  for (const auto concern : plan.answer.concerns.members()) {
    page.paragraph(std::string(stats::text_of(concern)) + ".", 2, {"Warning: ", Tone::Alert});
  }
}

void write_method(TerminalPage& page, const PowerPlan& plan) {
  page.heading("METHOD");
  page.paragraph(
      std::string(name_of(plan.problem.method)) + ". " + std::string(reason_for(plan.problem.method)), 2);
  if (plan.question != PowerQuestion::Segments && plan.problem.method == DesignMethod::AlwaysValid) {
    page.paragraph("Analyse it with: splitplot analyze FILE --sequential --tune-at " +
                       std::to_string(std::llround(plan.answer.control_units + plan.answer.treatment_units)),
                   2, {}, Tone::Dim);
  }
  if (plan.beside.empty()) return;
  page.blank();
  page.paragraph("The same effect and power by each method:", 2, {}, Tone::Dim);
  for (const auto& other : plan.beside) {
    const bool own = other.method == plan.problem.method;
    const std::string label = (own ? "* " : "  ") + pad_right(std::string(word_of(other.method)), 18);
    if (!other.answer) {
      page.paragraph(other.answer.error().why, 2, {label, Tone::Plain}, Tone::Dim);
      continue;
    }
    std::string figures = pad_left(whole(other.answer->total_units), 13) + " units";
    if (other.days) figures += pad_left(count(static_cast<std::uint64_t>(*other.days)), 7) + " days";
    if (other.answer->expected_share < 0.995) {
      figures += "  (" + percent(other.answer->expected_share, 0) + " of them on average)";
    }
    page.line({{fmt::format("  {}{}", label, figures), own ? Tone::Strong : Tone::Plain}});
  }
}

void write_curve(TerminalPage& page, const PowerPlan& plan) {
  if (plan.curve.empty()) return;
  const Quantity quantity = quantity_of(plan.problem.metric);
  page.heading("POWER CURVE", plan.curve_over_days                                  ? "by days"
                              : plan.problem.method == DesignMethod::NonInferiority ? "by margin"
                                                                                    : "by effect");
  std::vector<std::string> labels;
  int widest = 0;
  for (const CurvePoint& point : plan.curve) {
    labels.push_back(plan.curve_over_days ? counted(static_cast<std::uint64_t>(point.x), "day")
                                          : signed_magnitude(point.x, quantity));
    widest = std::max(widest, page.width(labels.back()));
  }
  const int bar = std::max(10, page.columns() - widest - 15);
  const Scale scale{0, 1, {}, 0};
  for (std::size_t i = 0; i < plan.curve.size(); ++i) {
    const double power = plan.curve[i].power;
    const Tone tone = power >= plan.problem.power - 1e-9 ? Tone::Better : Tone::Plain;
    page.line(joined({{"  " + pad_left(page.clean(labels[i]), widest) + "  ", Tone::Plain}},
                     joined(page.bar(scale, {power, {0, power}}, bar, Stroke::Heavy, tone),
                            {{"  " + pad_left(chance(power), 8), tone}})));
  }
}

void write_segments(TerminalPage& page, const PowerPlan& plan) {
  const int horizon = plan.segment_options.horizon_days;
  page.heading("SEGMENTS", "within " + counted(static_cast<std::uint64_t>(horizon), "day"));
  int name = 7;
  for (const auto& segment : plan.segments) name = std::max(name, page.width(segment.name));
  name = std::min(name, std::max(10, page.columns() / 4));
  const Quantity quantity = quantity_of(plan.problem.metric);
  page.line({{"  " + pad_right("segment", name) + pad_left("to find", 15) + pad_left("sees", 15) +
                  pad_left("days", 8) + "  verdict",
              Tone::Dim}});
  for (const auto& segment : plan.segments) {
    const std::string sees =
        segment.at_horizon ? signed_magnitude(segment.at_horizon->effect, quantity) : std::string("nothing");
    const std::string days =
        segment.alone ? count(static_cast<std::uint64_t>(segment.alone->days)) : std::string("never");
    const Tone tone = segment.verdict == stats::SegmentVerdict::Testable   ? Tone::Better
                      : segment.verdict == stats::SegmentVerdict::Hopeless ? Tone::Worse
                                                                           : Tone::Plain;
    page.line(
        {{"  " + page.name(segment.name, name) + pad_left(signed_magnitude(segment.effect, quantity), 15) +
              pad_left(sees, 15) + pad_left(days, 8) + "  ",
          Tone::Plain},
         {std::string(word_of(segment.verdict)), tone}});
  }
  page.blank();
  page.paragraph(
      "testable: finds its effect on its own in time. to pool: not alone, but it tells enough for a pooled "
      "estimate. "
      "hopeless: sees only effects more than " +
          fixed(plan.segment_options.pooling_reach, 0) + " times as large; merge it with others.",
      2, {}, Tone::Dim);
}

void write_assumed(TerminalPage& page, const PowerPlan& plan) {
  page.heading("ASSUMED");
  for (const auto& choice : plan.chosen) {
    page.paragraph(choice.what + (choice.change.empty() ? "" : " Change it with " + choice.change + "."), 2,
                   {"- ", Tone::Dim});
  }
  for (const auto assumption : plan.answer.assumptions.members()) {
    page.paragraph("That " + std::string(stats::text_of(assumption)) + ".", 2, {"- ", Tone::Dim});
  }
}

}  // namespace

std::string to_terminal(const PowerPlan& plan, const TerminalStyle& style) {
  TerminalPage page(style);
  if (plan.question == PowerQuestion::Segments) {
    write_segments(page, plan);
  } else {
    write_answer(page, plan);
    write_curve(page, plan);
  }
  write_method(page, plan);
  write_assumed(page, plan);
  return page.text();
}

}  // namespace splitplot::report
