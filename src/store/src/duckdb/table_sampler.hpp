/// Reads the head of a source into a sample.
#pragma once

#include "connection.hpp"
#include "source.hpp"

#include <splitplot/store/table_sample.hpp>

namespace splitplot::store::duckdb {

[[nodiscard]] QueryResult<TableSample> sample_of(Connection& connection, const Source& source,
                                                 const Progress& progress);

}  // namespace splitplot::store::duckdb
