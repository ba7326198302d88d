/// What became of a list, as steps along it: so that a list of a million in which one element changed is stored in a few
/// bytes. Pure functions.
#pragma once

#include <splitplot/base/value.hpp>

#include <optional>

namespace splitplot::catalogue {

/// Steps that lead from one list to another: a number keeps that many elements, a negative one drops them, a list stands
/// for its elements, which are put here. Few, where few elements changed or moved; else as long as the list.
[[nodiscard]] Value::Array difference_of(const Value::Array& from, const Value::Array& to);

/// The list that the steps lead to. Nothing where they do not fit the list.
[[nodiscard]] std::optional<Value::Array> changed_by(Value::Array from, const Value::Array& steps);

}  // namespace splitplot::catalogue
