/// Which exposures were seen lately, so that each is sent once: a table of fixed size that any number of threads ask at the same
/// time, without a lock. It may forget (the server knows repetitions by their ids), and takes a new one for a known one with a
/// chance of about 1 in 10^14.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace splitplot::client {

class RecentExposures {
 public:
  /// Periods that a window has: an exposure is forgotten after this many.
  static constexpr std::uint16_t kPeriods = 16;

  explicit RecentExposures(std::size_t size);

  /// False: it was there within the last kPeriods. `period` counts on, and may wrap.
  bool add(std::uint64_t fingerprint, std::uint16_t period);

 private:
  static constexpr std::size_t kWays = 4;
  /// In one line of a processor's cache.
  struct alignas(32) Set {
    std::array<std::atomic<std::uint64_t>, kWays> places;
  };
  std::vector<Set>
      sets_;  ///< each place: 48 bits of the fingerprint, the period in which it was added; 0: empty
};

}  // namespace splitplot::client
