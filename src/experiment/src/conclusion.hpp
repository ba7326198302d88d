// The result in plain words.
#pragma once

#include <splitplot/experiment/analysis.hpp>

#include <string>
#include <vector>

namespace splitplot::experiment {

/// One thought a sentence, claiming no more than the numbers: an effect is called so only where its corrected
/// test found it, a missing one is never called zero, and a problem with the data comes before any result.
[[nodiscard]] std::vector<std::string> conclude(const Analysis& analysis);

}  // namespace splitplot::experiment
