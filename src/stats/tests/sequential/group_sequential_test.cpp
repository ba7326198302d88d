#include "slow_recursion.hpp"

#include <splitplot/base/random.hpp>
#include <splitplot/stats/sequential/group_sequential.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr GroupSequentialOptions kOneSided{.alpha = 0.025, .sides = StoppingSides::Upper};

/// Increasing shares that end at 1.
std::vector<double> random_information(RandomStream& random, std::size_t looks) {
  std::vector<double> steps(looks);
  double sum = 0;
  for (double& step : steps) sum += step = 0.05 + random.uniform();
  double now = 0;
  for (double& step : steps) step = now += step / sum;
  steps.back() = 1;
  return steps;
}

/// Error recovered by the slow recursion, look by look.
void expect_spends(const GroupSequentialDesign& design, double tolerance) {
  const auto exits =
      slow::exits(design.information, design.critical, design.sides == StoppingSides::Symmetric, 0);
  double total = 0;
  for (std::size_t k = 0; k < design.critical.size(); ++k) {
    total += exits.upper[k] + exits.lower[k];
    EXPECT_NEAR(total, design.spent[k], tolerance) << "look " << k;
  }
}

TEST(GroupSequential, MatchesThePublishedTables) {
  // Jennison & Turnbull 2000, tables 2.1 and 2.3, two-sided alpha .05, three decimals.
  const std::pair<std::size_t, double> pocock[] = {{1, 1.960}, {2, 2.178}, {3, 2.289},
                                                   {4, 2.361}, {5, 2.413}, {10, 2.555}};
  for (const auto& [looks, constant] : pocock)
    EXPECT_NEAR(pocock_design(equal_information(looks))->critical.back(), constant, 0.00051) << looks;
  const std::pair<std::size_t, double> obrien[] = {{1, 1.960}, {2, 1.977}, {3, 2.004},
                                                   {4, 2.024}, {5, 2.040}, {10, 2.087}};
  for (const auto& [looks, constant] : obrien)
    EXPECT_NEAR(obrien_fleming_design(equal_information(looks))->critical.back(), constant, 0.00051) << looks;
}

TEST(GroupSequential, TwoAndThreeLooksByNestedIntegration) {
  const auto two = pocock_design(std::vector<double>{0.4, 1}, {.alpha = 0.05});
  const double c = two->critical[0];
  const auto inside_two = [&](double z) {
    const double rest = std::sqrt(0.6), from = z * std::sqrt(0.4);
    return slow::phi(z) * (slow::above((-c - from) / rest) - slow::above((c - from) / rest));
  };
  EXPECT_NEAR(1 - slow::simpson(inside_two, -c, c, 2000), 0.05, 1e-11);

  const std::vector<double> times{0.2, 0.5, 1};
  const auto three = spending_design(times, {SpendingFamily::Pocock, 0}, {.alpha = 0.1});
  const auto& critical = three->critical;
  const auto inside_three = [&](double b1) {
    const auto inner = [&](double b2) {
      const double sd = std::sqrt(0.5);
      return slow::phi((b2 - b1) / std::sqrt(0.3)) / std::sqrt(0.3) *
             (slow::above((-critical[2] - b2) / sd) - slow::above((critical[2] - b2) / sd));
    };
    const double bound = critical[1] * std::sqrt(0.5);
    return slow::phi(b1 / std::sqrt(0.2)) / std::sqrt(0.2) * slow::simpson(inner, -bound, bound, 400);
  };
  const double bound = critical[0] * std::sqrt(0.2);
  EXPECT_NEAR(1 - slow::simpson(inside_three, -bound, bound, 400), 0.1, 1e-9);
}

TEST(GroupSequential, SlowRecursionRecoversTheErrorOfEveryFamily) {
  const std::vector<double> uneven{0.1, 0.35, 0.45, 1};
  for (const StoppingSides sides : {StoppingSides::Upper, StoppingSides::Symmetric}) {
    const GroupSequentialOptions options{.alpha = 0.025, .sides = sides};
    for (const double delta : {-0.2, 0.0, 0.25, 0.5, 0.7}) {
      const auto design = wang_tsiatis_design(uneven, delta, options);
      ASSERT_TRUE(design.has_value());
      EXPECT_NEAR(design->spent.back(), 0.025, 1e-12);
      expect_spends(*design, 1e-9);
    }
    expect_spends(*haybittle_peto_design(uneven, 3, options), 1e-9);
    for (const SpendingFunction& spending : {SpendingFunction{SpendingFamily::OBrienFleming, 0},
                                             SpendingFunction{SpendingFamily::HwangShihDeCani, -3},
                                             SpendingFunction{SpendingFamily::KimDeMetsPower, 1.3}})
      expect_spends(*spending_design(uneven, spending, options), 1e-9);
  }
}

TEST(GroupSequential, GeneratedPlansSpendWhatTheyShould) {
  RandomStream random(11);
  for (int i = 0; i < 6; ++i) {
    const auto information = random_information(random, 2 + random.below(5));
    const GroupSequentialOptions options{
        .alpha = 0.001 + 0.2 * random.uniform(),
        .sides = i % 2 == 0 ? StoppingSides::Upper : StoppingSides::Symmetric};
    const SpendingFunction spending{SpendingFamily::HwangShihDeCani, -6 + 8 * random.uniform()};
    const auto design = spending_design(information, spending, options);
    ASSERT_TRUE(design.has_value());
    expect_spends(*design, 1e-8);
    for (std::size_t k = 0; k < information.size(); ++k) {
      const double sides = options.sides == StoppingSides::Symmetric ? 2 : 1;
      EXPECT_NEAR(design->spent[k], sides * *spent_alpha(spending, options.alpha / sides, information[k]),
                  1e-15);
    }
  }
}

TEST(GroupSequential, SimulationOfFiveLooksStaysInItsBand) {
  const auto design = spending_design(equal_information(5), {SpendingFamily::Pocock, 0}, {.alpha = 0.05});
  RandomStream random(2024);
  const int runs = 40000;
  int crossed = 0;
  for (int run = 0; run < runs; ++run) {
    double sum = 0;
    for (int k = 0; k < 5; ++k) {
      sum += random.normal();
      if (std::abs(sum) >= design->critical[static_cast<std::size_t>(k)] * std::sqrt(k + 1.0)) {
        ++crossed;
        break;
      }
    }
  }
  EXPECT_NEAR(crossed / static_cast<double>(runs), 0.05, 3 * std::sqrt(0.05 * 0.95 / runs));
}

TEST(GroupSequential, FarBoundariesAreFiniteAndRight) {
  // So far out that earlier looks don't matter: the first boundary is a normal quantile of what is spent there.
  const auto obrien = obrien_fleming_design(equal_information(100), {.alpha = 0.01});
  ASSERT_TRUE(obrien.has_value());
  EXPECT_NEAR(obrien->critical[0], 10 * obrien->critical[99], 1e-9);
  EXPECT_NEAR(obrien->spent[0], 2 * slow::above(obrien->critical[0]), 1e-12 * obrien->spent[0]);
  // 2 P(Z > z / sqrt(t)) is below the least double at t = .001; its quantile solves u^2 = z^2 / t + small terms.
  const auto spending = spending_design(equal_information(1000), {}, {.alpha = 0.05});
  ASSERT_TRUE(spending.has_value());
  const double z = 2.241402727604947;  // of 1 - .0125
  EXPECT_NEAR(spending->critical[0], z / std::sqrt(0.001), 0.02);
  EXPECT_LT(spending->critical[0], z / std::sqrt(0.001));
  for (std::size_t k = 1; k < 1000; ++k) {
    EXPECT_TRUE(std::isfinite(spending->critical[k]));
    EXPECT_LT(spending->critical[k], spending->critical[k - 1]) << k;
  }
  EXPECT_NEAR(spending->spent.back(), 0.05, 1e-15);
  const auto tiny = spending_design(equal_information(3), {}, {.alpha = 1e-100});
  ASSERT_TRUE(tiny.has_value());
  const auto exits = slow::exits(tiny->information, tiny->critical, true, 0, 1200, 30);
  EXPECT_NEAR(exits.total() / 1e-100, 1, 1e-8);
}

TEST(GroupSequential, BoundariesMoveTheRightWay) {
  const auto information = equal_information(6);
  const auto at = [&](double alpha) { return *spending_design(information, {}, {.alpha = alpha}); };
  const auto strict = at(0.01), loose = at(0.1);
  for (std::size_t k = 0; k < 6; ++k) EXPECT_GT(strict.critical[k], loose.critical[k]);
  double before = 0;
  for (const std::size_t looks : {1u, 2u, 3u, 8u, 20u}) {
    const double constant = pocock_design(equal_information(looks))->critical.back();
    EXPECT_GT(constant, before);
    before = constant;
  }
}

TEST(GroupSequential, UnitOfInformationDoesNotMatter) {
  const std::vector<double> shares{0.2, 0.45, 0.7, 1};
  const auto plain = spending_design(shares, {}, kOneSided);
  for (const double unit : {1e-290, 1e-3, 5e5, 1e300}) {
    std::vector<double> scaled = shares;
    for (double& value : scaled) value *= unit;
    const auto other = spending_design(scaled, {}, kOneSided, shares);
    ASSERT_TRUE(other.has_value());
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(other->critical[k], plain->critical[k], 1e-12);
  }
}

TEST(GroupSequential, SymmetricSidesAreTwoOneSidedTests) {
  // Crossing one side and then the other would have to happen within one path: rarer than 1e-7 here.
  const auto information = equal_information(4);
  const auto both = spending_design(information, {}, {.alpha = 0.05});
  const auto one = spending_design(information, {}, kOneSided);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(both->critical[k], one->critical[k], 1e-6);
}

TEST(GroupSequential, UnevenStepsAreResolved) {
  const std::vector<double> uneven{0.001, 0.5, 0.5001, 0.50011, 1};
  const auto design = spending_design(uneven, {SpendingFamily::Pocock, 0}, {.alpha = 0.05});
  ASSERT_TRUE(design.has_value());
  // Looks that add almost nothing: dropping them changes what later ones spend by less than they spend themselves.
  const std::vector<double> without{0.001, 0.5, 1};
  const auto fewer = spending_design(without, {SpendingFamily::Pocock, 0}, {.alpha = 0.05});
  EXPECT_NEAR(design->critical.back(), fewer->critical.back(), 1e-3);
  EXPECT_NEAR(design_from_boundaries(uneven, design->critical, StoppingSides::Symmetric)->alpha, 0.05, 1e-10);
}

TEST(GroupSequential, ADesignFromItsOwnBoundariesSpendsTheSame) {
  const auto design = spending_design(equal_information(7), {SpendingFamily::KimDeMetsPower, 2}, kOneSided);
  const auto again = design_from_boundaries(design->information, design->critical, StoppingSides::Upper);
  ASSERT_TRUE(again.has_value());
  EXPECT_NEAR(again->alpha, 0.025, 1e-12);
  for (std::size_t k = 0; k < 7; ++k) EXPECT_NEAR(again->spent[k], design->spent[k], 1e-13);
  const auto open = design_from_boundaries(
      std::vector<double>{1, 2}, std::vector<double>{kInfinity, 1.959963984540054}, StoppingSides::Symmetric);
  EXPECT_NEAR(open->alpha, 0.05, 1e-12);
  EXPECT_EQ(open->spent[0], 0);
}

TEST(GroupSequential, RefusesWhatHasNoMeaning) {
  const std::vector<double> good{0.5, 1};
  const auto why = [](const auto& design) { return design ? std::string() : design.error().why; };
  EXPECT_EQ(why(spending_design(std::vector<double>{}, {})), "there are no looks");
  EXPECT_EQ(why(spending_design(std::vector<double>{0.5, 0.5}, {})),
            "information must increase from look to look");
  EXPECT_EQ(why(spending_design(std::vector<double>{0.7, 0.5}, {})),
            "information must increase from look to look");
  EXPECT_EQ(why(spending_design(std::vector<double>{0.5, 0.5 + 1e-9}, {})),
            "two looks are too close together in information to be told apart");
  EXPECT_EQ(why(spending_design(std::vector<double>{0, 1}, {})), "information must be positive and finite");
  EXPECT_EQ(why(spending_design(std::vector<double>{NAN, 1}, {})), "information must be positive and finite");
  EXPECT_EQ(why(spending_design(std::vector<double>{0.5, kInfinity}, {})),
            "information must be positive and finite");
  EXPECT_EQ(why(spending_design(std::vector<double>{1e-12, 1}, {})),
            "the first look has less than a billionth of the last look's information");
  EXPECT_EQ(why(spending_design(std::vector<double>(kMostLooks + 1, 1), {})), "there are too many looks");
  EXPECT_EQ(why(spending_design(std::vector<double>{10, 20}, {})),
            "spending times are shares of the plan and must not be above 1");
  EXPECT_FALSE(spending_design(good, {}, {}, std::vector<double>{0.5}).has_value());
  EXPECT_FALSE(spending_design(good, {}, {}, std::vector<double>{0.5, 0.4}).has_value());
  EXPECT_FALSE(spending_design(good, {SpendingFamily::KimDeMetsPower, -1}).has_value());
  for (const double alpha : {0.0, 1.0, -0.1, double{NAN}})
    EXPECT_FALSE(spending_design(good, {}, {.alpha = alpha}).has_value());
  EXPECT_FALSE(spending_design(good, {}, {.alpha = 0.5, .sides = StoppingSides::Upper}).has_value());
  EXPECT_FALSE(wang_tsiatis_design(good, 1.5).has_value());
  EXPECT_FALSE(wang_tsiatis_design(good, NAN).has_value());
  EXPECT_EQ(why(haybittle_peto_design(good, 1.5, {.alpha = 0.05})),
            "the looks before the last use up alpha on their own");
  EXPECT_FALSE(haybittle_peto_design(good, NAN).has_value());
  EXPECT_FALSE(design_from_boundaries(good, std::vector<double>{1}, StoppingSides::Upper).has_value());
  EXPECT_FALSE(design_from_boundaries(good, std::vector<double>{1, NAN}, StoppingSides::Upper).has_value());
  EXPECT_FALSE(design_from_boundaries(good, std::vector<double>{1, 0}, StoppingSides::Upper).has_value());
}

}  // namespace
}  // namespace splitplot::stats
