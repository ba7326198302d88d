/// Writes checkpoints beside the pipeline, so that events do not wait for them. A checkpoint that fails is tried again
/// after growing pauses, the same one: its content and its offset belong together.
#pragma once

#include "seen_events.hpp"

#include <splitplot/base/log.hpp>
#include <splitplot/profile/profiles.hpp>
#include <splitplot/store/online.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace splitplot::collect {

/// What changed up to an offset.
struct Checkpoint {
  profile::ChangeSet profiles;
  std::shared_ptr<const SeenEvents::Times> seen;
  store::JournalOffset reflects = 0;
};

/// Takes what is not saved yet; `reflects` is where the journal stands.
[[nodiscard]] Checkpoint take_checkpoint(profile::Profiles& profiles, SeenEvents& seen,
                                         store::JournalOffset reflects);

/// Writes one; what it holds need not stay in memory then.
Result<void> write_checkpoint(const Checkpoint& checkpoint, store::OnlineStore& store,
                              profile::Profiles& profiles);

class Checkpointer {
 public:
  /// `finished` is called from the thread here when a checkpoint is done, or when it failed.
  Checkpointer(store::OnlineStore& store, profile::Profiles& profiles, Log& log,
               std::function<void()> finished);
  /// As `stop`.
  ~Checkpointer();

  /// Begins to write. Not while busy.
  void start(Checkpoint checkpoint);

  [[nodiscard]] bool busy() const { return busy_.load(); }

  /// Why the checkpoint in hand could not be written so far; empty: all is well.
  [[nodiscard]] std::string failure() const;

  /// Waits for the checkpoint in hand, but not for a second attempt. Afterwards the thread is gone; busy means that it
  /// could not be written.
  void stop();

 private:
  void run();
  bool write(std::unique_lock<std::mutex>& lock);

  store::OnlineStore& store_;
  profile::Profiles& profiles_;
  Log& log_;
  std::function<void()> finished_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<Checkpoint> work_;
  std::atomic<bool> busy_ = false;
  bool stopping_ = false;
  std::string failure_;
  std::thread thread_;  ///< last: it uses the others
};

}  // namespace splitplot::collect
