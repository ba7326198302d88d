// Was the new checkout better, in each country and over all? Two proportions per segment, then partial pooling: what a small country
// says alone is mostly noise, and the other countries say what to make of it.
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/pooling/segments.hpp>

#include <cstdio>
#include <vector>

namespace stats = splitplot::stats;

int main() {
  struct Country {
    const char* name;
    stats::SuccessCount control;
    stats::SuccessCount treatment;
  };
  const std::vector<Country> countries = {
      {"Austria", {61, 1210}, {70, 1190}},
      {"Germany", {512, 10240}, {601, 10190}},
      {"Iceland", {3, 95}, {9, 102}},
      {"Norway", {140, 2610}, {139, 2580}},
  };

  std::vector<stats::SegmentEffect> effects;
  for (const Country& country : countries) {
    const auto difference = stats::compare_proportions(country.control, country.treatment);
    if (!difference) {  // an answer, or why there is none: never a NaN
      std::printf("%s: %s\n", country.name, difference.error().why.c_str());
      return 1;
    }
    effects.push_back({difference->value, difference->standard_error});
  }
  const auto pooled = stats::pool_segments(effects);
  if (!pooled) {
    std::printf("%s\n", pooled.error().why.c_str());
    return 1;
  }
  for (std::size_t i = 0; i < countries.size(); ++i) {
    const stats::PooledEffect& effect = pooled->segments[i];
    std::printf("%-8s raw %+.2f points, pooled %+.2f points [%+.2f, %+.2f]\n", countries[i].name,
                100 * effects[i].value, 100 * effect.mean, 100 * effect.interval.lower,
                100 * effect.interval.upper);
  }
}
