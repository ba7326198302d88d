#include "topics.hpp"

#include <splitplot/stats/pooling/binomial_rates.hpp>
#include <splitplot/stats/pooling/meta_analysis.hpp>
#include <splitplot/stats/pooling/ranking.hpp>
#include <splitplot/stats/pooling/segments.hpp>

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace splitplot::reference {
namespace {

using namespace splitplot::stats;

template <typename T>
T value_of(Estimated<T> estimated) {
  if (!estimated) throw Unanswered(estimated.error().why);
  return *std::move(estimated);
}

/// "uniform tau", "flat", "half-Cauchy(25)", "half-normal(0.02)".
SpreadPrior prior_named(const std::string& text) {
  const std::size_t open = text.find('(');
  const std::string family = text.substr(0, open);
  if (family.starts_with("uniform") || family.starts_with("flat")) return FlatSpread{};
  if (open == std::string::npos) throw Unanswered("no scale in the prior '" + text + "'");
  const double scale = std::stod(text.substr(open + 1));
  if (family == "half-Cauchy" || family == "half-cauchy") return HalfCauchySpread{scale};
  if (family == "half-normal") return HalfNormalSpread{scale};
  throw Unanswered("no prior '" + text + "'");
}

/// The topic's published posteriors were integrated on 60 panels of 40 nodes: 20 equal ones up to a hundredth of an upper limit of tau,
/// then 40 in geometric progression. The limit is 40,000 scales of a half-Cauchy prior, 20 of a half-normal one, and 2,400 mean
/// standard errors with a flat one. (The last digits that are published show all of this.)
SpreadPanels panels_for(const SpreadPrior& prior, const std::vector<SegmentEffect>& segments) {
  if (const auto* cauchy = std::get_if<HalfCauchySpread>(&prior)) return {.upper = 40000 * cauchy->scale};
  if (const auto* normal = std::get_if<HalfNormalSpread>(&prior)) return {.upper = 20 * normal->scale};
  double mean_error = 0;
  for (const SegmentEffect& s : segments)
    mean_error += s.standard_error / static_cast<double>(segments.size());
  return {.upper = 2400 * mean_error};
}

/// Those panels where they resolve the posterior at least roughly, else nothing: a rule that adapts itself.
std::optional<SpreadPanels> resolving_panels(const SpreadPrior& prior,
                                             const std::vector<SegmentEffect>& segments) {
  constexpr double kRoughly = 1e-4;
  const SpreadPanels panels = panels_for(prior, segments);
  const PooledSegments exact = value_of(pool_segments(segments, {.prior = prior}));
  const PooledSegments fixed = value_of(pool_segments(segments, {.prior = prior, .panels = panels}));
  if (std::abs(fixed.spread_mean - exact.spread_mean) > kRoughly * exact.spread_mean) return std::nullopt;
  return panels;
}

constexpr double kMedianAlone = 1e-10;  // an interval so narrow is its middle

/// The quantiles .025, .25, .5, .75, .975 from pools at 95 %, 50 % and (nearly) 0 %.
std::vector<double> five(const Interval& wide, const Interval& half, const Interval& median) {
  return {wide.lower, half.lower, 0.5 * (median.lower + median.upper), half.upper, wide.upper};
}

boost::json::object posterior(const ReferenceCase& reference_case) {
  const std::vector<double> effects = reference_case.numbers("y");
  const std::vector<double> errors = reference_case.numbers("sigma");
  if (effects.size() != errors.size()) throw Unanswered("y and sigma differ in length");
  std::vector<SegmentEffect> segments;
  for (std::size_t j = 0; j < effects.size(); ++j) segments.push_back({effects[j], errors[j]});
  PoolingOptions options{.prior = prior_named(reference_case.text("prior"))};
  options.panels = resolving_panels(options.prior, segments);
  const PooledSegments wide = value_of(pool_segments(segments, options));
  const SegmentRanking ranking = value_of(rank_segments(segments, Direction::HigherIsBetter, options));
  options.confidence = 0.5;
  const PooledSegments half = value_of(pool_segments(segments, options));
  options.confidence = kMedianAlone;
  const PooledSegments median = value_of(pool_segments(segments, options));

  boost::json::object answer;
  answer["mu_mean"] = json_of(wide.overall.mean);
  answer["mu_sd"] = json_of(wide.overall.sd);
  answer["mu_quantiles"] =
      json_of(five(wide.overall.interval, half.overall.interval, median.overall.interval));
  answer["p_mu_positive"] = json_of(wide.overall.chance_above_zero);
  answer["tau_mean"] = json_of(wide.spread_mean);
  answer["tau_quantiles_approx"] =
      json_of(five(wide.spread.interval, half.spread.interval, median.spread.interval));
  std::vector<double> means;
  std::vector<double> sds;
  std::vector<double> chances;
  boost::json::object quantiles;
  for (std::size_t j = 0; j < segments.size(); ++j) {
    means.push_back(wide.segments[j].mean);
    sds.push_back(wide.segments[j].sd);
    chances.push_back(wide.segments[j].chance_above_zero);
    quantiles[std::to_string(j + 1)] =
        json_of(five(wide.segments[j].interval, half.segments[j].interval, median.segments[j].interval));
    for (std::size_t k = 0; k < segments.size(); ++k) {
      if (k == j) continue;
      answer["P(theta" + std::to_string(j + 1) + ">theta" + std::to_string(k + 1) + ")"] =
          json_of(ranking.above_probability[j][k]);
    }
  }
  answer["theta_mean"] = json_of(means);
  answer["theta_sd"] = json_of(sds);
  answer["theta_quantiles"] = std::move(quantiles);
  answer["p_theta_positive"] = json_of(chances);
  answer["p_best"] = json_of(ranking.best_probability);
  return answer;
}

std::vector<SuccessCount> counts_of(const ReferenceCase& reference_case) {
  const std::vector<double> successes = reference_case.numbers("y");
  const std::vector<double> units = reference_case.numbers("n");
  if (successes.size() != units.size()) throw Unanswered("y and n differ in length");
  std::vector<SuccessCount> counts;
  for (std::size_t j = 0; j < successes.size(); ++j)
    counts.push_back({static_cast<std::uint64_t>(successes[j]), static_cast<std::uint64_t>(units[j])});
  return counts;
}

boost::json::object rates_posterior(const ReferenceCase& reference_case) {
  const std::vector<double> u = reference_case.numbers("u_range");
  const std::vector<double> v = reference_case.numbers("v_range");
  if (u.size() != 2 || v.size() != 2) throw Unanswered("a range must have two ends");
  const std::vector<SuccessCount> counts = counts_of(reference_case);
  const PooledRates pooled = value_of(
      pool_rates(counts, {.region = RateRegion{.log_odds = {u[0], u[1]}, .log_size = {v[0], v[1]}}}));
  boost::json::object theta;
  for (std::size_t j = 0; j < counts.size(); ++j) {
    const PooledRate& rate = pooled.segments[j];
    theta[std::to_string(j + 1)] = boost::json::object{
        {"mean", json_of(rate.mean)},
        {"sd", json_of(rate.sd)},
        {"q", json_of(std::vector<double>{rate.interval.lower, rate.median, rate.interval.upper})}};
  }
  return {{"E_alpha", json_of(pooled.alpha_mean.value())},
          {"E_beta", json_of(pooled.beta_mean.value())},
          {"pop_mean", json_of(pooled.mean)},
          {"pop_mean_sd", json_of(pooled.mean_sd)},
          {"E_log_size", json_of(pooled.log_size_mean)},
          {"theta", std::move(theta)}};
}

boost::json::object rates_most_likely(const ReferenceCase& reference_case) {
  const std::vector<SuccessCount> counts = counts_of(reference_case);
  const BetaBinomialFit fit = value_of(fit_beta_binomial(counts));
  boost::json::object answer{{"alpha", json_of(fit.alpha)},
                             {"beta", json_of(fit.beta)},
                             {"loglik_kernel", json_of(fit.log_likelihood)},
                             {"shrunk_first", json_of(fit.shrunken_rates.front())},
                             {"shrunk_last", json_of(fit.shrunken_rates.back())}};
  for (std::size_t j = 0; j < counts.size(); ++j) {
    answer["shrunk_" + std::to_string(j + 1)] = json_of(fit.shrunken_rates[j]);
  }
  return answer;
}

boost::json::object rates_by_moments(const ReferenceCase& reference_case) {
  const BetaMoments moments = value_of(beta_moments_of_rates(counts_of(reference_case)));
  return {{"mean", json_of(moments.mean)},
          {"sd", json_of(moments.sd)},
          {"alpha", json_of(moments.alpha)},
          {"beta", json_of(moments.beta)}};
}

SpreadEstimator estimator_named(const std::string& name) {
  static const std::map<std::string, SpreadEstimator> kNames{
      {"FE", SpreadEstimator::None},
      {"EE", SpreadEstimator::None},
      {"CE", SpreadEstimator::None},
      {"DL", SpreadEstimator::DerSimonianLaird},
      {"HE", SpreadEstimator::Hedges},
      {"HO", SpreadEstimator::Hedges},
      {"CA", SpreadEstimator::Hedges},
      {"HS", SpreadEstimator::HunterSchmidt},
      {"HSk", SpreadEstimator::HunterSchmidtSmallSample},
      {"SJ", SpreadEstimator::SidikJonkman},
      {"PM", SpreadEstimator::PauleMandel},
      {"MP", SpreadEstimator::PauleMandel},
      {"PMM", SpreadEstimator::PauleMandelMedian},
      {"EB", SpreadEstimator::EmpiricalBayes},
      {"ML", SpreadEstimator::MaximumLikelihood},
      {"REML", SpreadEstimator::RestrictedMaximumLikelihood}};
  const auto found = kNames.find(name);
  if (found == kNames.end()) throw Unanswered("no estimator '" + name + "'");
  return found->second;
}

MeanTest test_named(const std::string& name) {
  if (name == "z") return MeanTest::Normal;
  if (name == "t") return MeanTest::StudentT;
  if (name == "knha" || name == "hksj") return MeanTest::KnappHartung;
  if (name == "adhoc") return MeanTest::KnappHartungNeverNarrower;
  throw Unanswered("no test '" + name + "'");
}

std::vector<SegmentEffect> studies_of(const ReferenceCase& reference_case) {
  const std::vector<double> effects = reference_case.numbers("yi");
  const std::vector<double> variances = reference_case.numbers("vi");
  if (effects.size() != variances.size()) throw Unanswered("yi and vi differ in length");
  std::vector<SegmentEffect> studies;
  for (std::size_t j = 0; j < effects.size(); ++j) studies.push_back({effects[j], std::sqrt(variances[j])});
  return studies;
}

double confidence_of(const ReferenceCase& reference_case) {
  if (reference_case.has("alpha")) return 1 - reference_case.number("alpha");
  const double level = reference_case.number("level", reference_case.number("confidence", 0.95));
  return level > 1 ? level / 100 : level;
}

boost::json::array json_of_interval(const Interval& interval) {
  return json_of(std::vector<double>{interval.lower, interval.upper});
}

boost::json::object random_effects(const ReferenceCase& reference_case, const std::string& default_test) {
  const MetaAnalysisOptions options{.estimator = estimator_named(reference_case.text("method", "REML")),
                                    .test = test_named(reference_case.text("test", default_test)),
                                    .confidence = confidence_of(reference_case)};
  const MetaAnalysis found = value_of(meta_analysis(studies_of(reference_case), options));
  std::vector<double> blups;
  std::vector<double> blup_errors;
  for (const ShrunkenEffect& segment : found.segments) {
    blups.push_back(segment.value);
    blup_errors.push_back(segment.standard_error);
  }
  boost::json::object answer{{"mu", json_of(found.mean)},
                             {"se", json_of(found.standard_error)},
                             {"p", json_of(found.p_value)},
                             {"ci", json_of_interval(found.interval)},
                             {"tau2", json_of(found.tau_squared)},
                             {"tau", json_of(std::sqrt(found.tau_squared))},
                             {"I2", json_of(100 * found.i_squared)},
                             {"H2", json_of(found.h_squared)},
                             {"Q", json_of(found.q)},
                             {"Qp", json_of(found.q_p_value)},
                             {"pred", json_of(blups)}};
  // One key, two meanings: the mean's error, or with "pred" those of the segments.
  if (reference_case.method() == "blups") answer["se"] = json_of(blup_errors);
  const bool normal = options.test == MeanTest::Normal;
  answer[normal ? "z" : "t"] = json_of(found.statistic);
  answer[normal ? "prediction_interval_z" : "prediction_interval_t"] =
      json_of_interval(found.prediction_interval);
  answer["prediction_interval"] = json_of_interval(found.prediction_interval);
  return answer;
}

boost::json::object q_profile(const ReferenceCase& reference_case) {
  const std::vector<SegmentEffect> studies = studies_of(reference_case);
  const double confidence = confidence_of(reference_case);
  const MetaAnalysis found =
      value_of(meta_analysis(studies, {.estimator = estimator_named(reference_case.text("method", "REML")),
                                       .confidence = confidence}));
  const SpreadIntervals intervals = value_of(q_profile_interval(studies, confidence));
  const auto triple = [](double estimate, const Interval& interval, double scale) {
    return json_of(std::vector<double>{scale * estimate, scale * interval.lower, scale * interval.upper});
  };
  constexpr double kPerCent = 100;
  return {{"tau2", triple(found.tau_squared, intervals.tau_squared, 1)},
          {"tau", triple(std::sqrt(found.tau_squared), intervals.tau, 1)},
          {"I2", triple(found.i_squared, intervals.i_squared, kPerCent)},
          {"H2", triple(found.h_squared, intervals.h_squared, 1)}};
}

}  // namespace

boost::json::object answer_hierarchical_normal(const ReferenceCase& reference_case) {
  if (reference_case.has("y") && reference_case.has("sigma")) return posterior(reference_case);
  throw Unanswered("no method '" + reference_case.method() + "'");
}

boost::json::object answer_hierarchical_binomial(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (reference_case.has("u_range")) return rates_posterior(reference_case);
  if (method.starts_with("type_ii_ml")) return rates_most_likely(reference_case);
  if (method.starts_with("moment_estimates")) return rates_by_moments(reference_case);
  throw Unanswered("no method '" + method + "'");
}

boost::json::object answer_meta_analysis(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "q_profile_ci_for_tau2") return q_profile(reference_case);
  if (method == "random_effects_knapp_hartung") return random_effects(reference_case, "knha");
  if (method == "random_effects" || method == "tau2_hits_zero" || method == "stroke_length_of_stay_md" ||
      method == "blups") {
    return random_effects(reference_case, "z");
  }
  throw Unanswered("no method '" + method + "'");
}

}  // namespace splitplot::reference
