/// The ordered rules of a flag, once its variants are known.
#pragma once

#include "spot.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/model/configuration.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace splitplot::model {

/// Appends the rules of the list to the flag's. A rule that asks an experiment serves a variant for each of its own.
void read_rules(const Value& written, const Spot& spot, const ByKey<Experiment>& experiments, Flag& flag);

/// Position of a variant; else nothing, and a note. A flag whose variants could not be read knows none, and complains of
/// none.
[[nodiscard]] std::optional<std::size_t> find_variant(const Flag& flag, const std::string& name,
                                                      const Spot& spot);

}  // namespace splitplot::model
