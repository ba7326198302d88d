/// How much there was in each of the last 60 periods (seconds, or minutes): a ring that is never cleaned up. A slot
/// belongs to the period that last wrote to it, so that nothing goes wrong where the clock is set back or far ahead.
/// One thread.
#pragma once

#include <splitplot/base/time.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace splitplot::collect {

/// Number of a period: seconds or minutes since 1970.
using Period = std::uint32_t;

template <typename Duration>
[[nodiscard]] Period period_of(Timestamp time) {
  return static_cast<Period>(std::chrono::floor<Duration>(time.time_since_epoch()).count());
}

class RecentCounts {
 public:
  static constexpr Period kPeriods = 60;

  void add(Period period, std::uint64_t count) {
    Slot& slot = slots_[period % kPeriods];
    if (slot.period != period) slot = {period, 0};
    slot.count += static_cast<std::uint32_t>(count);
  }

  [[nodiscard]] std::uint64_t at(Period period) const {
    const Slot& slot = slots_[period % kPeriods];
    return slot.period == period ? slot.count : 0;
  }

  /// Of so many periods, at most 60, that end with `last`.
  [[nodiscard]] std::uint64_t sum(Period last, Period periods = kPeriods) const {
    std::uint64_t total = 0;
    for (Period back = 0; back < periods; ++back) total += at(last - back);
    return total;
  }

 private:
  struct Slot {
    Period period = 0;
    std::uint32_t count = 0;
  };
  std::array<Slot, kPeriods> slots_;
};

}  // namespace splitplot::collect
