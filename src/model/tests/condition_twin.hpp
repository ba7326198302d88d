/// The condition language read straight from what was written, each time anew: the slow and obvious twin of
/// Condition. It knows ASCII letters and short numbers only, and segments by a list of their keys.
#pragma once

#include <splitplot/base/value.hpp>

#include <string>
#include <vector>

namespace splitplot::model::test {

bool twin_matches(const Value& condition, const Value& attributes, const std::vector<std::string>& segments);

}  // namespace splitplot::model::test
