// Three treatments against one control.
#include <splitplot/stats/many/dunnett.hpp>

#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const auto arm = [](const std::vector<double>& values) {
    Moments moments;
    for (const double value : values) moments.add(value);
    return moments;
  };
  const std::vector<Moments> treatments{arm({55, 64, 64}), arm({55, 49, 52}), arm({50, 44, 41})};
  const auto test = dunnett_test(arm({55, 47, 48}), treatments);
  if (!test) return 1;
  for (const DunnettComparison& c : test->comparisons) {
    std::printf("difference %5.1f, interval %5.1f to %5.1f, adjusted p = %.3f\n", c.difference,
                c.interval.lower, c.interval.upper, c.adjusted_p_value);
  }
}
