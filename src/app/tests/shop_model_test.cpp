#include "simulate/shop_model.hpp"

#include "simulate/visit.hpp"

#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::app::simulate {
namespace {

Timestamp monday() {
  return *parse_rfc3339("2026-01-05T00:00:00Z");
}

ShopModel model(std::uint64_t seed = 7, std::vector<Fault> faults = {}) {
  return ShopModel({.seed = seed, .faults = std::move(faults)}, monday());
}

/// A visit in which the server answered with these variants.
Visit played(const ShopModel& shop, const Visitor& visitor, const VisitPlan& plan, Variants variants) {
  Visit visit(shop, visitor, plan);
  while (const auto question = visit.question()) {
    visit.answer({*question == Question::Banner ? variants.banner : variants.flow, true});
  }
  return visit;
}

TEST(ShopModel, TheSameSeedDrawsTheSameAndAnotherSeedDoesNot) {
  const auto once = model(7).visitor(12, monday());
  const auto again = model(7).visitor(12, monday());
  EXPECT_EQ(once.eagerness, again.eagerness);
  EXPECT_EQ(once.group, again.group);
  EXPECT_NE(once.eagerness, model(8).visitor(12, monday()).eagerness);
  EXPECT_NE(model(7).tag(), model(8).tag());
}

TEST(ShopModel, AVisitorsDrawsDoNotDependOnWhoWasAskedBefore) {
  const ShopModel shop = model();
  const auto alone = shop.visitor(500, monday());
  const VisitPlan plan = shop.plan(alone, 3, monday());
  for (std::uint64_t number = 0; number < 100; ++number)
    (void)shop.plan(shop.visitor(number, monday()), 0, monday());
  EXPECT_EQ(shop.plan(alone, 3, monday()).end_after, plan.end_after);
  EXPECT_EQ(shop.draws(alone, plan).amount, shop.draws(alone, plan).amount);
}

TEST(ShopModel, GroupsHaveTheSharesThatAreWrittenDown) {
  const ShopModel shop = model();
  constexpr int kVisitors = 20'000;
  std::array<int, kGroups> counts{};
  for (int i = 0; i < kVisitors; ++i) ++counts[shop.visitor(static_cast<std::uint64_t>(i), monday()).group];
  for (std::size_t g = 0; g < kGroups; ++g) {
    const double share = kShopGroups[g].share;
    EXPECT_NEAR(static_cast<double>(counts[g]) / kVisitors, share,
                4 * std::sqrt(share * (1 - share) / kVisitors))
        << kShopGroups[g].key;
  }
}

TEST(ShopModel, WhatAVisitorPlansDoesNotDependOnWhatIsServed) {
  const ShopModel shop = model();
  for (std::uint64_t number = 0; number < 200; ++number) {
    const Visitor visitor = shop.visitor(number, monday());
    const VisitPlan plan = shop.plan(visitor, 0, monday());
    const Visit control = played(shop, visitor, plan, {0, 0});
    const Visit treated = played(shop, visitor, plan, {1, 2});
    EXPECT_EQ(shop.next_visit(visitor, control.plan()), shop.next_visit(visitor, treated.plan()));
    EXPECT_EQ(control.plan().products, treated.plan().products);
  }
}

TEST(ShopModel, OrdersComeAtTheRatesThatTheTruthIsComputedFrom) {
  const ShopModel shop = model();
  double surplus = 0;
  double variance = 0;
  double amounts = 0;
  double expected_amounts = 0;
  int orders = 0;
  for (std::uint64_t number = 0; number < 30'000; ++number) {
    const Visitor visitor = shop.visitor(number, monday());
    const VisitPlan plan = shop.plan(visitor, 0, monday());
    const Variants variants{number % 2, number % 3};
    const VisitRates rates = shop.rates(visitor, plan, variants);
    const double p = rates.adds * rates.checks_out * rates.completes;
    const Visit visit = played(shop, visitor, plan, variants);
    surplus += (visit.orders() ? 1 : 0) - p;
    variance += p * (1 - p);
    if (!visit.orders()) continue;
    ++orders;
    amounts += visit.amount();
    expected_amounts += rates.mean_amount;
  }
  EXPECT_LT(std::abs(surplus), 4 * std::sqrt(variance));
  EXPECT_NEAR(amounts / expected_amounts, 1, 4 * 0.7 / std::sqrt(orders));
}

TEST(ShopModel, EventsOfAVisitFollowOneAnother) {
  const ShopModel shop = model();
  for (std::uint64_t number = 0; number < 500; ++number) {
    const VisitPlan plan = shop.plan(shop.visitor(number, monday()), 0, monday());
    EXPECT_GT(plan.product_after.count(), 0);
    EXPECT_LT(plan.product_after, plan.add_after);
    EXPECT_LT(plan.add_after, plan.checkout_after);
    EXPECT_LT(plan.checkout_after, plan.order_after);
    EXPECT_LT(plan.order_after, plan.end_after);
  }
}

TEST(ShopModel, TrafficFollowsTheHours) {
  const ShopModel shop = model();
  int night = 0;
  int evening = 0;
  for (std::uint64_t number = 0; number < 5'000; ++number) {
    const Timestamp time = shop.arrival_between(number, monday(), monday() + std::chrono::days(7));
    ASSERT_GE(time, monday());
    ASSERT_LT(time, monday() + std::chrono::days(7));
    const auto hour =
        std::chrono::floor<std::chrono::hours>(time - std::chrono::floor<std::chrono::days>(time)).count();
    night += hour >= 2 && hour < 5 ? 1 : 0;
    evening += hour >= 19 && hour < 22 ? 1 : 0;
  }
  EXPECT_GT(evening, 5 * night);
}

TEST(ShopModel, ADeviceBeforeItsLogInCannotOrder) {
  const ShopModel shop({.seed = 7, .disturbances = {.anonymous = 1}}, monday());
  for (std::uint64_t number = 0; number < 200; ++number) {
    const Visitor visitor = shop.visitor(number, monday());
    ASSERT_GE(visitor.anonymous_visits, 1U);
    const VisitPlan first = shop.plan(visitor, 0, monday());
    EXPECT_FALSE(first.logged_in);
    EXPECT_EQ(shop.rates(visitor, first, {}).checks_out, 0);
    EXPECT_TRUE(shop.plan(visitor, visitor.anonymous_visits, monday()).logged_in);
  }
}

TEST(ShopModel, ANoveltyLeavesTheFirstVisitAloneAndFades) {
  Fault novelty = *parse_fault("novelty,half-life=1");
  const ShopModel fading = model(7, {novelty});
  const ShopModel lasting = model(7);
  Visitor visitor = lasting.visitor(0, monday());
  visitor.group = 0;  // bargain, whom the banner helps
  VisitPlan plan = lasting.plan(visitor, 0, monday());
  plan.products = 1;
  const double effect = lasting.rates(visitor, plan, {1, 0}).adds - lasting.rates(visitor, plan, {0, 0}).adds;
  EXPECT_EQ(fading.rates(visitor, plan, {1, 0}).adds, lasting.rates(visitor, plan, {1, 0}).adds);
  plan.start += std::chrono::days(10);
  const double later = fading.rates(visitor, plan, {1, 0}).adds - fading.rates(visitor, plan, {0, 0}).adds;
  EXPECT_GT(effect, 0);
  EXPECT_LT(later, effect / 500);
}

TEST(Fault, IsReadWithItsDefaultsAndWrittenInFull) {
  const auto fault = parse_fault("srm,browser=Firefox");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->browser, "Firefox");
  EXPECT_EQ(fault->variant, "banner");
  EXPECT_EQ(fault->from_day, 3);
  EXPECT_EQ(to_text(*fault),
            "srm,experiment=free-shipping-banner,variant=banner,browser=Firefox,from=3,share=0.5");
  EXPECT_EQ(to_text(*parse_fault(to_text(*fault))), to_text(*fault));
}

TEST(Fault, RefusesWhatItDoesNotKnowWithTheNearestName) {
  EXPECT_THAT(parse_fault("srn").error().hint, testing::HasSubstr("srm"));
  EXPECT_THAT(parse_fault("srm,browser=Safary").error().hint, testing::HasSubstr("Safari"));
  EXPECT_THAT(parse_fault("harm,brwser=Safari").error().message, testing::HasSubstr("brwser"));
  for (const char* text :
       {"", ",", "srm,", "srm,from", "srm,from=", "srm,from=x", "srm,from=-1", "srm,share=2", "srm,share=nan",
        "novelty,half-life=0", "srm,experiment=checkout-flow"}) {
    EXPECT_FALSE(parse_fault(text)) << text;
  }
}

}  // namespace
}  // namespace splitplot::app::simulate
