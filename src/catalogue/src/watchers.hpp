/// Who is told when snapshots change.
#pragma once

#include <splitplot/catalogue/catalogue.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace splitplot::catalogue {

/// A watch may outlive the catalogue: it shares this with it. Any thread.
class Watchers : public std::enable_shared_from_this<Watchers> {
 public:
  [[nodiscard]] std::unique_ptr<Watch> add(Watcher watcher);
  void tell(const std::vector<Scope>& changed) const;

 private:
  class Entry;
  void remove(std::uint64_t number);

  mutable std::mutex mutex_;  ///< held while they are told, so that who has left is told no more
  std::map<std::uint64_t, Watcher> watchers_;
  std::uint64_t next_ = 0;
};

}  // namespace splitplot::catalogue
