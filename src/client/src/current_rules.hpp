/// The rules that hold now, for any number of threads. Each thread keeps what it saw last, so that a decision asks for one
/// number that is almost never written: no lock, and no count of owners that all threads would fight for. The price: a thread
/// keeps old rules in memory until it asks again, or ends.
#pragma once

#include "rules.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

namespace splitplot::client {

class CurrentRules {
 public:
  /// Null: none yet. Holds until this thread asks again.
  [[nodiscard]] const Rules* seen() const { return shared().get(); }
  [[nodiscard]] const std::shared_ptr<const Rules>& shared() const;

  void set(std::shared_ptr<const Rules> rules);

 private:
  [[nodiscard]] const std::shared_ptr<const Rules>& looked_up() const;

  mutable std::mutex mutex_;
  std::shared_ptr<const Rules> rules_;
  std::atomic<std::uint64_t> edition_ = 0;  ///< no two of a process are alike, but that of having none: 0
};

}  // namespace splitplot::client
