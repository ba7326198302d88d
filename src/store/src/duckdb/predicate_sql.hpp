/// Predicates as SQL. Missing cells never match, also under Not, because SQL's unknown stays unknown. Pure
/// functions.
#pragma once

#include "source.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/store/predicate.hpp>

#include <set>
#include <string>

namespace splitplot::store::duckdb {

/// A BOOLEAN expression that is true for rows that match, false or NULL for others.
/// Errors: NotFound (column), InvalidArgument (a comparison without its one literal, And/Or/Not without
/// operands).
[[nodiscard]] Result<std::string> predicate_sql(const Predicate& predicate, const ReadPlan& plan);

/// Adds the columns that the predicate compares with text, whose cells are wanted as they stand in the file.
[[nodiscard]] Result<void> collect_text_columns(const Predicate& predicate, const Source& source,
                                                std::set<std::size_t>& columns);

}  // namespace splitplot::store::duckdb
