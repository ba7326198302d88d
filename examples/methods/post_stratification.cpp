// Two countries of different level, of which the treatment happened to get more of the better one.
#include <splitplot/stats/adjust/post_stratification.hpp>

#include <cstdio>
#include <vector>

using namespace splitplot::stats;

int main() {
  std::vector<MeanStratum> countries(2);
  Moments raw_control, raw_treatment;
  for (int user = 0; user < 300; ++user) {
    const bool second = user % 3 == 0;
    const bool treated = second ? user % 9 != 0 : user % 2 == 0;
    const double value = (second ? 30 : 10) + (treated ? 1 : 0) + (user * 31) % 13 - 6;
    MeanStratum& country = countries[second ? 1 : 0];
    (treated ? country.treatment : country.control).add(value);
    (treated ? raw_treatment : raw_control).add(value);
  }
  const auto effect = post_stratified_effect(countries);
  if (!effect) {
    std::printf("not estimable: %s\n", effect.error().why.c_str());
    return 1;
  }
  std::printf("raw difference %.2f\n", raw_treatment.mean - raw_control.mean);
  std::printf("within countries %.2f, 95 %% from %.2f to %.2f\n", effect->value, effect->interval.lower,
              effect->interval.upper);
}
