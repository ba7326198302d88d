#include "conclusion.hpp"

#include "conclusion_segments.hpp"
#include "conclusion_words.hpp"
#include "verdicts.hpp"

#include <splitplot/base/number_text.hpp>

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::experiment {
namespace {

/// More treatments than this on one metric are told as a list of names rather than with their numbers.
constexpr std::size_t kMostWithNumbers = 3;

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

/// A comparison that found nothing, and why it did not.
enum class Open { NotComparable, TooFew, ByItselfOnly, NotFound };

Open open_of(const Analysis& analysis, const MetricResult& metric, const Comparison& comparison) {
  if (!comparison.difference) return Open::NotComparable;
  const std::uint64_t smaller = std::min(metric.arms[0].units, metric.arms[comparison.variant].units);
  if (smaller < kMinimumVerdictUnits) return Open::TooFew;
  return comparison.difference->p_value <= analysis.request.alpha ? Open::ByItselfOnly : Open::NotFound;
}

std::string difference_text(const MetricResult& metric, const Comparison& comparison) {
  return change_text(metric, {comparison.difference->value, comparison.difference->interval});
}

/// No effect found is not "no effect": the intervals say what the data leave open.
std::string nothing_found(const Analysis& analysis, const MetricResult& metric) {
  std::vector<std::string> numbers;
  for (const Comparison& comparison : metric.comparisons) {
    if (open_of(analysis, metric, comparison) != Open::NotFound) continue;
    numbers.push_back(fmt::format("{} {} ({})", analysis.variants[comparison.variant].name,
                                  difference_text(metric, comparison),
                                  p_of(analysis.family.correction, comparison.adjusted_p_value)));
  }
  return fmt::format("No effect on '{}' was found: {}. Anything inside the interval{} remains possible.",
                     metric.name, fmt::join(numbers, "; "), numbers.size() == 1 ? "" : "s");
}

/// All that is left to say once effects are told.
class Leftovers {
 public:
  explicit Leftovers(const Analysis& analysis) : analysis_(analysis) {}

  void add(std::size_t index) {
    const MetricResult& metric = analysis_.metrics[index];
    if (const Finding* reason = reason_to_skip(metric)) {
      limits_.push_back(reason->message);
      return;
    }
    std::vector<std::string> not_found;
    std::map<std::string, std::vector<std::string>> not_comparable;
    for (const Comparison& comparison : metric.comparisons) {
      if (is_established(comparison.verdict)) continue;
      const std::string& name = analysis_.variants[comparison.variant].name;
      switch (open_of(analysis_, metric, comparison)) {
        case Open::NotComparable:
          not_comparable[comparison.difference.error().why].push_back(name);
          break;
        case Open::TooFew:
          limits_.push_back(too_few(metric, comparison));
          break;
        case Open::ByItselfOnly:
          by_itself_.push_back(fmt::format("{} on '{}' ({}; {})", name, metric.name,
                                           difference_text(metric, comparison),
                                           p_of(analysis_.family.correction, comparison.adjusted_p_value)));
          break;
        case Open::NotFound:
          not_found.push_back(name);
          break;
      }
    }
    for (const auto& [why, names] : not_comparable)
      limits_.push_back(
          fmt::format("'{}' of {} cannot be compared: {}.", metric.name, enumerated(names), why));
    if (not_found.empty()) return;
    const bool all = not_found.size() == analysis_.variants.size() - 1;
    const std::string who = all ? "" : " of " + enumerated(not_found);
    const auto known = std::ranges::find(not_found_, who, &NotFound::who);
    if (known != not_found_.end()) {
      known->metrics.push_back(fmt::format("'{}'", metric.name));
    } else {
      not_found_.push_back({who, {fmt::format("'{}'", metric.name)}});
    }
  }

  void conclude(std::vector<Sentence>& sentences) const {
    for (const std::string& limit : limits_) sentences.push_back({SentenceKind::Limits, limit});
    if (!by_itself_.empty()) {
      sentences.push_back({SentenceKind::Limits,
                           fmt::format("Not established, since it would count by itself but not as one of {} "
                                       "tests: {}.",
                                       analysis_.family.tests, fmt::join(by_itself_, "; "))});
    }
    std::vector<std::string> groups;
    for (const auto& [who, metrics] : not_found_)
      groups.push_back(fmt::format("{} on {}", who, enumerated(metrics)));
    if (groups.empty()) return;
    sentences.push_back({SentenceKind::NoEffect,
                         fmt::format("No effect was found{}; the intervals of the metrics say what remains "
                                     "possible.",
                                     fmt::join(groups, ", nor"))});
  }

 private:
  struct NotFound {
    std::string who;  ///< " of express", empty for all treatments
    std::vector<std::string> metrics;
  };

  std::string too_few(const MetricResult& metric, const Comparison& comparison) const {
    const std::uint64_t smaller = std::min(metric.arms[0].units, metric.arms[comparison.variant].units);
    return fmt::format("{} on '{}' rests on {} units in the smaller variant, too few for a verdict ({}; {}).",
                       analysis_.variants[comparison.variant].name, metric.name, grouped(smaller),
                       difference_text(metric, comparison),
                       p_of(analysis_.family.correction, comparison.adjusted_p_value));
  }

  const Analysis& analysis_;
  std::vector<std::string> limits_;
  std::vector<std::string> by_itself_;
  std::vector<NotFound> not_found_;
};

bool has_problem(const Analysis& analysis) {
  auto is_problem = [](const Finding& finding) { return finding.severity == Severity::Problem; };
  return std::ranges::any_of(analysis.findings, is_problem) ||
         std::ranges::any_of(analysis.metrics, [&](const MetricResult& metric) {
           return std::ranges::any_of(metric.findings, is_problem);
         });
}

/// Why nothing may be concluded; empty where something may.
std::string blocked(const Analysis& analysis) {
  if (analysis.sample_ratio.mismatch) {
    return "Do not act on this result: the split did not arrive as planned (sample-ratio mismatch), so the "
           "variants may not be comparable.";
  }
  if (analysis.sample_ratio.differs_by_segment) {
    return "Do not act on this result: the split between the variants differs from segment to segment, so an "
           "overall effect may come from the "
           "mix of segments alone.";
  }
  if (analysis.served && analysis.served->before_horizon) {
    return fmt::format(
        "Do not act on this result: {} of the {} planned units are there, and the plan is to look "
        "once, at the end.",
        grouped(analysis.units), grouped(*analysis.served->planned_units));
  }
  return "";
}

/// The effects over all units that were found on a metric. False where there is none.
bool conclude_effects_of(Analysis& analysis, std::size_t index) {
  const MetricResult& metric = analysis.metrics[index];
  bool any = false;
  for (const Comparison& comparison : metric.comparisons) {
    if (!is_established(comparison.verdict)) continue;
    analysis.conclusion.push_back({SentenceKind::Effect, found_effect(analysis, metric, comparison)});
    any = true;
  }
  return any;
}

/// Whether every comparison of a metric is one of `Open::NotFound`, and few enough to show.
bool is_plainly_not_found(const Analysis& analysis, const MetricResult& metric) {
  return reason_to_skip(metric) == nullptr && metric.comparisons.size() <= kMostWithNumbers &&
         std::ranges::all_of(metric.comparisons, [&](const Comparison& comparison) {
           return open_of(analysis, metric, comparison) == Open::NotFound;
         });
}

}  // namespace

std::string headline_of(const Analysis& analysis) {
  if (analysis.conclusion.empty()) return "";
  const Sentence& first = analysis.conclusion.front();
  return first.short_text.empty() ? first.text : first.short_text;
}

void conclude(Analysis& analysis) {
  analysis.conclusion.clear();
  analysis.named_segments.clear();
  if (const std::string why = blocked(analysis); !why.empty()) {
    const bool early = !analysis.sample_ratio.mismatch && !analysis.sample_ratio.differs_by_segment;
    analysis.conclusion = {{SentenceKind::Blocked, why},
                           {SentenceKind::Blocked,
                            early ? "The numbers below are no verdict on any variant."
                                  : "The numbers below help to find the cause; they are no verdict on any "
                                    "variant."}};
    return;
  }
  if (has_problem(analysis))
    analysis.conclusion.push_back(
        {SentenceKind::Caution, "Read the problems below before you act on this result."});
  Leftovers leftovers(analysis);
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < analysis.metrics.size(); ++i) {
    const MetricResult& metric = analysis.metrics[i];
    if (metric.role == MetricRole::Exploratory) continue;
    if (!is_primary(analysis, i)) {
      others.push_back(i);
      continue;
    }
    const bool found = reason_to_skip(metric) == nullptr && conclude_effects_of(analysis, i);
    const bool found_inside = conclude_segments_of(analysis, i);
    if (!found && !found_inside && is_plainly_not_found(analysis, metric)) {
      analysis.conclusion.push_back({SentenceKind::NoEffect, nothing_found(analysis, metric)});
    } else {
      leftovers.add(i);
    }
  }
  conclude_basis(analysis);
  for (const std::size_t i : others) {
    if (reason_to_skip(analysis.metrics[i]) == nullptr) conclude_effects_of(analysis, i);
    leftovers.add(i);
  }
  conclude_other_segments(analysis);
  leftovers.conclude(analysis.conclusion);
}

}  // namespace splitplot::experiment
