/// The head of a file as somebody sees it who has to say which column is what. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::store {

inline constexpr std::size_t kSampleRows = 5;          ///< shown as they stand
inline constexpr std::size_t kSampleValues = 50;       ///< kept of a column
inline constexpr std::size_t kSampleCharacters = 200;  ///< of a cell

/// One column over the rows that were looked at.
struct ColumnSample {
  std::uint64_t missing = 0;        ///< empty or blank cells
  std::uint64_t distinct = 0;       ///< different values
  std::vector<std::string> values;  ///< the most frequent first, at most kSampleValues
};

struct TableSample {
  std::uint64_t rows = 0;  ///< looked at: the first 10,000, or fewer of a wide file
  std::vector<ColumnSample> columns;
  std::vector<std::vector<std::optional<std::string>>> first_rows;  ///< cells, shortened; none: missing
};

}  // namespace splitplot::store
