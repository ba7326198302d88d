/// The few file operations that durability hangs on, so that a test can put a file layer under them which forgets what
/// was not synced, fails at the Nth call, or runs full. `posix_file_system()` is the real one.
#pragma once

#include <splitplot/base/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::store {

/// An open file. One thread at a time, except that reads of what is written may go on beside writes.
class File {
 public:
  virtual ~File() = default;
  /// Writes all of `bytes` behind the end. On failure any part of it may have been written.
  virtual Result<void> append(std::string_view bytes) = 0;
  /// Reads up to `size` bytes at `offset`; fewer only at the end of the file.
  virtual Result<std::string> read(std::uint64_t offset, std::size_t size) const = 0;
  /// fdatasync: returns once everything appended so far would survive a power cut. After a failure the state of the
  /// unsynced bytes is unknown, and a second call that succeeds proves nothing (so nobody makes one).
  virtual Result<void> sync() = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
};

/// Held until it is destroyed, or the process ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

enum class OpenMode { Create, Append, Read };  ///< Create refuses a file that is there

/// Errors: Unreadable, ResourceLimit (disk full), Unavailable (sync failed), with the path. Any thread.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;  ///< names, sorted
  virtual Result<void> remove(const std::string& path) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  /// Makes names in the directory (created, renamed, removed files) survive a power cut.
  virtual Result<void> sync_directory(const std::string& directory) = 0;
  /// Makes the directory and those above it, where they are not there, durably.
  virtual Result<void> make_directory(const std::string& directory) = 0;
  /// The lock that the file stands for (made if it is not there). Errors: Conflict if somebody holds it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
  /// Whether somebody, here or in another process, holds that lock; asking does not disturb who wants it.
  virtual Result<bool> is_locked(const std::string& path) = 0;
  virtual Result<std::uint64_t> free_bytes(const std::string& directory) = 0;
};

[[nodiscard]] FileSystem& posix_file_system();

}  // namespace splitplot::store
