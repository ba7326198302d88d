#include "connection.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace splitplot::store::duckdb {
namespace {

constexpr auto kProgressInterval = std::chrono::milliseconds(100);
constexpr auto kIdleWait = std::chrono::microseconds(200);

QueryFailure failure_from(const char* text) {
  QueryFailure failure;
  failure.message = text == nullptr ? "" : text;
  const std::string_view message = failure.message;
  if (message.starts_with("Conversion Error") ||
      message.find("Error when converting column") != message.npos ||
      message.find("Could not convert") != message.npos) {
    failure.kind = QueryFailure::Kind::Conversion;
  } else if (message.starts_with("Out of Memory Error")) {
    failure.kind = QueryFailure::Kind::OutOfMemory;
  } else if (message.starts_with("INTERRUPT Error")) {
    failure.kind = QueryFailure::Kind::Cancelled;
  }
  return failure;
}

class Prepared {
 public:
  Prepared(duckdb_connection connection, const std::string& sql) {
    ready_ = duckdb_prepare(connection, sql.c_str(), &statement_) == DuckDBSuccess;
  }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  ~Prepared() { duckdb_destroy_prepare(&statement_); }

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] duckdb_prepared_statement get() const { return statement_; }

 private:
  duckdb_prepared_statement statement_ = nullptr;
  bool ready_ = false;
};

class Pending {
 public:
  explicit Pending(duckdb_prepared_statement statement) {
    ready_ = duckdb_pending_prepared(statement, &pending_) == DuckDBSuccess;
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending() { duckdb_destroy_pending(&pending_); }

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] duckdb_pending_result get() const { return pending_; }

 private:
  duckdb_pending_result pending_ = nullptr;
  bool ready_ = false;
};

class Chunk {
 public:
  explicit Chunk(duckdb_data_chunk chunk) : chunk_(chunk) {}
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;
  ~Chunk() { duckdb_destroy_data_chunk(&chunk_); }
  [[nodiscard]] duckdb_data_chunk get() const { return chunk_; }

 private:
  duckdb_data_chunk chunk_;
};

}  // namespace

bool Row::missing(std::size_t column) const {
  std::uint64_t* validity = vectors_[column].validity;
  return validity != nullptr && !duckdb_validity_row_is_valid(validity, index_);
}

std::optional<std::string> Row::text(std::size_t column) const {
  if (missing(column)) return std::nullopt;
  duckdb_string_t* value = static_cast<duckdb_string_t*>(vectors_[column].data) + index_;
  return std::string(duckdb_string_t_data(value), duckdb_string_t_length(*value));
}

double Row::number(std::size_t column) const {
  return missing(column) ? 0 : static_cast<const double*>(vectors_[column].data)[index_];
}

std::uint64_t Row::count(std::size_t column) const {
  return missing(column)
             ? 0
             : static_cast<std::uint64_t>(static_cast<const std::int64_t*>(vectors_[column].data)[index_]);
}

bool Row::truth(std::size_t column) const {
  return !missing(column) && static_cast<const bool*>(vectors_[column].data)[index_];
}

Answer::Answer(duckdb_result result) : result_(result) {
  const idx_t columns = duckdb_column_count(&result_);
  for (idx_t i = 0; i < columns; ++i) columns_.emplace(duckdb_column_name(&result_, i), i);
}

Answer::Answer(Answer&& other) noexcept
    : result_(other.result_),
      owned_(std::exchange(other.owned_, false)),
      columns_(std::move(other.columns_)) {}

Answer& Answer::operator=(Answer&& other) noexcept {
  std::swap(result_, other.result_);
  std::swap(owned_, other.owned_);
  std::swap(columns_, other.columns_);
  return *this;
}

Answer::~Answer() {
  if (owned_) duckdb_destroy_result(&result_);
}

std::size_t Answer::column(std::string_view name) const {
  return columns_.at(std::string(name));
}

bool Answer::has_column(std::string_view name) const {
  return columns_.contains(std::string(name));
}

void Answer::for_each(const std::function<bool(const Row&)>& visit) {
  while (duckdb_data_chunk fetched = duckdb_fetch_chunk(result_)) {
    const Chunk chunk(fetched);
    Row row;
    for (idx_t i = 0; i < duckdb_data_chunk_get_column_count(chunk.get()); ++i) {
      duckdb_vector vector = duckdb_data_chunk_get_vector(chunk.get(), i);
      row.vectors_.push_back({duckdb_vector_get_data(vector), duckdb_vector_get_validity(vector)});
    }
    const idx_t rows = duckdb_data_chunk_get_size(chunk.get());
    for (row.index_ = 0; row.index_ < rows; ++row.index_) {
      if (!visit(row)) return;
    }
  }
}

Connection::Connection(std::shared_ptr<Database> database, duckdb_connection handle)
    : database_(std::move(database)), connection_(handle) {}

Connection::Connection(Connection&& other) noexcept
    : database_(std::move(other.database_)), connection_(std::exchange(other.connection_, nullptr)) {}

Connection::~Connection() {
  if (connection_ != nullptr) duckdb_disconnect(&connection_);
}

QueryResult<Answer> Connection::query(const std::string& sql, const Progress& progress) {
  const Prepared prepared(connection_, sql);
  if (!prepared.ready()) return tl::unexpected(failure_from(duckdb_prepare_error(prepared.get())));
  const Pending pending(prepared.get());
  if (!pending.ready()) return tl::unexpected(failure_from(duckdb_pending_error(pending.get())));
  auto result = execute(pending.get(), progress);
  if (!result) return tl::unexpected(result.error());
  return Answer(*result);
}

QueryResult<duckdb_result> Connection::execute(duckdb_pending_result pending, const Progress& progress) {
  // Tasks run here, on the calling thread, beside DuckDB's own threads; between two of them there is time to
  // report.
  auto reported = std::chrono::steady_clock::now();
  bool cancelled = false;
  while (!cancelled) {
    const duckdb_pending_state state = duckdb_pending_execute_task(pending);
    if (state == DUCKDB_PENDING_ERROR) return tl::unexpected(failure_from(duckdb_pending_error(pending)));
    if (duckdb_pending_execution_is_finished(state)) break;
    if (state == DUCKDB_PENDING_NO_TASKS_AVAILABLE) std::this_thread::sleep_for(kIdleWait);
    const auto now = std::chrono::steady_clock::now();
    if (!progress || now - reported < kProgressInterval) continue;
    reported = now;
    const double percent = duckdb_query_progress(connection_).percentage;
    cancelled = !progress(percent < 0 ? -1.0 : std::min(percent / 100, 1.0));
    if (cancelled) duckdb_interrupt(connection_);
  }
  duckdb_result result;
  const bool done = duckdb_execute_pending(pending, &result) == DuckDBSuccess;
  if (done && !cancelled) return result;
  QueryFailure failure = failure_from(duckdb_result_error(&result));
  if (cancelled) failure.kind = QueryFailure::Kind::Cancelled;
  duckdb_destroy_result(&result);
  return tl::unexpected(failure);
}

}  // namespace splitplot::store::duckdb
