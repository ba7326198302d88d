/// What every comparison of two success counts checks and adds up first. Private to `stats`; thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace splitplot::stats {

/// Why these arms make no table; nothing where they do. Counts stay below 2^62, so that two arms' can be added.
[[nodiscard]] std::optional<std::string> refusal(const SuccessCount& arm);
[[nodiscard]] std::optional<std::string> refusal(const SuccessCount& control, const SuccessCount& treatment);
/// The same with the confidence, which must lie between 0 and 1.
[[nodiscard]] std::optional<std::string> refusal(const SuccessCount& control, const SuccessCount& treatment,
                                                 double confidence);

/// The margins of a 2 x 2 table; a table is then the successes k of the arm that is `drawn` from `total`.
struct TableMargins {
  std::uint64_t drawn = 0;
  std::uint64_t total = 0;
  std::uint64_t successes = 0;

  /// A table is the treatment's successes.
  static TableMargins of(const SuccessCount& control, const SuccessCount& treatment) {
    return {treatment.units, control.units + treatment.units, control.successes + treatment.successes};
  }

  [[nodiscard]] std::uint64_t lowest() const {
    const std::uint64_t failures = total - successes;
    return drawn > failures ? drawn - failures : 0;
  }
  [[nodiscard]] std::uint64_t highest() const { return drawn < successes ? drawn : successes; }
  /// The most likely table where the odds ratio is one.
  [[nodiscard]] std::uint64_t mode() const;
  [[nodiscard]] double log_pmf(std::uint64_t k) const;
  /// P(k + 1) / P(k) where the odds ratio is one.
  [[nodiscard]] double step_up(std::uint64_t k) const {
    return static_cast<double>(successes - k) * static_cast<double>(drawn - k) /
           (static_cast<double>(k + 1) * static_cast<double>(total - successes - drawn + k + 1));
  }
};

}  // namespace splitplot::stats
