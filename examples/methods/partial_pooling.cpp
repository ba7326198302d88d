// Four segments of one experiment: what is left of their raw effects after pooling, and which is the best?
#include <splitplot/stats/pooling/ranking.hpp>
#include <splitplot/stats/pooling/segments.hpp>

#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<SegmentEffect> raw{{0.031, 0.012}, {0.012, 0.015}, {-0.004, 0.020}, {0.055, 0.030}};
  const auto pooled = pool_segments(raw);
  const auto ranking = rank_segments(raw, Direction::HigherIsBetter);
  if (!pooled || !ranking) return 1;
  for (std::size_t j = 0; j < raw.size(); ++j) {
    const PooledEffect& segment = pooled->segments[j];
    std::printf("segment %zu: raw %+.3f, pooled %+.3f (%+.3f to %+.3f), best with %.0f %%\n", j + 1,
                raw[j].value, segment.mean, segment.interval.lower, segment.interval.upper,
                100 * ranking->best_probability[j]);
  }
  std::printf("mean over segments: %+.3f (%+.3f to %+.3f)\n", pooled->overall.mean,
              pooled->overall.interval.lower, pooled->overall.interval.upper);
}
