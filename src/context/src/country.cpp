#include "embedded_data.hpp"

#include <splitplot/context/country.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace splitplot::context {

struct CountryDatabase::Open {
  MMDB_s database{};
  bool opened = false;

  Open() = default;
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  Open(Open&&) = delete;
  Open& operator=(Open&&) = delete;
  ~Open() {
    if (opened) MMDB_close(&database);
  }
};

namespace {

/// A file in memory that is gone when nobody has it mapped or open any more.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : descriptor_(memfd_create(name, MFD_CLOEXEC)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  MemoryFile(MemoryFile&&) = delete;
  MemoryFile& operator=(MemoryFile&&) = delete;
  ~MemoryFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  /// False, with errno, where it cannot be written.
  [[nodiscard]] bool write_all(std::string_view bytes) const {
    if (descriptor_ < 0) return false;
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

/// The address as the tree of a database knows it: IPv4 also where it is written as IPv6.
struct Address {
  sockaddr_storage storage{};
};

void set_ipv4(Address& address, const void* bytes) {
  auto& ipv4 = reinterpret_cast<sockaddr_in&>(address.storage);
  ipv4.sin_family = AF_INET;
  std::memcpy(&ipv4.sin_addr, bytes, sizeof ipv4.sin_addr);
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  text = text.substr(0, text.find('%'));
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return {};
  text.copy(terminated.data(), text.size());
  Address address;
  in_addr ipv4{};
  if (inet_pton(AF_INET, terminated.data(), &ipv4) == 1) {
    set_ipv4(address, &ipv4);
    return address;
  }
  in6_addr ipv6{};
  if (inet_pton(AF_INET6, terminated.data(), &ipv6) != 1) return {};
  if (IN6_IS_ADDR_V4MAPPED(&ipv6)) {
    set_ipv4(address, &ipv6.s6_addr[12]);
    return address;
  }
  // Databases keep IPv4 below ::/96. What is written so (::1 among it) is no address that anybody comes from.
  if (IN6_IS_ADDR_V4COMPAT(&ipv6) || IN6_IS_ADDR_LOOPBACK(&ipv6)) return {};
  auto& socket = reinterpret_cast<sockaddr_in6&>(address.storage);
  socket.sin6_family = AF_INET6;
  socket.sin6_addr = ipv6;
  return address;
}

bool is_upper_letter(char character) {
  return character >= 'A' && character <= 'Z';
}

/// The code of two letters under the path; empty if there is none. "ZZ" and "XX" are words for "unknown".
std::string code_at(MMDB_entry_s entry, std::initializer_list<const char*> names) {
  std::array<const char*, 4> path{};
  std::copy(names.begin(), names.end(), path.begin());
  MMDB_entry_data_s data{};
  if (MMDB_aget_value(&entry, &data, path.data()) != MMDB_SUCCESS || !data.has_data) return {};
  if (data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size != 2) return {};
  std::string code(data.utf8_string, data.data_size);
  if (!is_upper_letter(code[0]) || !is_upper_letter(code[1]) || code == "ZZ" || code == "XX") return {};
  return code;
}

}  // namespace

CountryDatabase::CountryDatabase(std::shared_ptr<const Open> open) : open_(std::move(open)) {}

Result<CountryDatabase> CountryDatabase::open(const std::string& path) {
  auto open = std::make_shared<Open>();
  const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &open->database);
  if (status != MMDB_SUCCESS) {
    return fail(ErrorCode::Unreadable,
                "the country database " + path + " cannot be opened: " +
                    (status == MMDB_FILE_OPEN_ERROR ? std::strerror(errno) : MMDB_strerror(status)),
                "give a file in MaxMind's format (.mmdb), or leave it out to use the built-in data");
  }
  open->opened = true;
  return CountryDatabase(std::move(open));
}

Result<CountryDatabase> CountryDatabase::built_in() {
  // libmaxminddb opens paths only. The mapping outlives the descriptor.
  const MemoryFile file("splitplot-countries");
  if (!file.write_all(embedded_countries())) {
    return fail(ErrorCode::Unavailable,
                std::string("the built-in country data find no room in memory: ") + std::strerror(errno),
                "free memory, or give a country database as a file");
  }
  Result<CountryDatabase> opened = open(file.path());
  if (!opened) {
    return fail(ErrorCode::Unavailable, "the built-in country data cannot be opened through /proc/self/fd",
                "mount /proc, or give a country database as a file");
  }
  return opened;
}

Place CountryDatabase::place_of(std::string_view address) const {
  std::optional<Address> parsed = parse_address(address);
  if (!parsed) return {};
  int status = MMDB_SUCCESS;
  const MMDB_lookup_result_s found =
      MMDB_lookup_sockaddr(&open_->database, reinterpret_cast<const sockaddr*>(&parsed->storage), &status);
  if (status != MMDB_SUCCESS || !found.found_entry) return {};
  Place place;
  place.country = code_at(found.entry, {"country_code"});
  if (place.country.empty()) place.country = code_at(found.entry, {"country", "iso_code"});
  place.continent = code_at(found.entry, {"continent", "code"});
  return place;
}

}  // namespace splitplot::context
