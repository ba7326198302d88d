// Is the effect the same in four segments, and does it change its sign?
#include <splitplot/stats/many/heterogeneity.hpp>

#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<SegmentEffect> segments{{1.2, 0.4}, {0.8, 0.5}, {-0.9, 0.35}, {0.5, 0.6}};
  const auto same = cochran_q(segments);
  const auto crossing = gail_simon(segments);
  if (!same || !crossing) return 1;
  std::printf("Q = %.1f on %.0f, p = %.4f, I^2 = %.0f %%\n", same->q, same->degrees_of_freedom, same->p_value,
              100 * same->i_squared);
  std::printf("opposite effects: p = %.3f\n", crossing->p_value);
}
