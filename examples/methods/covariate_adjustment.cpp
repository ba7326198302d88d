// Revenue with the revenue of the month before as covariate, from one pass over the users.
#include <splitplot/stats/adjust/covariate.hpp>

#include <array>
#include <cstdio>
#include <vector>

using namespace splitplot::stats;

int main() {
  CrossMoments control(2), treatment(2);  // dimension 0: metric, 1: covariate
  for (int user = 0; user < 200; ++user) {
    const double before = 20 + (user * 37) % 41;
    const double noise = (user * 53) % 23 - 11;
    const bool treated = user % 2 == 1;
    (treated ? treatment : control)
        .add(std::array<double, 2>{0.8 * before + noise + (treated ? 3 : 0), before});
  }
  const std::vector<CrossMoments> arms{control, treatment};
  const auto theta = cuped_coefficients(arms);
  if (!theta) {
    std::printf("not estimable: %s\n", theta.error().why.c_str());
    return 1;
  }
  const std::vector<double> centre = covariate_centre(arms);
  const auto difference =
      compare_adjusted(adjust_mean(control, *theta, centre), adjust_mean(treatment, *theta, centre));
  if (!difference) return 1;
  std::printf("theta %.3f\n", theta->front());
  std::printf("effect %.2f, 95 %% from %.2f to %.2f\n", difference->value, difference->interval.lower,
              difference->interval.upper);
}
