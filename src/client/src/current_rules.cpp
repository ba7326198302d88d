#include "current_rules.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace splitplot::client {
namespace {

/// More clients than a process has.
constexpr std::size_t kPlaces = 4;

struct Seen {
  std::uint64_t edition = 0;
  const CurrentRules* owner = nullptr;
  std::shared_ptr<const Rules> rules;
};

struct SeenByThread {
  std::array<Seen, kPlaces> places;
  std::size_t next = 0;
};

thread_local SeenByThread seen_by_thread;

const std::shared_ptr<const Rules> kNone;

}  // namespace

const std::shared_ptr<const Rules>& CurrentRules::shared() const {
  const std::uint64_t edition = edition_.load(std::memory_order_acquire);
  if (edition == 0) return kNone;
  for (const Seen& seen : seen_by_thread.places) {
    if (seen.edition == edition) return seen.rules;
  }
  return looked_up();
}

const std::shared_ptr<const Rules>& CurrentRules::looked_up() const {
  auto& [places, next] = seen_by_thread;
  auto place = std::ranges::find(places, this, &Seen::owner);
  if (place == places.end()) place = places.begin() + static_cast<std::ptrdiff_t>(next++ % kPlaces);
  const std::lock_guard lock(mutex_);
  *place = {edition_.load(), this, rules_};
  return place->rules;
}

void CurrentRules::set(std::shared_ptr<const Rules> rules) {
  static std::atomic<std::uint64_t> last_edition = 0;
  const std::lock_guard lock(mutex_);
  rules_.swap(rules);  // what was there is let go of without the lock
  edition_.store(++last_edition, std::memory_order_release);
}

}  // namespace splitplot::client
