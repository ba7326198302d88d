/// Always-valid inference for a test that was watched while it ran. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>

#include <cstdint>

namespace splitplot::stats {

/// Asymptotic confidence sequence for an effect (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024, Annals
/// of Statistics 52(6)): half-width = s sqrt( 2 (n rho^2 + 1) / (n^2 rho^2) log( sqrt(n rho^2 + 1) /
/// alpha ) ), s = standard_error sqrt(n), n the units of both arms. rho must not depend on the data: it is
/// set by `tuned_for_units`, the total sample at which the interval is to be tightest, rho^2 = (-2 log alpha
/// + log(1 - 2 log alpha)) / tuned_for_units (an approximation of theirs).
struct ConfidenceSequence {
  double half_width = 0;
  double p_value = 1;  ///< always-valid: the smallest alpha whose interval leaves out zero, at the same rho
  double rho = 0;
};

/// Not estimable: standard_error not positive, no units, tuned_for_units of zero.
[[nodiscard]] Estimated<ConfidenceSequence> asymptotic_confidence_sequence(double difference,
                                                                           double standard_error,
                                                                           std::uint64_t units,
                                                                           std::uint64_t tuned_for_units,
                                                                           double confidence = 0.95);

}  // namespace splitplot::stats
