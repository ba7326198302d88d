/// The sample-ratio check that may be looked at after every unit: an always-valid test of the planned split. Pure functions, thread-safe;
/// what one look hands to the next is an argument.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>

#include <cstdint>
#include <span>

namespace splitplot::stats {

/// Default concentration of the mixture over splits: a true share then scatters around a planned 50 % with a standard deviation of 1.6
/// percentage points. The page compares what other values would catch sooner and later.
inline constexpr double kSampleRatioConcentration = 1000;

struct SampleRatioSequenceOptions {
  /// c of the Dirichlet(c theta) mixture, positive. Must not depend on the data.
  double concentration = kSampleRatioConcentration;
  /// The `p_value` of the look before; 1 at the first.
  double p_value_before = 1;
};

struct SampleRatioLook {
  /// log of the probability of the counts under the mixture over their probability under the plan.
  double log_bayes_factor = 0;
  /// min(1, 1 / Bayes factor) at these counts.
  double p_value_now = 1;
  /// The smallest so far. Whatever the number of looks, it falls to alpha or below with probability alpha at most where the plan holds.
  double p_value = 1;
  Assumptions assumptions;
};

/// Dirichlet-multinomial test of counts against planned weights (any positive scale), arms of weight zero left out (Lindon & Malek 2022,
/// "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 35). Not estimable: fewer than two arms with weight, a negative or
/// non-finite weight, sizes that differ, a concentration that is not positive and finite, a p-value before outside [0, 1]. No units yet
/// is an answer: log Bayes factor 0.
[[nodiscard]] Estimated<SampleRatioLook> sample_ratio_sequence_look(
    std::span<const std::uint64_t> observed, std::span<const double> weights,
    const SampleRatioSequenceOptions& options = {});

}  // namespace splitplot::stats
