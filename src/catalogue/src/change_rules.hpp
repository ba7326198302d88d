/// What speaks against a change though each document is right by itself: rules about what may become of what. Pure
/// functions over two checked configurations.
#pragma once

#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/model/configuration.hpp>
#include <splitplot/model/document.hpp>

#include <vector>

namespace splitplot::catalogue {

/// Why it may not be made: a running experiment would vanish, a key would open more than it was given for, or nobody
/// could change anything any more.
[[nodiscard]] std::vector<model::Problem> broken_rules(const model::Configuration& before,
                                                       const model::Configuration& after,
                                                       const std::vector<const DocumentChange*>& changes);

/// What it does that may not be meant: it leaves the plan of a running experiment, or stops keys.
[[nodiscard]] std::vector<model::Problem> consequences(const model::Configuration& before,
                                                       const model::Configuration& after,
                                                       const std::vector<const DocumentChange*>& changes);

}  // namespace splitplot::catalogue
