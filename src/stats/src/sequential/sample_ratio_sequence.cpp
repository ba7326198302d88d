#include "distributions/saddle_point.hpp"

#include <splitplot/stats/sequential/sample_ratio_sequence.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace splitplot::stats {
Estimated<SampleRatioLook> sample_ratio_sequence_look(std::span<const std::uint64_t> observed,
                                                      std::span<const double> weights,
                                                      const SampleRatioSequenceOptions& options) {
  if (observed.size() != weights.size())
    return not_estimable("there must be one planned weight for each arm");
  if (!(options.concentration > 0) || !std::isfinite(options.concentration))
    return not_estimable("the concentration must be a positive finite number");
  if (!(options.p_value_before >= 0 && options.p_value_before <= 1))
    return not_estimable("the p-value of the look before must lie between 0 and 1");
  std::size_t arms = 0;
  double largest = 0;
  double units = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] >= 0) || !std::isfinite(weights[i]))
      return not_estimable("a planned weight is negative or not a finite number");
    if (weights[i] == 0) continue;
    ++arms;
    largest = std::max(largest, weights[i]);
    units += static_cast<double>(observed[i]);
  }
  if (arms < 2) return not_estimable("fewer than two arms have a planned weight");
  double total = 0;  // of weights over the largest, so that the sum cannot overflow
  for (const double weight : weights) total += weight / largest;

  // With a_i = c theta_i + x_i and A = c + n, Stirling's log Gamma(a) = (a - 1/2) log a - a + log sqrt(2 pi) + error(a) turns
  //   log BF = sum [log Gamma(a_i) - log Gamma(c theta_i)] - log Gamma(A) + log Gamma(c) - sum x_i log theta_i
  // into the deviance of a_i from A theta_i and terms of the size of log n: the log Gammas themselves, of the size of n log n, would
  // leave no digits for millions of units.
  const double c = options.concentration;
  const double all = c + units;
  double log_bayes_factor = 0.5 * (std::log(all) - std::log(c)) - stirling_error(all) + stirling_error(c);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    const double share = weights[i] / largest / total;
    const double prior = c * share;
    if (!(prior > 0)) return not_estimable("the planned weights differ too much to be worked with");
    const double seen = prior + static_cast<double>(observed[i]);
    log_bayes_factor += deviance_part(seen, all * share) - 0.5 * (std::log(seen) - std::log(prior)) +
                        stirling_error(seen) - stirling_error(prior);
  }
  SampleRatioLook look;
  look.log_bayes_factor = units == 0 ? 0 : std::min(log_bayes_factor, std::numeric_limits<double>::max());
  look.p_value_now = std::min(1.0, std::exp(-look.log_bayes_factor));
  look.p_value = std::min(options.p_value_before, look.p_value_now);
  look.assumptions = {Assumption::IndependentUnits, Assumption::RandomisedUnits};
  return look;
}

}  // namespace splitplot::stats
