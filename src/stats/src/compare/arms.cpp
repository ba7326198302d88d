#include "arms.hpp"

#include "judge.hpp"

#include <cmath>
#include <limits>

namespace splitplot::stats {

StandardError standard_error_of(double control_variance, std::uint64_t control_count,
                                double treatment_variance, std::uint64_t treatment_count,
                                const MeansOptions& options) {
  const double n_c = static_cast<double>(control_count);
  const double n_t = static_cast<double>(treatment_count);
  StandardError result;
  if (options.variance == VarianceModel::Pooled) {
    const double degrees = n_c + n_t - 2;
    const double pooled =
        control_variance * ((n_c - 1) / degrees) + treatment_variance * ((n_t - 1) / degrees);
    result = {std::sqrt(pooled) * std::sqrt(1 / n_c + 1 / n_t), degrees};
  } else {
    const double v_c = control_variance / n_c;
    const double v_t = treatment_variance / n_t;
    result = {std::sqrt(v_c + v_t),
              satterthwaite_degrees_of_freedom(v_c, control_count, v_t, treatment_count)};
  }
  if (options.distribution == ReferenceDistribution::Normal) {
    result.degrees_of_freedom = std::numeric_limits<double>::infinity();
  }
  return result;
}

Estimated<Difference> difference_of(double value, const StandardError& error, const MeansOptions& options) {
  if (error.value == 0) {
    return not_estimable(
        "all values within each arm are equal, so there is no spread to judge a difference by");
  }
  const auto judgement =
      judge(value, error.value, error.degrees_of_freedom, options.confidence, options.alternative);
  if (!judgement) return tl::unexpected(judgement.error());
  Difference result;
  result.value = value;
  result.standard_error = error.value;
  result.degrees_of_freedom = error.degrees_of_freedom;
  result.interval = judgement->interval;
  result.p_value = judgement->p_value;
  return result;
}

}  // namespace splitplot::stats
