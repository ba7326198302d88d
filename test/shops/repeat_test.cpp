// The same seed gives the same shop, to the byte; another seed another one.

#include "shop_run.hpp"

#include <splitplot/report/report.hpp>

#include <gtest/gtest.h>

namespace splitplot::test {
namespace {

struct Played {
  std::string truth, banner, flow;
};

Played play(std::uint64_t seed) {
  ShopRunOptions options;
  options.shop.seed = seed;
  options.shop.disturbances = {
      .bots = 0.02, .duplicates = 0.05, .late = 0.05, .skewed = 0.1, .anonymous = 0.1};
  options.users = 1500;
  options.days = 3;
  ShopRun run(options);
  run.finish();
  return {run.truth_text(), report::to_json(run.analyze(kBannerExperiment)),
          report::to_json(run.analyze(kFlowExperiment))};
}

TEST(Repeat, TheSameSeedGivesTheSameTruthAndTheSameResults) {
  const Played first = play(11);
  const Played second = play(11);
  EXPECT_EQ(first.truth, second.truth);
  EXPECT_EQ(first.banner, second.banner);
  EXPECT_EQ(first.flow, second.flow);
}

TEST(Repeat, AnotherSeedIsAnotherShop) {
  EXPECT_NE(play(11).truth, play(12).truth);
}

}  // namespace
}  // namespace splitplot::test
