/// One writer a file.
#pragma once

#include <splitplot/base/result.hpp>

#include <string>

namespace splitplot::store::sqlite {

/// Held while a process may write. A file of its own: closing any descriptor of the database file would drop the locks
/// that SQLite holds on it.
class WriterLock {
 public:
  /// Errors: Conflict (another process, or another store of this one, has it).
  static Result<WriterLock> take(const std::string& path);
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&&) = delete;
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock();

 private:
  explicit WriterLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace splitplot::store::sqlite
