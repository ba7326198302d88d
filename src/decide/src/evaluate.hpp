/// Applies compiled rules to one unit: the main path of a decision. Allocates nothing, never fails.
#pragma once

#include "rules.hpp"

#include <splitplot/decide/decision.hpp>
#include <splitplot/decide/evaluation.hpp>
#include <splitplot/model/condition.hpp>

#include <string_view>

namespace splitplot::decide {

struct Waiting;

/// `asker`: who waits for the answer, if it is another flag.
[[nodiscard]] Decision decide_flag(const CompiledFlag& flag, const Evaluation& evaluation,
                                   const model::SegmentMembership& segments, const Waiting* asker = nullptr);

/// Of a flag that does not exist: what somebody forced, or an error.
[[nodiscard]] Decision decide_missing_flag(std::string_view key, const Evaluation& evaluation);

/// Whether and how a unit takes part in an experiment, status, population and layer considered.
[[nodiscard]] Assignment assign_unit(const CompiledExperiment& experiment, const Evaluation& evaluation,
                                     const model::SegmentMembership& segments);

}  // namespace splitplot::decide
