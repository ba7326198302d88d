/// What waits to be sent: bounded, the oldest is dropped. Any number of threads put in, one takes out.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/client/state.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace splitplot::client {

/// A unit was assigned.
struct WaitingExposure {
  std::string experiment;
  std::string variant;
  std::string attribute;  ///< whose value was hashed
  std::string unit;
  std::string rules_version;
};

struct WaitingEvent {
  Timestamp time;
  Value attributes;  ///< of the context, as they were
  std::string name;  ///< of an event of the application; empty: an exposure
  Value properties;
  std::string message_id;
  WaitingExposure exposure;
};

class Outbox {
 public:
  explicit Outbox(std::size_t most);

  void put(WaitingEvent event);
  /// Up to `most` events, once there are enough, or after `wait`, or at once where somebody drains or closes.
  [[nodiscard]] std::vector<WaitingEvent> take(std::size_t most, std::chrono::milliseconds wait);
  /// What became of what was taken.
  void sent(std::size_t events);
  void refused(std::size_t events);
  /// What was taken and could not be sent; nothing more will be.
  void given_up(std::size_t events);

  /// Until all that was put in before is out. False: not within the time.
  bool drain(std::chrono::milliseconds patience);
  /// Nothing is taken in any more.
  void close();
  [[nodiscard]] bool is_closed() const;
  /// Drops what waits.
  void drop_all();

  [[nodiscard]] EventCounts counts() const;

 private:
  void settle(std::size_t events, std::uint64_t& count);

  const std::size_t most_;
  const std::size_t enough_;  ///< to wake who takes them out
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable emptied_;
  std::deque<WaitingEvent> waiting_;
  std::size_t under_way_ = 0;
  bool is_hurried_ = false;
  bool is_closed_ = false;
  EventCounts counts_;
};

}  // namespace splitplot::client
