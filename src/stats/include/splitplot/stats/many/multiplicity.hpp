/// Many tests at once: adjusted p-values over a family. Pure functions, thread-safe.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace splitplot::stats {

enum class Correction {
  None,               ///< p-values as they are
  Bonferroni,         ///< family-wise error; simple, for intervals
  Holm,               ///< family-wise error (Holm 1979, Scand. J. Statist. 6)
  BenjaminiHochberg,  ///< false discovery rate (Benjamini & Hochberg 1995, JRSS B 57)
};

[[nodiscard]] std::string_view name_of(Correction correction);

/// Adjusted p-values in the order of the input, each in [0, 1]: reject where adjusted <= alpha. NaN is
/// refused (asserted). O(m log m) time.
[[nodiscard]] std::vector<double> adjust_p_values(std::span<const double> p_values, Correction correction);

}  // namespace splitplot::stats
