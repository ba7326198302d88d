// Half and half was planned; did it arrive? One look, after the test.
#include <splitplot/stats/compare/contingency.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<double> plan{1, 1};
  const std::vector<std::uint64_t> arrived{821'588, 815'482};
  const auto test = sample_ratio_test(arrived, plan);
  std::printf("chi-square %.2f, p = %.1e: %s\n", test->statistic, test->p_value,
              test->p_value < 0.001 ? "units were lost by variant" : "as planned");

  const std::vector<std::uint64_t> few{14, 4};
  std::printf("14 to 4: exact p = %.3f, by z %.3f\n", *two_arm_ratio_p_value(few, plan),
              *two_arm_ratio_p_value(few, plan, TwoArmRatioTest::Normal));
}
