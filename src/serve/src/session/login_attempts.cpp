#include "session/login_attempts.hpp"

#include <algorithm>

namespace splitplot::serve {

std::chrono::seconds LoginAttempts::wait(std::string_view address, Timestamp now) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(std::string(address));
  if (found == by_address_.end() || found->second.count < kMostFailures) return {};
  const Timestamp tenth = found->second.times[found->second.count % kMostFailures];
  // A clock that was set back makes nobody wait for hours.
  if (tenth > now || now >= tenth + kWithin) return {};
  return std::chrono::ceil<std::chrono::seconds>(tenth + kWithin - now);
}

void LoginAttempts::failed(std::string_view address, Timestamp now) {
  const std::lock_guard lock(mutex_);
  const std::string key(address);
  if (!by_address_.contains(key) && by_address_.size() >= kMostAddresses) make_room(now);
  Failures& failures = by_address_[key];
  failures.times[failures.count++ % kMostFailures] = now;
  failures.latest = now;
}

/// Under the mutex.
void LoginAttempts::make_room(Timestamp now) {
  std::erase_if(by_address_, [&](const auto& entry) { return now >= entry.second.latest + kWithin; });
  if (by_address_.size() < kMostAddresses) return;
  by_address_.erase(std::min_element(
      by_address_.begin(), by_address_.end(),
      [](const auto& left, const auto& right) { return left.second.latest < right.second.latest; }));
}

}  // namespace splitplot::serve
