/// Spending functions in logarithms, since what a cautious one allows at a first look can be far below the least double.
/// Private to `stats`; thread-safe.
#pragma once

#include <splitplot/stats/sequential/spending.hpp>

#include <optional>
#include <string>

namespace splitplot::stats {

/// Why this is no spending function, or nothing.
[[nodiscard]] std::optional<std::string> refusal_of(const SpendingFunction& spending);

/// log of spent_alpha, minus infinity at 0. The function must have been checked, 0 < alpha < 1, fraction >= 0.
[[nodiscard]] double log_spent_alpha(const SpendingFunction& spending, double alpha, double fraction);

/// log(exp(a) - exp(b)) for a >= b.
[[nodiscard]] double log_difference(double a, double b);

}  // namespace splitplot::stats
