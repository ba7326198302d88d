/// What a unit meets on the way to one decision. Lives as long as the decision's attributes.
#pragma once

#include "sticky_assignments.hpp"

#include <splitplot/decide/evaluation.hpp>

#include <string_view>
#include <vector>

namespace splitplot::serve::ofrep {

/// The experiments that a unit met on the way to an answer: that of the answer, those of flags that it needs, holdouts.
class MetExperiments final : public decide::EvaluationObserver {
 public:
  explicit MetExperiments(StickyAssignments& sticky) : sticky_(sticky) {}
  void assigned(std::string_view, const decide::Assignment& assignment, const Value&) override {
    assignments_.push_back(assignment);
  }
  void remember(const decide::StickyAssignment& assignment) override { sticky_.remember(assignment); }
  [[nodiscard]] const std::vector<decide::Assignment>& assignments() const { return assignments_; }

 private:
  StickyAssignments& sticky_;
  std::vector<decide::Assignment> assignments_;
};

}  // namespace splitplot::serve::ofrep
