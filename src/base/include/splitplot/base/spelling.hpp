/// Names as people type them: case set aside, and the nearest of the names that exist for a mistyped one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace splitplot {

/// Equal, with ASCII letters of either case taken as the same.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Number of single-character insertions, deletions, substitutions and swaps of neighbours that turn `a` into
/// `b` (optimal string alignment distance), ignoring ASCII case. O(|a| |b|) time.
[[nodiscard]] int edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `name`, if any is near enough to be what was meant: at most one edit per three
/// characters, at least one. Ties go to the earlier candidate.
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view name,
                                                      std::span<const std::string> candidates);

}  // namespace splitplot
