#include "segment_analysis.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/stats/pooling/binomial_effects.hpp>
#include <splitplot/stats/pooling/ranking.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include <fmt/format.h>

namespace splitplot::experiment {
namespace {

using stats::not_estimable;
using store::MetricAggregate;

/// Pooling and Cochran's Q take standard errors as known. With fewer units in a variant they are guesses, and segments that are alike
/// would seem to differ.
constexpr std::uint64_t kMinimumPooledUnits = 20;
/// With more segments the best of all is no question that data answer, and the ranking takes long.
constexpr std::size_t kMostRankedSegments = 60;

/// The standard error that pooling weighs a segment by. For a proportion with few successes it is raised to a
/// steadied one: otherwise a segment in which nobody converted would claim to know its effect exactly.
double pooling_standard_error(const MetricAggregate& control, const MetricAggregate& treatment,
                              const stats::Difference& raw, const MetricAggregate& overall_control,
                              const MetricAggregate& overall_treatment, const ComparisonSettings& settings) {
  if (settings.kind != MetricKind::Proportion) return raw.standard_error;
  auto raised_by = [](const MetricAggregate& arm, const MetricAggregate& overall) {
    const auto count = success_count(arm);
    const double plain = count.rate() * (1 - count.rate()) / static_cast<double>(count.units);
    return std::max(0.0, stats::steadied_variance_of_rate(count, success_count(overall).rate()) - plain);
  };
  return std::sqrt(raw.standard_error * raw.standard_error + raised_by(control, overall_control) +
                   raised_by(treatment, overall_treatment));
}

/// The prior of the spread in the metric's unit; nothing where segments are not to be pooled.
std::optional<stats::SpreadPrior> spread_prior(const PoolingChoice& choice, double control_mean) {
  return std::visit(
      [&](const auto& p) -> std::optional<stats::SpreadPrior> {
        using Pooling = std::decay_t<decltype(p)>;
        if constexpr (std::is_same_v<Pooling, AdaptivePooling> || std::is_same_v<Pooling, BinomialPooling>) {
          return stats::AdaptiveSpread{p.typical_errors};
        } else if constexpr (std::is_same_v<Pooling, HalfNormalPooling>) {
          return stats::HalfNormalSpread{p.scale.in_unit(control_mean)};
        } else if constexpr (std::is_same_v<Pooling, HalfCauchyPooling>) {
          return stats::HalfCauchySpread{p.scale.in_unit(control_mean)};
        } else {
          return std::nullopt;
        }
      },
      choice);
}

/// Pools a table's segments and ranks them. `pooled_segments` says which segments the effects are of.
void pool_table(SegmentTable& table, const std::vector<stats::SegmentEffect>& effects,
                const std::vector<std::size_t>& pooled_segments, const AnalysisRequest& request,
                const ComparisonSettings& settings, double control_mean) {
  const double confidence = 1 - request.alpha;
  table.heterogeneity = stats::cochran_q(effects);
  const auto prior = spread_prior(request.pooling, control_mean);
  if (!prior) {
    const auto why = not_estimable("not asked for (--pool none)");
    table.pooling = why;
    for (SegmentResult& segment : table.segments) segment.pooled = why;
    return;
  }
  const stats::PoolingOptions options{*prior, confidence};
  table.pooling = stats::pool_segments(effects, options);
  for (std::size_t i = 0; i < pooled_segments.size(); ++i) {
    SegmentResult& result = table.segments[pooled_segments[i]];
    if (table.pooling) {
      result.pooled = table.pooling->segments[i];
    } else {
      result.pooled = tl::unexpected(table.pooling.error());
    }
  }
  if (!table.pooling) return;
  if (const auto meta = stats::meta_analysis(effects, {.confidence = confidence}))
    table.meta_analysis = *meta;
  if (effects.size() > kMostRankedSegments) return;
  const auto ranking = stats::rank_segments(effects, settings.direction, options);
  if (!ranking) return;
  for (std::size_t i = 0; i < pooled_segments.size(); ++i)
    table.segments[pooled_segments[i]].best_probability = ranking->best_probability[i];
}

/// The estimate of a log odds ratio as an odds ratio.
stats::Estimate odds_ratio(const stats::PooledEffect& log) {
  return {std::exp(log.mean), {std::exp(log.interval.lower), std::exp(log.interval.upper)}};
}

/// What a log odds ratio makes of a control's rate.
double rate_difference(double control_rate, double log_odds_ratio) {
  const double failures = (1 - control_rate) * std::exp(-std::clamp(log_odds_ratio, -700.0, 700.0));
  return control_rate / (control_rate + failures) - control_rate;
}

/// The mean over segments on the absolute scale: what it makes of the control's rate over all units, taken as known.
stats::PooledEffect overall_difference(const stats::PooledEffect& log, double control_rate) {
  const auto at = [&](double x) { return rate_difference(control_rate, x); };
  // One standard deviation to both sides, halved: the difference is not linear in the log odds ratio.
  return {at(log.mean),
          0.5 * (at(log.mean + log.sd) - at(log.mean - log.sd)),
          {at(log.interval.lower), at(log.interval.upper)},
          log.chance_above_zero};
}

/// Pools a table's segments by their counts. A segment with few units takes part: its likelihood is exact, however few they are. One
/// without units in a variant has no rates.
void pool_counts(SegmentTable& table, const std::vector<Segment>& segments, const AnalysisRequest& request,
                 double typical_errors, double control_rate) {
  std::vector<stats::ArmCounts> counts;
  std::vector<std::size_t> pooled_segments;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto arms = metric_over_arms(segments[i].arms, table.metric);
    const stats::ArmCounts both{success_count(*arms[0]), success_count(*arms[table.variant])};
    if (both.control.units == 0 || both.treatment.units == 0) {
      table.segments[i].pooled = not_estimable("a variant has no units");
      continue;
    }
    counts.push_back(both);
    pooled_segments.push_back(i);
  }
  const auto found = stats::pool_log_odds_ratios(counts, {.prior = stats::AdaptiveSpread{typical_errors},
                                                          .confidence = 1 - request.alpha,
                                                          .rate_interval = stats::RateInterval::Central});
  if (!found) {
    table.pooling = tl::unexpected(found.error());
    for (const std::size_t i : pooled_segments) table.segments[i].pooled = tl::unexpected(found.error());
    return;
  }
  stats::PooledSegments pooling;
  for (std::size_t i = 0; i < pooled_segments.size(); ++i) {
    const stats::PooledOdds& odds = found->segments[i];
    // The difference of rates and the log odds ratio have the same sign.
    pooling.segments.push_back({odds.rate_difference_mean, odds.rate_difference_sd,
                                *odds.rate_difference_interval, odds.log_odds_ratio.chance_above_zero});
    SegmentResult& result = table.segments[pooled_segments[i]];
    result.pooled = pooling.segments.back();
    result.pooled_odds_ratio = odds_ratio(odds.log_odds_ratio);
  }
  pooling.overall = overall_difference(found->overall, control_rate);
  pooling.spread_mean = found->spread_mean;
  pooling.spread = found->spread;
  pooling.real_share = found->real_share;
  pooling.assumptions = found->assumptions;
  pooling.concerns = found->concerns;
  table.pooled_odds_ratio = odds_ratio(found->overall);
  table.pooling = std::move(pooling);
}

void judge_size(SegmentResult& result, const MetricAggregate& overall_control, double worthwhile_lift) {
  // A relative change is judged against the segment's own level, or the overall one where the segment has
  // none.
  const bool has_level = result.control_mean && result.control_mean->value != 0;
  const double level = std::abs(has_level ? result.control_mean->value : overall_control.moments.mean);
  result.too_small = !result.detectable_difference || *result.detectable_difference > worthwhile_lift * level;
}

void note_findings(SegmentTable& table, const AnalysisRequest& request, const std::string& metric_name) {
  const bool wanted = !std::holds_alternative<NoPooling>(request.pooling);
  const auto small = std::ranges::count_if(table.segments, &SegmentResult::too_small);
  if (small > 0) {
    const auto count = static_cast<std::uint64_t>(small);
    table.findings.push_back(
        {Severity::Note, "small_segments",
         fmt::format("{} of {} segments by {} {} too small to see a change of {:.0f} % "
                     "in '{}' with {:.0f} % power{}.",
                     grouped(count), grouped(table.segments.size()), table.dimension,
                     count == 1 ? "is" : "are", request.worthwhile_lift * 100, metric_name,
                     request.power * 100, wanted ? ": read the pooled estimate, not the raw one" : "")});
  }
  if (wanted && !table.pooling && table.segments.size() > 1) {
    table.findings.push_back({Severity::Note, "not_pooled",
                              fmt::format("The segments by {} could not be pooled: {}.", table.dimension,
                                          table.pooling.error().why)});
  }
}

SegmentTable analyse_treatment(const AnalysisRequest& request, const std::string& dimension,
                               const std::vector<Segment>& segments, const Arms& overall, std::size_t metric,
                               std::size_t variant, const ComparisonSettings& settings) {
  SegmentTable table;
  table.dimension = dimension;
  table.metric = metric;
  table.variant = variant;
  const MetricAggregate& overall_control = overall[0].metrics[metric];
  const MetricAggregate& overall_treatment = overall[variant].metrics[metric];
  std::vector<stats::SegmentEffect> effects;
  std::vector<std::size_t> pooled_segments;
  for (const Segment& segment : segments) {
    const auto arms = metric_over_arms(segment.arms, metric);
    const MetricAggregate& control = *arms[0];
    const MetricAggregate& treatment = *arms[variant];
    auto compared = compare_arms(control, treatment, settings, adjustment_centre(arms, settings));
    SegmentResult result;
    result.segment = segment.name;
    result.control_units = control.moments.count;
    result.treatment_units = treatment.moments.count;
    result.control_mean = arm_mean(control, settings);
    result.raw = std::move(compared.difference);
    result.raw_lift = std::move(compared.lift);
    result.detectable_difference = std::move(compared.detectable_difference);
    result.pooled = not_estimable("the segment has no estimate of its own to pool");
    judge_size(result, overall_control, request.worthwhile_lift);
    if (std::min(result.control_units, result.treatment_units) < kMinimumPooledUnits) {
      result.pooled = not_estimable(
          fmt::format("fewer than {} units in a variant: its standard error is itself too uncertain to pool",
                      kMinimumPooledUnits));
    } else if (compared.one_look) {
      // Pooling is for one look and needs no interval of the segment's own.
      const double error = pooling_standard_error(control, treatment, *compared.one_look, overall_control,
                                                  overall_treatment, settings);
      if (error > 0) {
        effects.push_back({compared.one_look->value, error});
        pooled_segments.push_back(table.segments.size());
      }
    }
    table.segments.push_back(std::move(result));
  }
  const double control_mean = overall_control.moments.mean;
  const auto* binomial = std::get_if<BinomialPooling>(&request.pooling);
  if (binomial != nullptr && settings.kind == MetricKind::Proportion) {
    table.heterogeneity = stats::cochran_q(effects);
    if (const auto meta = stats::meta_analysis(effects, {.confidence = 1 - request.alpha}))
      table.meta_analysis = *meta;
    pool_counts(table, segments, request, binomial->typical_errors, control_mean);
  } else {
    pool_table(table, effects, pooled_segments, request, settings, control_mean);
  }
  return table;
}

}  // namespace

std::vector<SegmentTable> analyse_segments(const AnalysisRequest& request, const std::string& dimension,
                                           const std::vector<Segment>& segments, const Arms& overall,
                                           std::size_t metric, const std::string& metric_name,
                                           const ComparisonSettings& settings) {
  std::vector<SegmentTable> tables;
  for (std::size_t variant = 1; variant < overall.size(); ++variant) {
    tables.push_back(analyse_treatment(request, dimension, segments, overall, metric, variant, settings));
    note_findings(tables.back(), request, metric_name);
  }
  return tables;
}

void note_few_segments(Analysis& analysis, const std::string& dimension) {
  std::size_t fewest = 0;
  for (const SegmentTable& table : analysis.segment_tables) {
    if (table.dimension != dimension || !table.pooling) continue;
    if (!table.pooling->concerns.contains(stats::Concern::FewSegments)) continue;
    const std::size_t pooled = table.pooling->segments.size();
    fewest = fewest == 0 ? pooled : std::min(fewest, pooled);
  }
  if (fewest == 0) return;
  analysis.findings.push_back(
      {Severity::Note, "few_segments",
       fmt::format(
           "By {} {} segments are pooled: with so few the prior decides much of how far they are drawn "
           "together.{}",
           dimension, fewest,
           // The plan of a served experiment is frozen: nobody could look.
           analysis.served ? ""
                           : " Look whether another prior changes what you would do (command line: --pool "
                             "half-normal:5%).")});
}

}  // namespace splitplot::experiment
