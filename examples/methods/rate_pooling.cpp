// Conversion in small segments, one of them without any: pooled, none of them is surely zero.
#include <splitplot/stats/pooling/binomial_rates.hpp>

#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<SuccessCount> segments{{3, 40}, {0, 12}, {12, 150}, {45, 400}};
  const auto pooled = pool_rates(segments);
  if (!pooled) return 1;
  for (std::size_t j = 0; j < segments.size(); ++j) {
    const PooledRate& rate = pooled->segments[j];
    std::printf("segment %zu: raw %.1f %%, pooled %.1f %% (%.1f to %.1f)\n", j + 1, 100 * segments[j].rate(),
                100 * rate.mean, 100 * rate.interval.lower, 100 * rate.interval.upper);
  }
}
