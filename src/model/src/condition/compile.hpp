/// Compiles written conditions, and refuses what GrowthBook would silently answer with false: unknown operators,
/// operands of the wrong kind, patterns that are none.
#pragma once

#include "condition/tree.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/model/condition.hpp>

#include <string>
#include <vector>

namespace splitplot::model::condition {

struct CompiledCondition {
  Clauses clauses;
  std::vector<std::string> segments;  ///< that it asks for, each once
  std::vector<std::string> lists;     ///< likewise
};

/// Without lists, `$inGroup` is refused. Errors: InvalidArgument; then `pointer` holds the JSON pointer of what is wrong.
[[nodiscard]] Result<CompiledCondition> compile(const Value& written, std::string& pointer,
                                                const ValueLists* lists);

}  // namespace splitplot::model::condition
