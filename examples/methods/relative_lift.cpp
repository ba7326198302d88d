// Revenue per visitor rose from 20 to 22: by how many per cent, and how sure is that?
#include <splitplot/stats/compare/lift.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const double critical_value = 1.96;  // for 95 %
  const auto lift = fieller_lift(20, 1.0, 22, 1.2, critical_value);
  std::printf("Fieller: %+.1f %%, from %+.1f %% to %+.1f %%\n", 100 * lift->value, 100 * lift->interval.lower,
              100 * lift->interval.upper);
  const auto by_delta = delta_method_lift({20, 1000, 1000}, {22, 1200, 1000});  // what other programs report
  std::printf("delta method: from %+.1f %% to %+.1f %%\n", 100 * by_delta->interval.lower,
              100 * by_delta->interval.upper);
  const auto unknown = fieller_lift(1, 1.0, 2, 1.2, critical_value);
  std::printf("without a firm base: %s\n", unknown.error().why.c_str());
}
