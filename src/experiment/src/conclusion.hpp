// The result in plain words.
#pragma once

#include <splitplot/experiment/analysis.hpp>

namespace splitplot::experiment {

/// Writes `conclusion` and `named_segments`. What matters most comes first: a problem with the data; on the primary
/// metrics an effect over all units, then for whom it works; other metrics; what was not found, in one sentence. An
/// effect is called so only where its corrected test found it, and a missing one is never called zero.
void conclude(Analysis& analysis);

}  // namespace splitplot::experiment
