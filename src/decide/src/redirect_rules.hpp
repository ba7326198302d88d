/// Experiments that redirect, as rules of a flag that is none of the documents': the first that the unit takes part in
/// decides, and its value is what the SDKs call a variation.
#pragma once

#include "snapshot_content.hpp"

#include <splitplot/model/configuration.hpp>

namespace splitplot::decide {

/// Its key is no flag's: rules of this one are told apart by where it lies.
[[nodiscard]] CompiledFlag flag_of_redirects();

[[nodiscard]] bool redirects(const model::Experiment& experiment);

/// Asks the experiment, which must be compiled.
[[nodiscard]] CompiledRule redirect_rule(const CompiledExperiment& experiment, Snapshot::Compiled& content);

/// {}: the page is shown as it is.
[[nodiscard]] const Value& no_redirect();

}  // namespace splitplot::decide
