// Spend with one huge order, as it is, capped and trimmed.
#include <splitplot/stats/compare/trimmed_means.hpp>

#include <cstdio>
#include <vector>

using namespace splitplot::stats;

int main() {
  std::vector<double> control, treatment;
  for (int user = 0; user < 500; ++user) {
    control.push_back((user * 37) % 60);
    treatment.push_back((user * 41) % 60 + 3);
  }
  control[7] = 25000;
  const auto caps = winsorisation_caps(control, treatment);
  if (!caps) return 1;
  const auto capped = compare_capped(control, treatment, *caps);
  const auto trimmed = compare_trimmed_means(control, treatment, 0.1);
  if (!capped || !trimmed) return 1;
  std::printf("raw %.2f\n", capped->raw_value);
  std::printf("capped at %.1f: %.2f, 95 %% from %.2f to %.2f\n", caps->upper, capped->value,
              capped->interval.lower, capped->interval.upper);
  std::printf("trimmed by 10 %%: %.2f, p = %.2g\n", trimmed->value, trimmed->p_value);
}
