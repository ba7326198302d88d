// Two random assignments of 200 people of known age and spending: which is more even?
#include <splitplot/base/random.hpp>
#include <splitplot/stats/adjust/balance.hpp>
#include <splitplot/stats/distributions.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <vector>

using namespace splitplot;

int main() {
  std::vector<std::array<double, 2>> people;
  stats::CrossMoments all(2);
  for (int i = 0; i < 200; ++i) {
    const double age = 20 + (i * 37) % 50;
    people.push_back({age, 2 * age + (i * 53) % 90});
    all.add(people.back());
  }
  const auto whitening = stats::Whitening::of(all);
  if (!whitening) return 1;
  for (const std::uint64_t seed : {1, 2}) {
    RandomStream random(seed);
    std::vector<std::uint64_t> units(2, 0);
    std::vector<double> sums(4, 0);
    std::array<stats::Moments, 2> age;
    std::array<double, 2> coordinates{};
    for (const auto& person : people) {
      const std::uint64_t arm = random.below(2);
      whitening->apply(person, coordinates);
      ++units[arm];
      for (std::size_t k = 0; k < 2; ++k) sums[2 * arm + k] += coordinates[k];
      age[arm].add(person[0]);
    }
    const auto distance = stats::mahalanobis_distance(units, sums);
    const auto difference = stats::standardised_mean_difference(age[0], age[1]);
    if (!distance || !difference) return 1;
    std::printf(
        "seed %d: distance %.2f, %.0f %% of assignments are as even; age differs by %+.2f deviations\n",
        static_cast<int>(seed), *distance, 100 * (1 - stats::chi_square_sf(*distance, 2)), *difference);
  }
}
