/// Answers compiled conditions. Pure, without allocation; recursion is as deep as the condition was written.
#pragma once

#include "condition/tree.hpp"

#include <splitplot/model/condition.hpp>

namespace splitplot::model::condition {

[[nodiscard]] bool holds(const Clauses& clauses, const Attributes& attributes,
                         const SegmentMembership& segments);

// One by one, for who explains an answer.

[[nodiscard]] bool holds(const Clause& clause, const Attributes& attributes,
                         const SegmentMembership& segments);

/// What the clause is about: the value at the end of its path, null where there is none.
[[nodiscard]] const Value& found_at(const AttributeClause& clause, const Attributes& attributes,
                                    const SegmentMembership& segments);

[[nodiscard]] bool passes(const Test& test, const Value& value, const Attributes& attributes,
                          const SegmentMembership& segments);

}  // namespace splitplot::model::condition
