/// What is made of a snapshot when it is asked for first, and kept until the next one: texts of answers. Any thread.
#pragma once

#include <splitplot/decide/snapshot.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

namespace splitplot::serve {

/// `Made` is constructed from the name of an environment and a snapshot, into which it may point: it is of use as long as
/// that is held.
template <typename Made>
class MadeOfSnapshot {
 public:
  [[nodiscard]] std::shared_ptr<const Made> of(const std::string& environment,
                                               const std::shared_ptr<const decide::Snapshot>& snapshot) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = kept_.find(environment);
      if (found != kept_.end() && found->second.snapshot.lock() == snapshot) return found->second.made;
    }
    // Two threads may come here at once and make the same.
    auto made = std::make_shared<const Made>(environment, *snapshot);
    Kept before{snapshot, made};
    {
      const std::lock_guard lock(mutex_);
      std::swap(kept_[environment], before);
    }
    return made;  // and what was before goes without anybody waiting
  }

 private:
  struct Kept {
    /// Who asks holds it while it uses what points into it; nobody else needs old ones.
    std::weak_ptr<const decide::Snapshot> snapshot;
    std::shared_ptr<const Made> made;
  };
  std::shared_mutex mutex_;
  std::map<std::string, Kept> kept_;
};

}  // namespace splitplot::serve
