// The always-valid test of several platforms, for comparison with their numbers.
#include <splitplot/stats/sequential/msprt.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const double variance_sum = 2 * 0.1 * 0.9;   // of one unit in each arm, rates near 10 %
  const double mixing_variance = 0.01 * 0.01;  // effects of about a percentage point are expected
  for (const double units : {1000.0, 5000.0, 20000.0}) {
    const auto test = mixture_sprt(0.012, variance_sum, units, mixing_variance);
    if (!test) return 1;
    std::printf("%6.0f units an arm: log ratio %6.3f, p = %.4f, 95 %% %+.4f to %+.4f\n", units,
                test->log_likelihood_ratio, test->p_value, test->interval.lower, test->interval.upper);
  }
}
