/// What a report says of an experiment that was served: its plan, its time, what its data are. Pure functions.
#pragma once

#include <splitplot/experiment/analysis.hpp>

#include <string>
#include <vector>

namespace splitplot::report {

/// A fact with the word before it: "Plan", "frozen 2026-11-22 14:42 UTC, ...".
struct ServedFact {
  std::string label;
  std::string text;
};

[[nodiscard]] std::vector<ServedFact> served_facts(const experiment::Analysis& analysis);

}  // namespace splitplot::report
