/// Segments' effects taken together: what the tests of heterogeneity and pooling share. Private to `stats`; thread-safe.
#pragma once

#include <splitplot/stats/segment_effect.hpp>

#include <optional>
#include <span>
#include <string>

namespace splitplot::stats {

/// Why these effects cannot be worked with, if so.
std::optional<std::string> refusal(std::span<const SegmentEffect> segments);

/// `segments` must not be empty.
double smallest_error(std::span<const SegmentEffect> segments);

/// Mean of the effects weighted by precision, taken as an offset from one of them so that nothing overflows or cancels. `unit` is the
/// smallest standard error.
double weighted_centre(std::span<const SegmentEffect> segments, double unit);

}  // namespace splitplot::stats
