#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/many/hierarchical_fdr.hpp>
#include <splitplot/stats/many/multiplicity.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

/// The procedure as its authors state it, at one q.
std::vector<bool> slow_rejections(const std::vector<double>& p, const std::vector<std::size_t>& family,
                                  std::size_t families, double q) {
  const auto bh = [](const std::vector<double>& values, double level) {
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    double limit = -1;
    for (std::size_t k = 1; k <= sorted.size(); ++k) {
      if (sorted[k - 1] <= level * static_cast<double>(k) / static_cast<double>(sorted.size()))
        limit = sorted[k - 1];
    }
    return limit;
  };
  std::vector<double> simes(families, 1);
  std::vector<std::vector<double>> members(families);
  for (std::size_t i = 0; i < p.size(); ++i) members[family[i]].push_back(p[i]);
  for (std::size_t f = 0; f < families; ++f) {
    std::sort(members[f].begin(), members[f].end());
    for (std::size_t k = 1; k <= members[f].size(); ++k)
      simes[f] = std::min(
          simes[f], members[f][k - 1] * static_cast<double>(members[f].size()) / static_cast<double>(k));
  }
  const double family_limit = bh(simes, q);
  double selected = 0;
  for (const double s : simes) selected += s <= family_limit ? 1 : 0;
  std::vector<bool> rejected(p.size(), false);
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (simes[family[i]] > family_limit) continue;
    rejected[i] = p[i] <= bh(members[family[i]], q * selected / static_cast<double>(families));
  }
  return rejected;
}

TEST(HierarchicalFdr, RejectsWhatTheProcedureRejectsAtEveryLevel) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    RandomStream random(seed);
    constexpr std::size_t kFamilies = 6;
    std::vector<double> p;
    std::vector<std::size_t> family;
    for (std::size_t i = 0; i < 50; ++i) {
      family.push_back(i < kFamilies ? i : random.below(kFamilies));
      p.push_back(std::pow(random.uniform(), family.back() < 3 ? 4 : 1));
    }
    for (const double q : {0.003, 0.05, 0.2, 0.6}) {
      const HierarchicalFdr result = hierarchical_fdr(p, family, q, FdrGuarantee::SelectedFamilies);
      EXPECT_EQ(result.rejected, slow_rejections(p, family, kFamilies, q)) << seed << " " << q;
      for (std::size_t i = 0; i < p.size(); ++i) {
        EXPECT_GE(result.adjusted_p_values[i], p[i]);
        if (result.rejected[i]) {
          EXPECT_TRUE(result.families[result.family_of[i]].selected);
        }
      }
    }
  }
}

/// The p-filter by its definition: the largest set that meets both conditions, found by throwing out what does not.
std::vector<bool> slow_filter(const std::vector<double>& p, const std::vector<std::size_t>& family,
                              std::size_t families, double q) {
  std::vector<std::vector<double>> members(families);
  for (std::size_t i = 0; i < p.size(); ++i) members[family[i]].push_back(p[i]);
  std::vector<double> simes(families, 1);
  for (std::size_t f = 0; f < families; ++f) {
    std::sort(members[f].begin(), members[f].end());
    for (std::size_t k = 1; k <= members[f].size(); ++k)
      simes[f] = std::min(
          simes[f], members[f][k - 1] * static_cast<double>(members[f].size()) / static_cast<double>(k));
  }
  std::vector<bool> in(p.size(), true);
  for (bool changed = true; changed;) {
    changed = false;
    std::vector<bool> shown(families, false);
    double tests = 0, groups = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      if (!in[i]) continue;
      ++tests;
      if (!shown[family[i]]) ++groups;
      shown[family[i]] = true;
    }
    for (std::size_t i = 0; i < p.size(); ++i) {
      if (in[i] && (p[i] > q * tests / static_cast<double>(p.size()) ||
                    simes[family[i]] > q * groups / static_cast<double>(families))) {
        in[i] = false;
        changed = true;
      }
    }
  }
  return in;
}

TEST(HierarchicalFdr, FiltersWhatThePFilterFiltersAtEveryLevel) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    RandomStream random(seed);
    constexpr std::size_t kFamilies = 6;
    std::vector<double> p;
    std::vector<std::size_t> family;
    for (std::size_t i = 0; i < 50; ++i) {
      family.push_back(i < kFamilies ? i : random.below(kFamilies));
      p.push_back(std::pow(random.uniform(), family.back() < 3 ? 4 : 1));
    }
    const std::vector<double> plain = adjust_p_values(p, Correction::BenjaminiHochberg);
    for (const double q : {0.003, 0.05, 0.2, 0.6}) {
      const HierarchicalFdr result = hierarchical_fdr(p, family, q);
      EXPECT_EQ(result.rejected, slow_filter(p, family, kFamilies, q)) << seed << " " << q;
      for (std::size_t i = 0; i < p.size(); ++i) EXPECT_GE(result.adjusted_p_values[i], plain[i] - 1e-15);
    }
  }
}

TEST(HierarchicalFdr, OneFamilyAndFamiliesOfOneAreBenjaminiAndHochberg) {
  RandomStream random(8);
  std::vector<double> p;
  for (int i = 0; i < 20; ++i) p.push_back(std::pow(random.uniform(), 3));
  const std::vector<double> want = adjust_p_values(p, Correction::BenjaminiHochberg);
  const std::vector<std::size_t> one(p.size(), 7);
  std::vector<std::size_t> own;
  for (std::size_t i = 0; i < p.size(); ++i) own.push_back(100 - i);
  for (std::size_t i = 0; i < p.size(); ++i) {
    for (const FdrGuarantee guarantee : {FdrGuarantee::TestsAndFamilies, FdrGuarantee::SelectedFamilies}) {
      EXPECT_NEAR(hierarchical_fdr(p, one, 0.05, guarantee).adjusted_p_values[i], want[i], 1e-15);
      EXPECT_NEAR(hierarchical_fdr(p, own, 0.05, guarantee).adjusted_p_values[i], want[i], 1e-15);
    }
  }
}

TEST(HierarchicalFdr, TakesFamiliesFromPlaces) {
  std::vector<PlacedTest> tests;
  for (std::size_t segment = 0; segment < 3; ++segment)
    for (std::size_t metric = 0; metric < 2; ++metric)
      for (std::size_t variant = 0; variant < 4; ++variant)
        tests.push_back({segment, metric, variant, 0.01 * static_cast<double>(tests.size())});
  EXPECT_EQ(hierarchical_fdr(tests, FamilyBy::Segment).families.size(), 3);
  EXPECT_EQ(hierarchical_fdr(tests, FamilyBy::Metric).families.size(), 2);
  EXPECT_EQ(hierarchical_fdr(tests, FamilyBy::Variant).families.size(), 4);
  EXPECT_EQ(hierarchical_fdr(tests, FamilyBy::MetricAndVariant).families.size(), 8);
  EXPECT_EQ(hierarchical_fdr(tests, FamilyBy::MetricAndVariant).families[3].tests, 3);
  EXPECT_TRUE(hierarchical_fdr(std::vector<PlacedTest>{}).families.empty());
}

/// Rates over simulated experiments of 20 segments x 5 metrics x 3 variants, z-statistics with unit variance.
struct Rates {
  double fdr = 0;           ///< over everything
  double fdr_families = 0;  ///< of segments shown, those in which nothing is real
  double fdr_selected = 0;  ///< averaged over segments in which something was rejected
  double power = 0;
};

struct World {
  double metric_correlation = 0;
  double shift = 3.2;
  /// Whether the effect at (segment, metric, variant) is real; a fifth of them.
  std::function<bool(std::size_t, std::size_t, std::size_t)> real;
};

constexpr std::size_t kSegments = 20, kMetrics = 5, kVariants = 3;
constexpr int kRuns = 400;

/// Within a segment metrics share a common part and variants share the control (correlation one half).
std::vector<PlacedTest> simulate(const World& world, RandomStream& random, std::vector<bool>& real) {
  std::vector<PlacedTest> tests;
  real.clear();
  const double common = std::sqrt(world.metric_correlation), own = std::sqrt(1 - world.metric_correlation);
  for (std::size_t segment = 0; segment < kSegments; ++segment) {
    std::vector<double> arm_part(kVariants + 1);
    for (double& part : arm_part) part = random.normal();
    for (std::size_t metric = 0; metric < kMetrics; ++metric) {
      const double control = common * arm_part[0] + own * random.normal();
      for (std::size_t variant = 0; variant < kVariants; ++variant) {
        const double treatment = common * arm_part[variant + 1] + own * random.normal();
        real.push_back(world.real(segment, metric, variant));
        const double z = (treatment - control) / std::sqrt(2.0) + (real.back() ? world.shift : 0);
        tests.push_back({segment, metric, variant, 2 * normal_sf(std::abs(z))});
      }
    }
  }
  return tests;
}

void tally(const std::vector<bool>& rejected, const std::vector<bool>& real, Rates& rates) {
  double wrong = 0, all = 0, found = 0, truths = 0, average = 0, selected = 0, empty = 0;
  constexpr std::size_t kSize = kMetrics * kVariants;
  for (std::size_t segment = 0; segment < kSegments; ++segment) {
    double wrong_here = 0, all_here = 0, real_here = 0;
    for (std::size_t i = segment * kSize; i < (segment + 1) * kSize; ++i) {
      truths += real[i] ? 1 : 0;
      real_here += real[i] ? 1 : 0;
      if (!rejected[i]) continue;
      ++all_here;
      (real[i] ? found : wrong_here) += 1;
    }
    all += all_here;
    wrong += wrong_here;
    if (all_here > 0) {
      ++selected;
      average += wrong_here / all_here;
      if (real_here == 0) ++empty;
    }
  }
  rates.fdr += wrong / std::max(all, 1.0) / kRuns;
  rates.fdr_families += empty / std::max(selected, 1.0) / kRuns;
  rates.fdr_selected += average / std::max(selected, 1.0) / kRuns;
  rates.power += truths > 0 ? found / truths / kRuns : 0;
}

struct AllRates {
  Rates both, selected, plain;
};

AllRates rates_of(const World& world, std::uint64_t seed) {
  RandomStream random(seed);
  AllRates result;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<bool> real;
    const std::vector<PlacedTest> tests = simulate(world, random, real);
    const auto rejected = [&](FdrGuarantee guarantee) {
      return hierarchical_fdr(tests, FamilyBy::Segment, 0.05, guarantee).rejected;
    };
    tally(rejected(FdrGuarantee::TestsAndFamilies), real, result.both);
    tally(rejected(FdrGuarantee::SelectedFamilies), real, result.selected);
    std::vector<double> p;
    for (const PlacedTest& test : tests) p.push_back(test.p_value);
    tally(decide_family(p, Correction::BenjaminiHochberg).rejected, real, result.plain);
  }
  return result;
}

const auto kSpread = [](std::size_t segment, std::size_t metric, std::size_t variant) {
  return (segment + 2 * metric + variant) % 5 == 0;
};
const auto kFewSegments = [](std::size_t segment, std::size_t, std::size_t) { return segment < 4; };
const auto kOneMetric = [](std::size_t, std::size_t metric, std::size_t) { return metric == 2; };

std::string text_of(const Rates& rates) {
  return "fdr " + std::to_string(rates.fdr) + " families " + std::to_string(rates.fdr_families) +
         " selected " + std::to_string(rates.fdr_selected) + " power " + std::to_string(rates.power);
}

// A fifth of the effects is real: spread evenly, in four segments, in one metric; metrics independent or strongly correlated. The
// band is three standard errors of a mean of proportions that scatter by .05 from run to run.
TEST(HierarchicalFdr, HoldsTheFalseDiscoveryRateWithAFifthOfTheEffectsReal) {
  constexpr double kScatter = 0.05;
  const double limit = 0.05 + 3 * kScatter / std::sqrt(static_cast<double>(kRuns));
  for (const double correlation : {0.0, 0.8}) {
    int layout = 0;
    for (const auto& real : {std::function<bool(std::size_t, std::size_t, std::size_t)>(kSpread),
                             {kFewSegments},
                             {kOneMetric}}) {
      const auto [both, selected, plain] = rates_of({correlation, 3.2, real}, 31);
      EXPECT_LE(both.fdr, limit);
      EXPECT_LE(both.fdr_families, limit);
      EXPECT_LE(selected.fdr_selected, limit);
      EXPECT_GE(both.power, plain.power - 0.06);
      const std::string name =
          "_" + std::to_string(static_cast<int>(10 * correlation)) + "_" + std::to_string(layout++);
      RecordProperty("both" + name, text_of(both));
      RecordProperty("chosen" + name, text_of(selected));
      RecordProperty("plain" + name, text_of(plain));
    }
  }
}

// Where few segments hold all that is real, plain Benjamini-Hochberg lets false discoveries pile up elsewhere: segments are shown in
// which nothing is real. Families keep their promise.
TEST(HierarchicalFdr, ShowsNoEmptySegmentsWherePlainDoes) {
  const auto [both, selected, plain] = rates_of({0.0, 5, kFewSegments}, 77);
  EXPECT_LE(both.fdr_families, 0.06);
  EXPECT_LE(selected.fdr_families, 0.06);
  EXPECT_GT(plain.fdr_families, 0.15);
}

TEST(HierarchicalFdr, FindsNothingTooOftenWhereNothingIs) {
  const auto [both, selected, plain] =
      rates_of({0.5, 0, [](std::size_t, std::size_t, std::size_t) { return false; }}, 5);
  // Any rejection is then false: the rate is that of experiments with one.
  const double limit = 0.05 + 3 * std::sqrt(0.05 * 0.95 / kRuns);
  EXPECT_LE(both.fdr, limit);
  EXPECT_LE(selected.fdr, limit);
}

}  // namespace
}  // namespace splitplot::stats
