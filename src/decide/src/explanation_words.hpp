/// Words that explanations have in common, as text and as JSON.
#pragma once

#include <splitplot/decide/decision.hpp>

#include <string_view>

namespace splitplot::decide {

/// As a clause; empty for None.
[[nodiscard]] std::string_view words_of(DecisionError error);

}  // namespace splitplot::decide
