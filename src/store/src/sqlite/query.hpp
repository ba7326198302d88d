/// Statements as rows: bind everything, read everything.
#pragma once

#include "sqlite/connection.hpp"

#include <splitplot/base/result.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace splitplot::store::sqlite {

/// The statement with its parameters bound in order.
template <typename... Values>
Result<Statement> with(Result<Statement> statement, const Values&... values) {
  if (statement) (statement->bind(values), ...);
  return statement;
}

/// All rows of a statement.
template <typename Read>
auto collect(Result<Statement> statement, Read read)
    -> Result<std::vector<decltype(read(std::declval<const Statement&>()))>> {
  if (!statement) return tl::unexpected(statement.error());
  std::vector<decltype(read(*statement))> rows;
  for (;;) {
    auto another = statement->step();
    if (!another) return tl::unexpected(another.error());
    if (!*another) return rows;
    rows.push_back(read(*statement));
  }
}

/// The first row of a statement, if it has one.
template <typename Read>
auto first(Result<Statement> statement, Read read)
    -> Result<std::optional<decltype(read(std::declval<const Statement&>()))>> {
  if (!statement) return tl::unexpected(statement.error());
  auto row = statement->step();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  return read(*statement);
}

}  // namespace splitplot::store::sqlite
