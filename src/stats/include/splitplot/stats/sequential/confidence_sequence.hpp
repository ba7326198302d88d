/// Always-valid inference for a test that was watched while it ran: asymptotic confidence sequences (Waudby-Smith, Arbour,
/// Sinha, Kennedy & Ramdas 2024, Annals of Statistics 52(6)). Pure functions, thread-safe.
///
/// rho decides at which sample the interval is tightest. It must not depend on the data: it is set by `tuned_for_units`, the
/// number of units expected at the decision.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstdint>

namespace splitplot::stats {

/// How rho follows from tuned_for_units and alpha.
enum class RhoTuning {
  Approximate,  ///< rho^2 = (-2 log alpha + log(1 - 2 log alpha)) / units, theirs
  Exact,  ///< the rho whose interval is narrowest there, (-W_{-1}(-alpha^2 / e) - 1) / units, W being Lambert's function
};

/// rho for an interval with error `alpha` that is to be tightest at tuned_for_units. Not estimable: no units, alpha outside
/// (0, 1).
[[nodiscard]] Estimated<double> confidence_sequence_rho(double alpha, std::uint64_t tuned_for_units,
                                                        RhoTuning tuning = RhoTuning::Exact);

/// Half-width = s sqrt( 2 (n rho^2 + 1) / (n^2 rho^2) log( sqrt(n rho^2 + 1) / alpha ) ), s = standard_error sqrt(n), n the
/// units of both arms.
struct ConfidenceSequence {
  double half_width = 0;
  double p_value = 1;  ///< always-valid: the smallest alpha whose interval leaves out zero, at the same rho
  double rho = 0;
  Assumptions assumptions;
};

/// Not estimable: standard_error not positive, no units, tuned_for_units of zero.
[[nodiscard]] Estimated<ConfidenceSequence> asymptotic_confidence_sequence(
    double difference, double standard_error, std::uint64_t units, std::uint64_t tuned_for_units,
    double confidence = 0.95, RhoTuning tuning = RhoTuning::Approximate);

/// A bound on one side: difference -+ s sqrt( 2 (n rho^2 + 1) / (n^2 rho^2) log( 1 + sqrt(n rho^2 + 1) / (2 alpha) ) ), rho
/// tuned at 2 alpha (their one-sided sequence).
struct ConfidenceBound {
  Interval interval;   ///< one end infinite
  double p_value = 1;  ///< always-valid, of "no effect in this direction", at the same rho
  double rho = 0;
  Assumptions assumptions;
};

/// Greater: a lower bound; Less: an upper bound. Not estimable: as above, or TwoSided.
[[nodiscard]] Estimated<ConfidenceBound> asymptotic_confidence_bound(
    double difference, double standard_error, std::uint64_t units, std::uint64_t tuned_for_units,
    Alternative alternative, double confidence = 0.95, RhoTuning tuning = RhoTuning::Approximate);

/// How a relative lift gets its interval.
enum class RelativeMethod {
  Fieller,  ///< the ratios r for which the sequence for treatment - r control holds zero: keeps its error rate
  Delta,    ///< the delta method: errs in up to 12 % of watched tests at 5 %; for comparison with others
};

struct RelativeConfidenceSequence {
  Estimate lift;  ///< treatment / control - 1
  double standard_error =
      0;  ///< of the lift by the delta method; Fieller's interval has no such thing, it is shown only
  double p_value = 1;  ///< always-valid, of "no lift"; Fieller's is that of the difference
  double rho = 0;
  Assumptions assumptions;
};

/// The arms' means with their squared standard errors; `units` of both arms. A negative control mean keeps the sign of the
/// change (Fieller), see fieller_lift. Not estimable: as above; a control mean of zero, or with Fieller one that cannot be told
/// from zero yet (the set would be unbounded).
[[nodiscard]] Estimated<RelativeConfidenceSequence> relative_confidence_sequence(
    double control_mean, double control_variance_of_mean, double treatment_mean,
    double treatment_variance_of_mean, std::uint64_t units, std::uint64_t tuned_for_units,
    double confidence = 0.95, RelativeMethod method = RelativeMethod::Fieller,
    RhoTuning tuning = RhoTuning::Approximate);

struct MeanConfidenceSequence {
  Estimate mean;
  double rho = 0;
  Assumptions assumptions;
};

/// The running mean of one stream of units; s is the population standard deviation sqrt(m2 / n), as theirs. Not estimable:
/// fewer than two different values.
[[nodiscard]] Estimated<MeanConfidenceSequence> mean_confidence_sequence(
    const Moments& moments, std::uint64_t tuned_for_units, double confidence = 0.95,
    RhoTuning tuning = RhoTuning::Approximate);

}  // namespace splitplot::stats
