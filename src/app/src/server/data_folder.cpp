#include "server/data_folder.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace splitplot::app {

Result<FolderLock> FolderLock::take(const DataFolder& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  const bool is_new = !fs::exists(folder.root, error);
  fs::create_directories(folder.root, error);
  if (error) {
    return fail(ErrorCode::Unreadable,
                fmt::format("cannot make the data folder {}: {}", folder.root, error.message()));
  }
  if (is_new) ::chmod(folder.root.c_str(), S_IRWXU);  // keys and people's data: nobody else's to read
  const int descriptor = ::open(folder.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) {
    return fail(ErrorCode::Unreadable,
                fmt::format("cannot write in the data folder {}: {}", folder.root, std::strerror(errno)));
  }
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor);
    return fail(ErrorCode::Conflict, fmt::format("another process uses the data folder {}", folder.root),
                "stop that server first, or name another folder by --data");
  }
  return FolderLock(descriptor);
}

FolderLock::FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace splitplot::app
