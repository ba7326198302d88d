/// Roots of a continuous function between two points. Private to `stats`; thread-safe.
#pragma once

#include <functional>
#include <optional>

namespace splitplot::stats {

/// x in [lower, upper] with function(x) = 0, to the last digits: bracketing by Alefeld, Potra & Shi (1995), ACM TOMS 21, algorithm 748.
/// Nothing where the function has the same sign at both ends, or is not a number at one.
[[nodiscard]] std::optional<double> root_between(const std::function<double(double)>& function, double lower,
                                                 double upper);

/// The same for a function that is monotone on [lower, infinity): the bracket starts at [lower, upper] and doubles its reach until the
/// sign changes or `lower + reach` passes `limit`.
[[nodiscard]] std::optional<double> root_above(const std::function<double(double)>& function, double lower,
                                               double upper, double limit);

}  // namespace splitplot::stats
