#include "arms.hpp"

#include <splitplot/stats/adjust/linearised_ratio.hpp>
#include <splitplot/stats/compare/ratio.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace splitplot::stats {
namespace {

constexpr std::uint64_t kFewestUnits = 20;
constexpr double kRoughDenominator = 0.1;  // relative standard error beyond which the linearisation is rough

bool rough_denominator(const CrossMoments& totals) {
  const double n = static_cast<double>(totals.count());
  return std::sqrt(totals.covariance(1, 1) / n) > kRoughDenominator * std::abs(totals.mean(1));
}

}  // namespace

Estimated<ArmMean> ratio_of_totals(const CrossMoments& totals) {
  if (totals.dimensions() < 2) return not_estimable("a ratio needs a numerator and a denominator");
  if (totals.count() < 2) return not_estimable("an arm has fewer than two units");
  const std::array<RatioOf, 1> ratio{{{.numerator = 0, .denominator = 1}}};
  const auto linearised = linearised_ratios(totals, ratio);
  if (!linearised) return tl::unexpected(linearised.error());
  return ArmMean{linearised->mean(0), linearised->covariance(0, 0), totals.count()};
}

Estimated<Difference> compare_ratios(const CrossMoments& control, const CrossMoments& treatment,
                                     const MeansOptions& options) {
  const auto c = ratio_of_totals(control);
  if (!c) return tl::unexpected(c.error());
  const auto t = ratio_of_totals(treatment);
  if (!t) return tl::unexpected(t.error());
  auto result = difference_of(
      t->value - c->value, standard_error_of(c->variance, c->count, t->variance, t->count, options), options);
  if (!result) return result;
  const bool normal = options.distribution == ReferenceDistribution::Normal;
  result->test = normal ? TestMethod::DeltaMethodZ : TestMethod::DeltaMethodT;
  result->interval_method = normal ? IntervalMethod::DeltaMethodZ : IntervalMethod::DeltaMethodT;
  result->assumptions = {Assumption::IndependentClusters, Assumption::RandomisedUnits, Assumption::OneLook,
                         Assumption::LargeSample};
  if (options.variance == VarianceModel::Pooled) result->assumptions.insert(Assumption::EqualVariances);
  if (std::min(c->count, t->count) < kFewestUnits) result->concerns.insert(Concern::FewClusters);
  if (rough_denominator(control) || rough_denominator(treatment)) result->concerns.insert(Concern::FewUnits);
  return result;
}

Estimated<Estimate> ratio_lift(const CrossMoments& control, const CrossMoments& treatment,
                               const MeansOptions& options) {
  const auto c = ratio_of_totals(control);
  if (!c) return tl::unexpected(c.error());
  const auto t = ratio_of_totals(treatment);
  if (!t) return tl::unexpected(t.error());
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return not_estimable("the confidence must lie between 0 and 1");
  }
  const StandardError error = standard_error_of(c->variance, c->count, t->variance, t->count, options);
  if (!(error.value > 0)) return not_estimable("there is no spread to judge a relative change by");
  double variance_c = c->variance;
  double variance_t = t->variance;
  if (options.variance == VarianceModel::Pooled) {
    const double n_c = static_cast<double>(c->count);
    const double n_t = static_cast<double>(t->count);
    variance_c = variance_t = error.value * error.value / (1 / n_c + 1 / n_t);
  }
  const double critical = -student_t_quantile((1 - options.confidence) / 2, error.degrees_of_freedom);
  return fieller_lift(c->value, variance_c / static_cast<double>(c->count), t->value,
                      variance_t / static_cast<double>(t->count), critical);
}

}  // namespace splitplot::stats
