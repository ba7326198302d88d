// S8 and S10: winners among many segments, metrics and variants.
#include "scorecard.hpp"

#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/many/hierarchical_fdr.hpp>
#include <splitplot/stats/many/multiplicity.hpp>

#include <array>

namespace splitplot::calibration {
namespace {

using namespace splitplot::stats;

// ---- S8: nothing works, and 24 segments are looked at

constexpr std::size_t kAttributes = 6;
constexpr std::size_t kLevels = 4;
using SegmentArms = std::array<std::array<SuccessCount, 2>, kAttributes * kLevels>;

/// Users with six attributes of four levels each; the treatment adds `gain` to the rate of those with level 0 of attribute 0.
SegmentArms draw_segments(RandomStream& random, std::uint64_t users, double gain) {
  SegmentArms arms{};
  for (std::uint64_t user = 0; user < users; ++user) {
    std::uint64_t bits = random.next();  // two bits an attribute, one for the arm
    const std::size_t arm = bits & 1;
    bits >>= 1;
    const bool converts = random.bernoulli(0.05 + (arm == 1 && bits % kLevels == 0 ? gain : 0));
    for (std::size_t attribute = 0; attribute < kAttributes; ++attribute, bits /= kLevels) {
      SuccessCount& cell = arms[attribute * kLevels + bits % kLevels][arm];
      ++cell.units;
      cell.successes += converts ? 1 : 0;
    }
  }
  return arms;
}

struct WinnerTally {
  Rate any_winner;
  Rate right_winner;  // level 0 of attribute 0
  Rate any_uncorrected;

  void merge(const WinnerTally& other) {
    any_winner.merge(other.any_winner);
    right_winner.merge(other.right_winner);
    any_uncorrected.merge(other.any_uncorrected);
  }
};

WinnerTally find_winners(const Settings& settings, std::uint64_t users, double gain) {
  const std::string name = "winners" + std::to_string(users);
  return simulate<WinnerTally>(
      settings, settings.experiments(300), name, [=](RandomStream& random, WinnerTally& tally) {
        std::vector<double> p_values;
        for (const auto& [control, treatment] : draw_segments(random, users, gain)) {
          const auto difference = compare_proportions(control, treatment);
          p_values.push_back(difference ? difference->p_value : 1.0);
        }
        const std::vector<double> adjusted = adjust_p_values(p_values, Correction::BenjaminiHochberg);
        tally.any_winner.count(*std::min_element(adjusted.begin(), adjusted.end()) <= 0.05);
        tally.right_winner.count(adjusted[0] <= 0.05);
        tally.any_uncorrected.count(*std::min_element(p_values.begin(), p_values.end()) <= 0.05);
      });
}

// ---- S10: 20 % true effects among segments x metrics x variants

constexpr std::size_t kSegments = 20;
constexpr std::size_t kMetrics = 5;
constexpr std::size_t kTreatments = 2;

struct DiscoveryTally {
  double false_share = 0;  // sum over experiments of false discoveries / discoveries
  double false_share_squares = 0;
  double plain_false_share = 0;
  double selected_false_share = 0;  // averaged over the segments selected
  std::uint64_t experiments = 0;
  Rate found;
  Rate plain_found;

  void merge(const DiscoveryTally& other) {
    false_share += other.false_share;
    false_share_squares += other.false_share_squares;
    plain_false_share += other.plain_false_share;
    selected_false_share += other.selected_false_share;
    experiments += other.experiments;
    found.merge(other.found);
    plain_found.merge(other.plain_found);
  }
  [[nodiscard]] double mean(double sum) const { return sum / static_cast<double>(experiments); }
  [[nodiscard]] double band() const {
    const double n = static_cast<double>(experiments);
    return 3 * std::sqrt((false_share_squares / n - mean(false_share) * mean(false_share)) / n);
  }
};

/// z-values: metrics of a segment are correlated by a common part (.5), its two treatments by their common control (.5). One test in five
/// has an effect of 3.5 standard errors; effects lie together in segments, as they do: two segments in five have them, on half of their tests.
void draw_tests(RandomStream& random, std::vector<PlacedTest>& tests, std::vector<bool>& real) {
  tests.clear();
  real.clear();
  for (std::size_t segment = 0; segment < kSegments; ++segment) {
    const bool responsive = random.bernoulli(0.4);
    const double segment_noise = random.normal();
    for (std::size_t metric = 0; metric < kMetrics; ++metric) {
      const double metric_noise = std::sqrt(0.5) * (segment_noise + random.normal());
      for (std::size_t variant = 1; variant <= kTreatments; ++variant) {
        const bool effect = responsive && random.bernoulli(0.5);
        const double z = std::sqrt(0.5) * (metric_noise + random.normal()) + (effect ? 3.5 : 0);
        tests.push_back({segment, metric, variant, 2 * normal_sf(std::abs(z))});
        real.push_back(effect);
      }
    }
  }
}

double false_share_of(const std::vector<bool>& rejected, const std::vector<bool>& real) {
  double discoveries = 0, wrong = 0;
  for (std::size_t i = 0; i < real.size(); ++i) {
    discoveries += rejected[i] ? 1 : 0;
    wrong += rejected[i] && !real[i] ? 1 : 0;
  }
  return discoveries == 0 ? 0 : wrong / discoveries;
}

/// The false discovery share inside each selected segment, averaged over them: what Benjamini and Bogomolov control.
double selected_false_share_of(const HierarchicalFdr& result, const std::vector<bool>& real) {
  std::vector<double> discoveries(result.families.size()), wrong(result.families.size());
  for (std::size_t i = 0; i < real.size(); ++i) {
    discoveries[result.family_of[i]] += result.rejected[i] ? 1 : 0;
    wrong[result.family_of[i]] += result.rejected[i] && !real[i] ? 1 : 0;
  }
  double sum = 0, selected = 0;
  for (std::size_t family = 0; family < result.families.size(); ++family) {
    if (!result.families[family].selected) continue;
    ++selected;
    sum += discoveries[family] == 0 ? 0 : wrong[family] / discoveries[family];
  }
  return selected == 0 ? 0 : sum / selected;
}

void discover(RandomStream& random, DiscoveryTally& tally) {
  std::vector<PlacedTest> tests;
  std::vector<bool> real;
  draw_tests(random, tests, real);
  const HierarchicalFdr result = hierarchical_fdr(tests);
  std::vector<double> p_values;
  for (const PlacedTest& test : tests) p_values.push_back(test.p_value);
  const std::vector<double> adjusted = adjust_p_values(p_values, Correction::BenjaminiHochberg);
  std::vector<bool> plain;
  for (const double p : adjusted) plain.push_back(p <= 0.05);

  const double share = false_share_of(result.rejected, real);
  ++tally.experiments;
  tally.false_share += share;
  tally.false_share_squares += share * share;
  tally.plain_false_share += false_share_of(plain, real);
  tally.selected_false_share += selected_false_share_of(result, real);
  for (std::size_t i = 0; i < real.size(); ++i) {
    if (!real[i]) continue;
    tally.found.count(result.rejected[i]);
    tally.plain_found.count(plain[i]);
  }
}

}  // namespace

std::vector<Line> measure_s8(const Settings& settings) {
  std::vector<Line> lines;
  for (const std::uint64_t users : {5000, 20000, 100000}) {
    const WinnerTally null = find_winners(settings, users, 0);
    const WinnerTally effect = find_winners(settings, users, 0.02);
    lines.push_back(
        {"S8", "24 segments, nothing works, " + std::to_string(users) + " users: runs with a winner",
         null.any_winner.trials, "<= 5 %", percent(null.any_winner),
         ".05 to .07 in one segment: found " + percent(effect.right_winner),
         "greedy tree 81 / 95 / 100 %; uncorrected tests on these data " + percent(null.any_uncorrected),
         null.any_winner.at_most(0.05)});
  }
  return lines;
}

std::vector<Line> measure_s10(const Settings& settings) {
  const auto tally = simulate<DiscoveryTally>(settings, settings.experiments(2000), "discoveries", discover);
  const double share = tally.mean(tally.false_share);
  const double selected = tally.mean(tally.selected_false_share);
  return {{"S10", "20 segments x 5 metrics x 2 variants, 20 % true: false discoveries", tally.experiments,
           "<= 5 %", percent(share),
           "found of the true " + percent(tally.found) + " (plain BH " + percent(tally.plain_found) + ")",
           "BH 3.75 % at nominal 5 x 15/20; BH on these data " + percent(tally.mean(tally.plain_false_share)),
           share <= 0.05 + tally.band()},
          {"S10", "the same: averaged over the selected segments", tally.experiments, "<= 5 %",
           percent(selected), "", "", selected <= 0.05 + tally.band()}};
}

}  // namespace splitplot::calibration
