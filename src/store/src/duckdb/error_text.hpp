/// DuckDB's failures as one sentence a person can act on. Its own texts are long, name its functions and
/// options, and quote the row: they never reach a user. Pure functions.
#pragma once

#include "connection.hpp"

#include <splitplot/base/result.hpp>

#include <string>
#include <string_view>

namespace splitplot::store::duckdb {

/// `path` is the file that was being read.
[[nodiscard]] Error error_from(const QueryFailure& failure, const std::string& path);

/// Whether DuckDB could not write for want of space (or beyond a limit that the process was given).
[[nodiscard]] bool is_disk_full(std::string_view text);

}  // namespace splitplot::store::duckdb
