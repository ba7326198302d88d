// The yardstick: DuckDB's own answer to what `splitplot analyze` asks of a file, without any statistics on
// top. duckdb_peer FILE prints the number of groups.
#include <cstdio>
#include <string>

#include <duckdb.h>

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::fputs("usage: duckdb_peer FILE\n", stderr);
    return 2;
  }
  const std::string query =
      "SELECT variant, channel, country, device, count(converted), avg(converted), var_samp(converted), "
      "count(revenue), "
      "avg(revenue), var_samp(revenue) FROM '" +
      std::string(arguments[1]) +
      "' GROUP BY GROUPING SETS ((variant), (variant, channel), (variant, country), (variant, device))";
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  duckdb_result result;
  if (duckdb_open(nullptr, &database) != DuckDBSuccess ||
      duckdb_connect(database, &connection) != DuckDBSuccess)
    return 1;
  const bool answered = duckdb_query(connection, query.c_str(), &result) == DuckDBSuccess;
  if (answered)
    std::printf("%llu groups\n", static_cast<unsigned long long>(duckdb_row_count(&result)));
  else
    std::fprintf(stderr, "%s\n", duckdb_result_error(&result));
  duckdb_destroy_result(&result);
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return answered ? 0 : 1;
}
