#include "rules_file.hpp"

#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/text.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace splitplot::client {
namespace {

constexpr std::string_view kFirstLine = "splitplot-rules 1";
constexpr off_t kMostBytes = off_t{1} << 30;
constexpr std::size_t kOwnerDigits = 16;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

std::string checksum(std::string_view bytes) {
  const digest::Hash hash = digest::sha256(bytes);
  return digest::hex(digest::bytes_of(hash));
}

tl::unexpected<Error> broken(const std::string& what, const std::string& path) {
  return fail(ErrorCode::Unreadable, "cannot " + what + " '" + path + "': " + std::strerror(errno),
              "choose a cache_file in a folder that this program may write to");
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::optional<std::string> read_all(int file, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(file, bytes.data() + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

/// The text up to the next line's end, which is taken off.
std::optional<std::string_view> next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

}  // namespace

RulesFile::RulesFile(std::string path, std::string_view server, std::string_view key)
    : path_(std::move(path)),
      owner_(checksum(std::string(server) + "\n" + std::string(key)).substr(0, kOwnerDigits)) {}

Result<void> RulesFile::write(const KeptRules& rules) const {
  if (path_.empty()) return {};
  std::string content = owner_ + "\n" + rfc3339(rules.confirmed) + "\n" + rules.id + "\n";
  content.append(rules.payload);
  const std::string whole = std::string(kFirstLine) + "\n" + checksum(content) + "\n" + content;

  std::string beside = path_ + ".XXXXXX";
  const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));  // mode 600: whoever reads it knows the rules
  if (!file.is_open()) return broken("write beside", path_);
  const bool is_written = write_all(file.number(), whole) && ::fsync(file.number()) == 0 &&
                          ::rename(beside.c_str(), path_.c_str()) == 0;
  if (!is_written) {
    const int why = errno;
    ::unlink(beside.c_str());
    errno = why;
    return broken("write", path_);
  }
  const std::size_t slash = path_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) ::fsync(opened.number());  // a lost rename leaves the rules before these
  return {};
}

void RulesFile::confirm(std::string_view id, Timestamp time) const {
  Result<KeptRules> kept = read();
  if (!kept || kept->id != id || kept->confirmed >= time) return;
  kept->confirmed = time;
  static_cast<void>(write(*kept));  // the file is as it was, and only looks older
}

Result<KeptRules> RulesFile::read() const {
  if (path_.empty()) return fail(ErrorCode::NotFound, "no cache_file is set");
  const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) return fail(ErrorCode::NotFound, "there is no '" + path_ + "' yet");
  struct stat about {};
  if (!file.is_open() || ::fstat(file.number(), &about) != 0) return broken("read", path_);
  if (!S_ISREG(about.st_mode) || about.st_size > kMostBytes)
    return fail(ErrorCode::BadData, "'" + path_ + "' is no file that this client wrote",
                "choose another cache_file");
  const std::optional<std::string> whole = read_all(file.number(), static_cast<std::size_t>(about.st_size));
  if (!whole) return broken("read", path_);

  const auto damaged = [this](const char* why) {
    return fail(ErrorCode::BadData, "'" + path_ + "' " + why, "it is written anew once the server answers");
  };
  std::string_view rest = *whole;
  const auto first = next_line(rest);
  if (!first || !first->starts_with("splitplot-rules ")) return damaged("is not what this client writes");
  if (*first != kFirstLine) return damaged("is of a newer version of this client");
  const auto sum = next_line(rest);
  if (!sum || *sum != checksum(rest)) return damaged("is damaged: its checksum is wrong");
  const auto owner = next_line(rest);
  const auto confirmed = next_line(rest);
  const auto id = next_line(rest);
  const auto time = confirmed ? parse_rfc3339(*confirmed) : std::nullopt;
  if (!owner || !id || !time) return damaged("is damaged");
  if (*owner != owner_)
    return fail(ErrorCode::Conflict, "'" + path_ + "' is of another server or key",
                "give each environment a cache_file of its own");
  return KeptRules{*time, std::string(*id), std::string(rest)};
}

}  // namespace splitplot::client
