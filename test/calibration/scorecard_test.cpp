// Every row of the scorecard is held to its target, with a tenth of the experiments.
#include "scorecard.hpp"

#include <iostream>

#include <gtest/gtest.h>

namespace splitplot::calibration {
namespace {

class Scorecard : public ::testing::TestWithParam<Row> {};

TEST_P(Scorecard, MeetsItsTarget) {
  const std::vector<Line> lines = GetParam().measure({.tier = Tier::Quick, .seed = 1});
  EXPECT_FALSE(lines.empty());
  for (const Line& line : lines) {
    std::cout << "  " << line.test << ": " << line.ours << " (target " << line.target << ")\n";
    EXPECT_TRUE(line.met) << line.test << ": " << line.ours << ", target " << line.target;
    EXPECT_GT(line.experiments, 0U) << line.test;
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, Scorecard, ::testing::ValuesIn(rows().begin(), rows().end()),
                         [](const auto& instance) { return instance.param.id; });

}  // namespace
}  // namespace splitplot::calibration
