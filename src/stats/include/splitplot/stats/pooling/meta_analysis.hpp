/// Random-effects meta-analysis of segment effects: the frequentist numbers that stand beside partial pooling. The spread between
/// segments is one estimated number here, where `pool_segments` integrates over all that the data allow; Knapp and Hartung's
/// interval makes up for that in the mean. Pure functions, thread-safe.
///
///   y_j ~ N(theta_j, s_j^2),   theta_j ~ N(mu, tau^2),   w_j = 1 / (s_j^2 + tau^2),   mu = sum w_j y_j / sum w_j
///
/// Source: Viechtbauer 2005, J. Educational and Behavioral Statistics 30; the numbers are those of R's metafor.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/segment_effect.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace splitplot::stats {

/// How tau^2, the variance of true effects between segments, is estimated; never below 0. k segments.
enum class SpreadEstimator : std::uint8_t {
  None,                        ///< tau = 0: one effect for all ("fixed effect")
  DerSimonianLaird,            ///< moments of Q weighted by precision (DerSimonian & Laird 1986)
  Hedges,                      ///< moments of the unweighted variance (Hedges & Olkin 1985)
  HunterSchmidt,               ///< (Q - k) / sum of precisions
  HunterSchmidtSmallSample,    ///< the same times k / (k - 1)
  SidikJonkman,                ///< from a crude start, always positive (Sidik & Jonkman 2005)
  PauleMandel,                 ///< Q at tau^2 equals k - 1 (Paule & Mandel 1982)
  PauleMandelMedian,           ///< Q at tau^2 equals its median
  EmpiricalBayes,              ///< Morris 1983; where positive the same as Paule and Mandel's
  MaximumLikelihood,           ///< biased downward with few segments
  RestrictedMaximumLikelihood  ///< by Fisher scoring
};

/// What the mean is tested and its interval built with.
enum class MeanTest : std::uint8_t {
  Normal,                     ///< as if tau were known
  StudentT,                   ///< the same error, k - 1 degrees of freedom
  KnappHartung,               ///< error from the weighted residuals, k - 1 degrees (Knapp & Hartung 2003)
  KnappHartungNeverNarrower,  ///< the same, but never a smaller error than `Normal`'s
};

struct MetaAnalysisOptions {
  SpreadEstimator estimator = SpreadEstimator::RestrictedMaximumLikelihood;
  MeanTest test = MeanTest::KnappHartung;
  double confidence = 0.95;
};

/// A segment's best linear unbiased prediction: drawn towards the mean by s^2 / (s^2 + tau^2).
struct ShrunkenEffect {
  double value = 0;
  double standard_error = 0;  ///< with the mean's own uncertainty, as if tau were known
};

struct MetaAnalysis {
  double mean = 0;
  double standard_error = 0;
  double statistic = 0;           ///< mean / standard_error
  double degrees_of_freedom = 0;  ///< of the statistic; infinite for `MeanTest::Normal`
  double p_value = 1;             ///< of "the mean effect is zero", two-sided
  Interval interval;
  Interval prediction_interval;  ///< for the true effect of one more segment
  double tau_squared = 0;        ///< in the square of the effects' unit
  double i_squared =
      0;  ///< share of the variation between raw effects that is real, by tau^2; by Q for `None`
  double h_squared = 1;  ///< total variation over that of sampling alone
  double q = 0;          ///< Cochran's
  double q_p_value = 1;
  std::vector<ShrunkenEffect> segments;  ///< in the order of the input
  Assumptions assumptions{Assumption::ExchangeableSegments, Assumption::NormalEffects,
                          Assumption::KnownVariance, Assumption::LargeSample};
  Concerns concerns;  ///< `FewSegments` below five
};

/// Not estimable: fewer than two segments, an effect that is not finite, an error that is not positive and finite, effects too far
/// apart for their errors, a confidence outside (0, 1).
[[nodiscard]] Estimated<MetaAnalysis> meta_analysis(std::span<const SegmentEffect> segments,
                                                    const MetaAnalysisOptions& options = {});

/// What a value of tau^2 says in three scales.
struct SpreadIntervals {
  Interval tau_squared;
  Interval tau;
  Interval i_squared;
  Interval h_squared;
};

/// Interval for tau^2 by the Q profile: all tau^2 under which Q is not improbable (Viechtbauer 2007, Statistics in Medicine 26). Exact
/// under the model. (0, 0) where the segments agree more closely than even tau = 0 lets expect. Not estimable: as `meta_analysis`.
[[nodiscard]] Estimated<SpreadIntervals> q_profile_interval(std::span<const SegmentEffect> segments,
                                                            double confidence = 0.95);

}  // namespace splitplot::stats
