/// Owners of DuckDB's C handles, and running a query so that it can be watched and cancelled. One thread at a
/// time.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/store/unit_frame.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <duckdb.h>
#include <tl/expected.hpp>

namespace splitplot::store::duckdb {

/// Why a query failed, in DuckDB's words. Never shown as it is: see error_text.hpp.
struct QueryFailure {
  enum class Kind { Conversion, OutOfMemory, Cancelled, Other };
  Kind kind = Kind::Other;
  std::string message;
};

template <typename T>
using QueryResult = tl::expected<T, QueryFailure>;

class Answer;

/// One row of an answer; valid during the call it is passed to.
class Row {
 public:
  [[nodiscard]] bool missing(std::size_t column) const;
  /// Column of type VARCHAR; empty where missing.
  [[nodiscard]] std::optional<std::string> text(std::size_t column) const;
  /// Column of type DOUBLE; 0 where missing.
  [[nodiscard]] double number(std::size_t column) const;
  /// Column of type BIGINT, not negative; 0 where missing.
  [[nodiscard]] std::uint64_t count(std::size_t column) const;
  /// Column of type BOOLEAN; false where missing.
  [[nodiscard]] bool truth(std::size_t column) const;

 private:
  friend class Answer;
  struct Vector {
    void* data = nullptr;
    std::uint64_t* validity = nullptr;
  };
  std::vector<Vector> vectors_;
  idx_t index_ = 0;
};

/// A materialised answer.
class Answer {
 public:
  explicit Answer(duckdb_result result);
  Answer(Answer&& other) noexcept;
  Answer& operator=(Answer&& other) noexcept;
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer();

  /// Index of a column; the name must exist.
  [[nodiscard]] std::size_t column(std::string_view name) const;
  [[nodiscard]] bool has_column(std::string_view name) const;

  /// Visits every row, once, in order. Answer false to stop.
  void for_each(const std::function<bool(const Row&)>& visit);

 private:
  duckdb_result result_{};
  bool owned_ = true;
  std::unordered_map<std::string, std::size_t> columns_;
};

class Database;

/// A connection to a database, which it holds open.
class Connection {
 public:
  Connection(std::shared_ptr<Database> database, duckdb_connection handle);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Runs one statement. `progress` is called from this thread, at most every 100 ms; it can cancel.
  QueryResult<Answer> query(const std::string& sql, const Progress& progress = {});

  [[nodiscard]] duckdb_connection handle() const { return connection_; }

 private:
  QueryResult<duckdb_result> execute(duckdb_pending_result pending, const Progress& progress);

  std::shared_ptr<Database> database_;
  duckdb_connection connection_ = nullptr;
};

}  // namespace splitplot::store::duckdb
