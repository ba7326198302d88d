// Every planted fault shows in what is stored, and nothing else changes: the same shop is played with and without it, and
// since draws do not depend on what happens, all that differs is the fault's doing.

#include "shop_run.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace splitplot::test {
namespace {

struct Stored {
  std::vector<StoredEvent> events;
  ShopModel model;
  std::map<std::uint64_t, std::string> banner, flow;  ///< variant by visitor, where exposed
  bool mismatch = false;                              ///< of the banner experiment's split

  [[nodiscard]] Visitor visitor(std::uint64_t number) const { return model.visitor(number, {}); }

  [[nodiscard]] std::size_t count(std::string_view name,
                                  const std::function<bool(const StoredEvent&)>& which) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        events, [&](const StoredEvent& event) { return event.name == name && which(event); }));
  }
};

Stored play(const std::vector<std::string>& faults) {
  ShopRunOptions options;
  options.shop.seed = 21;
  for (const std::string& fault : faults) options.shop.faults.push_back(*parse_fault(fault));
  options.users = 4000;
  ShopRun run(options);
  run.finish();
  Stored stored{run.stored(), run.model(), {}, {}, run.analyze(kBannerExperiment).sample_ratio.mismatch};
  for (const StoredEvent& event : stored.events) {
    if (event.experiment == kBannerExperiment) stored.banner[event.visitor] = event.variant;
    if (event.experiment == kFlowExperiment) stored.flow[event.visitor] = event.variant;
  }
  return stored;
}

const Stored& healthy() {
  static const Stored stored = play({});
  return stored;
}

/// Visitors of whom not the same is stored in both.
std::set<std::uint64_t> changed_visitors(const Stored& left, const Stored& right) {
  std::map<std::uint64_t, std::pair<std::vector<StoredEvent>, std::vector<StoredEvent>>> by_visitor;
  for (const StoredEvent& event : left.events) by_visitor[event.visitor].first.push_back(event);
  for (const StoredEvent& event : right.events) by_visitor[event.visitor].second.push_back(event);
  std::set<std::uint64_t> changed;
  for (const auto& [visitor, lists] : by_visitor) {
    if (lists.first != lists.second) changed.insert(visitor);
  }
  return changed;
}

/// Some visitors changed, and all of them are such as the fault is about.
void expect_only(const Stored& faulty, const std::function<bool(std::uint64_t)>& hit) {
  const auto changed = changed_visitors(healthy(), faulty);
  EXPECT_GE(changed.size(), 10U);
  EXPECT_TRUE(std::ranges::all_of(changed, hit));
}

std::string variant_of(const std::map<std::uint64_t, std::string>& variants, std::uint64_t visitor) {
  const auto found = variants.find(visitor);
  return found != variants.end() ? found->second : "";
}

TEST(Faults, NoneShowsWithoutPlanting) {
  EXPECT_FALSE(healthy().mismatch);
  const auto in_late_days = [](const StoredEvent& event) { return event.day >= 3; };
  EXPECT_GT(healthy().count("Order Completed",
                            [&](const StoredEvent& event) {
                              return in_late_days(event) &&
                                     kDevices[healthy().visitor(event.visitor).device].name == "mobile";
                            }),
            50U);
}

TEST(Faults, SampleRatioLosesUnitsOfOneVariantInOneBrowserFromADayOn) {
  const Stored faulty = play({"srm,from=1,share=0.9"});
  EXPECT_TRUE(faulty.mismatch);
  expect_only(faulty, [&](std::uint64_t visitor) {
    return kBrowsers[healthy().visitor(visitor).browser].name == "Safari" &&
           variant_of(healthy().banner, visitor) == "banner";
  });
  const auto exposures = [](const Stored& stored, std::string_view browser, std::string_view variant) {
    return stored.count("Experiment Viewed", [&](const StoredEvent& event) {
      return event.experiment == kBannerExperiment && event.variant == variant && event.day >= 1 &&
             kBrowsers[stored.visitor(event.visitor).browser].name == browser;
    });
  };
  EXPECT_LT(4 * exposures(faulty, "Safari", "banner"), exposures(faulty, "Safari", "control"));
  EXPECT_EQ(exposures(faulty, "Chrome", "banner"), exposures(healthy(), "Chrome", "banner"));
}

TEST(Faults, TrackingStopsOneEventOnOneDeviceFromADayOn) {
  const Stored faulty = play({"tracking"});
  const auto orders = [](const Stored& stored, bool after) {
    return stored.count("Order Completed", [&](const StoredEvent& event) {
      return (event.day >= 3.1) == after && kDevices[stored.visitor(event.visitor).device].name == "mobile";
    });
  };
  EXPECT_EQ(orders(faulty, true), 0U);
  EXPECT_GT(orders(healthy(), true), 50U);
  EXPECT_GT(orders(faulty, false), 30U);
  EXPECT_LT(faulty.events.size(), healthy().events.size());
  expect_only(faulty, [&](std::uint64_t visitor) {
    return kDevices[healthy().visitor(visitor).device].name == "mobile";
  });
}

TEST(Faults, NoveltyTakesTheEffectFromThoseWhoComeAgain) {
  const Stored faulty = play({"novelty,half-life=0.2"});
  const auto carts = [](const Stored& stored) {
    return stored.count("Product Added", [&](const StoredEvent& event) {
      return variant_of(stored.banner, event.visitor) == "banner" &&
             kShopGroups[stored.visitor(event.visitor).group].key == "bargain";
    });
  };
  EXPECT_LT(carts(faulty), carts(healthy()));
  expect_only(faulty,
              [&](std::uint64_t visitor) { return variant_of(healthy().banner, visitor) == "banner"; });
}

TEST(Faults, AnInteractionHarmsOnlyThoseInBothVariants) {
  const Stored faulty = play({"interaction,factor=0.3"});
  const auto orders = [](const Stored& stored) {
    return stored.count("Order Completed", [&](const StoredEvent& event) {
      return variant_of(stored.banner, event.visitor) == "banner" &&
             variant_of(stored.flow, event.visitor) == "express";
    });
  };
  EXPECT_LT(2 * orders(faulty), orders(healthy()));
  expect_only(faulty, [&](std::uint64_t visitor) {
    return variant_of(healthy().banner, visitor) == "banner" &&
           variant_of(healthy().flow, visitor) == "express";
  });
}

TEST(Faults, DisplacementFillsCartsAndLosesRevenue) {
  const Stored faulty = play({"displacement,factor=0.5"});
  const auto in_banner = [](const Stored& stored, const StoredEvent& event) {
    return variant_of(stored.banner, event.visitor) == "banner";
  };
  const auto carts = [&](const Stored& stored) {
    return stored.count("Product Added", [&](const StoredEvent& event) { return in_banner(stored, event); });
  };
  const auto revenue = [&](const Stored& stored) {
    double sum = 0;
    for (const StoredEvent& event : stored.events) sum += in_banner(stored, event) ? event.revenue : 0;
    return sum;
  };
  EXPECT_GT(carts(faulty), carts(healthy()));
  EXPECT_LT(revenue(faulty), 0.8 * revenue(healthy()));
  expect_only(faulty,
              [&](std::uint64_t visitor) { return variant_of(healthy().banner, visitor) == "banner"; });
}

TEST(Faults, HarmTakesOrdersFromOneGroupInOneVariant) {
  const Stored faulty = play({"harm,factor=0.3"});
  const auto orders = [](const Stored& stored, std::string_view group) {
    return stored.count("Order Completed", [&](const StoredEvent& event) {
      return variant_of(stored.flow, event.visitor) == "one-page" &&
             kShopGroups[stored.visitor(event.visitor).group].key == group;
    });
  };
  EXPECT_LT(2 * orders(faulty, "loyal"), orders(healthy(), "loyal"));
  EXPECT_EQ(orders(faulty, "bargain"), orders(healthy(), "bargain"));
  expect_only(faulty, [&](std::uint64_t visitor) {
    return kShopGroups[healthy().visitor(visitor).group].key == "loyal" &&
           variant_of(healthy().flow, visitor) == "one-page";
  });
}

}  // namespace
}  // namespace splitplot::test
