/// The check of an assignment before launch, as people and programs read it. Pure functions.
#pragma once

#include <splitplot/experiment/assignment_check.hpp>

#include <string>

namespace splitplot::report {

[[nodiscard]] std::string assignment_check_text(const experiment::AssignmentCheck& check);

/// One object, described in docs/methods/assignment-uniformity.md.
[[nodiscard]] std::string assignment_check_json(const experiment::AssignmentCheck& check);

}  // namespace splitplot::report
