/// Finds the cell that made a column unusable, in a further pass over the file, and says so in one sentence.
#pragma once

#include "connection.hpp"
#include "source.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/store/predicate.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace splitplot::store::duckdb {

/// Words such as yes and no: fine in a column of nothing else, wrong among numbers.
enum class Words { Allowed, Wrong };

/// "column 'spend' is not a number in 3 of 1,000 rows, first at row 17: 'abc'". `where`: the rows that count.
[[nodiscard]] Error bad_number_error(Connection& connection, const ReadPlan& file, std::size_t column,
                                     const std::optional<Predicate>& where, Words words);

/// The same for points in time.
[[nodiscard]] Error bad_time_error(Connection& connection, const ReadPlan& file, std::size_t column);

}  // namespace splitplot::store::duckdb
