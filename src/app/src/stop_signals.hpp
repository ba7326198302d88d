// The signals that ask the program to stop: blocked, and waited for by the thread that made this, so that what runs is
// closed in order and not torn down.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>

namespace splitplot::app {

class StopSignals {
 public:
  /// Blocks SIGINT and SIGTERM for this thread and those that it starts from now on; SIGPIPE is ignored, since a peer that
  /// went away is an error of that connection.
  StopSignals();

  /// The signal that came.
  [[nodiscard]] int wait() const;
  /// The same; nothing if none came in time.
  [[nodiscard]] std::optional<int> wait_for(std::chrono::milliseconds time) const;

 private:
  sigset_t signals_;
};

}  // namespace splitplot::app
