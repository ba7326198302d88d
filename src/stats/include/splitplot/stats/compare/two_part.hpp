/// Zero-inflated metrics, such as revenue per visitor: most units have 0, the rest an amount. Did the treatment change how
/// many convert, or how much a converter brings? The difference of means is taken apart exactly. Pure values and functions;
/// an aggregate has one writer.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstdint>

namespace splitplot::stats {

/// What the decomposition keeps of one arm. A converter is a unit whose value is not 0.
struct TwoPartMoments {
  std::uint64_t units = 0;
  Moments converters;

  /// Adds one finite value.
  void add(double x);
  void merge(const TwoPartMoments& other);

  [[nodiscard]] SuccessCount conversions() const { return {converters.count, units}; }
  /// The aggregate of all values, zeros included.
  [[nodiscard]] Moments all_values() const;
};

/// One of the two parts of a difference, in the metric's unit per unit randomised.
struct DifferencePart {
  double value = 0;
  double standard_error = 0;
  Interval interval;
};

/// A difference of means, taken apart: total.value = from_conversion.value + from_value.value.
struct TwoPartDifference {
  Difference total;  ///< Welch t over all units
  DifferencePart
      from_conversion;  ///< (p_t - p_c) (m_c + m_t) / 2: more or fewer converters, at the arms' mean value
  DifferencePart
      from_value;  ///< (m_t - m_c) (p_c + p_t) / 2: converters bring more or less, at the arms' mean rate
  Difference conversion_rate;  ///< p_t - p_c, as `compare_proportions`
  Estimated<Difference>
      value_per_converter;  ///< m_t - m_c, Welch t among converters, who are no randomised groups
  Assumptions assumptions;
  Concerns concerns;
};

/// With p the share of converters and m their mean value, the symmetric decomposition of p_t m_t - p_c m_c (Kitagawa 1955,
/// JASA 50). Standard errors by the delta method: within an arm p and m are uncorrelated, since m's expectation does not
/// depend on how many converted. Intervals by Student's t with Satterthwaite's degrees of freedom over the four variances.
/// Not estimable: an arm has fewer than two converters, or more converters than units, or nothing varies, or numbers are
/// beyond a double's range, or the confidence lies outside (0, 1).
[[nodiscard]] Estimated<TwoPartDifference> compare_two_part(const TwoPartMoments& control,
                                                            const TwoPartMoments& treatment,
                                                            double confidence = 0.95);

}  // namespace splitplot::stats
