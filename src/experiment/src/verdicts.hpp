// Which effects are established, and in which direction.
#pragma once

#include <splitplot/experiment/analysis.hpp>

namespace splitplot::experiment {

/// Gives every comparison and every segment its verdict, once p-values are corrected and segments pooled. Where the split
/// or a metric cannot be trusted, and before a minimum sample, the numbers stay and the verdict is withheld.
void judge(Analysis& analysis);

/// Whether the effects of a table differ between its segments, by the corrected test.
[[nodiscard]] bool differs_between_segments(const Analysis& analysis, const SegmentTable& table);

[[nodiscard]] inline bool is_established(Verdict verdict) {
  return verdict == Verdict::Helps || verdict == Verdict::Harms;
}

}  // namespace splitplot::experiment
