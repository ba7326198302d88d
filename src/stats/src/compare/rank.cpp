#include <splitplot/stats/compare/rank.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace splitplot::stats {
namespace {

constexpr std::size_t kFewestUnits = 5;

struct Ranked {
  double value;
  std::size_t group;
};

}  // namespace

Estimated<RankTest> kruskal_wallis(std::span<const std::span<const double>> groups) {
  std::vector<Ranked> all;
  RankTest result;
  double filled = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups[g].empty()) continue;
    filled += 1;
    if (groups[g].size() < kFewestUnits) result.concerns.insert(Concern::FewUnits);
    for (const double x : groups[g]) {
      if (std::isnan(x)) return not_estimable("a value is not a number");
      all.push_back({x, g});
    }
  }
  if (filled < 2) return not_estimable("fewer than two groups have units");
  std::sort(all.begin(), all.end(), [](const Ranked& a, const Ranked& b) { return a.value < b.value; });

  const double n = static_cast<double>(all.size());
  const double middle = (n + 1) / 2;
  std::vector<double> sums(groups.size(), 0.0);  // of ranks, around the mean rank
  double ties = 0;
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    while (end < all.size() && all[end].value == all[begin].value) ++end;
    const double rank = static_cast<double>(begin + end + 1) / 2;
    for (std::size_t i = begin; i < end; ++i) sums[all[i].group] += rank - middle;
    const double tied = static_cast<double>(end - begin);
    ties += tied * (tied * tied - 1);
    begin = end;
  }
  const double untied_share = 1 - ties / (n * (n * n - 1));
  if (!(ties < n * (n * n - 1))) return not_estimable("all values are equal");
  double spread = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (!groups[g].empty()) spread += sums[g] * (sums[g] / static_cast<double>(groups[g].size()));
  }
  result.statistic = 12 / (n * (n + 1)) * spread / untied_share;
  result.degrees_of_freedom = filled - 1;
  result.p_value = chi_square_sf(result.statistic, result.degrees_of_freedom);
  result.assumptions = {Assumption::IndependentUnits, Assumption::OneLook, Assumption::LargeSample};
  return result;
}

}  // namespace splitplot::stats
