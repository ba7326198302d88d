/// Owners of SQLite's C handles. One thread at a time.
#pragma once

#include <splitplot/base/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sqlite3.h>

namespace splitplot::store::sqlite {

class Connection;

/// A prepared statement: bind values by position from 1, then step through its rows.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t number);
  Statement& bind(const std::optional<std::string>& text);
  Statement& bind(const std::optional<std::int64_t>& number);

  /// Whether there is another row.
  Result<bool> step();
  /// For statements without rows.
  Result<void> run();

  [[nodiscard]] bool missing(int column) const;
  [[nodiscard]] std::string text(int column) const;  ///< empty where missing
  [[nodiscard]] std::int64_t number(int column) const;

 private:
  friend class Connection;
  Statement(Connection& connection, sqlite3_stmt* statement)
      : connection_(&connection), statement_(statement) {}

  Connection* connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
  int failure_ = SQLITE_OK;  ///< of a bind; told by the next step
};

enum class Access { ReadOnly, ReadWrite };

class Connection {
 public:
  /// ReadWrite makes the file (mode 600) where it is missing.
  static Result<Connection> open(const std::string& path, Access access);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Statements without parameters and rows, separated by semicolons.
  Result<void> execute(const char* sql);
  Result<Statement> prepare(std::string_view sql);
  /// First cell of the first row, as a number; 0 without rows.
  Result<std::int64_t> number(std::string_view sql);
  /// Rows that the last statement changed.
  [[nodiscard]] int changed_rows() const;

  /// Errors: Unreadable (another file stands at the path by now, or none).
  [[nodiscard]] Result<void> check_place();

  /// Copies everything into an empty database.
  Result<void> copy_into(Connection& target);

  /// What SQLite answered, in words for users and with our code.
  [[nodiscard]] tl::unexpected<Error> failure(int code) const;

 private:
  Connection(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}

  std::string path_;
  sqlite3* handle_ = nullptr;
};

/// Rolls back when it goes without having been committed.
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace splitplot::store::sqlite
