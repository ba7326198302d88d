// Did the new page change how long visitors stay? From aggregates of both arms.
#include <splitplot/stats/compare/means.hpp>

#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const auto control = moments_of(std::vector<double>{4.2, 5.6, 5.2, 6.1, 4.5, 4.6, 5.2, 4.5, 5.3, 5.1});
  const auto treatment = moments_of(std::vector<double>{6.3, 5.1, 5.5, 5.5, 5.4, 5.3, 4.9, 6.2, 5.8, 5.3});
  const auto difference = compare_means(*control, *treatment);
  if (!difference) {
    std::printf("not estimable: %s\n", difference.error().why.c_str());
    return 1;
  }
  std::printf("difference %.2f, 95 %% interval %.2f to %.2f, p = %.3f\n", difference->value,
              difference->interval.lower, difference->interval.upper, difference->p_value);
  for (const Concern concern : difference->concerns.members()) {
    std::printf("but %s\n", text_of(concern).data());
  }
  const auto longer = compare_means(*control, *treatment, {.alternative = Alternative::Greater});
  std::printf("one-sided: at least %.2f longer, p = %.3f\n", longer->interval.lower, longer->p_value);
}
