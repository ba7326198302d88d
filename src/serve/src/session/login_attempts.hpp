/// How often somebody tried a wrong key at the login: ten times a minute from one address, then they wait. Keys cannot
/// be guessed, whatever the rate; this keeps the log readable and the noise out. Bounded in memory. Any thread.
#pragma once

#include <splitplot/base/time.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace splitplot::serve {

class LoginAttempts {
 public:
  static constexpr std::size_t kMostFailures = 10;
  static constexpr std::chrono::minutes kWithin{1};
  static constexpr std::size_t kMostAddresses = 4096;

  /// How long the address has to wait before it may try; 0: not at all.
  [[nodiscard]] std::chrono::seconds wait(std::string_view address, Timestamp now) const;

  /// Somebody at the address tried a wrong key. Where too many addresses did, the one that did it longest ago is
  /// forgotten.
  void failed(std::string_view address, Timestamp now);

 private:
  struct Failures {
    std::array<Timestamp, kMostFailures> times;  ///< the latest, round and round
    std::size_t count = 0;
    Timestamp latest;
  };
  void make_room(Timestamp now);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Failures> by_address_;
};

}  // namespace splitplot::serve
