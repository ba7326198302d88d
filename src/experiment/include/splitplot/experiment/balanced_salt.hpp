/// Before an experiment starts: of many salts, the one under which known covariates are spread most evenly over the variants
/// (rerandomisation, Morgan & Rubin 2012). What is random stays random: the hash of each salt is as good as any other.
/// Pure: the same request gives the same salt.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/stats/estimate.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace splitplot::experiment {

/// A column of what is known of the units, as text: numbers where all cells that are not empty are some, else categories.
struct BalanceCovariate {
  std::string name;
  std::vector<std::string> cells;  ///< one for each unit; empty: missing
};

struct BalanceRequest {
  std::vector<std::string> ids;
  std::vector<BalanceCovariate> covariates;
  std::vector<std::string> variants;
  std::vector<double> weights;  ///< sum to 1
  std::size_t control = 0;
  double coverage = 1;
  std::string present_salt;  ///< compared with; empty: the first that is tried
  std::string salt_prefix;   ///< salts are "<prefix>-1", "<prefix>-2", ...
  std::uint64_t salts = 1000;
};

/// One number that units have: a covariate, or whether it is missing, or whether it is one of its categories.
struct BalanceRow {
  std::string covariate;
  std::string level;                ///< of a category; empty for numbers
  std::string variant;              ///< compared with the control
  stats::Estimated<double> before;  ///< standardised difference of means under the present salt
  stats::Estimated<double> after;   ///< and under the one that was chosen
};

struct SaltBalance {
  std::string salt;
  double distance = 0;  ///< Mahalanobis
  /// Share of random assignments that balance as well or better.
  double share_as_good = 0;
  std::vector<std::uint64_t> units;  ///< by variant
};

struct BalanceResult {
  std::size_t units = 0;
  std::size_t coordinates = 0;  ///< independent directions that were balanced
  std::uint64_t tried = 0;
  SaltBalance present;
  SaltBalance chosen;
  std::vector<BalanceRow> rows;
  std::vector<std::string> notes;
};

/// Called now and then with the share done; false: give up.
using BalanceProgress = std::function<bool(double)>;

/// Errors: InvalidArgument (no covariates, no salts, cells and ids that do not fit), BadData (the covariates do not differ;
/// under every salt some variant has no units), Cancelled.
[[nodiscard]] Result<BalanceResult> find_balanced_salt(const BalanceRequest& request,
                                                       const BalanceProgress& progress = {});

}  // namespace splitplot::experiment
