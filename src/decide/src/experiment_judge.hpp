/// One unit and one experiment, step by step in the order of the SDKs.
#pragma once

#include "rules.hpp"
#include "scene.hpp"

#include <splitplot/decide/decision.hpp>

#include <string_view>

namespace splitplot::decide {

/// Whether a unit was missed by which callers are told apart (OpenFeature's targeting key).
enum class MissedUnit { None, Other, TargetingKey };

/// `rule`: the one that asks. What is found is written to `assignment`, which must be empty.
MissedUnit judge_experiment(const CompiledExperiment& experiment, const Scene& scene, std::string_view rule,
                            Assignment& assignment);

}  // namespace splitplot::decide
