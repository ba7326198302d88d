// The chance that a t test on 38 degrees finds a shift of 3.16 standard errors.
#include <splitplot/stats/distributions.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const double critical = student_t_quantile(0.975, 38);
  std::printf("critical value %.3f\n", critical);
  std::printf("power %.3f\n", noncentral_t_sf(critical, 38, 3.16) + noncentral_t_cdf(-critical, 38, 3.16));
  std::printf("5 %% point of the range of 3 means on 27 degrees: %.3f\n",
              studentized_range_quantile(0.95, 3, 27));
}
