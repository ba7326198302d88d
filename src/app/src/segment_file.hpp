// A table of segments for a plan: CSV, a row per segment.
#pragma once

#include <splitplot/base/result.hpp>

#include <optional>
#include <string>
#include <vector>

namespace splitplot::app {

struct SegmentRow {
  std::string name;
  std::optional<double> rate;
  std::optional<double> mean;
  std::optional<double> standard_deviation;
  std::optional<double> per_day;
  std::optional<double> share;  ///< of all traffic
};

/// Columns `segment`, `rate` or `mean` and `sd`, `per_day` or `share`, in any order. Errors: Unreadable; BadData with row and column.
[[nodiscard]] Result<std::vector<SegmentRow>> read_segment_file(const std::string& path);

}  // namespace splitplot::app
