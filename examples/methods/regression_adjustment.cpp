// Lin's estimator from rows, and the same from aggregates.
#include <splitplot/stats/adjust/lin.hpp>

#include <array>
#include <cstdio>
#include <vector>

using namespace splitplot::stats;

int main() {
  std::vector<double> spend, before;
  std::vector<Assignment> arms;
  CrossMoments control(2), treatment(2);
  for (int user = 0; user < 300; ++user) {
    const bool treated = user % 3 == 0;
    const double x = (user * 29) % 50;
    const double y = (treated ? 4 + 1.4 * x : x) + (user * 71) % 37 - 18;
    arms.push_back(treated ? Assignment::Treatment : Assignment::Control);
    spend.push_back(y);
    before.push_back(x);
    (treated ? treatment : control).add(std::array<double, 2>{y, x});
  }
  const std::vector<ColumnView> covariates{before};
  const auto rows = lin_effect(spend, arms, covariates);
  const auto aggregates = lin_effect(control, treatment);
  if (!rows || !aggregates) return 1;
  std::printf("effect %.2f, HC2 %.2f, from aggregates %.2f +- %.2f\n", rows->value, rows->errors->hc2,
              aggregates->value, aggregates->standard_error);
  std::printf("slopes %.2f and %.2f; %.0f %% of the variance removed\n", rows->slopes_in_control[0],
              rows->slopes_in_treatment[0], 100 * rows->variance_reduction());
}
