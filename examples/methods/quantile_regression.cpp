// Food expenditure on income at three quantiles: the lines fan out.
#include <splitplot/stats/compare/quantile_regression.hpp>

#include <cstdio>
#include <vector>

using namespace splitplot::stats;

int main() {
  std::vector<double> income, food;
  for (int household = 0; household < 200; ++household) {
    const double earned = 400 + (household * 83) % 1600;
    income.push_back(earned);
    food.push_back(80 + earned * (0.4 + 0.003 * ((household * 47) % 100)));
  }
  const std::vector<ColumnView> regressors{income};
  for (const double tau : {0.1, 0.5, 0.9}) {
    const auto fit = quantile_regression(food, regressors, tau);
    if (!fit) {
      std::printf("not estimable: %s\n", fit.error().why.c_str());
      return 1;
    }
    std::printf("tau %.1f: food = %.1f + %.3f income\n", tau, fit->intercept, fit->coefficients[0]);
  }
}
