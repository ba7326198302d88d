// What to do now, by fixed rules.
#pragma once

#include <splitplot/experiment/analysis.hpp>

namespace splitplot::experiment {

/// The first rule that applies (docs/guides/analyze.md, "What now"): data that cannot be trusted, too early, harm everywhere, a winner for
/// everybody, winners for some, a plan that is over, else keep running. Needs verdicts and `named_segments`.
[[nodiscard]] NextStep next_step(const Analysis& analysis);

}  // namespace splitplot::experiment
