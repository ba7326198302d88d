/// The only place where text of a user becomes part of a query. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace splitplot::store::duckdb {

/// A column name as a quoted identifier.
[[nodiscard]] std::string quoted_identifier(std::string_view name);

/// A text literal.
[[nodiscard]] std::string quoted_text(std::string_view text);

/// A number as a literal of type DOUBLE that reads back as exactly the same number. `value` must be finite.
[[nodiscard]] std::string double_literal(double value);

/// A path as a text literal in which the glob characters * ? [ stand for themselves.
[[nodiscard]] std::string quoted_path(std::string_view path);

}  // namespace splitplot::store::duckdb
