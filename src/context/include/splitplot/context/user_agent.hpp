/// What a User-Agent header says: browser, system, device, and whether a program sends it. Read by the rules of
/// uap-core, which the program carries. A reader may be used by any number of threads; it remembers recent headers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace splitplot::context {

enum class DeviceType { Mobile, Tablet, Desktop, Bot, Unknown };

/// "mobile", "tablet", "desktop", "bot", "unknown".
[[nodiscard]] std::string_view name_of(DeviceType type);

/// Texts are empty where the rules know nothing. Names are those of uap-core ("Chrome Mobile", "Mac OS X").
struct UserAgent {
  std::string browser;
  std::optional<std::int64_t> browser_version;  ///< the major one
  std::string os;
  std::string os_version;  ///< as much as is told: "17", "17.5.1"
  DeviceType device = DeviceType::Unknown;
  std::string device_brand;
  std::string device_model;
  bool is_bot = false;  ///< a crawler, a monitor or a library for programs: nobody looks at the page

  friend bool operator==(const UserAgent&, const UserAgent&) = default;
};

class UserAgentReader {
 public:
  /// Bytes of a header that are looked at; what is behind them is ignored.
  static constexpr std::size_t kMaxLength = 1024;
  static constexpr std::size_t kRecentHeaders = 4096;

  UserAgentReader();
  UserAgentReader(const UserAgentReader&) = delete;
  UserAgentReader& operator=(const UserAgentReader&) = delete;
  UserAgentReader(UserAgentReader&&) = delete;
  UserAgentReader& operator=(UserAgentReader&&) = delete;
  ~UserAgentReader();

  /// Compiles the rules, where that has not been done: tenths of a second, once. Call it before requests ask.
  void prepare() const;

  /// Never null, never fails. About 10 microseconds for a header that is new, under one for a recent one.
  [[nodiscard]] std::shared_ptr<const UserAgent> read(std::string_view header) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace splitplot::context
