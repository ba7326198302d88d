// Five metrics, one table: which are significant once all five are counted?
#include <splitplot/stats/many/multiplicity.hpp>

#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<double> p_values{0.003, 0.012, 0.021, 0.04, 0.6};
  for (const Correction correction : {Correction::Holm, Correction::Hommel, Correction::BenjaminiHochberg}) {
    std::printf("%-20s", name_of(correction).data());
    for (const double p : adjust_p_values(p_values, correction)) std::printf(" %.3f", p);
    std::printf("\n");
  }
}
