#include "html_page.hpp"
#include "method_wording.hpp"
#include "served_wording.hpp"
#include "text.hpp"

#include <splitplot/report/report.hpp>

#include <algorithm>

namespace splitplot::report {

using experiment::Analysis;
using experiment::Finding;
using experiment::Severity;

namespace {

/// A longer number has its interval below, so that a table keeps its width.
constexpr std::size_t kLongestFigure = 28;

Html brand() {
  // Plots in a field: one of them treated.
  const Html squares =
      element("rect",
              {{"x", "1"}, {"y", "1"}, {"width", "10"}, {"height", "10"}, {"rx", "2"}, {"class", "mark"}}) +
      element("rect", {{"x", "13"},
                       {"y", "1"},
                       {"width", "10"},
                       {"height", "10"},
                       {"rx", "2"},
                       {"class", "mark faint"}}) +
      element("rect", {{"x", "1"},
                       {"y", "13"},
                       {"width", "10"},
                       {"height", "10"},
                       {"rx", "2"},
                       {"class", "mark faint"}}) +
      element("rect",
              {{"x", "13"}, {"y", "13"}, {"width", "10"}, {"height", "10"}, {"rx", "2"}, {"class", "mark"}});
  const Html logo =
      element("svg", {{"class", "logo"}, {"viewBox", "0 0 24 24"}, {"aria-hidden", "true"}}, squares);
  return element("p", {{"class", "brand"}}, logo + text("Splitplot"));
}

Html fact(const char* label, const Html& content) {
  return element("div", {}, element("dt", {}, text(label)) + element("dd", {}, content));
}

Html header(const Analysis& analysis, const std::string& generated_at) {
  Html facts = fact("Units", text(count(analysis.units))) +
               fact("Variants", text(count(analysis.variants.size()))) +
               fact("Control", name(control_name(analysis))) +
               fact("Confidence", number(confidence(analysis.request.alpha))) +
               fact("Read from", text(analysis.source_format.empty() ? "a file" : analysis.source_format));
  if (!generated_at.empty())
    facts += fact("Made", element("time", {{"datetime", generated_at}}, text(generated_at)));
  return element(
      "header", {},
      brand() + element("h1", {}, name(analysis.source)) + element("dl", {{"class", "facts"}}, facts));
}

Html conclusion_section(const Analysis& analysis) {
  if (analysis.conclusion.empty()) return {};
  Html rest;
  for (std::size_t i = 1; i < analysis.conclusion.size(); ++i) {
    rest += element("li", {}, element("bdi", {}, number(analysis.conclusion[i].text)));
  }
  const Html lead =
      element("p", {{"class", "lead"}}, element("bdi", {}, number(analysis.conclusion.front().text)));
  return element("section", {{"aria-labelledby", "conclusion"}, {"class", "conclusion"}},
                 element("h2", {{"id", "conclusion"}, {"class", "eyebrow"}}, text("Conclusion")) + lead +
                     (rest.empty() ? Html() : element("ul", {{"class", "thoughts"}}, rest)));
}

Html next_section(const Analysis& analysis) {
  if (analysis.next.text.empty()) return {};
  Html targets;
  for (const std::string& target : target_sentences(analysis))
    targets += element("li", {}, element("bdi", {}, text(target)));
  return element("section", {{"aria-labelledby", "next"}, {"class", "next"}},
                 element("h2", {{"id", "next"}, {"class", "eyebrow"}}, text("What now")) +
                     element("p", {}, element("strong", {}, element("bdi", {}, number(analysis.next.text)))) +
                     element("p", {}, element("bdi", {}, number(analysis.next.reason))) +
                     (targets.empty() ? Html() : element("ul", {{"class", "thoughts"}}, targets)));
}

Html findings_section(const Analysis& analysis) {
  if (analysis.findings.empty()) return {};
  return element(
      "section", {{"aria-labelledby", "findings"}},
      element("h2", {{"id", "findings"}}, text("What to know first")) + findings_list(analysis.findings));
}

Html served_section(const Analysis& analysis) {
  Html facts;
  for (const ServedFact& one : served_facts(analysis))
    facts += fact(one.label.c_str(), element("bdi", {}, text(one.text)));
  if (facts.empty()) return {};
  return element("section", {{"aria-labelledby", "experiment"}},
                 element("h2", {{"id", "experiment"}}, text("The experiment")) +
                     element("dl", {{"class", "facts"}}, facts));
}

Html split_rows(const Analysis& analysis) {
  const double total = static_cast<double>(std::max<std::uint64_t>(analysis.units, 1));
  Html rows;
  for (std::size_t i = 0; i < analysis.variants.size(); ++i) {
    const auto& variant = analysis.variants[i];
    rows += table_row(
        row_heading(variant_label(analysis, i)) + text_cell(text(count(variant.units)), "Units", "number") +
        text_cell(number(percent(static_cast<double>(variant.units) / total, 2)), "Share", "number") +
        text_cell(number(percent(variant.planned_share, 2)), "Planned", "number muted"));
  }
  return rows;
}

Html trust_section(const Analysis& analysis) {
  Html notes = element("p", {{"class", analysis.sample_ratio.mismatch ? "alarm" : ""}},
                       number(sample_ratio_sentence(analysis)));
  for (const auto& split : analysis.sample_ratio.by_dimension) {
    notes += element("p", {{"class", split.differs ? "alarm" : "muted"}},
                     element("bdi", {}, number(split_by_dimension_sentence(split) + ".")));
  }
  notes += element("p", {{"class", "muted"}}, number(monitoring_sentence(analysis)));
  const Html table = chart_table("Units per variant",
                                 {{text("Variant"), ""},
                                  {text("Units"), "number"},
                                  {text("Share"), "number"},
                                  {text("Planned"), "number"}},
                                 split_rows(analysis));
  return element("section", {{"aria-labelledby", "trust"}},
                 element("h2", {{"id", "trust"}}, text("Can the split be trusted?")) +
                     element("div", {{"class", "beside"}}, element("div", {}, notes) + table));
}

Html methods_section(const Analysis& analysis) {
  if (analysis.methods.empty()) return {};
  Html items;
  for (const experiment::MethodUsed& used : analysis.methods) {
    const MethodWords words = words_of(analysis, used);
    const Html change = words.change.empty()
                            ? Html()
                            : text(" Change it with ") + element("code", {}, text(words.change)) + text(".");
    items +=
        element("li", {},
                element("strong", {}, name(words.metrics)) + text(": " + words.method + ". " + words.why) +
                    change + text(words.assumes.empty() ? "" : " Assumes: " + words.assumes + "."));
  }
  const std::string shared = shared_assumptions(analysis);
  return element(
      "section", {{"aria-labelledby", "methods"}},
      element("h2", {{"id", "methods"}}, text("How variants were compared")) +
          element("ul", {{"class", "plain"}}, items) +
          (shared.empty() ? Html()
                          : element("p", {{"class", "muted"}}, text("All assume: " + shared + "."))));
}

Html assumptions_section(const Analysis& analysis) {
  if (analysis.assumptions.empty()) return {};
  Html items;
  for (const auto& assumption : analysis.assumptions) {
    const Html change =
        assumption.change.empty()
            ? Html()
            : text(" Change it with ") + element("code", {}, text(assumption.change)) + text(".");
    items += element("li", {}, element("bdi", {}, text(assumption.what)) + change);
  }
  return element("section", {{"aria-labelledby", "assumptions"}},
                 element("h2", {{"id", "assumptions"}}, text("Assumed for you")) +
                     element("ul", {{"class", "plain"}}, items));
}

Html head(const Analysis& analysis) {
  // Nothing may be fetched and nothing may run: even if a name slipped through unescaped, it would stay text.
  const std::string policy =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
  return element(
      "head", {},
      element("meta", {{"charset", "utf-8"}}) +
          element("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", policy}}) +
          element("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}) +
          element("meta", {{"name", "color-scheme"}, {"content", "light dark"}}) +
          element("link", {{"rel", "icon"}, {"href", "data:,"}}) +
          element("title", {}, text(name_or_empty(analysis.source) + " - Splitplot")) +
          element("style", {}, trusted(style_sheet())));
}

}  // namespace

Span on_axis(const Span& span, Quantity quantity) {
  const double factor = quantity == Quantity::Rate ? 100 : 1;
  return {span.value * factor, {span.interval.lower * factor, span.interval.upper * factor}};
}

Html text_cell(const Html& content, const std::string& label, const std::string& css_class) {
  return element("td", {{"role", "cell"}, {"class", css_class}, {"data-label", label}}, content);
}

Html plot_cell(const Html& picture) {
  return element("td", {{"role", "cell"}, {"class", "picture"}}, picture);
}

Html row_heading(const Html& content, const std::string& css_class) {
  return element("th", {{"role", "rowheader"}, {"scope", "row"}, {"class", css_class}}, content);
}

Html table_row(const Html& cells, const std::string& css_class) {
  return element("tr", {{"role", "row"}, {"class", css_class}}, cells);
}

Html chart_table(const std::string& caption, const std::vector<Column>& columns, const Html& rows) {
  Html headings;
  for (const Column& column : columns) {
    const bool is_picture = column.css_class == "picture";
    const Html unseen = is_picture ? element("span", {{"class", "eyebrow"}}, text("Chart")) : Html();
    headings += element("th", {{"role", "columnheader"}, {"scope", "col"}, {"class", column.css_class}},
                        unseen + column.heading);
  }
  return element("table", {{"role", "table"}, {"class", "chart"}},
                 element("caption", {}, text(caption)) +
                     element("thead", {{"role", "rowgroup"}}, table_row(headings)) +
                     element("tbody", {{"role", "rowgroup"}}, rows));
}

Html folded_table(const std::string& summary, const std::vector<std::string>& headings, const Html& rows) {
  Html head_cells;
  for (const std::string& heading : headings) head_cells += element("th", {{"scope", "col"}}, text(heading));
  const Html table =
      element("table", {{"class", "numbers"}},
              element("thead", {}, element("tr", {}, head_cells)) + element("tbody", {}, rows));
  return element(
      "details", {},
      element("summary", {}, text(summary)) +
          element("div",
                  {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", summary}},
                  table));
}

Html plain_cell(const Html& content) {
  return element("td", {}, content);
}

Html figure_text(const Figure& figure) {
  const bool is_long = figure.bare().size() > kLongestFigure;
  return element("span", {{"class", "value"}}, number(figure.with_unit())) + text(" ") +
         element("span", {{"class", is_long ? "ends below" : "ends"}}, number(figure.interval()));
}

Html reason_text(const stats::NotEstimable& missing) {
  return element("span", {{"class", "reason"}},
                 text("not estimable: ") + element("bdi", {}, text(missing.why)));
}

Html variant_label(const Analysis& analysis, std::size_t variant) {
  return element("span", {{"class", "patch " + colour_class(variant)}, {"aria-hidden", "true"}}, {}) +
         name(variant_name(analysis, variant));
}

Html verdict_mark(Verdict verdict, std::string_view words) {
  const char* css_class = verdict == Verdict::Helps   ? "better"
                          : verdict == Verdict::Harms ? "worse"
                                                      : "unclear";
  return element("span", {{"class", std::string("verdict ") + css_class}}, text(words));
}

Html verdict_label(Verdict verdict) {
  return verdict_mark(verdict, words_of(verdict));
}

Html segment_verdict_label(Verdict verdict) {
  return verdict_mark(verdict, segment_words_of(verdict));
}

Html findings_list(const std::vector<Finding>& findings) {
  if (findings.empty()) return {};
  Html items;
  for (const Finding& finding : by_severity(findings)) {
    const char* css_class = finding.severity == Severity::Problem   ? "problem"
                            : finding.severity == Severity::Warning ? "warning"
                                                                    : "note";
    items += element("li", {{"class", css_class}},
                     element("strong", {}, text(words_of(finding.severity))) + text(" ") +
                         element("bdi", {}, text(finding.message)));
  }
  return element("ul", {{"class", "findings"}}, items);
}

std::string to_html(const Analysis& analysis, const std::string& generated_at) {
  const Html main =
      element("main", {},
              conclusion_section(analysis) + next_section(analysis) + findings_section(analysis) +
                  served_section(analysis) + trust_section(analysis) + overview_section(analysis) +
                  metric_sections(analysis) + segment_sections(analysis) + methods_section(analysis) +
                  assumptions_section(analysis));
  const Html footer = element(
      "footer", {}, text("Made with Splitplot. This file is complete: it asks no server for anything."));
  const Html page =
      trusted("<!DOCTYPE html>\n") +
      element("html", {{"lang", "en"}},
              head(analysis) + element("body", {}, header(analysis, generated_at) + main + footer));
  return page.str() + "\n";
}

}  // namespace splitplot::report
