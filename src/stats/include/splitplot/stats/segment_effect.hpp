/// One segment's raw effect: what pooling and tests of heterogeneity start from. A pure value, thread-safe.
#pragma once

namespace splitplot::stats {

/// One segment's raw effect and its standard error.
struct SegmentEffect {
  double value = 0;
  double standard_error = 0;  ///< must be positive
};

}  // namespace splitplot::stats
