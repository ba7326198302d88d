/// How long to wait before the next attempt: longer after each failure, and by chance, so that those who lost the server
/// together do not return together. One thread.
#pragma once

#include <splitplot/base/random.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace splitplot::client {

class Backoff {
 public:
  using Time = std::chrono::milliseconds;
  Backoff(Time shortest, Time longest, std::uint64_t seed)
      : shortest_(shortest), longest_(longest), step_(shortest), random_(seed) {}

  /// Between half of a step and the whole, at most the longest; the step doubles. `asked`: what the server asked for, which
  /// is waited for at least, unless it is beyond the longest.
  [[nodiscard]] Time next(std::optional<Time> asked = {});
  void succeeded() { step_ = shortest_; }

 private:
  Time shortest_;
  Time longest_;
  Time step_;
  RandomStream random_;
};

}  // namespace splitplot::client
