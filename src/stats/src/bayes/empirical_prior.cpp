#include "numeric/root.hpp"

#include <splitplot/stats/bayes/empirical_prior.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>

namespace splitplot::stats {
namespace {

constexpr std::size_t kFewExperiments = 10;
constexpr double kLogSqrtTwoPi = 0.918938533204672741780329736406;

Concerns concerns_of(std::size_t experiments) {
  return experiments < kFewExperiments ? Concerns{Concern::FewSegments} : Concerns{};
}

bool usable(const MeasuredEffect& effect) {
  return effect.standard_error > 0 && std::isfinite(effect.standard_error) && std::isfinite(effect.value);
}

/// Where a function of one variable is largest: the best of a grid, then golden sections about it.
double largest_at(const std::function<double(double)>& function, double lower, double upper, int points,
                  double tolerance) {
  const double step = (upper - lower) / (points - 1);
  double best = lower;
  double value = -std::numeric_limits<double>::infinity();
  for (int i = 0; i < points; ++i) {
    const double x = lower + i * step;
    if (const double here = function(x); here > value) {
      value = here;
      best = x;
    }
  }
  constexpr double kGolden = 0.6180339887498949;
  double left = std::max(lower, best - step);
  double right = std::min(upper, best + step);
  double x1 = right - kGolden * (right - left);
  double x2 = left + kGolden * (right - left);
  double f1 = function(x1);
  double f2 = function(x2);
  while (right - left > tolerance) {
    if (f1 < f2) {
      left = x1;
      x1 = x2;
      f1 = f2;
      f2 = function(x2 = left + kGolden * (right - left));
    } else {
      right = x2;
      x2 = x1;
      f2 = f1;
      f1 = function(x1 = right - kGolden * (right - left));
    }
  }
  return 0.5 * (left + right);
}

/// The normal-normal model in a unit in which the data are of order 1.
class NormalMarginal {
 public:
  NormalMarginal(std::span<const MeasuredEffect> experiments, double unit) {
    for (const MeasuredEffect& e : experiments) {
      values_.push_back(e.value / unit);
      const double error = e.standard_error / unit;
      variances_.push_back(error * error);
    }
  }

  struct Profile {
    double mean = 0;
    double log_likelihood = 0;
    double score = 0;  // derivative of twice the log likelihood by the variance, the mean following
  };
  [[nodiscard]] Profile at(double variance) const {
    double weights = 0;
    double sum = 0;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const double weight = 1 / (variances_[i] + variance);
      weights += weight;
      sum += weight * values_[i];
    }
    Profile profile;
    profile.mean = sum / weights;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const double total = variances_[i] + variance;
      const double distance = values_[i] - profile.mean;
      profile.log_likelihood -= 0.5 * (std::log(total) + distance * distance / total) + kLogSqrtTwoPi;
      profile.score += (distance * distance / total - 1) / total;
    }
    return profile;
  }

  /// The variance of largest likelihood.
  [[nodiscard]] double best_variance() const {
    const auto [least, most] = std::minmax_element(values_.begin(), values_.end());
    const double range = *most - *least;
    if (!(range > 0)) return 0;
    // Above the squared range every term of the score is negative.
    const double upper = 2 * std::log(range) + 1e-9;
    const double lower =
        std::min(std::log(*std::min_element(variances_.begin(), variances_.end())), upper) - 14;
    constexpr int kPoints = 60;
    const double step = (upper - lower) / (kPoints - 1);
    double best = 0;
    double value = at(0).log_likelihood;
    for (int i = 0; i < kPoints; ++i) {
      const double variance = std::exp(lower + i * step);
      if (const double here = at(variance).log_likelihood; here > value) {
        value = here;
        best = variance;
      }
    }
    if (best == 0) return 0;
    const auto root = root_between([&](double x) { return at(std::exp(x)).score; }, std::log(best) - step,
                                   std::log(best) + step);
    return root ? std::exp(*root) : best;
  }

 private:
  std::vector<double> values_;
  std::vector<double> variances_;
};

/// The size of the data, for a unit in which squares neither over- nor underflow.
double unit_of(std::span<const MeasuredEffect> experiments, double location) {
  double unit = 0;
  for (const MeasuredEffect& e : experiments)
    unit = std::max({unit, std::abs(e.value - location), e.standard_error});
  return unit;
}

}  // namespace

Estimated<NormalPriorFit> fit_normal_prior(std::span<const MeasuredEffect> experiments) {
  if (experiments.size() < 2) return not_estimable("there are fewer than two experiments");
  if (!std::all_of(experiments.begin(), experiments.end(), usable)) {
    return not_estimable("an experiment has no finite effect with a standard error");
  }
  const double unit = unit_of(experiments, 0);
  const NormalMarginal marginal(experiments, unit);
  const double variance = marginal.best_variance();
  const auto profile = marginal.at(variance);
  NormalPriorFit fit;
  fit.mean = profile.mean * unit;
  fit.variance = variance * unit * unit;
  fit.log_likelihood = profile.log_likelihood - static_cast<double>(experiments.size()) * std::log(unit);
  for (const MeasuredEffect& e : experiments) {
    const double error = e.standard_error / unit;
    const double kept = variance / (variance + error * error);
    fit.shrunk.push_back(kept * e.value + (1 - kept) * fit.mean);
  }
  fit.assumptions = {Assumption::LargeSample, Assumption::ExchangeableSegments, Assumption::NormalEffects};
  fit.concerns = concerns_of(experiments.size());
  return fit;
}

namespace {

/// log B(a + s, b + f) - log B(a, b), summed.
double beta_binomial_log_likelihood(std::span<const SuccessCount> experiments, BetaPrior prior) {
  const double at_none = log_gamma(prior.a + prior.b) - log_gamma(prior.a) - log_gamma(prior.b);
  double sum = 0;
  for (const SuccessCount& e : experiments) {
    const BetaPosterior posterior = beta_posterior(e, prior);
    sum += log_gamma(posterior.a) + log_gamma(posterior.b) - log_gamma(posterior.a + posterior.b) + at_none;
  }
  return sum;
}

/// The mean of largest likelihood for a concentration a + b; the likelihood's derivative by it falls.
double best_mean(std::span<const SuccessCount> experiments, double concentration) {
  const auto score = [&](double mean) {
    const BetaPrior prior{mean * concentration, (1 - mean) * concentration};
    const double at_none = digamma(prior.b) - digamma(prior.a);
    double sum = 0;
    for (const SuccessCount& e : experiments) {
      const BetaPosterior posterior = beta_posterior(e, prior);
      sum += digamma(posterior.a) - digamma(posterior.b) + at_none;
    }
    return sum;
  };
  return root_between(score, 1e-12, 1 - 1e-12).value_or(0.5);
}

}  // namespace

Estimated<BetaPriorFit> fit_beta_prior(std::span<const SuccessCount> experiments) {
  double successes = 0;
  double units = 0;
  std::size_t with_units = 0;
  for (const SuccessCount& e : experiments) {
    if (e.successes > e.units) return not_estimable("an experiment has more successes than units");
    successes += static_cast<double>(e.successes);
    units += static_cast<double>(e.units);
    with_units += e.units > 0 ? 1 : 0;
  }
  if (with_units < 2) return not_estimable("there are fewer than two experiments with units");
  if (successes == 0 || successes == units)
    return not_estimable("all experiments together have no successes or no failures");
  // The slope of the log likelihood by 1 / (a + b) at 0, where the prior is one point.
  const double p = successes / units;
  double slope = 0;
  for (const SuccessCount& e : experiments) {
    const auto s = static_cast<double>(e.successes);
    const auto n = static_cast<double>(e.units);
    slope += s * (s - 1) / p + (n - s) * (n - s - 1) / (1 - p) - n * (n - 1);
  }
  if (!(slope > 0)) return not_estimable("the rates differ by no more than chance");
  constexpr double kLogLeast = -7;
  constexpr double kLogMost = 18;
  const auto profile = [&](double log_concentration) {
    const double concentration = std::exp(log_concentration);
    const double mean = best_mean(experiments, concentration);
    return beta_binomial_log_likelihood(experiments, {mean * concentration, (1 - mean) * concentration});
  };
  const double best = largest_at(profile, kLogLeast, kLogMost, 26, 1e-7);
  if (best > kLogMost - 0.5) return not_estimable("the rates hardly differ by more than chance");
  const double concentration = std::exp(best);
  const double mean = best_mean(experiments, concentration);
  BetaPriorFit fit;
  fit.prior = {mean * concentration, (1 - mean) * concentration};
  fit.log_likelihood = beta_binomial_log_likelihood(experiments, fit.prior);
  fit.assumptions = {Assumption::IndependentUnits, Assumption::ExchangeableSegments};
  fit.concerns = concerns_of(with_units);
  return fit;
}

namespace {

/// A Student t as a mixture of normals: T = N / sqrt(W), W ~ Gamma(v / 2, v / 2); nodes over log W by the trapezoid rule, which converges
/// geometrically for a density that falls exponentially on one side and faster on the other.
class StudentMixture {
 public:
  explicit StudentMixture(double degrees) {
    if (std::isinf(degrees)) {
      weights_ = {1};
      variances_ = {1};
      return;
    }
    const double half = 0.5 * degrees;
    const double step = std::min(0.5, 0.5 * std::sqrt(2 / degrees));
    const auto log_density = [&](double u) { return half * (u + 1 - std::exp(u)); };  // 0 at the mode
    // Small W, that is large variances, decide about an estimate far out: they are kept although they are rare.
    const double drop = std::max(32.0, std::min(10 * half, 200.0));
    double total = 0;
    for (const double sign : {-1.0, 1.0}) {
      for (int i = sign < 0 ? 1 : 0; log_density(sign * i * step) > -drop; ++i) {
        weights_.push_back(std::exp(log_density(sign * i * step)));
        variances_.push_back(std::exp(-sign * i * step));
        total += weights_.back();
      }
    }
    for (double& weight : weights_) weight /= total;
  }

  /// log of the density of value ~ N(effect, variance), effect ~ scale T.
  [[nodiscard]] double log_density(double value, double variance, double scale) const {
    const double squared = scale * scale;
    // In units of the largest term, which an estimate far out would underflow without.
    double top = -std::numeric_limits<double>::infinity();
    for (const double spread : variances_)
      top = std::max(top, log_normal(value, variance + squared * spread));
    double sum = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      sum += weights_[i] * std::exp(log_normal(value, variance + squared * variances_[i]) - top);
    }
    return top + std::log(sum);
  }

 private:
  static double log_normal(double value, double variance) {
    return -0.5 * (value * value / variance + std::log(variance)) - kLogSqrtTwoPi;
  }

  std::vector<double> weights_;
  std::vector<double> variances_;
};

constexpr double kFewestDegrees = 1.05;

struct StudentFit {
  double scale = 0;
  double log_likelihood = 0;
};

/// The scale of largest likelihood for these degrees, in a unit in which the data are of order 1.
StudentFit best_scale(std::span<const MeasuredEffect> experiments, const StudentMixture& mixture) {
  double smallest = experiments.front().standard_error;
  for (const MeasuredEffect& e : experiments) smallest = std::min(smallest, e.standard_error);
  const auto likelihood = [&](double log_scale) {
    double sum = 0;
    for (const MeasuredEffect& e : experiments) {
      sum += mixture.log_density(e.value, e.standard_error * e.standard_error, std::exp(log_scale));
    }
    return sum;
  };
  const double best = largest_at(likelihood, std::log(smallest) - 4, std::log(3.0), 12, 1e-4);
  return {std::exp(best), likelihood(best)};
}

}  // namespace

Estimated<StudentPriorFit> fit_student_prior(std::span<const MeasuredEffect> experiments, double location) {
  if (experiments.size() < 3) return not_estimable("there are fewer than three experiments");
  if (!std::all_of(experiments.begin(), experiments.end(), usable) || !std::isfinite(location)) {
    return not_estimable("an experiment has no finite effect with a standard error");
  }
  const double unit = unit_of(experiments, location);
  std::vector<MeasuredEffect> scaled;
  double without_spread = 0;
  for (const MeasuredEffect& e : experiments) {
    scaled.push_back({(e.value - location) / unit, e.standard_error / unit});
    const double z = scaled.back().value / scaled.back().standard_error;
    without_spread -= 0.5 * z * z + std::log(scaled.back().standard_error) + kLogSqrtTwoPi;
  }
  const auto fit_at = [&](double inverse) {
    const double degrees = inverse > 0 ? 1 / inverse : std::numeric_limits<double>::infinity();
    return best_scale(scaled, StudentMixture(degrees));
  };
  // Over 1 / degrees, in which the likelihood is smooth down to the normal's 0.
  double inverse =
      largest_at([&](double x) { return fit_at(x).log_likelihood; }, 0, 1 / kFewestDegrees, 6, 1e-3);
  StudentFit best = fit_at(inverse);
  if (const StudentFit normal = fit_at(0); normal.log_likelihood >= best.log_likelihood - 1e-9) {
    inverse = 0;
    best = normal;
  }
  if (!(best.log_likelihood > without_spread + 1e-6))
    return not_estimable("the effects show no spread beyond noise");
  StudentPriorFit fit;
  fit.prior = {location, best.scale * unit,
               inverse > 0 ? 1 / inverse : std::numeric_limits<double>::infinity()};
  fit.log_likelihood = best.log_likelihood - static_cast<double>(experiments.size()) * std::log(unit);
  fit.assumptions = {Assumption::LargeSample, Assumption::ExchangeableSegments};
  fit.concerns = concerns_of(experiments.size());
  return fit;
}

Estimated<double> log_marginal_density(const MeasuredEffect& effect, const EffectPrior& prior) {
  if (!usable(effect)) return not_estimable("the difference has no standard error");
  StudentEffectPrior student;
  if (const auto* given = std::get_if<StudentEffectPrior>(&prior)) {
    student = *given;
  } else if (const auto* normal = std::get_if<NormalEffectPrior>(&prior)) {
    student = {normal->mean, normal->sd, std::numeric_limits<double>::infinity()};
  } else {
    return not_estimable("a flat prior has no density");
  }
  if (!std::isfinite(student.location) || !(student.scale > 0) || !std::isfinite(student.scale) ||
      !(student.degrees > 0)) {
    return not_estimable("the prior has no location or no scale");
  }
  const double unit = effect.standard_error;
  const double value = (effect.value - student.location) / unit;
  return StudentMixture(student.degrees).log_density(value, 1, student.scale / unit) - std::log(unit);
}

Estimated<JamesStein> james_stein(std::span<const double> estimates, double standard_error) {
  if (estimates.size() < 4) return not_estimable("there are fewer than four estimates");
  if (!(standard_error > 0) || !std::isfinite(standard_error))
    return not_estimable("the standard error is not positive");
  const auto k = static_cast<double>(estimates.size());
  JamesStein result;
  for (const double estimate : estimates) {
    if (!std::isfinite(estimate)) return not_estimable("an estimate is not a finite number");
    result.grand_mean += estimate / k;
  }
  double squares = 0;  // in standard errors
  for (const double estimate : estimates) {
    const double z = estimate / standard_error - result.grand_mean / standard_error;
    squares += z * z;
  }
  result.factor = std::max(0.0, 1 - (k - 3) / squares);  // equal estimates: 1 - infinity
  for (const double estimate : estimates) {
    result.shrunk.push_back(result.grand_mean + result.factor * (estimate - result.grand_mean));
  }
  return result;
}

Estimated<JamesStein> james_stein(std::span<const SuccessCount> arms) {
  std::vector<double> rates;
  double mean = 0;
  for (const SuccessCount& arm : arms) {
    if (arm.units == 0) return not_estimable("an arm has no units");
    if (arm.successes > arm.units) return not_estimable("an arm has more successes than units");
    if (arm.units != arms.front().units) return not_estimable("the arms are of different sizes");
    rates.push_back(arm.rate());
    mean += arm.rate() / static_cast<double>(arms.size());
  }
  if (rates.size() < 4) return not_estimable("there are fewer than four estimates");
  if (!(mean > 0) || !(mean < 1)) return not_estimable("the arms have no successes or no failures");
  return james_stein(rates, std::sqrt(mean * (1 - mean) / static_cast<double>(arms.front().units)));
}

Estimated<double> conditional_z_effect(double z, double threshold) {
  constexpr double kLargestThreshold = 30;
  if (!(threshold >= 0) || !(threshold <= kLargestThreshold)) {
    return not_estimable("the threshold does not lie between 0 and 30 standard errors");
  }
  if (!std::isfinite(z)) return not_estimable("the z-value is not a finite number");
  const double size = std::abs(z);
  if (!(size > threshold)) return not_estimable("the effect did not pass the threshold");
  // E[Z | |Z| > threshold] grows with the effect, is 0 at 0 and nowhere below the effect.
  const auto miss = [&](double effect) {
    const double noticed = normal_sf(threshold - effect) + normal_sf(threshold + effect);
    return effect - size + (normal_pdf(threshold - effect) - normal_pdf(threshold + effect)) / noticed;
  };
  const double effect = root_between(miss, 0, size).value_or(size);
  return std::copysign(effect, z);
}

Estimated<double> conditional_effect(const MeasuredEffect& effect, double threshold) {
  if (!usable(effect)) return not_estimable("the difference has no standard error");
  return conditional_z_effect(effect.value / effect.standard_error, threshold).map([&](double z) {
    return z * effect.standard_error;
  });
}

}  // namespace splitplot::stats
