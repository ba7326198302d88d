// Two days' aggregates become one; no row is seen twice, and values far from zero keep their digits.
#include <splitplot/stats/moments.hpp>

#include <cstdio>

int main() {
  splitplot::stats::Moments monday, tuesday;
  for (const double x : {1e8 + 1, 1e8 + 2, 1e8 + 3}) monday.add(x);
  for (const double x : {1e8 + 4, 1e8 + 5}) tuesday.add(x);
  splitplot::stats::Moments both = monday;
  both.merge(tuesday);
  std::printf("%d values, mean %.1f, variance %.15g\n", static_cast<int>(both.count), both.mean,
              both.variance());
}
