/// Barnard's test as SciPy's barnard_exact decides which tables are as extreme as the observed one.
///
/// SciPy compares the doubles of the statistics with >=. Two tables whose statistics are equal in exact arithmetic, mirror images for
/// one, can differ in the last bit there, and then one of them is left out: (5, 0; 1, 4) unpooled gets 8/1024 where 14/1024 is right. The
/// cases carry SciPy's figures, so that the runner has to follow; `stats` counts ties as ties.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/compare/unconditional_tests.hpp>

#include <cstdint>
#include <optional>

namespace splitplot::reference {

/// The p-value where SciPy's comparison leaves out or adds tables, which happens in few cases; nothing where the two agree.
/// `first` and `second` are SciPy's columns.
std::optional<double> barnard_p_value_by_scipy(const stats::SuccessCount& first,
                                               const stats::SuccessCount& second,
                                               stats::Alternative alternative,
                                               stats::BarnardVariance variance);

}  // namespace splitplot::reference
