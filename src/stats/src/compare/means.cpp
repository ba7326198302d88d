#include "arms.hpp"

#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/skewness.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace splitplot::stats {
namespace {

void name_method(Difference& difference, const MeansOptions& options) {
  if (options.distribution == ReferenceDistribution::Normal) {
    difference.test = TestMethod::MeansZ;
    difference.interval_method = IntervalMethod::MeansZ;
  } else if (options.variance == VarianceModel::Pooled) {
    difference.test = TestMethod::StudentT;
    difference.interval_method = IntervalMethod::StudentT;
  } else {
    difference.test = TestMethod::WelchT;
    difference.interval_method = IntervalMethod::WelchT;
  }
}

}  // namespace

double satterthwaite_degrees_of_freedom(double control_variance_of_mean, std::uint64_t control_count,
                                        double treatment_variance_of_mean, std::uint64_t treatment_count) {
  const double n_c = static_cast<double>(control_count);
  const double n_t = static_cast<double>(treatment_count);
  const double sum = control_variance_of_mean + treatment_variance_of_mean;
  if (!(sum > 0) || control_count < 2 || treatment_count < 2) return std::max(1.0, n_c + n_t - 2);
  const double share =
      control_variance_of_mean / sum;  // a share, since fourth powers of the data would over- or underflow
  return 1 / (share * share / (n_c - 1) + (1 - share) * (1 - share) / (n_t - 1));
}

double welch_degrees_of_freedom(const Moments& control, const Moments& treatment) {
  return satterthwaite_degrees_of_freedom(control.variance_of_mean(), control.count,
                                          treatment.variance_of_mean(), treatment.count);
}

Estimated<Difference> compare_means(const Moments& control, const Moments& treatment,
                                    const MeansOptions& options) {
  if (control.count < 2 || treatment.count < 2) return not_estimable("an arm has fewer than two units");
  auto result = difference_of(
      difference_of_means(treatment, control),
      standard_error_of(control.variance(), control.count, treatment.variance(), treatment.count, options),
      options);
  if (!result) return result;
  name_method(*result, options);
  result->assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                         Assumption::LargeSample};
  if (options.variance == VarianceModel::Pooled) result->assumptions.insert(Assumption::EqualVariances);
  result->concerns = skewness_concern(control, treatment);
  return result;
}

Estimated<Difference> compare_means(const Moments& control, const Moments& treatment, double confidence) {
  MeansOptions options;
  options.confidence = confidence;
  return compare_means(control, treatment, options);
}

Estimated<Difference> compare_pairs(const Moments& differences, const MeansOptions& options) {
  if (differences.count < 2) return not_estimable("there are fewer than two pairs");
  StandardError error{std::sqrt(differences.variance_of_mean()), static_cast<double>(differences.count - 1)};
  if (options.distribution == ReferenceDistribution::Normal) {
    error.degrees_of_freedom = std::numeric_limits<double>::infinity();
  }
  if (error.value == 0)
    return not_estimable("all pairs differ by the same, so there is no spread to judge by");
  auto result = difference_of(differences.mean + differences.mean_rest, error, options);
  if (!result) return result;
  const bool normal = options.distribution == ReferenceDistribution::Normal;
  result->test = normal ? TestMethod::MeansZ : TestMethod::PairedT;
  result->interval_method = normal ? IntervalMethod::MeansZ : IntervalMethod::PairedT;
  result->assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                         Assumption::LargeSample};
  result->concerns = skewness_concern(differences);
  return result;
}

Estimated<Interval> mean_interval(const Moments& arm, double confidence) {
  if (arm.count < 2) return not_estimable("one unit alone has no spread");
  if (!(confidence > 0 && confidence < 1)) return not_estimable("the confidence must lie between 0 and 1");
  const double reach = student_t_quantile(0.5 + confidence / 2, static_cast<double>(arm.count - 1)) *
                       std::sqrt(arm.variance_of_mean());
  if (!std::isfinite(reach)) return not_estimable("the values are too large to compute a spread");
  return Interval{arm.mean - reach, arm.mean + reach};
}

}  // namespace splitplot::stats
