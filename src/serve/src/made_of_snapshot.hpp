/// What is made of a snapshot when it is asked for first, and kept until the next one: texts of answers. Any thread.
#pragma once

#include <splitplot/decide/snapshot.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

namespace splitplot::serve {

/// `Made` is constructed from the name of an environment and a snapshot, into which it may point.
template <typename Made>
class MadeOfSnapshot {
 public:
  [[nodiscard]] std::shared_ptr<const Made> of(const std::string& environment,
                                               const std::shared_ptr<const decide::Snapshot>& snapshot) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = kept_.find(environment);
      if (found != kept_.end() && found->second.snapshot == snapshot) return found->second.made;
    }
    // Two threads may come here at once and make the same.
    auto made = std::make_shared<const Made>(environment, *snapshot);
    const std::lock_guard lock(mutex_);
    kept_[environment] = {snapshot, made};
    return made;
  }

 private:
  struct Kept {
    std::shared_ptr<const decide::Snapshot> snapshot;  ///< lives as long as what points into it
    std::shared_ptr<const Made> made;
  };
  std::shared_mutex mutex_;
  std::map<std::string, Kept> kept_;
};

}  // namespace splitplot::serve
