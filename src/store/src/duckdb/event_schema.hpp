/// The tables of the event warehouse: docs/formats/warehouse.md. The columns stand in the order in which rows are
/// appended (event_appender.cpp).
#pragma once

#include "connection.hpp"

#include <splitplot/base/result.hpp>

#include <string>

namespace splitplot::store::duckdb {

/// Of the tables. A file of a newer one is refused; older ones do not exist yet.
inline constexpr std::uint64_t kEventFormatVersion = 1;

/// Makes the tables where there are none, and checks that they are of our format. `path` is for messages.
/// Errors: BadData (newer format, or somebody else's database), ResourceLimit, Internal.
[[nodiscard]] Result<void> prepare_event_tables(Connection& connection, const std::string& path);

}  // namespace splitplot::store::duckdb
