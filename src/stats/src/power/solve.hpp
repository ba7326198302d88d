/// What the power functions share: which options make sense, tails, and the search for a size. Private to `stats`; thread-safe.
#pragma once

#include <splitplot/stats/power/drift.hpp>

#include <functional>
#include <optional>
#include <string>

namespace splitplot::stats {

/// Beyond this many units a sample is not worth a number.
inline constexpr double kMostUnits = 1e18;

/// Why these options make no sense; nothing where they do.
[[nodiscard]] std::optional<std::string> refusal_of(const PowerOptions& options);
[[nodiscard]] std::optional<std::string> refusal_of_alpha(double alpha);
/// The same with a power to reach.
[[nodiscard]] std::optional<std::string> refusal_of(double power, const PowerOptions& options);

/// Alpha in one tail.
[[nodiscard]] double tail_alpha(const PowerOptions& options);

/// True where a rejection on the far side counts.
[[nodiscard]] bool both_tails(const PowerOptions& options);

/// True where an effect of this sign is what a test of this alternative looks for.
[[nodiscard]] bool looked_for(double effect, Alternative alternative);

/// The least x >= `least` whose power is at least `power`, `power_at` rising in x; the search starts at `guess`.
/// Not estimable: none up to `most`.
[[nodiscard]] Estimated<double> least_with_power(const std::function<double(double)>& power_at, double power,
                                                 double least, double guess, double most);

}  // namespace splitplot::stats
