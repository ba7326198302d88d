#include "simulate/truth.hpp"

#include <splitplot/base/random.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace splitplot::app::simulate {
namespace {

Timestamp monday() {
  return *parse_rfc3339("2026-01-05T00:00:00Z");
}

/// What the server is taken to have answered: the same for a visitor at every visit.
Variants variants_of(std::uint64_t visitor) {
  return {visitor % 2, visitor / 2 % 3};
}

struct History {
  Visitor visitor;
  std::vector<VisitPlan> plans;
  std::optional<std::size_t> first_checkout;  ///< index of the visit in which the checkout was met
};

/// Visits of some visitors, in the order of the visitors.
std::vector<History> play(const ShopModel& shop, std::uint64_t visitors, Truth& truth) {
  std::vector<History> histories;
  for (std::uint64_t number = 0; number < visitors; ++number) {
    History history{shop.visitor(number, monday()), {}, {}};
    std::optional<Timestamp> start = monday();
    for (std::uint32_t visit_number = 0; start && visit_number < 6; ++visit_number) {
      const VisitPlan plan = shop.plan(history.visitor, visit_number, *start);
      Visit visit(shop, history.visitor, plan);
      const Variants variants = variants_of(number);
      while (const auto question = visit.question()) {
        visit.answer({*question == Question::Flow ? variants.flow : variants.banner, true});
      }
      if (visit.checks_out() && !history.first_checkout) history.first_checkout = history.plans.size();
      truth.add(visit);
      history.plans.push_back(plan);
      start = shop.next_visit(history.visitor, plan);
    }
    histories.push_back(std::move(history));
  }
  return histories;
}

/// Mean and standard error of a sum over units of simulated values.
struct Simulated {
  double mean = 0;
  double error = 0;
};

/// By brute force: the visits again and again with fresh draws against the rates.
template <typename OneUnit>
Simulated simulate(const std::vector<History>& histories, OneUnit one_unit) {
  constexpr int kRounds = 4000;
  RandomStream random(99);
  double sum = 0;
  double squares = 0;
  for (int round = 0; round < kRounds; ++round) {
    double total = 0;
    for (const History& history : histories) total += one_unit(history, random);
    sum += total;
    squares += total * total;
  }
  const double mean = sum / kRounds;
  return {mean, std::sqrt(std::max(0.0, squares / kRounds - mean * mean) / kRounds)};
}

const TrueEffect& effect_of(const std::vector<TrueEffect>& effects, std::string_view experiment,
                            std::string_view metric, std::string_view variant) {
  for (const TrueEffect& effect : effects) {
    if (effect.experiment == experiment && effect.metric == metric && effect.variant == variant &&
        effect.dimension.empty())
      return effect;
  }
  throw std::runtime_error("no such effect");
}

TEST(Truth, OfTheBannerIsWhatBruteForceFinds) {
  const ShopModel shop({.seed = 3}, monday());
  Truth truth(shop);
  const auto histories = play(shop, 40, truth);
  const auto effects = truth.effects();
  // The banner is judged over what the checkout's test would assign: each flow with a third.
  const auto orders_or_revenue = [&](std::size_t banner, bool revenue) {
    return simulate(histories, [&, banner, revenue](const History& history, RandomStream& random) {
      const Variants variants{banner, random.below(3)};
      double orders = 0;
      double spent = 0;
      for (const VisitPlan& plan : history.plans) {
        const VisitRates rates = shop.rates(history.visitor, plan, variants);
        const bool order = random.bernoulli(rates.adds) && random.bernoulli(rates.checks_out) &&
                           random.bernoulli(rates.completes);
        if (order) orders = 1;
        if (order) spent += shop.amount(history.visitor, rates, {.amount = random.normal()});
      }
      return revenue ? spent : orders;
    });
  };
  for (const bool revenue : {false, true}) {
    const TrueEffect& effect =
        effect_of(effects, kBannerExperiment, revenue ? "revenue" : "orders", "banner");
    const Simulated control = orders_or_revenue(0, revenue);
    const Simulated banner = orders_or_revenue(1, revenue);
    const auto units = static_cast<double>(effect.units);
    EXPECT_NEAR(effect.control_value * units, control.mean, 4 * control.error);
    EXPECT_NEAR(effect.value * units, banner.mean, 4 * banner.error);
  }
}

TEST(Truth, OfTheCheckoutBeginsWhereItWasMet) {
  const ShopModel shop({.seed = 4}, monday());
  Truth truth(shop);
  const auto histories = play(shop, 120, truth);
  const auto effects = truth.effects();
  for (std::size_t flow = 1; flow < kFlows; ++flow) {
    const TrueEffect& effect = effect_of(effects, kFlowExperiment, "orders", kFlowVariants[flow]);
    const Simulated found = simulate(histories, [&, flow](const History& history, RandomStream& random) {
      if (!history.first_checkout) return 0.0;
      const Variants variants{variants_of(history.visitor.number).banner, flow};
      for (std::size_t i = *history.first_checkout; i < history.plans.size(); ++i) {
        const VisitRates rates = shop.rates(history.visitor, history.plans[i], variants);
        const bool reaches = i == *history.first_checkout ||
                             (random.bernoulli(rates.adds) && random.bernoulli(rates.checks_out));
        if (reaches && random.bernoulli(rates.completes)) return 1.0;
      }
      return 0.0;
    });
    EXPECT_NEAR(effect.value * static_cast<double>(effect.units), found.mean, 4 * found.error);
  }
}

TEST(Truth, OfTheSamePageTwiceIsNoDifference) {
  const ShopModel shop({.seed = 3, .with_aa = true}, monday());
  Truth truth(shop);
  play(shop, 200, truth);
  const auto effects = truth.effects();
  const TrueEffect& effect = effect_of(effects, kAaExperiment, "orders", "copy");
  EXPECT_EQ(effect.units, 200U);
  EXPECT_GT(effect.value, 0);
  EXPECT_EQ(effect.difference(), 0);
}

TEST(Truth, LevelsTogetherAreAllUnits) {
  const ShopModel shop({.seed = 5}, monday());
  Truth truth(shop);
  play(shop, 300, truth);
  std::map<std::string, double> units;
  std::map<std::string, double> orders;
  for (const TrueEffect& effect : truth.effects()) {
    if (effect.experiment != kBannerExperiment || effect.metric != "orders") continue;
    units[effect.dimension] += static_cast<double>(effect.units);
    orders[effect.dimension] += effect.value * static_cast<double>(effect.units);
  }
  EXPECT_EQ(units["shopper"], units[""]);
  EXPECT_EQ(units["device"], units[""]);
  EXPECT_NEAR(orders["shopper"], orders[""], 1e-9);
  EXPECT_NEAR(orders["device"], orders[""], 1e-9);
}

TEST(Truth, CountsNeitherDevicesBeforeLogInNorCrashedVisits) {
  const ShopModel shop({.seed = 5, .disturbances = {.anonymous = 1}, .faults = {}}, monday());
  Truth truth(shop);
  const Visitor visitor = shop.visitor(0, monday());
  Visit visit(shop, visitor, shop.plan(visitor, 0, monday()));
  while (visit.question()) visit.answer({1, true});
  truth.add(visit);
  for (const TrueEffect& effect : truth.effects()) EXPECT_EQ(effect.units, 0U);
  EXPECT_NE(truth.document(monday(), monday(), {}).find("counts"), nullptr);
}

}  // namespace
}  // namespace splitplot::app::simulate
