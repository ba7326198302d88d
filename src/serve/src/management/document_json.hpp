/// The catalogue's values as JSON. A document is one object: kind, key, and its members as written.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/model/document.hpp>

#include <string_view>
#include <vector>

namespace splitplot::serve::management {

[[nodiscard]] std::string_view name_of(catalogue::ChangeKind kind);

[[nodiscard]] Value to_value(const model::Document& document);
[[nodiscard]] Value to_value(const model::Problem& problem);
[[nodiscard]] Value to_value(const catalogue::NewCredential& credential);

/// A change with the document before and after it.
[[nodiscard]] Value full_change(const catalogue::DocumentChange& change);
/// A commit as history shows it: which documents, not what they say.
[[nodiscard]] Value to_value(const catalogue::Change& change);

}  // namespace splitplot::serve::management
