/// DuckDB's failures as one sentence a person can act on. Its own texts are long, name its functions and
/// options, and quote the row: they never reach a user. Pure functions.
#pragma once

#include "connection.hpp"

#include <splitplot/base/result.hpp>

#include <string>

namespace splitplot::store::duckdb {

/// `path` is the file that was being read.
[[nodiscard]] Error error_from(const QueryFailure& failure, const std::string& path);

}  // namespace splitplot::store::duckdb
