// Four looks whose boundaries together spend 5 %.
#include <splitplot/stats/sequential/group_sequential.hpp>

#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<double> information{0.2, 0.45, 0.7, 1};  // shares of the planned sample
  const auto cautious = spending_design(information, {.family = SpendingFamily::OBrienFleming});
  const auto even = spending_design(information, {.family = SpendingFamily::Pocock});
  if (!cautious || !even) return 1;
  std::printf("share   O'Brien-Fleming type     Pocock type\n");
  for (std::size_t look = 0; look < information.size(); ++look) {
    std::printf(" %.2f    |z| >= %.4f (%.6f)   |z| >= %.4f (%.6f)\n", information[look],
                cautious->critical[look], cautious->spent[look], even->critical[look], even->spent[look]);
  }
}
