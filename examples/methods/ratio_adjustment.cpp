// Orders per session with the same ratio from before the experiment.
#include <splitplot/stats/adjust/linearised_ratio.hpp>

#include <array>
#include <cstdio>

using namespace splitplot::stats;

int main() {
  CrossMoments control(4), treatment(4);  // orders, sessions, orders before, sessions before
  for (int user = 0; user < 400; ++user) {
    const double sessions = 1 + user % 5, sessions_before = 1 + (user / 5) % 4;
    const double rate = 0.2 + 0.02 * ((user * 17) % 30);  // orders per session of this user
    const bool treated = (user * 7919 / 13) % 2 == 1;     // stands for a random assignment
    const double orders = sessions * (rate + (treated ? 0.04 : 0)) + 0.1 * ((user * 7) % 11 - 5);
    (treated ? treatment : control)
        .add(std::array<double, 4>{orders, sessions, sessions_before * rate, sessions_before});
  }
  const auto ratios = compare_ratios_with_covariate(control, treatment);
  if (!ratios) {
    std::printf("not estimable: %s\n", ratios.error().why.c_str());
    return 1;
  }
  const Difference& effect = ratios->difference;
  std::printf("orders per session: %.4f against %.4f\n", ratios->treatment.mean, ratios->control.mean);
  std::printf("effect %.4f, 95 %% from %.4f to %.4f (theta %.2f)\n", effect.value, effect.interval.lower,
              effect.interval.upper, ratios->coefficient);
}
