#include "distributions.hpp"

#include "data_checks.hpp"

#include <algorithm>
#include <utility>

namespace splitplot::experiment {
namespace {

/// The share of units other than zero that a histogram must show; the rest of a long tail is counted beside
/// it.
constexpr double kShownShare = 0.99;
/// Bars of the coarse histograms that find the range, and how often they may be refined.
constexpr int kCoarseBars = 1000;
constexpr int kMaximumRefinements = 4;

/// Upper end of the first bars that hold `kShownShare` of all units other than zero, over all variants.
double upper_end_of_shown(const std::vector<store::Histogram>& coarse, const store::HistogramRange& range) {
  std::vector<std::uint64_t> units(static_cast<std::size_t>(range.bars));
  std::uint64_t total = 0;
  for (const store::Histogram& histogram : coarse) {
    total += histogram.above;
    for (std::size_t i = 0; i < histogram.bars.size(); ++i) {
      units[i] += histogram.bars[i].units;
      total += histogram.bars[i].units;
    }
  }
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    seen += units[i];
    const double upper = range.lower + (range.upper - range.lower) * static_cast<double>(i + 1) / range.bars;
    if (static_cast<double>(seen) >= kShownShare * static_cast<double>(total)) return upper;
  }
  return range.upper;
}

/// From the smallest value to where all but a thin tail lies, so that one huge order does not squeeze the
/// picture. One look at the whole range finds it, or a few more where the largest value is so far out that
/// the rest falls into a handful of bars.
Result<store::HistogramRange> histogram_range(store::Warehouse& warehouse, const store::UnitFrameQuery& query,
                                              std::size_t metric,
                                              const std::vector<const store::MetricAggregate*>& arms) {
  stats::Moments all;
  for (const store::MetricAggregate* arm : arms) all.merge(arm->moments);
  store::HistogramRange range{all.minimum, all.maximum, kCoarseBars};
  for (int i = 0; i < kMaximumRefinements && range.upper > range.lower; ++i) {
    const auto coarse = warehouse.histograms(query, metric, range);
    if (!coarse) return tl::unexpected(coarse.error());
    const double upper = upper_end_of_shown(*coarse, range);
    const bool fine_enough = upper - range.lower > (range.upper - range.lower) / 20;
    range.upper = upper;
    if (fine_enough) break;
  }
  if (!(range.upper > range.lower)) range.upper = range.lower + 1;
  range.bars = store::HistogramRange{}.bars;
  return range;
}

}  // namespace

Result<void> add_histograms(Analysis& analysis, store::Warehouse& warehouse,
                            const store::UnitFrameQuery& query, const Arms& arms) {
  for (std::size_t i = 0; i < analysis.metrics.size(); ++i) {
    MetricResult& metric = analysis.metrics[i];
    if (metric.kind == MetricKind::Proportion) continue;  // two values are no distribution
    const auto over_arms = metric_over_arms(arms, i);
    const bool empty =
        std::ranges::all_of(over_arms, [](const auto* arm) { return arm->moments.count == 0; });
    if (empty) continue;
    const auto range = histogram_range(warehouse, query, i, over_arms);
    if (!range) return tl::unexpected(range.error());
    auto histograms = warehouse.histograms(query, i, *range);
    if (!histograms) return tl::unexpected(histograms.error());
    std::ranges::sort(*histograms, {},
                      [&](const store::Histogram& one) { return index_of(analysis.variants, one.variant); });
    metric.histograms = std::move(*histograms);
  }
  return {};
}

}  // namespace splitplot::experiment
