// What became of a list: counts by variant and reason, and whether the split is the planned one.
#pragma once

#include "assign/list_assigner.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/stats/compare/contingency.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace splitplot::app {

struct AssignmentSummary {
  std::string title;  ///< "experiment 'checkout'"
  std::uint64_t rows = 0;
  std::vector<std::string> variants;
  std::vector<std::uint64_t> units;              ///< with each variant
  std::vector<std::uint64_t> counted;            ///< those of them who were assigned by hash
  std::vector<double> planned;                   ///< how many of these were to be expected
  std::map<std::string, std::uint64_t> reasons;  ///< of those without a variant
  std::uint64_t unportable = 0;                  ///< ids that not every SDK hashes alike
  std::uint64_t guarded_cells = 0;
  std::vector<std::string> notes;

  void add(const ListedUnit& unit, const std::vector<std::string>& known_variants);
  [[nodiscard]] stats::Estimated<stats::ChiSquareTest> split() const;
};

[[nodiscard]] std::string summary_text(const AssignmentSummary& summary);
[[nodiscard]] Value summary_value(const AssignmentSummary& summary);

}  // namespace splitplot::app
