#include "method_wording.hpp"

#include "wording.hpp"

#include <algorithm>
#include <vector>

namespace splitplot::report {

using experiment::Analysis;
using experiment::MethodUsed;

namespace {

/// The metric's name, with the treatments where not all of them were compared this way.
std::string metric_words(const Analysis& analysis, std::size_t metric, const MethodUsed& used) {
  std::vector<std::size_t> variants;
  for (const auto& use : used.uses) {
    if (use.metric == metric) variants.push_back(use.variant);
  }
  const experiment::MetricResult& result = analysis.metrics[metric];
  const auto compared =
      std::count_if(result.comparisons.begin(), result.comparisons.end(),
                    [](const auto& comparison) { return comparison.difference.has_value(); });
  std::string words = name_or_empty(result.name);
  if (variants.size() == static_cast<std::size_t>(compared)) return words;
  for (std::size_t i = 0; i < variants.size(); ++i)
    words += (i == 0 ? " (" : ", ") + variant_name(analysis, variants[i]);
  return words + ")";
}

bool shared(const Analysis& analysis, stats::Assumption assumption) {
  return std::all_of(analysis.methods.begin(), analysis.methods.end(),
                     [&](const MethodUsed& used) { return used.assumptions.contains(assumption); });
}

void add_clause(std::string& clauses, stats::Assumption assumption) {
  clauses += (clauses.empty() ? "" : "; ") + std::string(stats::text_of(assumption));
}

}  // namespace

std::string shared_assumptions(const Analysis& analysis) {
  std::string clauses;
  if (analysis.methods.empty()) return clauses;
  for (const stats::Assumption one : analysis.methods.front().assumptions.members()) {
    if (shared(analysis, one)) add_clause(clauses, one);
  }
  return clauses;
}

MethodWords words_of(const Analysis& analysis, const MethodUsed& used) {
  MethodWords words;
  for (std::size_t i = 0; i < used.uses.size(); ++i) {
    if (i > 0 && used.uses[i].metric == used.uses[i - 1].metric) continue;
    words.metrics += (words.metrics.empty() ? "" : ", ") + metric_words(analysis, used.uses[i].metric, used);
  }
  const std::string test(stats::name_of(used.test));
  const std::string interval(stats::name_of(used.interval_method));
  words.method = test == interval ? test : test + "; interval: " + interval;
  words.why = "Because " + used.why + ".";
  words.change = used.change;
  for (const stats::Assumption one : used.assumptions.members()) {
    if (!shared(analysis, one)) add_clause(words.assumes, one);
  }
  return words;
}

}  // namespace splitplot::report
