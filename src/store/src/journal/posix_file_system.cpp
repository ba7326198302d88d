#include <splitplot/store/file_system.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace splitplot::store {
namespace {

std::string reason_of(int number) {
  return std::generic_category().message(number);
}

tl::unexpected<Error> fail_with(int number, const std::string& what) {
  if (number == ENOSPC || number == EDQUOT || number == EFBIG) {
    return fail(ErrorCode::ResourceLimit, what + ": " + reason_of(number), "make space on the disk");
  }
  return fail(ErrorCode::Unreadable, what + ": " + reason_of(number));
}

// Closes what it was given.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

Result<Descriptor> open_descriptor(const std::string& path, int flags) {
  while (true) {
    const int number = ::open(path.c_str(), flags | O_CLOEXEC, 0640);
    if (number >= 0) return Descriptor(number);
    if (errno != EINTR) return fail_with(errno, path + " cannot be opened");
  }
}

class PosixFile final : public File {
 public:
  PosixFile(std::string path, Descriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}

  Result<void> append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_.get(), bytes.data(), bytes.size());
      if (written < 0) {
        if (errno == EINTR) continue;
        return fail_with(errno, path_ + " cannot be written");
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Result<std::string> read(std::uint64_t offset, std::size_t size) const override {
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got =
          ::pread(descriptor_.get(), bytes.data() + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0) {
        if (errno == EINTR) continue;
        return fail_with(errno, path_ + " cannot be read at byte " + std::to_string(offset + done));
      }
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
  }

  Result<void> sync() override {
    // Not even after EINTR: who calls again cannot know what the first call lost.
    if (::fdatasync(descriptor_.get()) == 0) return {};
    return fail(ErrorCode::Unavailable, path_ + " cannot be synced: " + reason_of(errno), "check the disk");
  }

  Result<void> truncate(std::uint64_t size) override {
    while (::ftruncate(descriptor_.get(), static_cast<off_t>(size)) != 0) {
      if (errno != EINTR) return fail_with(errno, path_ + " cannot be truncated");
    }
    return {};
  }

  [[nodiscard]] Result<std::uint64_t> size() const override {
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) != 0) return fail_with(errno, path_ + " cannot be examined");
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  std::string path_;
  Descriptor descriptor_;
};

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;  // closing it gives the lock back
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    auto descriptor = open_descriptor(path, flags_of(mode));
    if (!descriptor) return tl::unexpected(std::move(descriptor.error()));
    return std::make_unique<PosixFile>(path, std::move(*descriptor));
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    std::vector<std::string> names;
    std::error_code failure;
    std::filesystem::directory_iterator entry(directory, failure);
    for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
      names.push_back(entry->path().filename().string());
    }
    if (failure) return fail_with(failure.value(), directory + " cannot be listed");
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<void> remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return {};
    return fail_with(errno, path + " cannot be removed");
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    return fail_with(errno, from + " cannot be renamed to " + to);
  }

  Result<void> sync_directory(const std::string& directory) override {
    const auto descriptor = open_descriptor(directory, O_RDONLY | O_DIRECTORY);
    if (!descriptor) return tl::unexpected(descriptor.error());
    if (::fsync(descriptor->get()) == 0) return {};
    return fail(ErrorCode::Unavailable, directory + " cannot be synced: " + reason_of(errno),
                "check the disk");
  }

  Result<void> make_directory(const std::string& directory) override {
    std::error_code failure;
    if (std::filesystem::is_directory(directory, failure)) return {};
    const std::string parent = std::filesystem::path(directory).lexically_normal().parent_path().string();
    if (!parent.empty() && parent != directory) {
      if (auto made = make_directory(parent); !made) return made;
    }
    if (::mkdir(directory.c_str(), 0750) != 0 && errno != EEXIST) {
      return fail_with(errno, directory + " cannot be made");
    }
    return sync_directory(parent.empty() ? "." : parent);
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    auto descriptor = open_descriptor(path, O_RDWR | O_CREAT);
    if (!descriptor) return tl::unexpected(std::move(descriptor.error()));
    // A lock of the open file, so that it also excludes another journal of this process, and can be asked for.
    struct flock whole = whole_file();
    if (::fcntl(descriptor->get(), F_OFD_SETLK, &whole) != 0) {
      if (errno != EAGAIN && errno != EACCES) return fail_with(errno, path + " cannot be locked");
      return fail(ErrorCode::Conflict, path + " is locked by another process",
                  "stop the other server, or use another data directory");
    }
    return std::make_unique<PosixLock>(std::move(*descriptor));
  }

  Result<bool> is_locked(const std::string& path) override {
    std::error_code failure;
    if (!std::filesystem::exists(path, failure)) return false;
    const auto descriptor = open_descriptor(path, O_RDONLY);
    if (!descriptor) return tl::unexpected(descriptor.error());
    struct flock whole = whole_file();
    if (::fcntl(descriptor->get(), F_OFD_GETLK, &whole) != 0)
      return fail_with(errno, path + " cannot be examined");
    return whole.l_type != F_UNLCK;
  }

  Result<std::uint64_t> free_bytes(const std::string& directory) override {
    struct statvfs status {};
    if (::statvfs(directory.c_str(), &status) != 0)
      return fail_with(errno, directory + " cannot be examined");
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  }

 private:
  static struct flock whole_file() {
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    return range;
  }
  static int flags_of(OpenMode mode) {
    switch (mode) {
      case OpenMode::Create:
        return O_RDWR | O_CREAT | O_EXCL | O_APPEND;
      case OpenMode::Append:
        return O_RDWR | O_APPEND;
      case OpenMode::Read:
        return O_RDONLY;
    }
    return O_RDONLY;
  }
};

}  // namespace

FileSystem& posix_file_system() {
  static PosixFileSystem files;
  return files;
}

}  // namespace splitplot::store
