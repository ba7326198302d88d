#include "files.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

namespace splitplot::app {

Result<void> write_file(const std::string& path, const std::string& text) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
  auto failure = [&](int reason) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    return fail(ErrorCode::Unreadable, fmt::format("cannot write {}: {}", path, std::strerror(reason)),
                "check that the folder exists, is writable, and has room");
  };
  errno = 0;
  {
    std::ofstream file(temporary, std::ios::binary);
    file << text;
    file.close();
    if (!file) return failure(errno);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return failure(errno);
  return {};
}

std::string current_time_iso() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace splitplot::app
