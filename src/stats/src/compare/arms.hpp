/// What comparisons of two arms share, be it of means or of ratios: the standard error of a difference, and a
/// `Difference` judged by it. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/compare/means.hpp>

namespace splitplot::stats {

/// How far an estimate may be off by chance.
struct StandardError {
  double value = 0;
  double degrees_of_freedom = 0;  ///< infinite for the normal distribution
};

/// Of treatment - control, as the options say. `variance` of an arm is that of one unit.
StandardError standard_error_of(double control_variance, std::uint64_t control_count,
                                double treatment_variance, std::uint64_t treatment_count,
                                const MeansOptions& options);

/// A difference with everything but its method, assumptions and concerns. Not estimable: no spread; numbers beyond a
/// double's range; a confidence outside (0, 1).
Estimated<Difference> difference_of(double value, const StandardError& error, const MeansOptions& options);

}  // namespace splitplot::stats
