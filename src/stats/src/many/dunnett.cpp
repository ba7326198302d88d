#include "distributions/chi_scale.hpp"
#include "numeric/peak_integral.hpp"
#include "numeric/root.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/many/dunnett.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace splitplot::stats {
namespace {

constexpr double kTolerance = 1e-10;

/// Treatments with the same loading.
struct Group {
  double loading = 0;
  double own_sd = 1;  ///< sqrt(1 - loading^2)
  double size = 0;
};

/// The family for a known variance: P(largest > critical) as an integral over what the control adds to all statistics. Terms are
/// positive, so that small probabilities keep their digits.
class KnownVariance {
 public:
  KnownVariance(std::span<const double> loadings, Alternative alternative)
      : two_sided_(alternative == Alternative::TwoSided) {
    std::vector<double> sorted(loadings.begin(), loadings.end());
    std::sort(sorted.begin(), sorted.end());
    for (const double loading : sorted) {
      assert(loading >= 0 && loading < 1);
      if (groups_.empty() || groups_.back().loading != loading) {
        groups_.push_back({loading, std::sqrt((1 - loading) * (1 + loading)), 0});
      }
      ++groups_.back().size;
    }
    assert(!groups_.empty());
  }

  [[nodiscard]] double sf(double critical) const {
    if (two_sided_ && critical <= 0) return 1;
    const auto integrand = [&](double shared) { return normal_pdf(shared) * exceeds(critical, shared); };
    // Each group's part peaks where the control alone brings it to the critical value.
    const double farthest = groups_.back().loading * critical;
    constexpr double kStep = 2;
    const double right =
        integral_to_the_right(integrand, 0, kStep, std::max(farthest, 0.0) + kStep, kTolerance);
    if (two_sided_) return std::min(2 * right, 1.0);
    const auto mirrored = [&](double shared) { return integrand(-shared); };
    const double left =
        integral_to_the_right(mirrored, 0, kStep, std::max(-farthest, 0.0) + kStep, kTolerance);
    return std::min(right + left, 1.0);
  }

 private:
  /// P(some statistic exceeds the critical value, given the control's part).
  [[nodiscard]] double exceeds(double critical, double shared) const {
    double some = 0;
    for (const Group& group : groups_) {
      double one = normal_sf((critical - group.loading * shared) / group.own_sd);
      if (two_sided_) one += normal_sf((critical + group.loading * shared) / group.own_sd);
      if (group.size > 1) one = one < 1 ? -std::expm1(group.size * std::log1p(-one)) : 1;
      some += one * (1 - some);
    }
    return some;
  }

  std::vector<Group> groups_;
  bool two_sided_;
};

double sf_of(const KnownVariance& known, const ChiScale& scale, double critical) {
  const double size = std::max(std::abs(critical), 1e-300);
  return scale.mean_of([&](double s) { return known.sf(critical * s); }, -std::log(size), 0.5 * size,
                       kTolerance);
}

double critical_value(double alpha, const KnownVariance& known, const ChiScale& scale,
                      Alternative alternative) {
  const double target = std::log(alpha);
  const auto excess = [&](double critical) { return std::log(sf_of(known, scale, critical)) - target; };
  constexpr double kLargest = 1e150;
  constexpr double kUsual = 4;
  if (alternative == Alternative::TwoSided || excess(0) > 0) {
    return root_above(excess, 0, kUsual, kLargest).value_or(kLargest);
  }
  // A one-sided test at an alpha so large that even negative statistics count.
  const auto mirrored = [&](double x) { return -excess(-x); };
  return -root_above(mirrored, 0, kUsual, kLargest).value_or(kLargest);
}

/// Squared standard errors of the arms' means, the control's first; empty where they cannot be had.
struct MeanVariances {
  std::vector<double> of_means;
  double degrees = std::numeric_limits<double>::infinity();
};

Estimated<MeanVariances> mean_variances(const Moments& control, std::span<const Moments> treatments,
                                        DunnettVariance variance) {
  std::vector<const Moments*> arms{&control};
  for (const Moments& arm : treatments) arms.push_back(&arm);
  MeanVariances result;
  double within = 0;
  double degrees = 0;
  for (const Moments* arm : arms) {
    if (arm->count == 0) return not_estimable("an arm has no units");
    if (variance == DunnettVariance::PerArm && arm->count < 2) {
      return not_estimable("an arm has too few units to estimate its variance");
    }
    within += arm->m2;
    degrees += static_cast<double>(arm->count - 1);
  }
  if (variance == DunnettVariance::Pooled) {
    if (degrees == 0) return not_estimable("the arms have too few units to estimate a variance");
    result.degrees = degrees;
  }
  for (const Moments* arm : arms) {
    const double of_mean = variance == DunnettVariance::Pooled
                               ? within / degrees / static_cast<double>(arm->count)
                               : arm->variance_of_mean();
    if (!std::isfinite(of_mean) || !std::isfinite(arm->mean)) {
      return not_estimable("an arm's values are too large to be worked with");
    }
    result.of_means.push_back(of_mean);
  }
  return result;
}

DunnettComparison compare(double difference, double standard_error, double critical,
                          Alternative alternative) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  DunnettComparison comparison;
  comparison.difference = difference;
  comparison.standard_error = standard_error;
  comparison.statistic = difference / standard_error;
  comparison.interval = {difference - critical * standard_error, difference + critical * standard_error};
  if (alternative == Alternative::Greater) comparison.interval.upper = kInfinity;
  if (alternative == Alternative::Less) comparison.interval.lower = -kInfinity;
  return comparison;
}

double beyond(double statistic, Alternative alternative) {
  if (alternative == Alternative::TwoSided) return std::abs(statistic);
  return alternative == Alternative::Greater ? statistic : -statistic;
}

}  // namespace

double dunnett_sf(double critical, const ManyToOne& family, Alternative alternative) {
  assert(!std::isnan(critical));
  if (std::isinf(critical)) return critical > 0 ? 0 : 1;
  return sf_of(KnownVariance(family.loadings, alternative), ChiScale(family.degrees), critical);
}

double dunnett_critical_value(double alpha, const ManyToOne& family, Alternative alternative) {
  assert(alpha > 0 && alpha < 1);
  return critical_value(alpha, KnownVariance(family.loadings, alternative), ChiScale(family.degrees),
                        alternative);
}

Estimated<DunnettTest> dunnett_test(const Moments& control, std::span<const Moments> treatments,
                                    const DunnettOptions& options) {
  if (treatments.empty()) return not_estimable("there is no treatment to compare with the control");
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return not_estimable("the confidence must lie between 0 and 1");
  }
  const Estimated<MeanVariances> variances = mean_variances(control, treatments, options.variance);
  if (!variances) return not_estimable(variances.error().why);
  ManyToOne family{{}, variances->degrees};
  const double of_control = variances->of_means.front();
  for (std::size_t i = 1; i < variances->of_means.size(); ++i) {
    const double of_difference = of_control + variances->of_means[i];
    if (!(of_difference > 0))
      return not_estimable("all values of two arms are equal to one constant per arm");
    const double loading = std::sqrt(of_control / of_difference);
    if (!(loading < 1))
      return not_estimable("a treatment's mean is known so well that only the control varies");
    family.loadings.push_back(loading);
  }
  const KnownVariance known(family.loadings, options.alternative);
  const ChiScale scale(family.degrees);
  DunnettTest test;
  test.degrees_of_freedom = family.degrees;
  test.critical_value = critical_value(1 - options.confidence, known, scale, options.alternative);
  test.assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook};
  test.assumptions.insert(options.variance == DunnettVariance::Pooled
                              ? Assumptions{Assumption::NormalValues, Assumption::EqualVariances}
                              : Assumptions{Assumption::LargeSample});
  for (std::size_t i = 0; i < treatments.size(); ++i) {
    DunnettComparison comparison =
        compare(treatments[i].mean - control.mean, std::sqrt(of_control + variances->of_means[i + 1]),
                test.critical_value, options.alternative);
    if (!std::isfinite(comparison.statistic)) {
      return not_estimable("an arm's values are too large to be worked with");
    }
    comparison.adjusted_p_value = sf_of(known, scale, beyond(comparison.statistic, options.alternative));
    test.comparisons.push_back(comparison);
  }
  return test;
}

}  // namespace splitplot::stats
