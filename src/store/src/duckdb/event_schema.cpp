#include "event_schema.hpp"

#include "error_text.hpp"

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

constexpr const char* kTables = R"sql(
CREATE TABLE format (version BIGINT NOT NULL);
CREATE TABLE loader (position UBIGINT NOT NULL, received TIMESTAMP);
CREATE TABLE events (
  journal_offset UBIGINT, environment VARCHAR, source VARCHAR, message_id VARCHAR, type VARCHAR, name VARCHAR,
  user_id VARCHAR, anonymous_id VARCHAR, group_id VARCHAR, unit_kind VARCHAR, unit_id VARCHAR,
  time TIMESTAMP, received TIMESTAMP, client_time TIMESTAMP, sent_time TIMESTAMP,
  properties VARCHAR, context VARCHAR);
CREATE TABLE exposures (
  journal_offset UBIGINT, environment VARCHAR, source VARCHAR, message_id VARCHAR, unit_kind VARCHAR, unit_id VARCHAR,
  time TIMESTAMP, received TIMESTAMP, experiment VARCHAR, variant VARCHAR, revision UBIGINT,
  segments VARCHAR[], segment_versions UINTEGER[], attributes VARCHAR);
CREATE TABLE rejected_events (
  journal_offset UBIGINT, environment VARCHAR, source VARCHAR, received TIMESTAMP,
  reason VARCHAR, message VARCHAR, body VARCHAR);
)sql";

Result<void> make_tables(Connection& connection, const std::string& path) {
  const std::string script = fmt::format(
      "BEGIN TRANSACTION;{}INSERT INTO format VALUES ({}); INSERT INTO loader VALUES (0, NULL); COMMIT",
      kTables, kEventFormatVersion);
  duckdb_result result;
  const bool done = duckdb_query(connection.handle(), script.c_str(), &result) == DuckDBSuccess;
  const char* text = duckdb_result_error(&result);
  const Error error = error_from({QueryFailure::Kind::Other, text == nullptr ? "" : text}, path);
  duckdb_destroy_result(&result);
  if (!done) return tl::unexpected(error);
  return {};
}

}  // namespace

Result<void> prepare_event_tables(Connection& connection, const std::string& path) {
  auto tables = connection.query(
      "SELECT count(*)::BIGINT, count_if(table_name = 'format')::BIGINT FROM information_schema.tables");
  if (!tables) return tl::unexpected(error_from(tables.error(), path));
  std::uint64_t all = 0;
  std::uint64_t ours = 0;
  tables->for_each([&](const Row& row) {
    all = row.count(0);
    ours = row.count(1);
    return true;
  });
  if (all == 0) return make_tables(connection, path);
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::BadData, fmt::format("'{}' {}", path, why),
                "move it away and rebuild it from the journal");
  };
  if (ours == 0) return refuse("is a database of something else");
  auto version = connection.query("SELECT max(version)::BIGINT FROM format");
  std::uint64_t found = 0;
  if (version) {
    version->for_each([&](const Row& row) {
      found = row.count(0);
      return true;
    });
  }
  if (found == 0) return refuse("is a database of something else");
  if (found > kEventFormatVersion)
    return refuse(fmt::format("is a warehouse of format {}, newer than the {} that is known here", found,
                              kEventFormatVersion));
  return {};
}

}  // namespace splitplot::store::duckdb
