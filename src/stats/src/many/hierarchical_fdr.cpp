#include "many/ascending_order.hpp"

#include <splitplot/stats/many/hierarchical_fdr.hpp>
#include <splitplot/stats/many/multiplicity.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <utility>

namespace splitplot::stats {
namespace {

/// The smallest q at which r families are selected, for r = 1 ... m: at rank r the smallest adjusted p-value from there on, which is
/// the sorted adjusted p-values themselves.
std::vector<double> entry_levels(const std::vector<TestFamily>& families) {
  std::vector<double> levels;
  for (const TestFamily& family : families) levels.push_back(family.adjusted_p_value);
  std::sort(levels.begin(), levels.end());
  return levels;
}

/// With r families selected a test with the adjusted p-value p inside its family is rejected if p <= q r / m. So q must reach both
/// the entry level of r and p m / r, for the best r.
double smallest_q(double p_inside, const std::vector<double>& entry) {
  const auto m = static_cast<double>(entry.size());
  double best = 1;
  for (std::size_t r = 1; r <= entry.size(); ++r) {
    if (entry[r - 1] >= best) break;
    best = std::min(best, std::max(entry[r - 1], p_inside * m / static_cast<double>(r)));
  }
  return best;
}

}  // namespace

HierarchicalFdr hierarchical_fdr(std::span<const double> p_values, std::span<const std::size_t> families,
                                 double q) {
  assert(p_values.size() == families.size() && q > 0 && q < 1);
  HierarchicalFdr result;
  result.assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                        Assumption::IndependentTests};
  std::map<std::size_t, std::size_t> index_of;
  std::vector<std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    assert(p_values[i] >= 0 && p_values[i] <= 1);
    const auto [place, is_new] = index_of.try_emplace(families[i], members.size());
    if (is_new) members.emplace_back();
    members[place->second].push_back(i);
    result.family_of.push_back(place->second);
  }

  std::vector<double> inside(p_values.size());
  std::vector<double> simes;
  for (const std::vector<std::size_t>& family : members) {
    std::vector<double> p;
    for (const std::size_t i : family) p.push_back(p_values[i]);
    const std::vector<double> adjusted = adjust_p_values(p, Correction::BenjaminiHochberg);
    for (std::size_t k = 0; k < family.size(); ++k) inside[family[k]] = adjusted[k];
    // Simes' p-value is the smallest of Benjamini and Hochberg's.
    simes.push_back(*std::min_element(adjusted.begin(), adjusted.end()));
  }
  const std::vector<double> adjusted_simes = adjust_p_values(simes, Correction::BenjaminiHochberg);
  double selected = 0;
  for (std::size_t f = 0; f < members.size(); ++f) {
    result.families.push_back({members[f].size(), simes[f], adjusted_simes[f], adjusted_simes[f] <= q, 0});
    if (result.families.back().selected) ++selected;
  }
  for (TestFamily& family : result.families) {
    if (family.selected) family.level = q * selected / static_cast<double>(members.size());
  }

  const std::vector<double> entry = entry_levels(result.families);
  for (const double p : inside) {
    result.adjusted_p_values.push_back(smallest_q(p, entry));
    result.rejected.push_back(result.adjusted_p_values.back() <= q);
  }
  return result;
}

HierarchicalFdr hierarchical_fdr(std::span<const PlacedTest> tests, FamilyBy family_by, double q) {
  std::vector<double> p_values;
  std::vector<std::size_t> families;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> pairs;
  for (const PlacedTest& test : tests) {
    p_values.push_back(test.p_value);
    switch (family_by) {
      case FamilyBy::Segment:
        families.push_back(test.segment);
        break;
      case FamilyBy::Metric:
        families.push_back(test.metric);
        break;
      case FamilyBy::Variant:
        families.push_back(test.variant);
        break;
      case FamilyBy::MetricAndVariant:
        families.push_back(pairs.try_emplace({test.metric, test.variant}, pairs.size()).first->second);
        break;
    }
  }
  return hierarchical_fdr(p_values, families, q);
}

}  // namespace splitplot::stats
