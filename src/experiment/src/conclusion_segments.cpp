#include "conclusion_segments.hpp"

#include "conclusion_words.hpp"
#include "verdicts.hpp"

#include <splitplot/base/number_text.hpp>

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::experiment {
namespace {

/// Where the effect is there for all and segments do not differ, naming segments would add nothing.
bool adds_nothing(const Analysis& analysis, const SegmentTable& table) {
  const Comparison& overall = analysis.metrics[table.metric].comparisons[table.variant - 1];
  return is_established(overall.verdict) && !differs_between_segments(analysis, table);
}

/// The segments of one table in which an effect was established.
struct TableEffects {
  std::size_t table = 0;
  std::vector<std::size_t> helped, harmed;
};

/// What the tables of one dimension and metric say.
struct DimensionEffects {
  std::string dimension;
  std::vector<TableEffects> tables;
  bool depends = false;  ///< that the effect is not the same for all is established
  bool any_help = false;
};

enum class Figures { Shown, LeftOut };

/// "helps loyal (+10.2 points [7.1, 13.3]) and newcomer (...)"; empty where there are no segments.
std::string verdict_clause(const Analysis& analysis, const SegmentTable& table, std::string_view verb,
                           const std::vector<std::size_t>& segments, Figures figures) {
  std::vector<std::string> levels;
  for (const std::size_t i : segments) {
    const SegmentResult& segment = table.segments[i];
    std::string level = level_words(table, segment);
    if (figures == Figures::Shown)
      level +=
          fmt::format(" ({})", change_text(analysis.metrics[table.metric], estimate_of(segment)->effect));
    levels.push_back(std::move(level));
  }
  return levels.empty() ? "" : fmt::format("{} {}", verb, enumerated(levels));
}

/// "express helps loyal (...) and harms gift (...); one-page harms business (...)"
std::string clauses(const Analysis& analysis, const DimensionEffects& effects, Figures figures) {
  std::vector<std::string> parts;
  for (const auto& [at, helped, harmed] : effects.tables) {
    const SegmentTable& table = analysis.segment_tables[at];
    const std::string helps = verdict_clause(analysis, table, "helps", helped, figures);
    const std::string harms = verdict_clause(analysis, table, "harms", harmed, figures);
    parts.push_back(fmt::format("{} {}{}{}", analysis.variants[table.variant].name, helps,
                                !helps.empty() && !harms.empty() ? " and " : "", harms));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

void add_table(DimensionEffects& effects, const Analysis& analysis, std::size_t at) {
  const SegmentTable& table = analysis.segment_tables[at];
  TableEffects found{at, {}, {}};
  for (std::size_t i = 0; i < table.segments.size(); ++i) {
    if (table.segments[i].verdict == Verdict::Helps) found.helped.push_back(i);
    if (table.segments[i].verdict == Verdict::Harms) found.harmed.push_back(i);
  }
  if (found.helped.empty() && found.harmed.empty()) return;
  effects.any_help = effects.any_help || !found.helped.empty();
  effects.depends = effects.depends || differs_between_segments(analysis, table) ||
                    (!found.helped.empty() && !found.harmed.empty());
  effects.tables.push_back(std::move(found));
}

/// The segments that were named, by treatment and level, whatever the verdict.
void add_named(std::vector<SegmentPlace>& named, const DimensionEffects& effects) {
  for (const auto& [at, helped, harmed] : effects.tables) {
    std::vector<std::size_t> levels = helped;
    levels.insert(levels.end(), harmed.begin(), harmed.end());
    std::ranges::sort(levels);
    for (const std::size_t level : levels) named.push_back({at, level});
  }
}

std::vector<DimensionEffects> effects_on(const Analysis& analysis, std::size_t metric) {
  std::vector<DimensionEffects> effects;
  for (std::size_t at = 0; at < analysis.segment_tables.size(); ++at) {
    const SegmentTable& table = analysis.segment_tables[at];
    if (table.metric != metric || adds_nothing(analysis, table)) continue;
    if (effects.empty() || effects.back().dimension != table.dimension)
      effects.push_back({table.dimension, {}, false, false});
    add_table(effects.back(), analysis, at);
  }
  std::erase_if(effects, [](const DimensionEffects& one) { return one.tables.empty(); });
  return effects;
}

/// "No variant is shown to win for everybody on 'orders', but it depends on 'shopper': "
std::string lead(const Analysis& analysis, const MetricResult& metric, const DimensionEffects& effects,
                 bool is_first) {
  const bool found_overall = std::ranges::any_of(
      metric.comparisons, [](const Comparison& comparison) { return is_established(comparison.verdict); });
  if (found_overall || !is_first) {
    return effects.depends
               ? fmt::format("The effect on '{}' depends on '{}': ", metric.name, effects.dimension)
               : fmt::format("Inside '{}', on '{}': ", effects.dimension, metric.name);
  }
  std::string what = "No effect over all units was found";
  if (effects.any_help) {
    what = fmt::format("{} for everybody", analysis.variants.size() == 2
                                               ? analysis.variants[1].name + " is not shown to win"
                                               : "No variant is shown to win");
  }
  return fmt::format("{} on '{}', but {} '{}': ", what, metric.name,
                     effects.depends ? "it depends on" : "inside", effects.dimension);
}

/// "by 'shopper' for express (corrected p < .0001) and one-page (corrected p = .002)"; empty where none differs.
std::string differing_treatments(const Analysis& analysis, std::size_t metric, const std::string& dimension) {
  std::vector<std::string> treatments;
  for (const SegmentTable& table : analysis.segment_tables) {
    if (table.metric != metric || table.dimension != dimension || !differs_between_segments(analysis, table))
      continue;
    treatments.push_back(fmt::format("{} (corrected {})", analysis.variants[table.variant].name,
                                     p_equals(table.adjusted_heterogeneity_p_value)));
  }
  return treatments.empty() ? "" : fmt::format("for {}", enumerated(treatments));
}

bool conclude_differences(Analysis& analysis) {
  bool differs = false;
  for (std::size_t i = 0; i < analysis.metrics.size(); ++i) {
    if (!is_primary(analysis, i) || reason_to_skip(analysis.metrics[i]) != nullptr) continue;
    for (const std::string& dimension : analysis.request.dimensions) {
      const std::string treatments = differing_treatments(analysis, i, dimension);
      if (treatments.empty()) continue;
      differs = true;
      analysis.conclusion.push_back(
          {SentenceKind::Differs, fmt::format("The effect on '{}' differs between the levels of '{}' {}.",
                                              analysis.metrics[i].name, dimension, treatments)});
    }
  }
  return differs;
}

}  // namespace

std::string level_words(const SegmentTable& table, const SegmentResult& segment) {
  const bool is_membership =
      table.dimension.starts_with("segment ") && (segment.segment == "in" || segment.segment == "not in");
  return is_membership ? "those " + segment.segment : segment.segment;
}

bool conclude_segments_of(Analysis& analysis, std::size_t metric) {
  const MetricResult& result = analysis.metrics[metric];
  if (reason_to_skip(result) != nullptr) return false;
  const auto effects = effects_on(analysis, metric);
  for (std::size_t i = 0; i < effects.size(); ++i) {
    const std::string start = lead(analysis, result, effects[i], i == 0);
    analysis.conclusion.push_back(
        {SentenceKind::Segments, fmt::format("{}{}.", start, clauses(analysis, effects[i], Figures::Shown)),
         fmt::format("{}{}.", start, clauses(analysis, effects[i], Figures::LeftOut))});
    add_named(analysis.named_segments, effects[i]);
  }
  return !effects.empty();
}

void conclude_basis(Analysis& analysis) {
  if (analysis.named_segments.empty()) return;
  const Family& family = *analysis.segment_family;
  const bool corrected =
      family.structure == FamilyStructure::BySegment || family.correction != stats::Correction::None;
  const auto is_pooled = [&](const SegmentPlace& place) {
    return estimate_of(analysis.segment_tables[place.table].segments[place.segment])->is_pooled;
  };
  const bool all = std::ranges::all_of(analysis.named_segments, is_pooled);
  const bool none = std::ranges::none_of(analysis.named_segments, is_pooled);
  std::string numbers = none ? "differences inside the segment" : "pooled estimates";
  if (!all && !none) numbers += ", or differences inside a segment that could not be pooled";
  numbers += fmt::format(" with {} intervals", confidence(analysis.request.alpha));
  if (!none && analysis.request.monitoring != Monitoring::FixedHorizon) numbers += " for one look";
  analysis.conclusion.push_back(
      {SentenceKind::Basis,
       fmt::format("These effects inside segments were found {} {} tests; the numbers are {}.",
                   corrected ? "after correction for" : "without correction for there being",
                   grouped(family.tests), numbers)});
}

void conclude_other_segments(Analysis& analysis) {
  const bool differs = conclude_differences(analysis);
  std::vector<std::string> counts;
  bool differs_elsewhere = false;
  bool any_compared = false;
  for (std::size_t i = 0; i < analysis.metrics.size(); ++i) {
    if (reason_to_skip(analysis.metrics[i]) != nullptr) continue;
    std::size_t found = 0;
    for (const SegmentTable& table : analysis.segment_tables) {
      if (table.metric != i) continue;
      any_compared = any_compared || table.heterogeneity.has_value();
      differs_elsewhere = differs_elsewhere || differs_between_segments(analysis, table);
      if (adds_nothing(analysis, table)) continue;
      found += static_cast<std::size_t>(std::ranges::count_if(
          table.segments, [](const SegmentResult& one) { return is_established(one.verdict); }));
    }
    if (found > 0 && !is_primary(analysis, i))
      counts.push_back(fmt::format("'{}' ({})", analysis.metrics[i].name, grouped(found)));
  }
  if (!counts.empty()) {
    analysis.conclusion.push_back(
        {SentenceKind::Elsewhere,
         fmt::format("Effects inside segments were also found on {}; the tables of segments name them.",
                     enumerated(counts))});
  } else if (any_compared && !differs && !differs_elsewhere && analysis.named_segments.empty()) {
    analysis.conclusion.push_back(
        {SentenceKind::Alike,
         "No effect was found to differ between segments, which does not show that they respond alike."});
  }
}

}  // namespace splitplot::experiment
