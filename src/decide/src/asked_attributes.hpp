/// Which attributes a configuration asks for. Pure.
#pragma once

#include <splitplot/model/configuration.hpp>

#include <string>
#include <vector>

namespace splitplot::decide {

/// Names that conditions ask for, that are hashed, that results are cut by and that content shows, in order, each once. Paths as they are
/// written ("query.color"); conditions over something else (another flag's answer, an event) do not count.
[[nodiscard]] std::vector<std::string> attributes_asked_by(const model::Configuration& configuration);

}  // namespace splitplot::decide
