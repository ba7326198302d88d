#include "sqlite/connection.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace splitplot::store::sqlite {
namespace {

/// How long a lock of another process (a copy being made) is waited for.
constexpr int kBusyTimeoutMs = 5'000;

/// SQLite would make the file readable by all; it may hold what people wrote about other people.
Result<void> make_private_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const int error = errno;
    if (error == EEXIST) return {};
    return fail(error == ENOSPC ? ErrorCode::ResourceLimit : ErrorCode::Unreadable,
                fmt::format("cannot create '{}': {}", path, std::strerror(error)));
  }
  ::close(descriptor);
  return {};
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      bound_(other.bound_),
      failure_(other.failure_) {}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement& Statement::bind(std::string_view text) {
  // A null pointer would be NULL, not an empty text.
  const char* data = text.data() == nullptr ? "" : text.data();
  const int code =
      sqlite3_bind_text64(statement_, ++bound_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (failure_ == SQLITE_OK) failure_ = code;
  return *this;
}

Statement& Statement::bind(std::int64_t number) {
  const int code = sqlite3_bind_int64(statement_, ++bound_, number);
  if (failure_ == SQLITE_OK) failure_ = code;
  return *this;
}

Statement& Statement::bind(const std::optional<std::string>& text) {
  if (text) return bind(std::string_view(*text));
  ++bound_;  // unbound is NULL
  return *this;
}

Statement& Statement::bind(const std::optional<std::int64_t>& number) {
  if (number) return bind(*number);
  ++bound_;
  return *this;
}

Result<bool> Statement::step() {
  if (failure_ != SQLITE_OK) return connection_->failure(failure_);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_->failure(code);
}

Result<void> Statement::run() {
  if (auto stepped = step(); !stepped) return tl::unexpected(stepped.error());
  return {};
}

bool Statement::missing(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::string Statement::text(int column) const {
  const unsigned char* data = sqlite3_column_text(statement_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

Result<Connection> Connection::open(const std::string& path, Access access) {
  int flags = SQLITE_OPEN_READONLY;
  if (access == Access::ReadWrite) {
    if (auto made = make_private_file(path); !made) return tl::unexpected(made.error());
    flags = SQLITE_OPEN_READWRITE;
  }
  sqlite3* handle = nullptr;
  // One connection is used by one thread at a time, so SQLite need not lock for itself.
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection(path, handle);
  if (code != SQLITE_OK) return connection.failure(code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  return connection;
}

Connection::Connection(Connection&& other) noexcept
    : path_(std::move(other.path_)), handle_(std::exchange(other.handle_, nullptr)) {}

Connection::~Connection() {
  sqlite3_close_v2(handle_);
}

Result<void> Connection::execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return Statement(*this, statement);
}

Result<std::int64_t> Connection::number(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return tl::unexpected(statement.error());
  auto row = statement->step();
  if (!row) return tl::unexpected(row.error());
  return *row ? statement->number(0) : 0;
}

int Connection::changed_rows() const {
  return sqlite3_changes(handle_);
}

Result<void> Connection::check_place() {
  int has_moved = 0;
  if (sqlite3_file_control(handle_, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved) != SQLITE_OK) return {};
  if (has_moved == 0) return {};
  return fail(ErrorCode::Unreadable, fmt::format("'{}' was moved or removed while it was in use", path_),
              "put it back");
}

Result<void> Connection::copy_into(Connection& target) {
  sqlite3_backup* backup = sqlite3_backup_init(target.handle_, "main", handle_, "main");
  if (backup == nullptr) return target.failure(sqlite3_extended_errcode(target.handle_));
  const int code = sqlite3_backup_step(backup, -1);  // all pages in one read transaction
  const int finished = sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) return target.failure(code);
  if (finished != SQLITE_OK) return target.failure(finished);
  return {};
}

tl::unexpected<Error> Connection::failure(int code) const {
  const std::string_view words = sqlite3_errstr(code);
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
    return fail(ErrorCode::Unavailable, fmt::format("'{}' could not be synced to the disk", path_),
                "check the disk");
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return fail(ErrorCode::ResourceLimit, fmt::format("no space is left for '{}'", path_),
                  "free disk space");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(ErrorCode::Conflict, fmt::format("'{}' is in use by another process", path_),
                  "stop it, or try again");
    case SQLITE_CORRUPT:
      return fail(ErrorCode::BadData, fmt::format("'{}' is damaged ({})", path_, words),
                  "restore it from a backup");
    case SQLITE_NOTADB:
      return fail(ErrorCode::BadData, fmt::format("'{}' is not an SQLite database", path_),
                  "restore it from a backup");
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_IOERR:
      return fail(ErrorCode::Unreadable, fmt::format("cannot use '{}': {}", path_, words),
                  "check that the file and its folder can be read and written");
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return fail(ErrorCode::ResourceLimit, fmt::format("'{}': {}", path_, words));
    default:
      return fail(ErrorCode::Internal, fmt::format("'{}': {} ({})", path_, words,
                                                   handle_ == nullptr ? "" : sqlite3_errmsg(handle_)));
  }
}

Result<Transaction> Transaction::begin(Connection& connection) {
  if (auto begun = connection.execute("BEGIN IMMEDIATE"); !begun) return tl::unexpected(begun.error());
  return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
  // A rollback that fails leaves nothing to do: SQLite rolled back by itself, and says so.
  if (connection_ != nullptr) static_cast<void>(connection_->execute("ROLLBACK"));
}

Result<void> Transaction::commit() {
  auto committed = connection_->execute("COMMIT");
  if (committed) connection_ = nullptr;
  return committed;
}

}  // namespace splitplot::store::sqlite
