/// Answers compiled conditions. Pure, without allocation; recursion is as deep as the condition was written.
#pragma once

#include "condition/tree.hpp"

#include <splitplot/model/condition.hpp>

namespace splitplot::model::condition {

[[nodiscard]] bool holds(const Clauses& clauses, const Attributes& attributes,
                         const SegmentMembership& segments);

}  // namespace splitplot::model::condition
