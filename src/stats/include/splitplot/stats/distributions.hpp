/// The distribution functions the rest of `stats` is written with. Mostly thin names over Boost.Math, whose
/// headers stay out of here; Student's t, which every comparison of means asks, is worked out by itself. Pure functions, thread-safe. Arguments outside the stated domain are a
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

/// P(T <= t) and P(T > t) for Student's t, each accurate in its own tail; degrees > 0, possibly fractional or infinite. To
/// 1e-13 of themselves times the logarithm's size; some 0.1 microseconds, the quantile 0.4.
[[nodiscard]] double student_t_cdf(double t, double degrees);
[[nodiscard]] double student_t_sf(double t, double degrees);
[[nodiscard]] double student_t_pdf(double t, double degrees);
/// t with P(T <= t) = p.
[[nodiscard]] double student_t_quantile(double p, double degrees);

/// P(X > x) for chi-square, x >= 0.
[[nodiscard]] double chi_square_sf(double x, double degrees);
/// x with P(X <= x) = p, 0 < p < 1.
[[nodiscard]] double chi_square_quantile(double p, double degrees);

/// P(X > x) for Fisher's F, x >= 0; degrees > 0, possibly fractional.
[[nodiscard]] double f_sf(double x, double degrees_between, double degrees_within);
/// x with P(X <= x) = p, 0 < p < 1.
[[nodiscard]] double f_quantile(double p, double degrees_between, double degrees_within);

/// Distributions of a test statistic where the alternative is true, each accurate in its own tail. `noncentrality` is the mean shift of the normal in
/// the numerator for t, the sum of squared shifts for chi-square and F (>= 0).
[[nodiscard]] double noncentral_t_cdf(double t, double degrees, double noncentrality);
[[nodiscard]] double noncentral_t_sf(double t, double degrees, double noncentrality);
[[nodiscard]] double noncentral_chi_square_sf(double x, double degrees, double noncentrality);
[[nodiscard]] double noncentral_f_sf(double x, double degrees_between, double degrees_within,
                                     double noncentrality);

/// P(Q > q) for the range of `groups` >= 2 independent normal means, divided by their standard error estimated on `degrees` > 0,
/// possibly infinite. To 1e-10 relative by quadrature with positive terms (the integrals of Copenhaver & Holland 1988, J. Statist.
/// Comput. Simul. 30, and Lund & Lund 1983, Applied Statistics 32, algorithm AS 190).
[[nodiscard]] double studentized_range_sf(double q, double groups, double degrees);
/// q with P(Q <= q) = p, 0 < p < 1.
[[nodiscard]] double studentized_range_quantile(double p, double groups, double degrees);

/// P(X <= x) for Beta(a, b), 0 <= x <= 1.
[[nodiscard]] double beta_cdf(double x, double a, double b);
[[nodiscard]] double beta_pdf(double x, double a, double b);
/// x with P(X <= x) = p for Beta(a, b).
[[nodiscard]] double beta_quantile(double p, double a, double b);

/// P(X <= k) and P(X = k) for Binomial(n, p), 0 <= p <= 1; k below 0 or above n is answered.
[[nodiscard]] double binomial_cdf(double k, double n, double p);
[[nodiscard]] double binomial_pmf(double k, double n, double p);

/// log Gamma(x), x > 0, and its derivative.
[[nodiscard]] double log_gamma(double x);
[[nodiscard]] double digamma(double x);

/// log of P(X = k) for the hypergeometric distribution: k successes in `drawn` from `total` with `successes`.
[[nodiscard]] double log_hypergeometric_pmf(std::uint64_t k, std::uint64_t successes, std::uint64_t drawn,
                                            std::uint64_t total);

}  // namespace splitplot::stats
