/// The best balanced of many salts, as people and programs read it. Pure functions.
#pragma once

#include <splitplot/experiment/balanced_salt.hpp>

#include <string>

namespace splitplot::report {

[[nodiscard]] std::string balance_text(const experiment::BalanceResult& result);

/// One object, described in docs/methods/covariate-balance.md.
[[nodiscard]] std::string balance_json(const experiment::BalanceResult& result);

}  // namespace splitplot::report
