/// The thread that sends what waits in the outbox, in batches, again and again until the server has them.
#pragma once

#include "backoff.hpp"
#include "http_session.hpp"
#include "outbox.hpp"

#include <splitplot/base/log.hpp>
#include <splitplot/client/options.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace splitplot::client {

class Sender {
 public:
  Sender(const Options& options, Outbox& outbox);
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// Sixteen of these make an exposure window (RecentExposures).
  [[nodiscard]] std::uint16_t period() const { return period_.load(std::memory_order_relaxed); }

  /// Sends what is left within the time, then ends the thread.
  void stop(std::chrono::milliseconds patience);

 private:
  enum class Outcome { Sent, Refused, TryAgain, Ended };

  void run();
  void send(std::vector<WaitingEvent> events);
  /// Until the server has it, or never will.
  void deliver(std::span<const std::string> events);
  [[nodiscard]] Outcome post(const std::string& body, std::optional<std::chrono::milliseconds>& asked);
  /// False: the end came.
  bool pause(std::chrono::milliseconds time);
  void say(LogLevel level, const std::string& message) const;

  const Options& options_;
  Outbox& outbox_;
  HttpSession http_;
  Backoff backoff_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::atomic<std::uint16_t> period_ = 0;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool is_stopped_ = false;
  std::jthread thread_;
};

}  // namespace splitplot::client
