// GrowthBook's cases, section by section: each answered by this program, and held against what the file expects.
#pragma once

#include <splitplot/base/value.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace splitplot::conformance {

/// What is wrong, or an empty text. Gets the case as it stands in the file: a list whose first element is often its name.
using CaseCheck = std::function<std::string(const Value::Array& parts)>;

/// By the names of the sections.
[[nodiscard]] const std::map<std::string_view, CaseCheck>& sections();

}  // namespace splitplot::conformance
