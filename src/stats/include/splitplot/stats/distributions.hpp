/// The distribution functions the rest of `stats` is written with. Thin names over Boost.Math, so that its
/// headers stay in one source file. Pure functions, thread-safe. Arguments outside the stated domain are a
/// programming error (asserted).
#pragma once

#include <cstdint>

namespace splitplot::stats {

[[nodiscard]] double normal_pdf(double z);
/// P(Z <= z), accurate in both tails.
[[nodiscard]] double normal_cdf(double z);
/// P(Z > z), accurate for large z.
[[nodiscard]] double normal_sf(double z);
/// z with P(Z <= z) = p, 0 < p < 1.
[[nodiscard]] double normal_quantile(double p);

/// P(T > t) for Student's t; degrees > 0, possibly fractional.
[[nodiscard]] double student_t_sf(double t, double degrees);
/// t with P(T <= t) = p.
[[nodiscard]] double student_t_quantile(double p, double degrees);

/// P(X > x) for chi-square, x >= 0.
[[nodiscard]] double chi_square_sf(double x, double degrees);

/// P(X <= x) for Beta(a, b), 0 <= x <= 1.
[[nodiscard]] double beta_cdf(double x, double a, double b);
[[nodiscard]] double beta_pdf(double x, double a, double b);
/// x with P(X <= x) = p for Beta(a, b).
[[nodiscard]] double beta_quantile(double p, double a, double b);

/// log of P(X = k) for the hypergeometric distribution: k successes in `drawn` from `total` with `successes`.
[[nodiscard]] double log_hypergeometric_pmf(std::uint64_t k, std::uint64_t successes, std::uint64_t drawn,
                                            std::uint64_t total);

}  // namespace splitplot::stats
