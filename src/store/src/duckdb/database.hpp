/// A DuckDB instance, in memory or on a file. Connections hold it open; it closes with the last of them. Any thread.
#pragma once

#include "connection.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/store/warehouse.hpp>

#include <memory>
#include <string>

#include <duckdb.h>

namespace splitplot::store::duckdb {

class Database {
 public:
  /// An empty path: in memory.
  /// Errors: InvalidArgument (limits); of a file also Unreadable, BadData (no database, damaged, of a newer DuckDB),
  /// Conflict (in use, by this process or another), ResourceLimit (disk full).
  static Result<std::shared_ptr<Database>> open(const std::string& path,
                                                const EmbeddedWarehouseOptions& options);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  static Result<Connection> connect(const std::shared_ptr<Database>& database);

 private:
  Database() = default;

  duckdb_database database_ = nullptr;
  std::string claimed_path_;
};

}  // namespace splitplot::store::duckdb
