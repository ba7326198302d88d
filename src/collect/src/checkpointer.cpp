#include "checkpointer.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace splitplot::collect {

namespace {

constexpr std::chrono::milliseconds kShortestPause{100};
constexpr std::chrono::milliseconds kLongestPause{5000};

}  // namespace

Checkpoint take_checkpoint(profile::Profiles& profiles, SeenEvents& seen, store::JournalOffset reflects) {
  return {.profiles = profiles.take_changes(), .seen = seen.take(), .reflects = reflects};
}

Result<void> write_checkpoint(const Checkpoint& checkpoint, store::OnlineStore& store,
                              profile::Profiles& profiles) {
  store::OnlineCheckpoint write{
      .profiles = checkpoint.profiles.writes(), .seen = {}, .reflects = checkpoint.reflects};
  write.seen.reserve(checkpoint.seen->size());
  for (const auto& [fingerprint, received] : *checkpoint.seen) write.seen.push_back({fingerprint, received});
  auto written = store.checkpoint(write);
  if (written) profiles.changes_saved();
  return written;
}

Checkpointer::Checkpointer(store::OnlineStore& store, profile::Profiles& profiles, Log& log,
                           std::function<void()> finished)
    : store_(store), profiles_(profiles), log_(log), finished_(std::move(finished)), thread_([this] {
        run();
      }) {}

Checkpointer::~Checkpointer() {
  stop();
}

void Checkpointer::start(Checkpoint checkpoint) {
  {
    const std::lock_guard lock(mutex_);
    work_ = std::move(checkpoint);
    busy_ = true;
  }
  wake_.notify_all();
}

std::string Checkpointer::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Checkpointer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || work_.has_value(); });
    if (!work_) return;
    if (!write(lock)) return;
  }
}

/// Writes the work until it is done; answers false if it was told to stop before that, after an attempt that failed.
/// When it is done, the next one may have been handed in already.
bool Checkpointer::write(std::unique_lock<std::mutex>& lock) {
  for (auto pause = kShortestPause;; pause = std::min(2 * pause, kLongestPause)) {
    const Checkpoint checkpoint = *work_;
    lock.unlock();
    const auto written = write_checkpoint(checkpoint, store_, profiles_);
    if (!written) {
      log_.error("the checkpoint of the online store could not be written; it is tried again",
                 {{"error", written.error().message}});
    }
    lock.lock();
    if (written) {
      if (!failure_.empty()) log_.info("the checkpoint of the online store is written again");
      failure_.clear();
      work_.reset();
      busy_ = false;
    } else {
      failure_ = written.error().message;
    }
    lock.unlock();
    finished_();
    lock.lock();
    if (written) return true;
    wake_.wait_for(lock, pause, [this] { return stopping_; });
    if (stopping_) return false;
  }
}

}  // namespace splitplot::collect
