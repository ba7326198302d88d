/// Means: is the treatment not worse than the control by more than a margin, or as good as equal? The margin is set before
/// the data are seen. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

namespace splitplot::stats {

/// Which way a metric may not go.
enum class HarmfulDirection { Lower, Higher };

struct NonInferiorityOptions {
  double significance = 0.025;  ///< one-sided, in (0, 0.5)
  HarmfulDirection harmful = HarmfulDirection::Lower;
  VarianceModel variance = VarianceModel::PerArm;
  ReferenceDistribution distribution = ReferenceDistribution::StudentT;
};

struct NonInferiority {
  double difference = 0;  ///< treatment - control
  double standard_error = 0;
  double degrees_of_freedom = 0;
  double statistic =
      0;  ///< (difference + margin) / standard error, or (difference - margin) / it where higher is harmful
  double p_value = 1;  ///< one-sided, of "worse by the margin or more"
  Interval interval;   ///< one-sided, at confidence 1 - significance; the other end is infinite
  bool shown =
      false;  ///< p_value <= significance, which is when the interval lies on the good side of the margin
  Assumptions assumptions;
  Concerns concerns;
};

/// Non-inferiority of a mean by Welch's t against the margin (>= 0, in the metric's unit): H0 is difference <= -margin where
/// lower is harmful, difference >= margin where higher is. A margin of 0 is a test of superiority. Not estimable: as
/// `compare_means`, a negative or infinite margin, a significance outside (0, 0.5).
[[nodiscard]] Estimated<NonInferiority> non_inferiority_of_means(const Moments& control,
                                                                 const Moments& treatment, double margin,
                                                                 const NonInferiorityOptions& options = {});

struct EquivalenceOptions {
  double significance = 0.05;  ///< of each of the two one-sided tests, in (0, 0.5)
  VarianceModel variance = VarianceModel::PerArm;
  ReferenceDistribution distribution = ReferenceDistribution::StudentT;
};

struct Equivalence {
  double difference = 0;
  double standard_error = 0;
  double degrees_of_freedom = 0;
  double p_value_above_lower = 1;  ///< of "difference <= lower margin"
  double p_value_below_upper = 1;  ///< of "difference >= upper margin"
  double p_value = 1;              ///< the larger of the two
  Interval interval;               ///< two-sided at confidence 1 - 2 significance
  bool shown = false;  ///< p_value <= significance, which is when the interval lies within the margins
  Assumptions assumptions;
  Concerns concerns;
};

/// Equivalence of two means by two one-sided t tests (TOST; Schuirmann 1987, J. Pharmacokinetics and Biopharmaceutics 15).
/// `margins` are the differences that still count as none. Not estimable: as `compare_means`, margins that are infinite or
/// not in order, a significance outside (0, 0.5).
[[nodiscard]] Estimated<Equivalence> equivalence_of_means(const Moments& control, const Moments& treatment,
                                                          Interval margins,
                                                          const EquivalenceOptions& options = {});

}  // namespace splitplot::stats
