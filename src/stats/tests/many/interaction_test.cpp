#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/many/heterogeneity.hpp>
#include <splitplot/stats/many/interaction.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

std::vector<double> some_values(RandomStream& random, int count, double mean) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(mean + random.normal());
  return values;
}

Moments moments_of(const std::vector<double>& values) {
  Moments moments;
  for (const double value : values) moments.add(value);
  return moments;
}

// HC2 from its definition: squared residuals over 1 - leverage, leverage 1 / n in a saturated regression.
TEST(CellMean, HasTheVarianceOfTheSandwich) {
  RandomStream random(1);
  const std::vector<double> values = some_values(random, 9, 3);
  const Moments moments = moments_of(values);
  for (const auto& [variance, power] : std::vector<std::pair<CellVariance, double>>{
           {CellVariance::HC0, 0}, {CellVariance::HC2, 1}, {CellVariance::HC3, 2}}) {
    double meat = 0;
    for (const double x : values) meat += std::pow(x - moments.mean, 2) / std::pow(1 - 1.0 / 9, power);
    EXPECT_NEAR(cell_mean(moments, variance)->variance_of_mean, meat / 81, 1e-14);
  }
  const SuccessCount count{3, 10};
  Moments as_moments;
  for (int i = 0; i < 10; ++i) as_moments.add(i < 3 ? 1 : 0);
  for (const CellVariance variance : {CellVariance::HC0, CellVariance::HC2, CellVariance::HC3}) {
    EXPECT_NEAR(cell_mean(count, variance)->variance_of_mean,
                cell_mean(as_moments, variance)->variance_of_mean, 1e-16);
  }
  EXPECT_NEAR(cell_mean(count)->variance_of_mean, 0.3 * 0.7 / 10, 1e-16);
}

FactorialCells some_cells(std::uint64_t seed) {
  RandomStream random(seed);
  const auto cell = [&] { return CellMean{random.normal(), 0.01 + random.uniform()}; };
  return {cell(), cell(), cell(), cell()};
}

TEST(FactorialEffects, AreTheDifferencesOfDifferences) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const FactorialCells c = some_cells(seed);
    const auto effects = factorial_effects(c, 0.9);
    ASSERT_TRUE(effects.has_value());
    const double a_without_b = c.only_a.mean - c.neither.mean, a_with_b = c.both.mean - c.only_b.mean;
    EXPECT_NEAR(effects->interaction.value, a_with_b - a_without_b, 1e-14);
    EXPECT_NEAR(effects->main_a.value, (a_with_b + a_without_b) / 2, 1e-14);
    const double variance = c.neither.variance_of_mean + c.only_a.variance_of_mean +
                            c.only_b.variance_of_mean + c.both.variance_of_mean;
    EXPECT_NEAR(effects->interaction.standard_error, std::sqrt(variance), 1e-14);
    EXPECT_NEAR(effects->main_b.standard_error, std::sqrt(variance) / 2, 1e-14);
    EXPECT_EQ(effects->interaction.p_value <= 0.1, !effects->interaction.interval.contains(0));
    // Swapping the experiments swaps their effects; swapping one's arms turns the interaction's sign.
    const auto swapped = factorial_effects({c.neither, c.only_b, c.only_a, c.both});
    EXPECT_NEAR(swapped->interaction.value, effects->interaction.value, 1e-14);
    EXPECT_NEAR(swapped->main_a.value, effects->main_b.value, 1e-14);
    const auto turned = factorial_effects({c.only_a, c.neither, c.both, c.only_b});
    EXPECT_NEAR(turned->interaction.value, -effects->interaction.value, 1e-14);
    EXPECT_NEAR(turned->interaction.p_value, effects->interaction.p_value, 1e-14);
  }
}

TEST(CellContrast, ChangesUnitsWithItsDataAndSurvivesExtremes) {
  const std::vector<double> weights{1, -1, -1, 1};
  const std::vector<CellMean> tiny{{1e-300, 0}, {2e-300, 0}, {0, 1e-320}, {0, 0}};
  EXPECT_TRUE(cell_contrast(tiny, weights).has_value());
  const std::vector<CellMean> huge{{1e308, 1}, {-1e308, 1}, {0, 1}, {0, 1}};
  EXPECT_FALSE(cell_contrast(huge, weights).has_value());
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(cell_contrast(std::vector<CellMean>{{kNaN, 1}}, std::vector<double>{1}).has_value());
  EXPECT_FALSE(cell_contrast(std::vector<CellMean>{{1, -1}}, std::vector<double>{1}).has_value());
  EXPECT_FALSE(cell_contrast(std::vector<CellMean>{{1, 0}}, std::vector<double>{1}).has_value());
  EXPECT_FALSE(cell_contrast(std::vector<CellMean>{{1, 1}}, std::vector<double>{1, 2}).has_value());
  EXPECT_FALSE(cell_contrast({}, {}).has_value());
  EXPECT_FALSE(cell_mean(Moments{}).has_value());
  EXPECT_FALSE(cell_mean(SuccessCount{0, 0}).has_value());
  EXPECT_FALSE(cell_mean(SuccessCount{3, 2}).has_value());
  EXPECT_FALSE(cell_mean(SuccessCount{1, 1}, CellVariance::HC2).has_value());
}

// The likelihood of the saturated logistic regression, its maximum by Newton steps.
TEST(LogitInteraction, IsTheCoefficientOfTheSaturatedRegression) {
  const FactorialCounts counts{{50, 500}, {30, 450}, {80, 600}, {99, 520}};
  const auto result = logit_interaction(counts, 0.95);
  ASSERT_TRUE(result.has_value());
  const auto odds = [](const SuccessCount& c) { return c.rate() / (1 - c.rate()); };
  const double ratio = odds(counts.both) * odds(counts.neither) / (odds(counts.only_a) * odds(counts.only_b));
  EXPECT_NEAR(result->value, std::log(ratio), 1e-13);
  EXPECT_FALSE(logit_interaction({{0, 5}, {1, 5}, {1, 5}, {1, 5}}).has_value());
  EXPECT_FALSE(logit_interaction({{5, 5}, {1, 5}, {1, 5}, {1, 5}}).has_value());
  EXPECT_FALSE(logit_interaction({{6, 5}, {1, 5}, {1, 5}, {1, 5}}).has_value());
}

TEST(AdditivityTest, WithTwoColumnsIsCochransQ) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    RandomStream random(seed);
    std::vector<CellMean> cells;
    std::vector<SegmentEffect> effects;
    for (int row = 0; row < 5; ++row) {
      cells.push_back({100 * random.normal(), 0.1 + random.uniform()});
      cells.push_back({cells.back().mean + random.normal(), 0.1 + random.uniform()});
      effects.push_back(
          {cells.back().mean - cells[cells.size() - 2].mean,
           std::sqrt(cells.back().variance_of_mean + cells[cells.size() - 2].variance_of_mean)});
    }
    const auto test = additivity_test(cells, 2);
    const auto q = cochran_q(effects);
    ASSERT_TRUE(test && q);
    EXPECT_NEAR(test->statistic, q->q, 1e-9 * (1 + q->q));
    EXPECT_EQ(test->degrees_of_freedom, 4);
  }
}

TEST(AdditivityTest, HoldsItsLevelForThreeArmsAndDoesNotDependOnOrder) {
  RandomStream random(6);
  constexpr int kRuns = 4000;
  int rejected = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<CellMean> cells;
    for (int row = 0; row < 4; ++row)
      for (int column = 0; column < 3; ++column) {
        const double variance = 0.5 + random.uniform();
        cells.push_back({10 * row + 3 * column + std::sqrt(variance) * random.normal(), variance});
      }
    const auto test = additivity_test(cells, 3);
    if (test->p_value <= 0.05) ++rejected;
    if (run < 20) {
      std::vector<CellMean> transposed;
      for (std::size_t column = 3; column-- > 0;)
        for (std::size_t row = 0; row < 4; ++row) transposed.push_back(cells[row * 3 + column]);
      EXPECT_NEAR(additivity_test(transposed, 4)->statistic, test->statistic, 1e-9);
    }
  }
  EXPECT_NEAR(1.0 * rejected / kRuns, 0.05, 3 * std::sqrt(0.05 * 0.95 / kRuns));
}

TEST(AdditivityTest, RefusesWhatItCannotUse) {
  const CellMean good{1, 1};
  EXPECT_FALSE(additivity_test({}, 2).has_value());
  EXPECT_FALSE(additivity_test(std::vector<CellMean>(4, good), 1).has_value());
  EXPECT_FALSE(additivity_test(std::vector<CellMean>(2, good), 2).has_value());
  EXPECT_FALSE(additivity_test(std::vector<CellMean>(5, good), 2).has_value());
  EXPECT_FALSE(additivity_test(std::vector<CellMean>{good, good, good, {1, 0}}, 2).has_value());
  EXPECT_TRUE(additivity_test(std::vector<CellMean>(4, good), 2).has_value());
}

TEST(SegmentEffects, AreWelchs) {
  RandomStream random(2);
  const std::vector<Moments> controls{moments_of(some_values(random, 6, 0)),
                                      moments_of(some_values(random, 9, 1))};
  const std::vector<Moments> treatments{moments_of(some_values(random, 5, 1)),
                                        moments_of(some_values(random, 7, 1))};
  const auto effects = segment_effects(controls, treatments);
  ASSERT_TRUE(effects.has_value());
  EXPECT_NEAR((*effects)[1].value, treatments[1].mean - controls[1].mean, 1e-15);
  EXPECT_NEAR((*effects)[1].standard_error, std::sqrt(controls[1].m2 / 8 / 9 + treatments[1].m2 / 6 / 7),
              1e-15);
  EXPECT_FALSE(segment_effects(controls, std::vector<Moments>{treatments[0]}).has_value());
  EXPECT_FALSE(segment_effects(std::vector<Moments>(1), std::vector<Moments>(1)).has_value());
}

TEST(ScreenInteractions, FlagsWhatIsBothCertainAndLarge) {
  const auto cells = [](double interaction, double error) {
    const CellMean base{0, error * error / 4};
    return FactorialCells{base, base, base, {interaction, base.variance_of_mean}};
  };
  std::vector<FactorialCells> pairs{cells(1, 0.1), cells(0.01, 0.001), cells(1, 1), cells(0, 0),
                                    cells(-2, 0.1)};
  const auto screened = screen_interactions(pairs, {Correction::Holm, 0.05, 0.5});
  ASSERT_EQ(screened.size(), 5);
  EXPECT_TRUE(screened[0]->flagged);
  EXPECT_FALSE(screened[1]->flagged);  // certain, but too small to matter
  EXPECT_LE(screened[1]->adjusted_p_value, 1e-10);
  EXPECT_FALSE(screened[2]->flagged);
  EXPECT_FALSE(screened[3].has_value());
  EXPECT_TRUE(screened[4]->flagged);
  // Four pairs share the correction: the one that is not estimable does not count.
  EXPECT_NEAR(screened[2]->adjusted_p_value, 2 * normal_sf(1), 1e-12);
}

}  // namespace
}  // namespace splitplot::stats
