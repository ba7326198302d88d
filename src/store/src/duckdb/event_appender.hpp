/// Rows into tables, a data chunk at a time: columns are filled in place, and a table takes 2,048 rows with one call.
#pragma once

#include "connection.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/store/event_warehouse.hpp>

namespace splitplot::store::duckdb {

/// Appends all rows of the batch within the connection's transaction. After a failure the caller must roll back.
/// The message is DuckDB's.
[[nodiscard]] QueryResult<void> append_batch(Connection& connection, const LoadBatch& batch);

}  // namespace splitplot::store::duckdb
