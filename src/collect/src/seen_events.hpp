/// Which events were there already. What came since the last checkpoint is in memory, the rest in the online store.
/// Used by the pipeline's thread alone; what `take` hands out is immutable.
#pragma once

#include "fingerprint.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/store/online.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <unordered_map>

namespace splitplot::collect {

class SeenEvents {
 public:
  /// When each event was received first.
  using Times = std::unordered_map<store::EventFingerprint, Timestamp, FingerprintHash>;

  SeenEvents(const store::OnlineStore& store, std::chrono::hours window) : store_(store), window_(window) {}

  /// Whether an event received now is a repetition of one that was received within the window.
  [[nodiscard]] Result<bool> contains(const store::EventFingerprint& fingerprint, Timestamp received) const;

  /// Whether two receptions of the same event are so near that the second is a repetition. A first one that lies ahead
  /// (the clock was set back) is near.
  [[nodiscard]] bool are_near(Timestamp first, Timestamp second) const { return second - first <= window_; }

  void remember(const store::EventFingerprint& fingerprint, Timestamp received);

  /// Hands out what is not in the store yet. It stays known here until `saved`; not again before that.
  [[nodiscard]] std::shared_ptr<const Times> take();
  void saved() { saving_.reset(); }

  /// Remembered since the last `take`.
  [[nodiscard]] std::size_t unsaved() const { return recent_.size(); }

 private:
  const store::OnlineStore& store_;
  std::chrono::hours window_;
  Times recent_;
  std::shared_ptr<const Times> saving_;
};

}  // namespace splitplot::collect
