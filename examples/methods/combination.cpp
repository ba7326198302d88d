// Three repetitions of one experiment, one-sided p-values, weighed by the roots of their sizes.
#include <splitplot/stats/many/combination.hpp>

#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<double> p_values{0.01, 0.2, 0.3};
  std::printf("Fisher p = %.4f\n", combine_fisher(p_values)->p_value);
  std::printf("Stouffer p = %.4f\n", combine_stouffer(p_values, std::vector<double>{1, 2, 3})->p_value);
}
