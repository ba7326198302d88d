#include "sqlite/writer_lock.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace splitplot::store::sqlite {

Result<WriterLock> WriterLock::take(const std::string& path) {
  const std::string name = path + ".lock";
  const int descriptor = ::open(name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const int error = errno;
    return fail(error == ENOSPC ? ErrorCode::ResourceLimit : ErrorCode::Unreadable,
                fmt::format("cannot open '{}': {}", name, std::strerror(error)));
  }
  WriterLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::Conflict, fmt::format("'{}' is in use by another process", path),
                "stop the server that runs on it, or ask that server");
  }
  return lock;
}

WriterLock::WriterLock(WriterLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

WriterLock::~WriterLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace splitplot::store::sqlite
