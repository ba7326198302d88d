/// The way in: parsed events -> one sequencer that fixes order, times, duplicates and segments -> journal, synced ->
/// profiles -> answer. Nothing is visible before it is durable, so a failed sync needs no undo. Recovery replays the
/// journal behind the online store's checkpoint.
///
/// One thread of its own does all of it in rounds: what gathers while a round syncs is the next round (group commit).
/// What can be done before the order is known (times, fingerprints, encoding) is done by the threads that submit; a
/// further thread writes checkpoints.
///
/// While the disk is in trouble, batches are refused at once, and the pipeline looks after growing pauses whether all is
/// well again; decisions go on meanwhile.
#pragma once

#include <splitplot/base/log.hpp>
#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/base/unit.hpp>
#include <splitplot/collect/event.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/profile/profiles.hpp>
#include <splitplot/store/journal.hpp>
#include <splitplot/store/online.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

enum class PublishedKind { Plain, Exposure };

/// An event that became durable, as far as who looks on needs it.
struct PublishedEvent {
  EventType type = EventType::Track;
  PublishedKind kind = PublishedKind::Plain;
  std::string_view name;
  const Unit* unit = nullptr;  ///< who it is about
  Timestamp time;              ///< corrected
};

struct PublishedRejection {
  std::string_view reason;
  std::string_view message;
};

/// What became of a batch, in its order. Views hold during the call.
struct PublishedBatch {
  std::string_view environment;
  std::string_view source;
  Timestamp received;
  std::vector<PublishedEvent> events;  ///< those that were stored
  std::vector<PublishedRejection> rejected;
  std::uint64_t duplicates = 0;
};

/// Looks on at the pipeline.
class Onlooker {
 public:
  virtual ~Onlooker() = default;
  /// A batch became durable; its caller is answered next. On the pipeline's thread: must be quick.
  virtual void published(const PublishedBatch& batch) = 0;
};

struct PipelineOptions {
  std::chrono::hours duplicate_window{24};
  std::size_t waiting_bytes = 64ULL << 20;  ///< of batches not yet taken; more is refused
  std::chrono::seconds checkpoint_every{5};
  std::size_t checkpoint_changes = 100'000;  ///< profiles and event ids not yet saved: a checkpoint sooner
  /// So many cannot be saved: events are refused until they are.
  std::size_t unsaved_changes = 500'000;
  std::size_t hot_profiles = 200'000;
  Onlooker* onlooker = nullptr;  ///< told of each batch; must outlive the pipeline
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
  std::uint64_t replayed = 0;     ///< records, at start
  std::uint64_t undecodable = 0;  ///< records that could not be understood when replayed, skipped and logged
  std::uint64_t traits_dropped = 0;  ///< that found no room in their profile
  store::JournalOffset durable_end = 0;
  store::JournalOffset checkpointed = 0;
  std::string trouble;  ///< why no events are taken now; empty: all is well
};

/// Answers the snapshot of an environment ("project/environment"), or null.
using SnapshotSource = std::function<std::shared_ptr<const decide::Snapshot>(std::string_view environment)>;

class Pipeline {
 public:
  /// Replays the journal behind the checkpoint, then starts the thread. All references must outlive it.
  /// Errors: BadData (the online store reflects what the journal does not have: delete it, it is made again; if the
  /// journal's beginning is gone, from a backup or the archive), those of journal and store.
  [[nodiscard]] static Result<std::unique_ptr<Pipeline>> start(store::Journal& journal,
                                                               store::OnlineStore& online,
                                                               SnapshotSource snapshots, const Clock& clock,
                                                               Log& log, const PipelineOptions& options = {});
  /// Finishes what was submitted, writes a checkpoint, stops the thread. Nobody may submit any more.
  virtual ~Pipeline() = default;

  /// Hands a batch in; received is now. `done` must not block, and is called once, from the pipeline's thread (or at once, from this one, when refused).
  /// Errors given to `done`: Unavailable (disk or sync trouble, stopping), ResourceLimit (too much is waiting).
  using Done = std::function<void(Result<Accepted>)>;
  virtual void submit(Batch batch, Done done) = 0;

  /// The profiles that decisions read.
  [[nodiscard]] virtual const profile::Profiles& profiles() const = 0;

  [[nodiscard]] virtual PipelineStatus status() const = 0;
};

/// Stands in where journal or online store cannot be opened, so that decisions go on: refuses every batch as Unavailable,
/// with these words. `profiles`: of what was stored, if that can be read; must outlive it. Null: nobody is known.
[[nodiscard]] std::unique_ptr<Pipeline> make_refusing_pipeline(Error why, const store::OnlineStore* profiles,
                                                               const PipelineOptions& options = {});

}  // namespace splitplot::collect
