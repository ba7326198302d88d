#include "many/common_effect.hpp"

#include <algorithm>
#include <cmath>

namespace splitplot::stats {

std::optional<std::string> refusal(std::span<const SegmentEffect> segments) {
  for (const SegmentEffect& segment : segments) {
    if (!std::isfinite(segment.value)) return "a segment's effect is not a finite number";
    if (!(segment.standard_error > 0) || !std::isfinite(segment.standard_error)) {
      return "a segment's effect has no standard error";
    }
  }
  return std::nullopt;
}

double smallest_error(std::span<const SegmentEffect> segments) {
  double smallest = segments.front().standard_error;
  for (const SegmentEffect& segment : segments) smallest = std::min(smallest, segment.standard_error);
  return smallest;
}

double weighted_centre(std::span<const SegmentEffect> segments, double unit) {
  const double origin = segments.front().value;
  double weights = 0;
  double sum = 0;
  for (const SegmentEffect& segment : segments) {
    const double ratio = unit / segment.standard_error;
    weights += ratio * ratio;
    sum += ratio * ratio * (segment.value - origin);
  }
  return origin + sum / weights;
}

}  // namespace splitplot::stats
