#include "outbox.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace splitplot::client {
namespace {

/// As many as are sent at once: there is nothing more to wait for.
constexpr std::size_t kEnough = 500;

}  // namespace

Outbox::Outbox(std::size_t most)
    : most_(std::max<std::size_t>(most, 1)), enough_(std::min(kEnough, most_ / 2 + 1)) {}

void Outbox::put(WaitingEvent event) {
  std::deque<WaitingEvent> dropped;  // destroyed without the lock
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_) {
      ++counts_.dropped;
      return;
    }
    if (waiting_.size() >= most_) {
      dropped.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
      ++counts_.dropped;
    }
    waiting_.push_back(std::move(event));
    if (waiting_.size() < enough_) return;
  }
  filled_.notify_one();
}

std::vector<WaitingEvent> Outbox::take(std::size_t most, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  filled_.wait_for(lock, wait, [this] {
    return is_closed_ || (is_hurried_ && !waiting_.empty()) || waiting_.size() >= enough_;
  });
  const std::size_t count = std::min(most, waiting_.size());
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<WaitingEvent> taken(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  under_way_ += count;
  return taken;
}

void Outbox::settle(std::size_t events, std::uint64_t& count) {
  const std::lock_guard lock(mutex_);
  under_way_ -= events;
  count += events;
  if (under_way_ > 0 || !waiting_.empty()) return;
  is_hurried_ = false;
  emptied_.notify_all();
}

void Outbox::sent(std::size_t events) {
  settle(events, counts_.sent);
}
void Outbox::refused(std::size_t events) {
  settle(events, counts_.refused);
}
void Outbox::given_up(std::size_t events) {
  settle(events, counts_.dropped);
}

bool Outbox::drain(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  is_hurried_ = !waiting_.empty() || under_way_ > 0;
  filled_.notify_all();
  return emptied_.wait_for(lock, patience, [this] { return waiting_.empty() && under_way_ == 0; });
}

void Outbox::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  filled_.notify_all();
}

bool Outbox::is_closed() const {
  const std::lock_guard lock(mutex_);
  return is_closed_;
}

void Outbox::drop_all() {
  std::deque<WaitingEvent> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(waiting_);
  counts_.dropped += dropped.size();
}

EventCounts Outbox::counts() const {
  const std::lock_guard lock(mutex_);
  EventCounts counts = counts_;
  counts.waiting = waiting_.size() + under_way_;
  return counts;
}

}  // namespace splitplot::client
