// Delivery time on distance and rain, with standard errors that allow unequal variances.
#include <splitplot/stats/adjust/regression.hpp>

#include <cstdio>
#include <vector>

using namespace splitplot::stats;

int main() {
  const std::vector<double> minutes{14, 19, 27, 22, 35, 41, 30, 52, 47, 66};
  const std::vector<double> kilometres{1, 2, 3, 3, 5, 6, 5, 8, 8, 10};
  const std::vector<double> rain{0, 0, 1, 0, 0, 1, 0, 1, 0, 1};
  const std::vector<ColumnView> regressors{kilometres, rain};
  const auto fit = least_squares(minutes, regressors);
  if (!fit) {
    std::printf("not estimable: %s\n", fit.error().why.c_str());
    return 1;
  }
  std::printf("intercept %.2f\n", fit->intercept);
  const char* names[] = {"kilometre", "rain"};
  for (std::size_t i = 0; i < regressors.size(); ++i) {
    std::printf("%-9s %6.3f  classical %.3f  HC3 %.3f\n", names[i], fit->coefficients[i],
                fit->errors[i].classical, fit->errors[i].hc3);
  }
}
