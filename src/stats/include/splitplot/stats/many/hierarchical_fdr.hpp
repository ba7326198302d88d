/// Error control over segments x metrics x variants at once, as families: first which families show anything, then what inside them.
/// Pure functions, thread-safe.
///
/// Benjamini & Bogomolov (2014), JRSS B 76, section 3, with Simes' p-value for a family. R of m families are selected by
/// Benjamini-Hochberg at q; inside a selected family Benjamini-Hochberg runs at q R / m.
///
/// What is controlled: the expected false discovery proportion, averaged over the selected families, is at most q, if p-values are
/// positively dependent inside families and families are independent. Segments are such families: no unit is in two of them, so that
/// they are independent, while metrics and variants inside them share units and a control. Plain Benjamini-Hochberg over everything
/// promises less: the reader of one segment may see nothing but false discoveries while the many of another pay for them. The share of
/// families selected without any effect is at most q too.
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

struct TestFamily {
  std::size_t tests = 0;
  double simes_p_value = 1;     ///< of "nothing in this family is real"
  double adjusted_p_value = 1;  ///< Benjamini-Hochberg over families
  bool selected = false;
  double level = 0;  ///< the level inside: q R / m; 0 if not selected
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
                                               std::span<const std::size_t> families, double q = 0.05);

/// The same with families by place.
[[nodiscard]] HierarchicalFdr hierarchical_fdr(std::span<const PlacedTest> tests,
                                               FamilyBy family_by = FamilyBy::Segment, double q = 0.05);

}  // namespace splitplot::stats
