#include "many/common_effect.hpp"
#include "numeric/root.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/pooling/meta_analysis.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

namespace splitplot::stats {
namespace {

constexpr std::size_t kFewSegments = 5;
constexpr double kLargestRatio = 1e75;  // its fourth power still has room in a double

/// Effects in units of the smallest standard error, centred.
struct Study {
  std::vector<double> effects;
  std::vector<double> variances;
  double centre = 0;
  double unit = 1;

  [[nodiscard]] double size() const { return static_cast<double>(effects.size()); }
};

Estimated<Study> study_of(std::span<const SegmentEffect> segments, double confidence) {
  if (segments.size() < 2) return not_estimable("a meta-analysis needs two segments or more");
  if (const auto why = refusal(segments)) return not_estimable(*why);
  if (!(confidence > 0 && confidence < 1)) return not_estimable("the confidence must lie between 0 and 1");
  Study study;
  study.unit = smallest_error(segments);
  study.centre = weighted_centre(segments, study.unit);
  for (const SegmentEffect& segment : segments) {
    const double effect = (segment.value - study.centre) / study.unit;
    const double ratio = segment.standard_error / study.unit;
    if (!(std::abs(effect) < kLargestRatio)) {
      return not_estimable("the segments' effects lie too far apart for their standard errors");
    }
    if (!(ratio < kLargestRatio)) return not_estimable("the segments' standard errors lie too far apart");
    study.effects.push_back(effect);
    study.variances.push_back(ratio * ratio);
  }
  return study;
}

/// What the weights 1 / (variance + tau^2) make of the effects.
struct Weighted {
  double sum = 0;      // of weights
  double squares = 0;  // of squared weights
  double mean = 0;
  double q = 0;          // sum w (y - mean)^2
  double squared_q = 0;  // sum w^2 (y - mean)^2
  double log_weights = 0;
};

Weighted weigh(const Study& study, double tau_squared) {
  Weighted result;
  double sum = 0;
  for (std::size_t j = 0; j < study.effects.size(); ++j) {
    const double weight = 1 / (study.variances[j] + tau_squared);
    result.sum += weight;
    result.squares += weight * weight;
    result.log_weights += std::log(weight);
    sum += weight * study.effects[j];
  }
  result.mean = sum / result.sum;
  for (std::size_t j = 0; j < study.effects.size(); ++j) {
    const double weight = 1 / (study.variances[j] + tau_squared);
    const double residual = study.effects[j] - result.mean;
    result.q += weight * residual * residual;
    result.squared_q += weight * weight * residual * residual;
  }
  return result;
}

double hedges(const Study& study) {
  double mean = 0;
  double variance = 0;
  for (std::size_t j = 0; j < study.effects.size(); ++j) {
    mean += study.effects[j] / study.size();
    variance += study.variances[j] / study.size();
  }
  double squares = 0;
  for (const double effect : study.effects) squares += (effect - mean) * (effect - mean);
  return squares / (study.size() - 1) - variance;
}

double sidik_jonkman(const Study& study) {
  double mean = 0;
  for (const double effect : study.effects) mean += effect / study.size();
  double start = 0;
  for (const double effect : study.effects) start += (effect - mean) * (effect - mean) / study.size();
  return start > 0 ? start * weigh(study, start).q / (study.size() - 1) : 0;
}

/// tau^2 at which Q takes a value; 0 where it is below that at tau = 0 already.
double where_q_is(const Study& study, double value) {
  const auto excess = [&](double tau_squared) { return weigh(study, tau_squared).q - value; };
  if (!(excess(0) > 0)) return 0;
  return root_above(excess, 0, 1, std::numeric_limits<double>::max() / 4).value_or(0);
}

/// Log-likelihood of tau^2 with the mean at its best value, or integrated out.
double log_likelihood(const Weighted& at, bool restricted) {
  return 0.5 * (at.log_weights - at.q - (restricted ? std::log(at.sum) : 0.0));
}

/// Traces of P = W - W 1 1' W / sum w and of its square.
struct Traces {
  double plain = 0;
  double squared = 0;
};

/// By what the other segments weigh, not by subtraction: where one segment outweighs the rest, the differences would vanish.
Traces traces_of(const Study& study, double tau_squared, double sum) {
  const std::size_t count = study.effects.size();
  std::vector<double> share(count);  // of the weights
  for (std::size_t j = 0; j < count; ++j) share[j] = 1 / (study.variances[j] + tau_squared) / sum;
  std::vector<double> after(count + 1, 0.0);  // shares, and squared shares, of the segments from j on
  std::vector<double> squares_after(count + 1, 0.0);
  for (std::size_t j = count; j-- > 0;) {
    after[j] = after[j + 1] + share[j];
    squares_after[j] = squares_after[j + 1] + share[j] * share[j];
  }
  Traces result;
  double before = 0;
  double squares_before = 0;
  for (std::size_t j = 0; j < count; ++j) {
    const double others = before + after[j + 1];
    result.plain += share[j] * others;
    result.squared += share[j] * share[j] * (others * others + squares_before + squares_after[j + 1]);
    before += share[j];
    squares_before += share[j] * share[j];
  }
  return {result.plain * sum, result.squared * sum * sum};
}

/// Fisher scoring from Hedges' estimate, a step being halved until the likelihood does not fall (Viechtbauer 2005, section 2).
double most_likely(const Study& study, bool restricted) {
  double tau_squared = std::max(0.0, hedges(study));
  Weighted at = weigh(study, tau_squared);
  double height = log_likelihood(at, restricted);
  constexpr int kMostSteps = 500;
  for (int i = 0; i < kMostSteps; ++i) {
    const Traces traces = restricted ? traces_of(study, tau_squared, at.sum) : Traces{at.sum, at.squares};
    if (!(traces.squared > 0)) break;  // beyond a double's range: the likelihood is flat
    double step = (at.squared_q - traces.plain) / traces.squared;
    double next = std::max(0.0, tau_squared + step);
    Weighted there = weigh(study, next);
    // Written so that a step beyond a double's range, whose likelihood is no number, is taken back too.
    while (!(log_likelihood(there, restricted) >= height - 1e-13 * (1 + std::abs(height))) &&
           std::abs(next - tau_squared) > 1e-15 * tau_squared) {
      step /= 2;
      next = std::max(0.0, tau_squared + step);
      there = weigh(study, next);
    }
    const double moved = std::abs(next - tau_squared);
    tau_squared = next;
    at = there;
    height = log_likelihood(at, restricted);
    if (moved <= 1e-13 * (1e-3 + tau_squared)) break;
  }
  return tau_squared;
}

double estimate_tau_squared(const Study& study, SpreadEstimator estimator) {
  const double k = study.size();
  const Weighted fixed = weigh(study, 0);
  switch (estimator) {
    case SpreadEstimator::None:
      return 0;
    case SpreadEstimator::DerSimonianLaird:
      return std::max(0.0, (fixed.q - (k - 1)) / traces_of(study, 0, fixed.sum).plain);
    case SpreadEstimator::Hedges:
      return std::max(0.0, hedges(study));
    case SpreadEstimator::HunterSchmidt:
      return std::max(0.0, (fixed.q - k) / fixed.sum);
    case SpreadEstimator::HunterSchmidtSmallSample:
      return std::max(0.0, (k / (k - 1) * fixed.q - k) / fixed.sum);
    case SpreadEstimator::SidikJonkman:
      return sidik_jonkman(study);
    case SpreadEstimator::PauleMandel:
    case SpreadEstimator::EmpiricalBayes:
      return where_q_is(study, k - 1);
    case SpreadEstimator::PauleMandelMedian:
      return where_q_is(study, chi_square_quantile(0.5, k - 1));
    case SpreadEstimator::MaximumLikelihood:
      return most_likely(study, false);
    case SpreadEstimator::RestrictedMaximumLikelihood:
      return most_likely(study, true);
  }
  return 0;
}

/// The sampling variance that stands for all segments (Higgins & Thompson 2002, equation 9).
double typical_variance(const Study& study) {
  const Weighted fixed = weigh(study, 0);
  return (study.size() - 1) / traces_of(study, 0, fixed.sum).plain;
}

/// Error of the mean, its reference distribution, test and intervals.
void judge_mean(const Study& study, const MetaAnalysisOptions& options, double tau_squared,
                MetaAnalysis& result) {
  const Weighted at = weigh(study, tau_squared);
  double variance = 1 / at.sum;
  const double scatter = at.q / (study.size() - 1);
  if (options.test == MeanTest::KnappHartung) variance *= scatter;
  if (options.test == MeanTest::KnappHartungNeverNarrower) variance *= std::max(1.0, scatter);
  const bool normal = options.test == MeanTest::Normal;
  result.degrees_of_freedom = normal ? std::numeric_limits<double>::infinity() : study.size() - 1;
  result.mean = study.centre + study.unit * at.mean;
  result.standard_error = study.unit * std::sqrt(variance);
  result.statistic = result.mean == 0 ? 0 : result.mean / result.standard_error;
  const double size = std::abs(result.statistic);
  result.p_value =
      std::min(1.0, 2 * (normal ? normal_sf(size) : student_t_sf(size, result.degrees_of_freedom)));
  const double tail = (1 - options.confidence) / 2;
  const double reach =
      -(normal ? normal_quantile(tail) : student_t_quantile(tail, result.degrees_of_freedom));
  const double half = reach * result.standard_error;
  result.interval = {result.mean - half, result.mean + half};
  const double new_half = reach * study.unit * std::sqrt(variance + tau_squared);
  result.prediction_interval = {result.mean - new_half, result.mean + new_half};
  for (std::size_t j = 0; j < study.effects.size(); ++j) {
    const double own = tau_squared / (tau_squared + study.variances[j]);
    const double blup = own * study.effects[j] + (1 - own) * at.mean;
    const double blup_variance = own * study.variances[j] + (1 - own) * (1 - own) * variance;
    result.segments.push_back({study.centre + study.unit * blup, study.unit * std::sqrt(blup_variance)});
  }
}

}  // namespace

Estimated<MetaAnalysis> meta_analysis(std::span<const SegmentEffect> segments,
                                      const MetaAnalysisOptions& options) {
  const auto study = study_of(segments, options.confidence);
  if (!study) return tl::unexpected(study.error());
  const double tau_squared = estimate_tau_squared(*study, options.estimator);
  MetaAnalysis result;
  judge_mean(*study, options, tau_squared, result);
  if (!(result.standard_error > 0)) {
    return not_estimable(
        "all segments have the same effect: their scatter says nothing about the error of the mean");
  }
  const double degrees = study->size() - 1;
  result.q = weigh(*study, 0).q;
  result.q_p_value = chi_square_sf(result.q, degrees);
  if (options.estimator == SpreadEstimator::None) {
    result.i_squared = result.q > degrees ? 1 - degrees / result.q : 0;
    result.h_squared = result.q / degrees;
  } else {
    const double typical = typical_variance(*study);
    result.i_squared = tau_squared / (tau_squared + typical);
    result.h_squared = tau_squared / typical + 1;
  }
  result.tau_squared = tau_squared * study->unit * study->unit;
  if (segments.size() < kFewSegments) result.concerns.insert(Concern::FewSegments);
  const bool finite = std::isfinite(result.mean) && std::isfinite(result.prediction_interval.lower) &&
                      std::isfinite(result.prediction_interval.upper) && std::isfinite(result.tau_squared);
  if (!finite) return not_estimable("the segments' effects are too large to be worked with");
  return result;
}

Estimated<SpreadIntervals> q_profile_interval(std::span<const SegmentEffect> segments, double confidence) {
  const auto study = study_of(segments, confidence);
  if (!study) return tl::unexpected(study.error());
  const double tail = (1 - confidence) / 2;
  const double degrees = study->size() - 1;
  const Interval inside{where_q_is(*study, chi_square_quantile(1 - tail, degrees)),
                        where_q_is(*study, chi_square_quantile(tail, degrees))};
  const double typical = typical_variance(*study);
  const double square = study->unit * study->unit;
  SpreadIntervals result;
  result.tau_squared = {inside.lower * square, inside.upper * square};
  result.tau = {study->unit * std::sqrt(inside.lower), study->unit * std::sqrt(inside.upper)};
  result.i_squared = {inside.lower / (inside.lower + typical), inside.upper / (inside.upper + typical)};
  result.h_squared = {1 + inside.lower / typical, 1 + inside.upper / typical};
  if (!std::isfinite(result.tau_squared.upper)) {
    return not_estimable("the segments' effects are too large to be worked with");
  }
  return result;
}

}  // namespace splitplot::stats
