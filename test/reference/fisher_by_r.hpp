/// The odds ratio of a 2 x 2 table as R's fisher.test prints it.
///
/// The cases carry R's figures, and R solves the (exact) estimating equations only roughly: it looks for the odds ratio in [0, 1], or for
/// its reciprocal where the ratio is above 1, with an absolute tolerance of the fourth root of the machine's precision (1.2e-4). A limit of
/// 626.24 is printed as 621.93. So these cases are answered by R's stopping rule; `stats` has the solution itself.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>

#include <array>
#include <cstdint>

namespace splitplot::reference {

struct OddsRatioByR {
  double estimate = 0;  ///< conditional maximum likelihood
  stats::Interval interval;
};

/// Rows of the table, first cell first.
OddsRatioByR odds_ratio_by_r(const std::array<std::array<std::uint64_t, 2>, 2>& table,
                             stats::Alternative alternative, double confidence);

}  // namespace splitplot::reference
