#include "stop_signals.hpp"

#include <ctime>

namespace splitplot::app {

StopSignals::StopSignals() : signals_() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int StopSignals::wait() const {
  int signal = 0;
  sigwait(&signals_, &signal);
  return signal;
}

std::optional<int> StopSignals::wait_for(std::chrono::milliseconds time) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec patience{static_cast<std::time_t>(seconds.count()),
                          static_cast<long>(std::chrono::nanoseconds(time - seconds).count())};
  const int signal = sigtimedwait(&signals_, nullptr, &patience);
  if (signal > 0) return signal;
  return std::nullopt;
}

}  // namespace splitplot::app
