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

/// The tests by family, with what Benjamini and Hochberg say inside each.
struct Families {
  std::vector<std::size_t> family_of;
  std::vector<double> inside;  ///< adjusted within the family, per test
  std::vector<double> simes;   ///< per family
  std::vector<std::size_t> sizes;
};

Families grouped(std::span<const double> p_values, std::span<const std::size_t> families) {
  Families result;
  std::map<std::size_t, std::size_t> index_of;
  std::vector<std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    assert(p_values[i] >= 0 && p_values[i] <= 1);
    const auto [place, is_new] = index_of.try_emplace(families[i], members.size());
    if (is_new) members.emplace_back();
    members[place->second].push_back(i);
    result.family_of.push_back(place->second);
  }
  result.inside.resize(p_values.size());
  for (const std::vector<std::size_t>& family : members) {
    std::vector<double> p;
    for (const std::size_t i : family) p.push_back(p_values[i]);
    const std::vector<double> adjusted = adjust_p_values(p, Correction::BenjaminiHochberg);
    for (std::size_t k = 0; k < family.size(); ++k) result.inside[family[k]] = adjusted[k];
    // Simes' p-value is the smallest of Benjamini and Hochberg's.
    result.simes.push_back(*std::min_element(adjusted.begin(), adjusted.end()));
    result.sizes.push_back(family.size());
  }
  return result;
}

/// Benjamini & Bogomolov. r families are selected once q reaches the r-th smallest adjusted Simes p-value. Then a test is rejected if
/// its adjusted p-value inside is <= q r / m. So q must reach both, for the best r.
std::vector<double> adjusted_for_selected_families(const Families& families) {
  std::vector<double> entry = adjust_p_values(families.simes, Correction::BenjaminiHochberg);
  std::sort(entry.begin(), entry.end());
  const auto m = static_cast<double>(entry.size());
  std::vector<double> adjusted;
  for (const double p : families.inside) {
    double best = 1;
    for (std::size_t r = 1; r <= entry.size() && entry[r - 1] < best; ++r) {
      best = std::min(best, std::max(entry[r - 1], p * (m / static_cast<double>(r))));
    }
    adjusted.push_back(best);
  }
  return adjusted;
}

/// The p-filter as a path of falling q: the set of rejected tests starts with all of them; the test or the family that asks for the
/// largest q leaves next, with the smallest q asked for so far.
std::vector<double> adjusted_for_tests_and_families(std::span<const double> p_values,
                                                    const Families& families) {
  const std::vector<std::size_t> tests = ascending_order(p_values);
  const std::vector<std::size_t> order = ascending_order(families.simes);
  std::vector<std::vector<std::size_t>> members(order.size());
  for (std::size_t i = 0; i < p_values.size(); ++i) members[families.family_of[i]].push_back(i);
  std::vector<std::size_t> left = families.sizes;  // rejected tests per family
  std::vector<bool> gone(p_values.size(), false);
  std::vector<double> adjusted(p_values.size(), 1);
  std::size_t rejected = tests.size();
  std::size_t shown = order.size();
  double q = 1;
  const auto drop = [&](std::size_t test) {
    gone[test] = true;
    adjusted[test] = q;
    --rejected;
    if (--left[families.family_of[test]] == 0) --shown;
  };
  std::size_t last_test = tests.size();
  std::size_t last_family = order.size();
  while (rejected > 0) {
    while (gone[tests[last_test - 1]]) --last_test;
    while (left[order[last_family - 1]] == 0) --last_family;
    const std::size_t test = tests[last_test - 1];
    const std::size_t family = order[last_family - 1];
    const double of_test =
        p_values[test] * (static_cast<double>(tests.size()) / static_cast<double>(rejected));
    const double of_family =
        families.simes[family] * (static_cast<double>(order.size()) / static_cast<double>(shown));
    q = std::min(q, std::max(of_test, of_family));
    if (of_test >= of_family) {
      drop(test);
    } else {
      for (const std::size_t member : members[family]) {
        if (!gone[member]) drop(member);
      }
    }
  }
  return adjusted;
}

}  // namespace

HierarchicalFdr hierarchical_fdr(std::span<const double> p_values, std::span<const std::size_t> families,
                                 double q, FdrGuarantee guarantee) {
  assert(p_values.size() == families.size() && q > 0 && q < 1);
  Families grouping = grouped(p_values, families);
  HierarchicalFdr result;
  result.assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                        Assumption::IndependentTests};
  result.adjusted_p_values = guarantee == FdrGuarantee::SelectedFamilies
                                 ? adjusted_for_selected_families(grouping)
                                 : adjusted_for_tests_and_families(p_values, grouping);
  for (std::size_t f = 0; f < grouping.simes.size(); ++f) {
    result.families.push_back({grouping.sizes[f], grouping.simes[f], 1, false});
  }
  result.family_of = std::move(grouping.family_of);
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    const double adjusted = result.adjusted_p_values[i];
    result.rejected.push_back(adjusted <= q);
    TestFamily& family = result.families[result.family_of[i]];
    family.adjusted_p_value = std::min(family.adjusted_p_value, adjusted);
    family.selected = family.selected || adjusted <= q;
  }
  return result;
}

HierarchicalFdr hierarchical_fdr(std::span<const PlacedTest> tests, FamilyBy family_by, double q,
                                 FdrGuarantee guarantee) {
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
  return hierarchical_fdr(p_values, families, q, guarantee);
}

}  // namespace splitplot::stats
