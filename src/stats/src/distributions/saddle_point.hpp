/// What Stirling's formula leaves out: the small parts from which probabilities of large counts are put together without cancellation.
/// Private to `stats`; thread-safe.
#pragma once

namespace splitplot::stats {

/// log(n!) - log(sqrt(2 pi n) (n / e)^n), n > 0 (Loader 2000, Fast and accurate computation of binomial probabilities).
double stirling_error(double n);

/// x log(x / m) + m - x without cancellation where x is near m, x >= 0, m > 0; never negative (Loader 2000).
double deviance_part(double x, double m);

}  // namespace splitplot::stats
