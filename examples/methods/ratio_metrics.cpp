// Clicks per view, where visitors are randomised: one row a visitor.
#include <splitplot/stats/compare/ratio.hpp>

#include <array>
#include <cstdio>

int main() {
  using namespace splitplot::stats;
  CrossMoments control(2), treatment(2);  // clicks, views
  for (const auto& row : {std::array{1.0, 5.0}, {0, 2}, {3, 9}, {2, 8}, {0, 1}, {4, 12}}) control.add(row);
  for (const auto& row : {std::array{2.0, 6.0}, {1, 4}, {5, 11}, {3, 9}, {0, 2}, {6, 13}}) treatment.add(row);
  const auto difference = compare_ratios(control, treatment);
  std::printf("%.3f against %.3f clicks per view\n", ratio_of_totals(treatment)->value,
              ratio_of_totals(control)->value);
  std::printf("difference %.3f, 95 %% interval %.3f to %.3f, p = %.3f\n", difference->value,
              difference->interval.lower, difference->interval.upper, difference->p_value);
  for (const Concern concern : difference->concerns.members())
    std::printf("but %s\n", text_of(concern).data());
}
