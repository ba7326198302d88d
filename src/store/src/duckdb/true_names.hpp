/// The columns' names as they stand in the file. DuckDB resolves names without regard to case and renames the second of two that
/// differ in case alone (m, M become m, M_1), so that asking for one would answer with the other.
#pragma once

#include "connection.hpp"
#include "source.hpp"

namespace splitplot::store::duckdb {

/// Puts the file's own names into a source whose columns were named by DuckDB:
///  * delimited text: by position in the header;
///  * Parquet: by position in the schema; DuckDB's name stays the one to read by;
///  * JSON lines: by the keys of the first records, of which DuckDB looks at fewer for itself. Keys that differ in case alone
///    cannot be read at once and are marked so.
[[nodiscard]] QueryResult<void> restore_names(Connection& connection, Source& source);

}  // namespace splitplot::store::duckdb
