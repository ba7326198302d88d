/// Points in time, and the clock that everything is given instead of asking the system. UTC throughout; days and
/// weeks of a time zone are computed where they are needed.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace splitplot {

/// Microseconds since 1970-01-01T00:00:00Z, without leap seconds.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// "2026-11-22T14:42:34.123Z": milliseconds always, microseconds where they are not zero.
[[nodiscard]] std::string rfc3339(Timestamp time);

/// Reads RFC 3339 and the ISO 8601 that clients send: 'T' or a blank between date and time, seconds and fractions
/// optional (digits beyond microseconds are cut off), 'Z', an offset, or nothing (UTC); a date alone is its midnight.
/// Years 1 to 9999. Nothing for anything else.
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text);

/// What time it is. Implementations may be asked by any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
};

/// A clock that stands still until it is told otherwise: for tests, simulations and a server in test mode.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_(start) {}
  [[nodiscard]] Timestamp now() const override { return now_.load(); }
  void set(Timestamp time) { now_.store(time); }
  void advance(std::chrono::microseconds by) { now_.store(now_.load() + by); }

 private:
  std::atomic<Timestamp> now_;
};

}  // namespace splitplot
