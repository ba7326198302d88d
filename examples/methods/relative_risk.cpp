// Relative effects by the formulas of textbooks.
#include <splitplot/stats/compare/risk.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const SuccessCount control{120, 4000};
  const SuccessCount treatment{156, 4050};
  const auto ratio = risk_ratio(control, treatment);
  const auto odds = odds_ratio(control, treatment);
  std::printf("risk ratio %.3f (%.3f to %.3f), p = %.4f\n", ratio->value, ratio->interval.lower,
              ratio->interval.upper, ratio->p_value);
  std::printf("odds ratio %.3f (%.3f to %.3f)\n", odds->value, odds->interval.lower, odds->interval.upper);
  const auto none = risk_ratio({0, 4000}, treatment);
  if (!none) std::printf("against no success: %s\n", none.error().why.c_str());
}
