#include "event_appender.hpp"

#include <splitplot/base/utf8.hpp>

#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace splitplot::store::duckdb {
namespace {

/// Fills data chunks for one table, column by column of a row, and hands them over when they are full.
class TableAppender {
 public:
  TableAppender(Connection& connection, const char* table) {
    if (duckdb_appender_create(connection.handle(), nullptr, table, &appender_) != DuckDBSuccess) {
      note_failure();
      return;
    }
    const idx_t columns = duckdb_appender_column_count(appender_);
    std::vector<duckdb_logical_type> types;
    for (idx_t i = 0; i < columns; ++i) types.push_back(duckdb_appender_column_type(appender_, i));
    chunk_ = duckdb_create_data_chunk(types.data(), columns);
    for (duckdb_logical_type& type : types) duckdb_destroy_logical_type(&type);
    columns_.resize(columns);
    begin_chunk();
  }
  TableAppender(const TableAppender&) = delete;
  TableAppender& operator=(const TableAppender&) = delete;
  /// Destroying flushes; what is left after a failure goes into a transaction that the caller rolls back.
  ~TableAppender() {
    if (chunk_ != nullptr) duckdb_destroy_data_chunk(&chunk_);
    duckdb_appender_destroy(&appender_);
  }

  [[nodiscard]] bool failed() const { return failure_.has_value(); }

  // One call per column of a row, in the table's order, then end_row.

  void text(std::string_view value) {
    const Column& column = columns_[next_++];
    if (is_valid_utf8(value)) {
      duckdb_vector_assign_string_element_len(column.vector, row_, value.data(), value.size());
    } else {
      const std::string mended = valid_utf8(value);
      duckdb_vector_assign_string_element_len(column.vector, row_, mended.data(), mended.size());
    }
  }
  /// Empty stands for none.
  void optional_text(std::string_view value) { value.empty() ? null() : text(value); }
  void number(std::uint64_t value) { static_cast<std::uint64_t*>(columns_[next_++].data)[row_] = value; }
  void time(Timestamp value) {
    static_cast<duckdb_timestamp*>(columns_[next_++].data)[row_] = {value.time_since_epoch().count()};
  }
  void optional_time(const std::optional<Timestamp>& value) { value ? time(*value) : null(); }
  void texts(const std::vector<std::string>& values) {
    const std::uint64_t begin = begin_list(values.size());
    duckdb_vector child = duckdb_list_vector_get_child(columns_[next_ - 1].vector);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string value = valid_utf8(values[i]);
      duckdb_vector_assign_string_element_len(child, begin + i, value.data(), value.size());
    }
  }
  void numbers(const std::vector<std::uint32_t>& values) {
    const std::uint64_t begin = begin_list(values.size());
    duckdb_vector child = duckdb_list_vector_get_child(columns_[next_ - 1].vector);
    auto* data = static_cast<std::uint32_t*>(duckdb_vector_get_data(child));
    for (std::size_t i = 0; i < values.size(); ++i) data[begin + i] = values[i];
  }

  void end_row() {
    next_ = 0;
    if (++row_ == duckdb_vector_size()) hand_over();
  }

  QueryResult<void> finish() {
    if (!failed() && row_ > 0) hand_over();
    if (!failed() && duckdb_appender_flush(appender_) != DuckDBSuccess) note_failure();
    if (failed()) return tl::unexpected(*failure_);
    return {};
  }

 private:
  struct Column {
    duckdb_vector vector = nullptr;
    void* data = nullptr;
  };

  void begin_chunk() {
    duckdb_data_chunk_reset(chunk_);
    for (idx_t i = 0; i < columns_.size(); ++i) {
      columns_[i].vector = duckdb_data_chunk_get_vector(chunk_, i);
      columns_[i].data = duckdb_vector_get_data(columns_[i].vector);
    }
    row_ = 0;
  }

  void hand_over() {
    duckdb_data_chunk_set_size(chunk_, row_);
    if (duckdb_append_data_chunk(appender_, chunk_) != DuckDBSuccess) note_failure();
    begin_chunk();
  }

  void null() {
    duckdb_vector vector = columns_[next_++].vector;
    duckdb_vector_ensure_validity_writable(vector);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row_);
  }

  /// Room for a list of `size` in the current row; where its elements begin.
  std::uint64_t begin_list(std::size_t size) {
    const Column& column = columns_[next_++];
    const std::uint64_t begin = duckdb_list_vector_get_size(column.vector);
    duckdb_list_vector_reserve(column.vector, begin + size);
    duckdb_list_vector_set_size(column.vector, begin + size);
    static_cast<duckdb_list_entry*>(column.data)[row_] = {begin, size};
    return begin;
  }

  void note_failure() {
    if (failure_) return;
    const char* text = appender_ == nullptr ? nullptr : duckdb_appender_error(appender_);
    failure_ = QueryFailure{QueryFailure::Kind::Other, text == nullptr ? "" : text};
  }

  duckdb_appender appender_ = nullptr;
  duckdb_data_chunk chunk_ = nullptr;
  std::vector<Column> columns_;
  std::size_t next_ = 0;
  idx_t row_ = 0;
  std::optional<QueryFailure> failure_;
};

void append_row(TableAppender& table, const EventRow& row) {
  table.number(row.offset);
  table.text(row.environment);
  table.text(row.source);
  table.text(row.message_id);
  table.text(row.type);
  table.optional_text(row.name);
  table.optional_text(row.user_id);
  table.optional_text(row.anonymous_id);
  table.optional_text(row.group_id);
  table.text(name_of(row.unit.kind));
  table.text(row.unit.id);
  table.time(row.time);
  table.time(row.received);
  table.optional_time(row.client_time);
  table.optional_time(row.sent_time);
  table.optional_text(row.properties_json);
  table.optional_text(row.context_json);
}

void append_row(TableAppender& table, const ExposureRow& row) {
  table.number(row.offset);
  table.text(row.environment);
  table.text(row.source);
  table.text(row.message_id);
  table.text(name_of(row.unit.kind));
  table.text(row.unit.id);
  table.time(row.time);
  table.time(row.received);
  table.text(row.experiment);
  table.text(row.variant);
  table.number(row.revision);
  table.texts(row.segments);
  table.numbers(row.segment_versions);
  table.optional_text(row.attributes_json);
}

void append_row(TableAppender& table, const RejectedRow& row) {
  table.number(row.offset);
  table.text(row.environment);
  table.text(row.source);
  table.time(row.received);
  table.text(row.reason);
  table.text(row.message);
  table.text(row.body);
}

template <typename Rows>
QueryResult<void> append_rows(Connection& connection, const char* name, const Rows& rows) {
  if (rows.empty()) return {};
  TableAppender table(connection, name);
  for (const auto& row : rows) {
    if (table.failed()) break;
    append_row(table, row);
    table.end_row();
  }
  return table.finish();
}

}  // namespace

QueryResult<void> append_batch(Connection& connection, const LoadBatch& batch) {
  auto done = append_rows(connection, "events", batch.events);
  if (done) done = append_rows(connection, "exposures", batch.exposures);
  if (done) done = append_rows(connection, "rejected_events", batch.rejected);
  return done;
}

}  // namespace splitplot::store::duckdb
