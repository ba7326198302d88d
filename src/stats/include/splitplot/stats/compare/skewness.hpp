/// Is a difference of means close enough to normal? Student's t and its relatives take that for granted; a heavy tail and a
/// small arm beside a large one break it, and the data show when. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/moments.hpp>

namespace splitplot::stats {

/// Skewness of the sampling distribution of mean_treatment - mean_control, in units of its standard error:
/// (g_t s_t^3 / n_t^2 - g_c s_c^3 / n_c^2) / se^3, where equal arms cancel and a small arm weighs most. A small arm has
/// seldom seen its own tail; therefore both arms get the skewness and the standard deviation of all values together, unless
/// their variances differ by more than chance allows: then each has its own. 0 where an arm has fewer than two units or its shape is
/// not known, and where nothing varies. Free of unit. Meaning: a test that rejects 2.5 % on either side without skewness
/// rejects about 2.5 % + 8.5 points times this on one side (Hall 1992, The Bootstrap and Edgeworth Expansion, 2.6, for the
/// studentised mean).
[[nodiscard]] double skewness_of_difference(const Moments& control, const Moments& treatment);

/// `SkewedForItsSize` where Welch's t may reject clearly more often than stated: the skewness of the difference is beyond
/// 0.32, or beyond 0.6 with each arm's own skewness and standard deviation. `FewUnits` where an arm has fewer than 20
/// units, so that its shape cannot be seen. How the limits were found: docs/methods/two-means.md.
[[nodiscard]] Concerns skewness_concern(const Moments& control, const Moments& treatment);

/// The same for one mean, as of differences within pairs: skewness / sqrt(n) beyond 0.32.
[[nodiscard]] Concerns skewness_concern(const Moments& values);

}  // namespace splitplot::stats
