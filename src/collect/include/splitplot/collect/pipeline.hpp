/// The way in: parsed events -> one sequencer that fixes order, times, duplicates and segments -> journal, synced ->
/// profiles -> answer. Nothing is visible before it is durable, so a failed sync needs no undo. Recovery replays the
/// journal behind the online store's checkpoint.
///
/// One thread of its own does all of it in rounds: what gathers while a round syncs is the next round (group commit).
#pragma once

#include <splitplot/base/log.hpp>
#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/collect/event.hpp>
#include <splitplot/collect/segment_api.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/profile/profiles.hpp>
#include <splitplot/store/journal.hpp>
#include <splitplot/store/online.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace splitplot::collect {

/// Events of one request from one source.
struct Batch {
  std::string environment;
  std::string source;
  std::vector<Event> events;
  std::vector<RejectedEvent> rejected;
};

/// What became of a batch.
struct Accepted {
  std::uint64_t stored = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;
  store::JournalOffset end = 0;  ///< durable up to here
};

struct PipelineOptions {
  std::chrono::hours duplicate_window{24};
  std::chrono::minutes future_tolerance{5};  ///< a corrected time further ahead of received becomes received
  std::size_t waiting_bytes = 64ULL << 20;   ///< of batches not yet taken; more is refused
  std::chrono::seconds checkpoint_every{5};
  std::size_t hot_profiles = 200'000;
};

/// Counters since the start, and the state now. For /metrics and /readyz.
struct PipelineStatus {
  std::uint64_t received = 0;
  std::uint64_t stored = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;
  std::uint64_t exposures = 0;
  std::uint64_t refused_batches = 0;
  std::uint64_t rounds = 0;
  double sync_seconds = 0;  ///< spent in journal appends, summed
  std::size_t waiting_bytes = 0;
  std::uint64_t replayed = 0;  ///< records, at start
  store::JournalOffset durable_end = 0;
  store::JournalOffset checkpointed = 0;
  std::string trouble;  ///< why no events are taken now; empty: all is well
};

/// Answers the snapshot of an environment ("project/environment"), or null.
using SnapshotSource = std::function<std::shared_ptr<const decide::Snapshot>(std::string_view environment)>;

class Pipeline {
 public:
  /// Replays the journal behind the checkpoint, then starts the thread. All references must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<Pipeline>> start(store::Journal& journal,
                                                               store::OnlineStore& online,
                                                               SnapshotSource snapshots, const Clock& clock,
                                                               Log& log, const PipelineOptions& options = {});
  /// Finishes what was submitted, writes a checkpoint, stops the thread.
  virtual ~Pipeline() = default;

  /// Hands a batch in; `done` is called once, from the pipeline's thread (or at once, from this one, when refused).
  /// Errors given to `done`: Unavailable (disk or sync trouble, stopping), ResourceLimit (too much is waiting).
  using Done = std::function<void(Result<Accepted>)>;
  virtual void submit(Batch batch, Done done) = 0;

  /// The profiles that decisions read.
  [[nodiscard]] virtual const profile::Profiles& profiles() const = 0;

  [[nodiscard]] virtual PipelineStatus status() const = 0;
};

}  // namespace splitplot::collect
