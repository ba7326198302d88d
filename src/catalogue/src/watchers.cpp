#include "watchers.hpp"

#include <utility>

namespace splitplot::catalogue {

class Watchers::Entry final : public Watch {
 public:
  Entry(std::shared_ptr<Watchers> watchers, std::uint64_t number)
      : watchers_(std::move(watchers)), number_(number) {}
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  ~Entry() override { watchers_->remove(number_); }

 private:
  const std::shared_ptr<Watchers> watchers_;
  const std::uint64_t number_;
};

std::unique_ptr<Watch> Watchers::add(Watcher watcher) {
  const std::lock_guard guard(mutex_);
  const std::uint64_t number = next_++;
  watchers_.emplace(number, std::move(watcher));
  return std::make_unique<Entry>(shared_from_this(), number);
}

void Watchers::remove(std::uint64_t number) {
  const std::lock_guard guard(mutex_);
  watchers_.erase(number);
}

void Watchers::tell(const std::vector<Scope>& changed) const {
  if (changed.empty()) return;
  const std::lock_guard guard(mutex_);
  for (const auto& [number, watcher] : watchers_) watcher(changed);
}

}  // namespace splitplot::catalogue
