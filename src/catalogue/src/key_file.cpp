#include "key_file.hpp"

#include <splitplot/digest/random.hpp>
#include <splitplot/digest/text.hpp>
#include <splitplot/store/file_system.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace splitplot::catalogue {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kLargestFile = 4'096;
constexpr std::string_view kFormatLine = "format=1";
constexpr std::string_view kHead =
    "# Secrets of a Splitplot catalogue. Keep a copy in a safe place: without this file all keys stop "
    "working and\n"
    "# units move between variants. Never put it under version control.\n";

/// Names of the secrets in the file, and where they are kept.
constexpr std::array<std::pair<std::string_view, std::string Secrets::*>, 3> kSecrets = {{
    {"pepper", &Secrets::pepper},
    {"seeds", &Secrets::seeds},
    {"seal", &Secrets::seal},
}};

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool open() const { return number_ >= 0; }

 private:
  int number_;
};

tl::unexpected<Error> system_failure(std::string_view doing, const std::string& path) {
  const int error = errno;
  const ErrorCode code =
      error == ENOSPC || error == EDQUOT ? ErrorCode::ResourceLimit : ErrorCode::Unreadable;
  return fail(code, fmt::format("cannot {} the key file '{}': {}", doing, path, std::strerror(error)));
}

tl::unexpected<Error> damaged(const std::string& path, std::string_view what) {
  return fail(ErrorCode::Unreadable, fmt::format("the key file '{}' {}", path, what),
              "put back the copy that belongs to this catalogue");
}

Result<std::string> read_private(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) return system_failure("read", path);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return system_failure("read", path);
  if (!S_ISREG(status.st_mode)) return damaged(path, "is not a file");
  if ((status.st_mode & 077U) != 0) {
    return fail(
        ErrorCode::Forbidden, fmt::format("others than its owner may use the key file '{}'", path),
        fmt::format("chmod 600 '{}'; if others may have read it, its secrets are no longer secret", path));
  }
  std::string text(kLargestFile + 1, '\0');
  std::size_t size = 0;
  for (;;) {
    const ssize_t count = ::read(file.number(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("read", path);
    size += static_cast<std::size_t>(count);
    if (count == 0 || size == text.size()) break;
  }
  if (size > kLargestFile) return damaged(path, "is too long");
  text.resize(size);
  return text;
}

Result<void> write_durably(const std::string& path, std::string_view text) {
  const Descriptor file(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  if (!file.open()) return system_failure("create", path);
  // Against a umask that takes from the owner, so that the file can be read again.
  if (::fchmod(file.number(), 0600) != 0) return system_failure("protect", path);
  while (!text.empty()) {
    const ssize_t count = ::write(file.number(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("write", path);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(file.number()) != 0) {
    return fail(ErrorCode::Unavailable,
                fmt::format("the key file '{}' could not be synced to the disk", path), "check the disk");
  }
  return {};
}

}  // namespace

Result<Secrets> read_key_file(const std::string& path) {
  auto text = read_private(path);
  if (!text) return tl::unexpected(text.error());
  Secrets secrets;
  bool known_format = false;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    if (line == kFormatLine) {
      known_format = true;
      continue;
    }
    if (line.starts_with("format=")) {
      return fail(ErrorCode::BadData,
                  fmt::format("the key file '{}' has a format that this program does not know", path),
                  "use the newer Splitplot that wrote it");
    }
    bool understood = false;
    for (const auto& [name, member] : kSecrets) {
      if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != '=') continue;
      const auto bytes = digest::from_hex(line.substr(name.size() + 1));
      understood = bytes && bytes->size() == kSecretBytes && (secrets.*member).empty();
      if (understood) secrets.*member = *bytes;
    }
    if (!understood) return damaged(path, "has a line that is no secret");
  }
  for (const auto& [name, member] : kSecrets) {
    if ((secrets.*member).empty()) return damaged(path, fmt::format("lacks its line '{}='", name));
  }
  if (!known_format) return damaged(path, fmt::format("lacks its line '{}'", kFormatLine));
  return secrets;
}

Result<Secrets> make_key_file(const std::string& path) {
  Secrets secrets;
  std::string text(kHead);
  text += fmt::format("{}\n", kFormatLine);
  for (const auto& [name, member] : kSecrets) {
    auto bytes = digest::random_bytes(kSecretBytes);
    if (!bytes) return tl::unexpected(bytes.error());
    text += fmt::format("{}={}\n", name, digest::hex(*bytes));
    secrets.*member = std::move(*bytes);
  }
  // Written under another name first: a crash leaves no half key file. link, unlike rename, replaces nothing.
  const std::string draft = fmt::format("{}.{}.draft", path, ::getpid());
  std::error_code ignored;
  std::filesystem::remove(draft, ignored);
  auto written = write_durably(draft, text);
  if (written && ::link(draft.c_str(), path.c_str()) != 0) {
    if (errno == EEXIST) {
      written = fail(ErrorCode::Conflict, fmt::format("there is a key file '{}' already", path));
    } else {
      written = system_failure("create", path);
    }
  }
  std::filesystem::remove(draft, ignored);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (written) written = store::posix_file_system().sync_directory(folder.empty() ? "." : folder);
  if (!written) return tl::unexpected(written.error());
  return secrets;
}

}  // namespace splitplot::catalogue
