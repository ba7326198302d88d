// An experiment stopped at the second of four looks. What was the effect?
#include <splitplot/stats/sequential/stopped.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const auto design = pocock_design(equal_information(4));
  if (!design) return 1;
  const double standard_error = 0.9;  // at the second look
  const auto result = inference_after_stopping(*design, 1, 2.5);
  if (!result) return 1;
  std::printf("usual estimate   %.2f\n", result->observed * standard_error);
  std::printf("median-unbiased  %.2f, 95 %% %.2f to %.2f\n", result->median_unbiased * standard_error,
              result->interval.lower * standard_error, result->interval.upper * standard_error);
  std::printf("bias-adjusted    %.2f\n", result->bias_adjusted * standard_error);
  std::printf("p = %.4f\n", result->p_value);
}
