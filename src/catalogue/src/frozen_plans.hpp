/// Frozen plans: an experiment, and all that its analysis rests on, as they were when it started. Pure functions.
#pragma once

#include "state.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/model/configuration.hpp>
#include <splitplot/model/document.hpp>

#include <set>
#include <string>
#include <vector>

namespace splitplot::catalogue {

/// The other documents that an experiment's analysis rests on: its metrics, its layer, and the segments that it reports
/// by or whose members take part, with those that these are made of.
[[nodiscard]] std::set<model::DocumentId> ground_of(const model::Experiment& experiment,
                                                    const model::Configuration& configuration);

/// Experiments that run after a change and did not before; by key.
[[nodiscard]] std::vector<const model::Experiment*> started_experiments(const model::Configuration& before,
                                                                        const model::Configuration& after);

/// The plan as FrozenPlan::plan says. `state` holds the experiment.
[[nodiscard]] Value frozen_plan_of(const model::Experiment& experiment, const ScopeState& state);

/// "sha256:" and the hash of the plan's canonical JSON.
[[nodiscard]] std::string fingerprint_of(const Value& plan);

}  // namespace splitplot::catalogue
