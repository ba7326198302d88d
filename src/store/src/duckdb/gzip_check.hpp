/// Whether a gzip file is whole: DuckDB's own reader takes a file that was cut off, or whose checksum is wrong, for the end of
/// the rows. Inflates the file once more, in a thread beside the query, and keeps nothing of it.
#pragma once

#include <splitplot/base/result.hpp>

#include <future>
#include <stop_token>
#include <string>
#include <thread>

namespace splitplot::store::duckdb {

/// Reads a gzip file to its end: every member must end with its checksum and length (RFC 1952). Several members are allowed,
/// other bytes behind the last one are not. Answers success early if asked to stop.
/// Errors: Unreadable.
[[nodiscard]] Result<void> check_gzip(const std::string& path, const std::stop_token& stop = {});

/// The same in a thread of its own, which ends with the object.
class GzipCheck {
 public:
  explicit GzipCheck(const std::string& path);

  /// Waits for the answer. At most once.
  [[nodiscard]] Result<void> wait() { return answer_.get(); }

 private:
  std::future<Result<void>> answer_;
  std::jthread thread_;
};

}  // namespace splitplot::store::duckdb
