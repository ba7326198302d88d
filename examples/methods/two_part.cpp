// Revenue per visitor rose: because more visitors buy, or because buyers spend more?
#include <splitplot/stats/compare/two_part.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  TwoPartMoments control, treatment;
  for (int visitor = 0; visitor < 2000; ++visitor) {
    control.add(visitor % 20 == 0 ? 30 + visitor % 7 : 0);    // one in 20 buys
    treatment.add(visitor % 16 == 0 ? 29 + visitor % 9 : 0);  // one in 16 buys, for about as much
  }
  const auto parts = compare_two_part(control, treatment);
  std::printf("per visitor       %+.3f\n", parts->total.value);
  std::printf("  from conversion %+.3f (%+.3f to %+.3f)\n", parts->from_conversion.value,
              parts->from_conversion.interval.lower, parts->from_conversion.interval.upper);
  std::printf("  from value      %+.3f (%+.3f to %+.3f)\n", parts->from_value.value,
              parts->from_value.interval.lower, parts->from_value.interval.upper);
}
