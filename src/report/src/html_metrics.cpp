#include "html_page.hpp"
#include "text.hpp"

#include <algorithm>
#include <cmath>

namespace splitplot::report {

using experiment::Analysis;
using experiment::Arm;
using experiment::Comparison;
using experiment::MetricResult;

namespace {

constexpr int kTicks = 5;

Span percent_span(const stats::Estimate& lift) {
  return on_axis({lift.value, lift.interval}, Quantity::Rate);
}

// ---------------------------------------------------------------- lifts of all metrics on one scale

Html overview_row(const Analysis& analysis, const MetricResult& metric, const Comparison& comparison,
                  const Scale& scale) {
  const Verdict verdict = comparison.verdict;
  Html picture = blank_cell(scale);
  Html value;
  if (comparison.lift) {
    const Figure figure = lift(*comparison.lift);
    const std::string label = name_or_empty(metric.name) + ", " + variant_name(analysis, comparison.variant) +
                              ": lift " + figure.text() + ", " + interval_name(analysis);
    picture = interval_cell(scale, {{percent_span(*comparison.lift)}},
                            {label, colour_class(comparison.variant), {}});
    value = figure_text(figure);
  } else {
    value = reason_text(comparison.lift.error());
  }
  return table_row(
      row_heading(variant_label(analysis, comparison.variant)) + plot_cell(picture) +
      text_cell(value, "Lift", "number") +
      text_cell(verdict_label(verdict) + (comparison.difference
                                              ? element("span", {{"class", "p"}},
                                                        text(correction_prefix(analysis.family)) +
                                                            number(p_equals(comparison.adjusted_p_value)))
                                              : Html()),
                "", "verdicts"));
}

// ---------------------------------------------------------------- one metric

Html arms_table(const Analysis& analysis, const MetricResult& metric) {
  const Quantity quantity = quantity_of(metric);
  std::vector<Span> spans;
  for (const Arm& arm : metric.arms) {
    if (arm.mean) spans.push_back(on_axis({arm.mean->value, arm.mean->interval}, quantity));
  }
  const Scale scale = scale_of(spans, Origin::Data, kTicks);
  const std::string kind(kind_of(metric));
  Html rows;
  for (std::size_t i = 0; i < metric.arms.size(); ++i) {
    const Arm& arm = metric.arms[i];
    Html picture = blank_cell(scale);
    Html value;
    if (arm.mean) {
      const Figure figure = level(*arm.mean, quantity);
      const std::string label =
          variant_name(analysis, i) + ": " + kind + " " + figure.text() + ", " + interval_name(analysis);
      picture = interval_cell(scale, {{on_axis({arm.mean->value, arm.mean->interval}, quantity)}},
                              {label, colour_class(i), {}});
      value = figure_text(figure);
    } else {
      value = reason_text(arm.mean.error());
    }
    Html units = text(count(arm.units));
    if (arm.missing > 0)
      units += element("span", {{"class", "muted"}}, text(" (" + count(arm.missing) + " without a value)"));
    rows += table_row(row_heading(variant_label(analysis, i)) + plot_cell(picture) +
                      text_cell(value, kind, "number") + text_cell(units, "Units", "number"));
  }
  return chart_table("The " + kind + " of each variant, with its " + interval_name(analysis),
                     {{text("Variant"), ""},
                      {axis_cell(scale, quantity == Quantity::Rate ? " %" : ""), "picture"},
                      {text(quantity == Quantity::Rate ? "Rate" : "Mean"), "number"},
                      {text("Units"), "number"}},
                     rows);
}

Html comparison_row(const Analysis& analysis, const MetricResult& metric, const Comparison& comparison,
                    const Scale& scale) {
  const Quantity quantity = quantity_of(metric);
  Html picture = blank_cell(scale);
  Html value;
  if (comparison.difference) {
    const stats::Estimate estimate{comparison.difference->value, comparison.difference->interval};
    const Figure figure = change(estimate, quantity);
    const std::string label = variant_name(analysis, comparison.variant) + " against " +
                              control_name(analysis) + ": " + figure.text() + ", " + interval_name(analysis) +
                              ", " + std::string(words_of(comparison.verdict));
    picture = interval_cell(scale, {{on_axis({estimate.value, estimate.interval}, quantity)}},
                            {label, colour_class(comparison.variant), {}});
    value = figure_text({figure.value, figure.lower, figure.upper, ""});
  } else {
    value = reason_text(comparison.difference.error());
  }
  const Html p = comparison.difference ? number(p_value(comparison.adjusted_p_value)) : text("none");
  const std::string note(chance_note(analysis, comparison));
  const Html win = comparison.bayes
                       ? number(chance(comparison.bayes->chance_to_win)) +
                             (note.empty() ? Html() : element("span", {{"class", "muted"}}, text(" " + note)))
                       : reason_text(comparison.bayes.error());
  return table_row(
      row_heading(variant_label(analysis, comparison.variant) + text(" ") +
                  verdict_label(comparison.verdict)) +
      plot_cell(picture) + text_cell(value, "Difference", "number") +
      text_cell(comparison.lift ? figure_text(lift(*comparison.lift)) : reason_text(comparison.lift.error()),
                "Lift", "number") +
      text_cell(p, p_heading(analysis.family), "number") + text_cell(win, "Chance to win", "number"));
}

Html comparisons_table(const Analysis& analysis, const MetricResult& metric) {
  const Quantity quantity = quantity_of(metric);
  std::vector<Span> spans;
  for (const Comparison& comparison : metric.comparisons) {
    if (comparison.difference)
      spans.push_back(on_axis({comparison.difference->value, comparison.difference->interval}, quantity));
  }
  const Scale scale = scale_of(spans, Origin::Zero, kTicks);
  Html rows;
  for (const Comparison& comparison : metric.comparisons)
    rows += comparison_row(analysis, metric, comparison, scale);
  return chart_table("Difference to " + control_name(analysis) + " in " +
                         std::string(difference_unit(metric)) + ", with its " + interval_name(analysis),
                     {{text("Variant"), ""},
                      {axis_cell(scale, ""), "picture"},
                      {text("Difference"), "number"},
                      {text("Lift"), "number"},
                      {text(p_heading(analysis.family)), "number"},
                      {text("Chance to win"), "number"}},
                     rows);
}

/// Test and interval of a comparison, with planned looks also z and what it must reach.
std::string method_of(const Analysis& analysis, const Comparison& comparison) {
  const stats::Difference& difference = *comparison.difference;
  std::string method(stats::name_of(difference.test));
  const std::string interval(stats::name_of(difference.interval_method));
  if (interval != method) method += "; interval: " + interval;
  if (comparison.z && analysis.look)
    method +=
        "; z = " + signed_fixed(*comparison.z, 2) + " of " + fixed(analysis.look->boundary, 2) + " needed";
  return method;
}

/// Everything that the charts of a metric leave out.
Html comparison_details(const Analysis& analysis, const MetricResult& metric) {
  const Quantity quantity = quantity_of(metric);
  Html rows;
  for (const Comparison& c : metric.comparisons) {
    const auto loss = [&](double value) {
      return c.difference ? number(magnitude(value, quantity, c.difference->standard_error))
                          : number(magnitude(value, quantity));
    };
    const Html none = text("none");
    rows += element(
        "tr", {},
        element("th", {{"scope", "row"}}, variant_label(analysis, c.variant)) +
            plain_cell(c.difference
                           ? number(change({c.difference->value, c.difference->interval}, quantity).text())
                           : reason_text(c.difference.error())) +
            plain_cell(c.lift ? number(lift(*c.lift).text()) : reason_text(c.lift.error())) +
            plain_cell(c.difference ? number(p_value(c.difference->p_value)) : none) +
            plain_cell(c.difference ? number(p_value(c.adjusted_p_value)) : none) +
            plain_cell(c.difference ? text(method_of(analysis, c)) : none) +
            plain_cell(c.bayes ? number(chance(c.bayes->chance_to_win)) : reason_text(c.bayes.error())) +
            plain_cell(c.bayes ? loss(c.bayes->expected_loss) : none) +
            plain_cell(c.bayes ? loss(c.bayes->expected_loss_of_keeping) : none) +
            plain_cell(c.posterior ? number(change(*c.posterior, quantity).text()) : none) +
            plain_cell(c.detectable_difference ? number(magnitude(*c.detectable_difference, quantity))
                                               : reason_text(c.detectable_difference.error())));
  }
  return folded_table("All numbers of " + name_or_empty(metric.name),
                      {"Variant", "Difference", "Lift", "p before correction", p_heading(analysis.family),
                       "Method", "Chance to win", "Expected loss if shipped", "Expected loss if not shipped",
                       "Credible interval (prior " + text_of(metric.prior) + ")",
                       "Detectable difference (" + percent(analysis.request.power, 0) + " power)"},
                      rows);
}

Html best_of_all(const Analysis& analysis, const MetricResult& metric) {
  if (metric.chance_to_be_best.size() < 3) return {};
  Html items;
  for (std::size_t i = 0; i < metric.chance_to_be_best.size(); ++i) {
    items += element("li", {},
                     variant_label(analysis, i) + text(" ") +
                         element("span", {{"class", "value"}}, number(chance(metric.chance_to_be_best[i]))));
  }
  return element("div", {{"class", "best"}},
                 element("p", {}, text("Chance to be the best of all")) + element("ul", {}, items));
}

// ---------------------------------------------------------------- distributions

std::uint64_t units_of(const store::Histogram& histogram) {
  return histogram.zeros + histogram.below + histogram.above + units_in_bars(histogram);
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "0" : percent(static_cast<double>(part) / static_cast<double>(whole), 1);
}

/// A scale that ends exactly where the bars do.
Scale histogram_scale(const std::vector<store::Histogram>& histograms) {
  std::vector<Span> ends;
  for (const auto& histogram : histograms) {
    for (const auto& bar : histogram.bars) ends.push_back({bar.lower, {bar.lower, bar.upper}});
  }
  return scale_of(ends, Origin::Data, kTicks);
}

double tallest_bar(const std::vector<store::Histogram>& histograms) {
  double tallest = 0;
  for (const auto& histogram : histograms) {
    const double units = static_cast<double>(std::max<std::uint64_t>(units_in_bars(histogram), 1));
    for (const auto& bar : histogram.bars)
      tallest = std::max(tallest, static_cast<double>(bar.units) / units);
  }
  return tallest;
}

/// Zeros as a share of their own, because beside them nothing else would be seen.
Html zero_share(const store::Histogram& histogram) {
  const std::uint64_t all = units_of(histogram);
  const std::string share = share_text(histogram.zeros, all);
  const double part = all == 0 ? 0 : static_cast<double>(histogram.zeros) / static_cast<double>(all);
  const Html bar = element(
      "svg", {{"class", "share"}, {"height", "8"}, {"role", "img"}, {"aria-label", share + " are zero"}},
      element("rect", {{"class", "track"}, {"width", "100%"}, {"height", "8"}}) +
          element("rect", {{"class", "bar"}, {"width", fixed(part * 100, 2) + "%"}, {"height", "8"}}));
  return number(share + " zero") + bar;
}

std::string outside_text(const store::Histogram& histogram) {
  std::string outside = count(units_in_bars(histogram)) + " shown";
  if (histogram.below > 0) outside += ", " + count(histogram.below) + " below";
  if (histogram.above > 0) outside += ", " + count(histogram.above) + " above";
  return outside;
}

Html distributions(const Analysis& analysis, const MetricResult& metric) {
  if (metric.histograms.empty()) return {};
  const Scale scale = histogram_scale(metric.histograms);
  const double tallest = tallest_bar(metric.histograms);
  Html rows;
  Html numbers;
  for (std::size_t i = 0; i < metric.histograms.size(); ++i) {
    const store::Histogram& histogram = metric.histograms[i];
    const std::string label =
        "Distribution of " + name_or_empty(metric.name) + " in " + name_or_empty(histogram.variant) + ": " +
        share_text(histogram.zeros, units_of(histogram)) + " are zero, " + outside_text(histogram);
    rows +=
        table_row(row_heading(variant_label(analysis, i)) +
                  plot_cell(histogram_cell(histogram, scale, tallest, label, colour_class(i))) +
                  text_cell(element("span", {{"class", "zeros " + colour_class(i)}}, zero_share(histogram)),
                            "Zero", "number") +
                  text_cell(number(outside_text(histogram)), "Other", "number muted"));
    for (const auto& bar : histogram.bars) {
      if (bar.units == 0) continue;
      numbers += element(
          "tr", {},
          element("th", {{"scope", "row"}}, name(histogram.variant)) +
              plain_cell(number(level({bar.lower, {bar.lower, bar.upper}}, Quantity::Plain).interval())) +
              plain_cell(text(count(bar.units))));
    }
  }
  return chart_table(
             "How " + name_or_empty(metric.name) +
                 " is distributed. The height of a bar is its share of the units shown; the tallest is " +
                 percent(tallest, 1) + ". Zeros stand apart.",
             {{text("Variant"), ""},
              {axis_cell(scale, ""), "picture"},
              {text("Zero"), "number"},
              {text("Other"), "number"}},
             rows) +
         folded_table("Table of the distribution of " + name_or_empty(metric.name),
                      {"Variant", "From, to", "Units"}, numbers);
}

Html metric_section(const Analysis& analysis, const MetricResult& metric) {
  const bool renamed = metric.definition != metric.name && !metric.definition.empty();
  Html facts = text(about(metric));
  if (!std::holds_alternative<experiment::FlatPrior>(metric.prior))
    facts += text(" · prior ") + element("code", {}, text(text_of(metric.prior)));
  if (renamed) facts += text(" · ") + element("code", {}, text(metric.definition));
  Html notes;
  for (const auto& adjustment : metric.adjustments) {
    notes += element("p", {{"class", "muted"}},
                     element("bdi", {}, number(adjustment_sentence(analysis, metric, adjustment))));
  }
  return element("article", {{"class", "metric"}},
                 element("h3", {}, name(metric.name)) + element("p", {{"class", "about"}}, facts) +
                     findings_list(metric.findings) + arms_table(analysis, metric) +
                     (metric.comparisons.empty()
                          ? Html()
                          : comparisons_table(analysis, metric) + comparison_details(analysis, metric)) +
                     notes + best_of_all(analysis, metric) + distributions(analysis, metric));
}

}  // namespace

Html overview_section(const Analysis& analysis) {
  std::vector<Span> spans;
  for (const MetricResult& metric : analysis.metrics) {
    for (const Comparison& comparison : metric.comparisons) {
      if (comparison.lift) spans.push_back(percent_span(*comparison.lift));
    }
  }
  const Scale scale = scale_of(spans, Origin::Zero, kTicks);
  Html rows;
  for (const MetricResult& metric : analysis.metrics) {
    const Html about = element("span", {{"class", "muted"}}, text(" " + std::string(direction_of(metric))));
    rows += table_row(element("th", {{"role", "rowheader"}, {"scope", "rowgroup"}, {"class", "group"}},
                              name(metric.name) + about) +
                          plot_cell(blank_cell(scale)) + text_cell({}, "") + text_cell({}, ""),
                      "group");
    for (const Comparison& comparison : metric.comparisons)
      rows += overview_row(analysis, metric, comparison, scale);
  }
  if (rows.empty()) return {};
  return element("section", {{"aria-labelledby", "overview"}},
                 element("h2", {{"id", "overview"}}, text("Lift at a glance")) +
                     element("p", {{"class", "muted"}},
                             number(family_sentence(analysis.family, analysis.request.alpha))) +
                     chart_table("Relative change against " + control_name(analysis) + ", with its " +
                                     interval_name(analysis),
                                 {{text("Metric"), ""},
                                  {axis_cell(scale, " %"), "picture"},
                                  {text("Lift"), "number"},
                                  {text(p_heading(analysis.family)), "verdicts"}},
                                 rows));
}

Html metric_sections(const Analysis& analysis) {
  if (analysis.metrics.empty()) return {};
  Html articles;
  for (const MetricResult& metric : analysis.metrics) articles += metric_section(analysis, metric);
  return element("section", {{"aria-labelledby", "metrics"}},
                 element("h2", {{"id", "metrics"}}, text("Metrics")) + articles);
}

}  // namespace splitplot::report
