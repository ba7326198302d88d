#include <splitplot/base/random.hpp>
#include <splitplot/stats/adjust/lin.hpp>
#include <splitplot/stats/compare/means.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

struct Data {
  std::vector<double> y;
  std::vector<Assignment> arms;
  std::vector<std::vector<double>> x;

  [[nodiscard]] std::vector<ColumnView> columns() const { return {x.begin(), x.end()}; }
  [[nodiscard]] CrossMoments moments(Assignment arm) const {
    CrossMoments result(x.size() + 1);
    std::vector<double> row(x.size() + 1);
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (arms[i] != arm) continue;
      row[0] = y[i];
      for (std::size_t j = 0; j < x.size(); ++j) row[j + 1] = x[j][i];
      result.add(row);
    }
    return result;
  }
  [[nodiscard]] CrossMoments control() const { return moments(Assignment::Control); }
  [[nodiscard]] CrossMoments treatment() const { return moments(Assignment::Treatment); }
};

/// Different slopes and variances in the arms; effect `effect` at the covariates' mean.
Data generate(std::size_t n, std::uint64_t seed, double effect = 1) {
  RandomStream random(seed);
  Data data;
  data.x.assign(2, {});
  for (std::size_t i = 0; i < n; ++i) {
    const bool treated = random.bernoulli(0.35);
    const double a = random.normal(), b = random.normal() + 0.5 * a;
    data.arms.push_back(treated ? Assignment::Treatment : Assignment::Control);
    data.x[0].push_back(a);
    data.x[1].push_back(b);
    data.y.push_back(treated ? effect + 2 * a - b + 2 * random.normal() : a + b + random.normal());
  }
  return data;
}

/// One arm's prediction at the covariates' mean over everyone, by a regression of that arm alone.
double predicted(const Data& data, Assignment arm) {
  std::vector<double> y;
  std::vector<std::vector<double>> x(data.x.size());
  for (std::size_t i = 0; i < data.y.size(); ++i) {
    if (data.arms[i] != arm) continue;
    y.push_back(data.y[i]);
    for (std::size_t j = 0; j < x.size(); ++j) x[j].push_back(data.x[j][i]);
  }
  const auto fit = least_squares(y, std::vector<ColumnView>(x.begin(), x.end()));
  double result = fit->intercept;
  for (std::size_t j = 0; j < x.size(); ++j) {
    double mean = 0;
    for (const double value : data.x[j]) mean += value / static_cast<double>(data.y.size());
    result += fit->coefficients[j] * mean;
  }
  return result;
}

TEST(Lin, IsTheDifferenceOfSeparateRegressionsAtTheCommonMean) {
  const Data data = generate(80, 3);
  const double expected = predicted(data, Assignment::Treatment) - predicted(data, Assignment::Control);
  const auto rows = lin_effect(data.y, data.arms, data.columns());
  const auto aggregates = lin_effect(data.control(), data.treatment());
  ASSERT_TRUE(rows && aggregates);
  EXPECT_NEAR(rows->value, expected, 1e-11);
  EXPECT_NEAR(aggregates->value, expected, 1e-11);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(rows->slopes_in_control[j], aggregates->slopes_in_control[j], 1e-11);
    EXPECT_NEAR(rows->slopes_in_treatment[j], aggregates->slopes_in_treatment[j], 1e-11);
  }
}

TEST(Lin, AggregateErrorIsTheRowsErrorWhereVariancesDoNotDependOnCovariates) {
  const Data data = generate(20000, 7);
  const auto rows = lin_effect(data.y, data.arms, data.columns());
  const auto aggregates = lin_effect(data.control(), data.treatment());
  ASSERT_TRUE(rows && aggregates);
  EXPECT_NEAR(aggregates->standard_error / rows->errors->hc2, 1, 0.01);
  EXPECT_GT(std::abs(rows->errors->classical / rows->errors->hc2 - 1),
            0.05);  // the arms' variances do differ
}

TEST(Lin, WithoutCovariatesHc2IsWelchsError) {
  const Data data = generate(50, 9);
  Moments control, treatment;
  for (std::size_t i = 0; i < data.y.size(); ++i) {
    (data.arms[i] == Assignment::Treatment ? treatment : control).add(data.y[i]);
  }
  const auto welch = compare_means(control, treatment);
  for (const auto& effect : {lin_effect(data.y, data.arms, {}), ancova_effect(data.y, data.arms, {})}) {
    ASSERT_TRUE(effect.has_value());
    EXPECT_NEAR(effect->value, welch->value, 1e-12);
    EXPECT_NEAR(effect->standard_error, welch->standard_error, 1e-12);
    EXPECT_NEAR(effect->variance_reduction(), 0, 1e-12);
  }
}

TEST(Ancova, AggregatesGiveTheClassicalAnswerOfTheRows) {
  const Data data = generate(70, 21);
  RegressionAdjustment options;
  options.estimator = CovarianceEstimator::Classical;
  options.alternative = Alternative::Greater;
  MomentAdjustment moments;
  moments.alternative = Alternative::Greater;
  const auto rows = ancova_effect(data.y, data.arms, data.columns(), options);
  const auto aggregates = ancova_effect(data.control(), data.treatment(), moments);
  ASSERT_TRUE(rows && aggregates);
  EXPECT_NEAR(aggregates->value, rows->value, 1e-12);
  EXPECT_NEAR(aggregates->standard_error, rows->standard_error, 1e-12);
  EXPECT_NEAR(aggregates->p_value, rows->p_value, 1e-12);
  EXPECT_NEAR(aggregates->interval.lower, rows->interval.lower, 1e-12);
  EXPECT_TRUE(std::isinf(aggregates->interval.upper));
  EXPECT_TRUE(aggregates->assumptions.contains(Assumption::EqualVariances));
}

TEST(Lin, SwappedArmsTurnTheSign) {
  const Data data = generate(60, 31);
  Data swapped = data;
  for (Assignment& arm : swapped.arms) {
    arm = arm == Assignment::Treatment ? Assignment::Control : Assignment::Treatment;
  }
  const auto one = lin_effect(data.y, data.arms, data.columns());
  const auto other = lin_effect(swapped.y, swapped.arms, swapped.columns());
  ASSERT_TRUE(one && other);
  EXPECT_NEAR(one->value, -other->value, 1e-11);
  EXPECT_NEAR(one->errors->hc3, other->errors->hc3, 1e-11);
  EXPECT_NEAR(one->p_value, other->p_value, 1e-11);
  const auto moments = lin_effect(data.treatment(), data.control());
  EXPECT_NEAR(moments->value, -lin_effect(data.control(), data.treatment())->value, 1e-11);
}

TEST(Lin, UnitsOfCovariatesAndOrderOfRowsDoNotMatter) {
  const Data data = generate(60, 33);
  Data other = data;
  for (double& value : other.x[0]) value = value * 1e-9 + 3e-7;
  std::swap(other.x[0], other.x[1]);
  std::reverse(other.y.begin(), other.y.end());
  std::reverse(other.arms.begin(), other.arms.end());
  for (auto& column : other.x) std::reverse(column.begin(), column.end());
  const auto one = lin_effect(data.y, data.arms, data.columns());
  const auto two = lin_effect(other.y, other.arms, other.columns());
  ASSERT_TRUE(one && two);
  EXPECT_NEAR(one->value, two->value, 1e-9);
  EXPECT_NEAR(one->standard_error, two->standard_error, 1e-9);
  const auto moments = lin_effect(data.control(), data.treatment());
  const auto scaled = lin_effect(other.control(), other.treatment());
  EXPECT_NEAR(moments->standard_error, scaled->standard_error, 1e-9);
}

TEST(Lin, MlrateIsLinWithThePredictionAlone) {
  const Data data = generate(90, 41);
  std::vector<double> prediction;
  for (std::size_t i = 0; i < data.y.size(); ++i) prediction.push_back(std::tanh(data.x[0][i]));
  const std::vector<ColumnView> columns{prediction};
  EXPECT_EQ(mlrate_effect(data.y, data.arms, prediction)->value,
            lin_effect(data.y, data.arms, columns)->value);
}

TEST(Lin, CoversTheTrueEffectAsOftenAsPromised) {
  // Slopes differ between arms and covariates' centre is estimated, as in use; 95 % within three standard errors of the simulation.
  constexpr int kRuns = 1500;
  int covered_by_rows = 0, covered_by_aggregates = 0;
  for (int run = 0; run < kRuns; ++run) {
    RandomStream random(static_cast<std::uint64_t>(run) + 1000);
    Data data;
    data.x.assign(1, {});
    for (int i = 0; i < 60; ++i) {
      const double a = random.normal();
      data.arms.push_back(i % 3 == 0 ? Assignment::Treatment : Assignment::Control);
      data.x[0].push_back(a);
      data.y.push_back((i % 3 == 0 ? 0.3 + 2 * random.normal() : random.normal()) + a);
    }
    covered_by_rows += lin_effect(data.y, data.arms, data.columns())->interval.contains(0.3) ? 1 : 0;
    covered_by_aggregates += lin_effect(data.control(), data.treatment())->interval.contains(0.3) ? 1 : 0;
  }
  const double band = 3 * std::sqrt(0.05 * 0.95 / kRuns);
  EXPECT_NEAR(covered_by_aggregates / static_cast<double>(kRuns), 0.95, band);
  EXPECT_NEAR(covered_by_rows / static_cast<double>(kRuns), 0.95,
              band + 0.01);  // t with too many degrees: a little narrow
}

TEST(Lin, RefusesWhatCannotBeEstimated) {
  const Data data = generate(40, 51);
  const std::vector<Assignment> all_control(40, Assignment::Control);
  EXPECT_FALSE(lin_effect(data.y, all_control, data.columns()).has_value());
  EXPECT_FALSE(lin_effect(data.y, std::span(data.arms).first(39), data.columns()).has_value());
  const std::vector<double> short_column(39, 1.0);
  const std::vector<ColumnView> bad{short_column};
  EXPECT_FALSE(lin_effect(data.y, data.arms, bad).has_value());
  std::vector<double> broken = data.y;
  broken[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(lin_effect(broken, data.arms, data.columns()).has_value());
  const std::vector<ColumnView> itself{data.y};
  EXPECT_FALSE(lin_effect(data.y, data.arms, itself).has_value());  // no spread left
  RegressionAdjustment options;
  options.confidence = 1;
  EXPECT_FALSE(lin_effect(data.y, data.arms, data.columns(), options).has_value());
  EXPECT_FALSE(lin_effect(CrossMoments(2), CrossMoments(2)).has_value());
  EXPECT_FALSE(lin_effect(data.control(), CrossMoments(3)).has_value());
  for (const double unit :
       {1e300, 1e-300}) {  // squares leave the range of a double: refused, not infinite or zero
    std::vector<double> scaled = data.y;
    for (double& value : scaled) value *= unit;
    EXPECT_FALSE(lin_effect(scaled, data.arms, data.columns()).has_value());
  }
  const Data tiny = generate(6, 4);
  EXPECT_FALSE(
      lin_effect(tiny.control(), tiny.treatment()).has_value());  // two slopes need four units an arm
}

TEST(Lin, ACovariateThatTheTreatmentIsMadeOfIsRefused) {
  // The effect is then explained by the treatment alone, and the covariate is left out: the answer is the raw difference.
  const Data data = generate(40, 53);
  std::vector<double> copy;
  for (const Assignment arm : data.arms) copy.push_back(arm == Assignment::Treatment ? 1 : 0);
  const std::vector<ColumnView> columns{copy};
  const auto effect = ancova_effect(data.y, data.arms, columns);
  ASSERT_TRUE(effect.has_value());
  EXPECT_EQ(effect->left_out, 1U);
  EXPECT_NEAR(effect->value, effect->unadjusted_value, 1e-12);
}

}  // namespace
}  // namespace splitplot::stats
