// Ten baskets, one of them a reseller's.
#include <splitplot/stats/compare/robust.hpp>

#include <cstdio>
#include <vector>

using namespace splitplot::stats;

int main() {
  const std::vector<double> baskets{12.4, 33.9, 22.5, 51.0, 28.1, 1000.0, 33.2, 29.7, 40.3, 17.6};
  double mean = 0;
  for (const double basket : baskets) mean += basket / static_cast<double>(baskets.size());
  const auto huber = huber_location(baskets);
  const auto middle = median_of_means(baskets, 5);
  const auto spread = median_absolute_deviation(baskets);
  if (!huber || !middle || !spread) return 1;
  std::printf("mean %.1f\n", mean);
  std::printf("Huber %.1f, 95 %% from %.1f to %.1f\n", huber->location, huber->interval.lower,
              huber->interval.upper);
  std::printf("median of means %.1f, spread %.1f\n", *middle, *spread);
}
