// The rate of one arm, by five intervals with names: 3 of 1,000 units converted.
#include <splitplot/stats/compare/proportion_intervals.hpp>

#include <cstdio>
#include <utility>

int main() {
  using namespace splitplot::stats;
  const SuccessCount arm{3, 1000};
  for (const auto& [method, name] : {std::pair{ProportionInterval::Wilson, "Wilson"},
                                     std::pair{ProportionInterval::ClopperPearson, "Clopper-Pearson"},
                                     std::pair{ProportionInterval::Jeffreys, "Jeffreys"},
                                     std::pair{ProportionInterval::AgrestiCoull, "Agresti-Coull"},
                                     std::pair{ProportionInterval::Wald, "Wald"}}) {
    const auto interval = proportion_interval(arm, method);
    std::printf("%-16s %.3f %% to %.3f %%\n", name, 100 * interval->lower, 100 * interval->upper);
  }
}
