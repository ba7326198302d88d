/// Error control over segments x metrics x variants at once, with families such as segments. Pure functions, thread-safe.
///
/// Two guarantees to choose from, both at level q.
///
/// `TestsAndFamilies`: the false discovery rate over all tests, and at the same time that over families (a family is falsely shown if
/// something in it is rejected and nothing in it is real), if p-values are positively dependent. The p-filter with two layers (Foygel
/// Barber & Ramdas 2017, JRSS B 79): the largest set in which each p <= q (tests rejected) / (tests), and Simes' p-value of each of its
/// families <= q (families shown) / (families).
///
/// `SelectedFamilies`: the false discovery proportion averaged over the selected families, if families are independent and p-values
/// positively dependent inside them. Segments are such families: no unit is in two of them. R of m families are selected by
/// Benjamini-Hochberg on Simes' p-values, and inside them Benjamini-Hochberg runs at q R / m (Benjamini & Bogomolov 2014, JRSS B 76).
/// It does NOT hold the rate over all tests: that comes to .060 at q = .05 where effects are spread evenly over segments.
#pragma once

#include <splitplot/stats/assumptions.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace splitplot::stats {

/// One test with the place that it has.
struct PlacedTest {
  std::size_t segment = 0;
  std::size_t metric = 0;
  std::size_t variant = 0;
  double p_value = 1;
};

/// Which tests make a family.
enum class FamilyBy {
  Segment,           ///< a family a segment: "what works in this segment?"; its families are independent
  Metric,            ///< "where, and by which variant, does this metric move?"
  Variant,           ///< "where, and on what, does this variant work?"
  MetricAndVariant,  ///< "where does this variant move this metric?"
};

enum class FdrGuarantee { TestsAndFamilies, SelectedFamilies };

struct TestFamily {
  std::size_t tests = 0;
  double simes_p_value = 1;     ///< of "nothing in this family is real"
  double adjusted_p_value = 1;  ///< the smallest q at which something in it is rejected
  bool selected = false;        ///< something in it is rejected
};

struct HierarchicalFdr {
  /// In the order of the input: the smallest q at which the test is rejected, so that rejected means adjusted <= q.
  std::vector<double> adjusted_p_values;
  std::vector<bool> rejected;
  std::vector<std::size_t> family_of;  ///< index into `families` of each test
  std::vector<TestFamily> families;    ///< in the order in which they first appear
  Assumptions assumptions{};
};

/// Tests with the number of their family each (any numbers; tests of one family need not be neighbours). Domain: 0 < q < 1, sizes
/// alike, p in [0, 1] (asserted). O(n log n) time.
[[nodiscard]] HierarchicalFdr hierarchical_fdr(std::span<const double> p_values,
                                               std::span<const std::size_t> families, double q = 0.05,
                                               FdrGuarantee guarantee = FdrGuarantee::TestsAndFamilies);

/// The same with families by place.
[[nodiscard]] HierarchicalFdr hierarchical_fdr(std::span<const PlacedTest> tests,
                                               FamilyBy family_by = FamilyBy::Segment, double q = 0.05,
                                               FdrGuarantee guarantee = FdrGuarantee::TestsAndFamilies);

}  // namespace splitplot::stats
