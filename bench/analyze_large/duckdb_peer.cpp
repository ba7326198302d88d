// The yardstick: DuckDB's own answer to what `splitplot analyze` asks of a file, without any statistics on
// top.
//
//   duckdb_peer FILE              runs the query, prints the number of groups
//   duckdb_peer convert IN OUT    writes a CSV as Parquet, so that both formats can be measured
#include <cstdio>
#include <string>

#include <duckdb.h>

namespace {

/// Runs one statement in a database of its own; answers the number of rows, or -1 after printing the error.
long long run(const std::string& statement) {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  if (duckdb_open(nullptr, &database) != DuckDBSuccess ||
      duckdb_connect(database, &connection) != DuckDBSuccess) {
    std::fputs("DuckDB did not start\n", stderr);
    return -1;
  }
  duckdb_result result;
  long long rows = -1;
  if (duckdb_query(connection, statement.c_str(), &result) == DuckDBSuccess) {
    rows = static_cast<long long>(duckdb_row_count(&result));
  } else {
    std::fprintf(stderr, "%s\n", duckdb_result_error(&result));
  }
  duckdb_destroy_result(&result);
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return rows;
}

constexpr const char* kAggregates =
    "SELECT variant, channel, country, device, count(converted), avg(converted), var_samp(converted), "
    "count(revenue), avg(revenue), var_samp(revenue) FROM '";
constexpr const char* kGroups =
    "' GROUP BY GROUPING SETS ((variant), (variant, channel), (variant, country), (variant, device))";

}  // namespace

int main(int argument_count, char** arguments) {
  const std::string first = argument_count > 1 ? arguments[1] : "";
  if (argument_count == 4 && first == "convert") {
    const std::string copy =
        "COPY (SELECT * FROM '" + std::string(arguments[2]) + "') TO '" + arguments[3] + "' (FORMAT parquet)";
    return run(copy) < 0 ? 1 : 0;
  }
  if (argument_count != 2) {
    std::fputs("usage: duckdb_peer FILE | duckdb_peer convert IN OUT\n", stderr);
    return 2;
  }
  const long long groups = run(kAggregates + first + kGroups);
  if (groups < 0) return 1;
  std::printf("%lld groups\n", groups);
  return 0;
}
