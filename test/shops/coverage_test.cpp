// Intervals of results against the shop's truth, over many shops. SPLITPLOT_SHOPS says how many.

#include "shop_run.hpp"

#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace splitplot::test {
namespace {

int shops() {
  const char* text = std::getenv("SPLITPLOT_SHOPS");
  return text != nullptr ? std::max(1, std::atoi(text)) : 20;
}

/// Tries and hits.
struct Tally {
  int tries = 0;
  int hits = 0;
  void add(bool hit) {
    ++tries;
    hits += hit ? 1 : 0;
  }
  [[nodiscard]] double share() const { return static_cast<double>(hits) / tries; }
  /// Three binomial standard errors of a share of `expected`.
  [[nodiscard]] double band(double expected) const {
    return 3 * std::sqrt(expected * (1 - expected) / tries);
  }
};

std::string text_of(const Tally& tally) {
  return std::to_string(tally.hits) + " of " + std::to_string(tally.tries) + " (" +
         std::to_string(100 * tally.share()) + " %)";
}

struct Coverage {
  std::map<std::string, Tally> raw;  ///< by experiment, metric and "all" or the dimension
  Tally all_raw, all_pooled;
};

using TruthByKey = std::map<std::string, double>;

std::string key_of(const std::string& experiment, const std::string& metric, const std::string& variant,
                   const std::string& dimension, const std::string& level) {
  return experiment + "/" + metric + "/" + variant + "/" + dimension + "/" + level;
}

TruthByKey differences(const Truth& truth) {
  TruthByKey values;
  for (const TrueEffect& effect : truth.effects()) {
    values[key_of(effect.experiment, effect.metric, effect.variant, effect.dimension, effect.level)] =
        effect.difference();
  }
  return values;
}

void compare(const experiment::Analysis& analysis, const std::string& experiment, const TruthByKey& truth,
             Coverage& coverage) {
  for (const auto& metric : analysis.metrics) {
    for (const auto& comparison : metric.comparisons) {
      const auto& variant = analysis.variants[comparison.variant].name;
      ASSERT_TRUE(comparison.difference) << comparison.difference.error().why;
      const bool hit = comparison.difference->interval.contains(
          truth.at(key_of(experiment, metric.name, variant, "", "")));
      coverage.raw[experiment + " " + metric.name + " all"].add(hit);
      coverage.all_raw.add(hit);
    }
  }
  for (const auto& table : analysis.segment_tables) {
    const std::string& metric = analysis.metrics[table.metric].name;
    const std::string& variant = analysis.variants[table.variant].name;
    for (const auto& segment : table.segments) {
      const double difference =
          truth.at(key_of(experiment, metric, variant, table.dimension, segment.segment));
      if (segment.raw) {
        const bool hit = segment.raw->interval.contains(difference);
        coverage.raw[experiment + " " + metric + " " + table.dimension].add(hit);
        coverage.all_raw.add(hit);
      }
      if (segment.pooled) coverage.all_pooled.add(segment.pooled->interval.contains(difference));
    }
  }
}

TEST(Coverage, RawAndPooledIntervalsCoverTheTruthOfShops) {
  Coverage coverage;
  for (int shop = 0; shop < shops(); ++shop) {
    ShopRunOptions options;
    options.shop.seed = 1000 + static_cast<std::uint64_t>(shop);
    options.users = 3000;
    options.plan.fixed_at = 1000;
    ShopRun run(options);
    run.finish();
    const TruthByKey truth = differences(run.truth());
    for (const std::string_view experiment : {kBannerExperiment, kFlowExperiment}) {
      compare(run.analyze(experiment), std::string(experiment), truth, coverage);
    }
  }
  for (const auto& [row, tally] : coverage.raw) {
    std::cout << row << ": " << text_of(tally) << '\n';
    EXPECT_GE(tally.share(), 0.95 - tally.band(0.95)) << row;
  }
  std::cout << "raw: " << text_of(coverage.all_raw) << "\npooled: " << text_of(coverage.all_pooled) << '\n';
  EXPECT_NEAR(coverage.all_raw.share(), 0.95, coverage.all_raw.band(0.95));
  EXPECT_GE(coverage.all_pooled.share(), 0.93 - coverage.all_pooled.band(0.93));
}

TEST(Coverage, AnExperimentOfTheSamePageTwiceIsRarelySignificantAtAnyDailyLook) {
  Tally alarms;
  Tally covered;
  for (int shop = 0; shop < shops(); ++shop) {
    ShopRunOptions options;
    options.shop.seed = 5000 + static_cast<std::uint64_t>(shop);
    options.shop.with_aa = true;
    options.users = 2000;
    ShopRun run(options);
    bool alarm = false;
    bool always_covered = true;
    for (int day = 1; day <= options.days; ++day) {
      run.run_days(day);
      for (const auto& metric : run.analyze(kAaExperiment).metrics) {
        alarm = alarm || metric.comparisons.front().significant;
        const auto& difference = metric.comparisons.front().difference;
        always_covered = always_covered && (!difference || difference->interval.contains(0));
      }
    }
    alarms.add(alarm);
    covered.add(always_covered);
  }
  std::cout << "false alarms at any of seven looks: " << text_of(alarms) << '\n';
  std::cout << "sequences that always held zero: " << text_of(covered) << '\n';
  EXPECT_LE(alarms.share(), 0.05 + alarms.band(0.05));
}

}  // namespace
}  // namespace splitplot::test
