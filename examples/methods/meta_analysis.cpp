// The mean effect over three segments that lie far apart, with the uncertainty of so few.
#include <splitplot/stats/pooling/meta_analysis.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<SegmentEffect> raw{{0.031, 0.004}, {0.012, 0.005}, {-0.014, 0.006}};
  const auto found = meta_analysis(raw);
  const auto spread = q_profile_interval(raw);
  if (!found || !spread) return 1;
  std::printf("mean %.4f (%.4f to %.4f), p = %.2f\n", found->mean, found->interval.lower,
              found->interval.upper, found->p_value);
  std::printf("spread %.4f (%.4f to %.4f), %.0f %% of the variation is real\n", std::sqrt(found->tau_squared),
              spread->tau.lower, spread->tau.upper, 100 * found->i_squared);
}
