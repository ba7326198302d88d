// What assignment promises whatever is configured: shares are kept, experiments are independent, and changes that should
// move nobody move nobody.
#include "documents.hpp"

#include <splitplot/decide/hash.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

using namespace test;

constexpr int kUnits = 10'000;

Value unit(int number) {
  Value attributes;
  attributes.set("id", "user-" + std::to_string(number));
  return attributes;
}

std::optional<std::size_t> variant_of(const Snapshot& snapshot, const std::string& experiment,
                                      const Value& attributes) {
  return snapshot.assign(snapshot.configuration().experiments.at(experiment), model::Attributes(&attributes))
      .variant;
}

TEST(InvarianceTest, WeightsAreKeptForFiftySeeds) {
  const std::vector<double> weights{0.5, 0.3, 0.2};
  model::Configuration configuration;
  for (int seed = 0; seed < 50; ++seed) {
    model::Experiment seeded = experiment("e" + std::to_string(seed), weights);
    seeded.seed = "seed-" + std::to_string(seed);
    add(configuration, seeded);
  }
  const auto compiled = snapshot(std::move(configuration));
  // Of 150 counts, 0.4 lie more than three standard errors off by chance.
  std::array<std::array<int, 3>, 50> counts{};
  for (int i = 0; i < kUnits; ++i) {
    const Value attributes = unit(i);
    for (std::size_t seed = 0; seed < counts.size(); ++seed) {
      const auto variant = variant_of(*compiled, "e" + std::to_string(seed), attributes);
      ASSERT_TRUE(variant);
      ++counts[seed][*variant];
    }
  }
  int outside = 0;
  for (std::size_t seed = 0; seed < counts.size(); ++seed) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double standard_error = std::sqrt(kUnits * weights[i] * (1 - weights[i]));
      const double errors = std::abs(counts[seed][i] - kUnits * weights[i]) / standard_error;
      if (errors > 3) ++outside;
      EXPECT_LT(errors, 4.5) << "seed " << seed << ", variant " << i;
    }
  }
  EXPECT_LE(outside, 2);
}

/// Pearson's statistic of the two-by-two table of who is treated in both.
double chi_square(const std::vector<std::size_t>& first, const std::vector<std::size_t>& second) {
  double counts[2][2] = {};
  for (std::size_t i = 0; i < first.size(); ++i) ++counts[first[i]][second[i]];
  const double all = static_cast<double>(first.size());
  const double rows[2] = {counts[0][0] + counts[0][1], counts[1][0] + counts[1][1]};
  const double columns[2] = {counts[0][0] + counts[1][0], counts[0][1] + counts[1][1]};
  double sum = 0;
  for (int r = 0; r < 2; ++r) {
    for (int c = 0; c < 2; ++c) {
      const double expected = rows[r] * columns[c] / all;
      sum += (counts[r][c] - expected) * (counts[r][c] - expected) / expected;
    }
  }
  return sum;
}

TEST(InvarianceTest, ExperimentsAreIndependentOfOneAnother) {
  constexpr std::size_t kExperiments = 24;
  model::Configuration configuration;
  // Seeds that differ in one letter: the hardest case.
  for (std::size_t e = 0; e < kExperiments; ++e) {
    add(configuration, experiment(std::string(1, static_cast<char>('a' + e))));
  }
  const auto compiled = snapshot(std::move(configuration));
  std::vector<std::vector<std::size_t>> variants(kExperiments);
  for (int i = 0; i < kUnits; ++i) {
    const Value attributes = unit(i);
    for (std::size_t e = 0; e < kExperiments; ++e) {
      variants[e].push_back(*variant_of(*compiled, std::string(1, static_cast<char>('a' + e)), attributes));
    }
  }
  int pairs = 0;
  int doubtful = 0;
  for (std::size_t first = 0; first < kExperiments; ++first) {
    for (std::size_t second = 0; second < first; ++second) {
      const double statistic = chi_square(variants[first], variants[second]);
      EXPECT_LT(statistic, 25) << first << " and " << second << ": less than one in a million by chance";
      ++pairs;
      if (statistic > 6.635) ++doubtful;  // the 99 % point with one degree of freedom
    }
  }
  EXPECT_LE(doubtful, pairs * 3 / 100) << "1 % is what chance does";
}

TEST(InvarianceTest, GrowingCoverageMovesNobody) {
  std::vector<std::optional<std::size_t>> before(kUnits / 10);
  for (const double coverage : {0.0, 0.01, 0.1, 0.35, 0.8, 1.0}) {
    model::Configuration configuration;
    model::Experiment covered = experiment("e", {0.2, 0.3, 0.5});
    covered.coverage = coverage;
    add(configuration, covered);
    const auto compiled = snapshot(std::move(configuration));
    int taking_part = 0;
    for (int i = 0; i < kUnits / 10; ++i) {
      const auto variant = variant_of(*compiled, "e", unit(i));
      std::optional<std::size_t>& earlier = before[static_cast<std::size_t>(i)];
      if (earlier) {
        EXPECT_EQ(variant, earlier) << "unit " << i << " at " << coverage;
      }
      earlier = variant;
      if (variant) ++taking_part;
    }
    EXPECT_NEAR(taking_part, coverage * kUnits / 10, 50);
  }
}

TEST(InvarianceTest, ExperimentsOfALayerShareNobody) {
  model::Configuration configuration;
  add_layer(configuration, "area");
  const std::vector<std::pair<double, double>> slices{{0, 0.25}, {0.25, 0.6}, {0.6, 1}};
  for (std::size_t i = 0; i < slices.size(); ++i) {
    model::Experiment sliced = experiment("e" + std::to_string(i));
    sliced.layer = model::LayerSlice{"area", slices[i].first, slices[i].second};
    add(configuration, sliced);
  }
  const auto compiled = snapshot(std::move(configuration));
  std::array<int, 3> sizes{};
  std::array<int, 3> treated{};
  for (int i = 0; i < kUnits; ++i) {
    const Value attributes = unit(i);
    int in = 0;
    for (std::size_t e = 0; e < slices.size(); ++e) {
      const auto variant = variant_of(*compiled, "e" + std::to_string(e), attributes);
      if (!variant) continue;
      ++in;
      ++sizes[e];
      treated[e] += *variant == 1 ? 1 : 0;
    }
    EXPECT_EQ(in, 1) << "unit " << i;
  }
  for (std::size_t e = 0; e < slices.size(); ++e) {
    const double share = slices[e].second - slices[e].first;
    EXPECT_NEAR(sizes[e], share * kUnits, 4 * std::sqrt(kUnits * share * (1 - share)));
    EXPECT_NEAR(treated[e], sizes[e] / 2.0, 4 * std::sqrt(sizes[e] * 0.25))
        << "a slice says nothing about the variant";
  }
}

TEST(InvarianceTest, ARuleBelowChangesNothingAbove) {
  const std::vector<model::FlagRule> rules{serve("staff", R"({"n": {"$lt": 50}})"), ask("test", "e"),
                                           serve("share", "", 0.4)};
  model::Configuration before;
  add(before, flag("f", rules));
  model::Experiment half = experiment("e");
  half.coverage = 0.5;
  add(before, half);
  model::Configuration after = before;
  after.flags.at("f").rules.push_back(serve("late", "", 0.9));
  after.flags.at("f").rules.push_back(serve("last", ""));
  const auto old_snapshot = snapshot(std::move(before));
  const auto new_snapshot = snapshot(std::move(after));
  int by_rule = 0;
  for (int i = 0; i < 1'000; ++i) {
    Value attributes = unit(i);
    attributes.set("n", i);
    const Decision was = old_snapshot->decide("f", model::Attributes(&attributes));
    const Decision is = new_snapshot->decide("f", model::Attributes(&attributes));
    if (was.rule.empty()) {
      EXPECT_TRUE(is.rule == "late" || is.rule == "last");
    } else {
      ++by_rule;
      EXPECT_EQ(is.rule, was.rule);
      EXPECT_EQ(is.variant, was.variant);
      EXPECT_EQ(is.assignment.bucket, was.assignment.bucket);
    }
  }
  EXPECT_GT(by_rule, 600);
  EXPECT_LT(by_rule, 900);
}

TEST(InvarianceTest, TheEdgesOfTheBucketsBelongToSomebody) {
  model::Configuration configuration;
  add(configuration, experiment("e", {0.1, 0.2, 0.3, 0.4}));
  add(configuration, flag("f", {serve("r", "", 0.0001, "experiment/e")}));
  const auto compiled = snapshot(std::move(configuration));
  bool first = false;
  bool last = false;
  for (int i = 0; i < 200'000 && !(first && last); ++i) {
    const std::string id = "user-" + std::to_string(i);
    const double bucket = bucket_of("experiment/e", id);
    if (bucket != 0 && bucket != 0.9999) continue;
    const Value attributes = unit(i);
    EXPECT_EQ(variant_of(*compiled, "e", attributes), bucket == 0 ? 0u : 3u);
    EXPECT_EQ(compiled->decide("f", model::Attributes(&attributes)).variant, bucket == 0 ? "on" : "off");
    (bucket == 0 ? first : last) = true;
  }
  EXPECT_TRUE(first && last);
}

}  // namespace
}  // namespace splitplot::decide
