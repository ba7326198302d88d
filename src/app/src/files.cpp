#include "files.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

namespace splitplot::app {

Result<std::string> read_whole_file(const std::string& path, std::size_t most_bytes,
                                    const std::string& what_else) {
  const auto failure = [&](int reason) {
    return fail(ErrorCode::Unreadable, fmt::format("cannot read {}: {}", path, std::strerror(reason)),
                reason == ENOENT ? "look at the name and at the folder that it is in" : "");
  };
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return failure(errno);
  // Not by the size of the file: devices and pipes have none.
  constexpr std::size_t kStep = std::size_t{1} << 20;
  std::string text;
  while (file && text.size() <= most_bytes) {
    const std::size_t had = text.size();
    text.resize(had + kStep);
    file.read(text.data() + had, static_cast<std::streamsize>(kStep));
    text.resize(had + static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return failure(errno);
  if (text.size() > most_bytes) {
    return fail(ErrorCode::ResourceLimit, fmt::format("{} is larger than {} MB", path, most_bytes >> 20),
                what_else);
  }
  return text;
}

Result<void> write_file(const std::string& named, const std::string& text) {
  // The file takes the place of what is there, so that must be a file of the same kind: through a link to its target,
  // never over a device or a pipe.
  namespace fs = std::filesystem;
  std::error_code error;
  const bool exists = fs::exists(named, error);
  if (exists && !fs::is_regular_file(named, error)) {
    return fail(ErrorCode::Unreadable, fmt::format("cannot write {}: it is not a regular file", named),
                "name a new file");
  }
  const std::string path = exists ? fs::canonical(named, error).string() : named;
  const std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
  auto failure = [&](int reason) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
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

bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  return std::filesystem::equivalent(a, b, error) && !error;
}

Result<void> flush_standard_output() {
  errno = 0;
  std::cout.flush();
  if (std::cout) return {};
  return fail(ErrorCode::Unreadable, fmt::format("cannot write to standard output: {}", std::strerror(errno)),
              "");
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
