// The pipeline's thread: gathers a round, makes it durable, shows it, answers. See round.hpp for what is decided about
// each event, checkpointer.hpp for saving, recovery.hpp for the start.
#include "checkpointer.hpp"
#include "prepared_batch.hpp"
#include "recovery.hpp"
#include "round.hpp"
#include "seen_events.hpp"

#include <splitplot/collect/pipeline.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace splitplot::collect {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kRoundBytes = 16ULL << 20;  ///< a round takes no further batch when it is larger
constexpr std::chrono::milliseconds kShortestPause{100};
constexpr std::chrono::milliseconds kLongestPause{5000};

/// Whatever the trouble is, a full disk too, it is not what callers ask for that is too much: later, not less.
Error refusal(const Error& cause) {
  return {ErrorCode::Unavailable, cause.message, cause.hint};
}

class RunningPipeline final : public Pipeline {
 public:
  RunningPipeline(store::Journal& journal, store::OnlineStore& online, SnapshotSource snapshots,
                  const Clock& clock, Log& log, const PipelineOptions& options)
      : journal_(journal),
        online_(online),
        snapshots_(std::move(snapshots)),
        clock_(clock),
        log_(log),
        options_(options),
        profiles_(online, options.hot_profiles),
        seen_(online, options.duplicate_window) {}

  ~RunningPipeline() override;

  /// Recovers, then starts the threads.
  Result<void> begin();

  void submit(Batch batch, Done done) override;
  [[nodiscard]] const profile::Profiles& profiles() const override { return profiles_; }
  [[nodiscard]] PipelineStatus status() const override;

 private:
  struct Trouble {
    Error error;
    SteadyTime try_again;
  };

  [[nodiscard]] std::optional<Error> reason_to_refuse() const;
  void run();
  std::vector<PreparedBatch> gather();
  [[nodiscard]] SteadyTime next_deadline() const;
  void process(std::vector<PreparedBatch> batches);
  Result<void> make_durable(const Round& round);
  void answer(std::vector<PreparedBatch>& batches, std::vector<Accepted>& accepted);
  void get_into_trouble(const Error& error, std::vector<PreparedBatch>& batches);
  void try_to_resume();
  void note_finished_checkpoint();
  void start_checkpoint_if_due();
  void finish();
  [[nodiscard]] std::size_t unsaved() const { return profiles_.unsaved() + seen_.unsaved(); }
  [[nodiscard]] bool too_much_is_unsaved() const { return unsaved() >= options_.unsaved_changes; }

  store::Journal& journal_;
  store::OnlineStore& online_;
  const SnapshotSource snapshots_;
  const Clock& clock_;
  Log& log_;
  const PipelineOptions options_;

  // The pipeline's thread alone, except for the reading side of the profiles.
  profile::Profiles profiles_;
  SeenEvents seen_;
  std::optional<Checkpointer> checkpointer_;
  bool saving_ = false;  ///< a checkpoint was started, and its end not yet noted
  SteadyTime next_checkpoint_;
  std::chrono::milliseconds pause_ = kShortestPause;  ///< before the next look whether the trouble is over

  mutable std::mutex mutex_;  ///< over what follows
  std::condition_variable wake_;
  std::deque<PreparedBatch> waiting_;
  std::optional<Trouble> trouble_;
  bool stopping_ = false;
  bool checkpoint_stirred_ = false;  ///< a checkpoint was written, or failed
  PipelineStatus status_;

  std::thread thread_;
};

Result<void> RunningPipeline::begin() {
  auto replayed = replay(
      journal_, online_, profiles_, seen_, clock_, log_,
      {.checkpoint_changes = options_.checkpoint_changes, .unsaved_changes = options_.unsaved_changes});
  if (!replayed) return tl::unexpected<Error>(std::move(replayed.error()));
  status_.replayed = replayed->records;
  status_.undecodable = replayed->undecodable;
  status_.traits_dropped = replayed->traits_dropped;
  status_.durable_end = journal_.durable_end();
  status_.checkpointed = online_.reflects();
  if (replayed->records > 0) {
    log_.info("profiles were brought up to date from the journal", {{"records", replayed->records}});
  }
  next_checkpoint_ = std::chrono::steady_clock::now() + options_.checkpoint_every;
  checkpointer_.emplace(online_, profiles_, log_, [this] {
    {
      const std::lock_guard lock(mutex_);
      checkpoint_stirred_ = true;
    }
    wake_.notify_one();
  });
  if (replayed->unwritten) {
    saving_ = true;
    checkpointer_->start(std::move(*replayed->unwritten));
  }
  thread_ = std::thread([this] { run(); });
  return {};
}

RunningPipeline::~RunningPipeline() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

/// Under the mutex.
std::optional<Error> RunningPipeline::reason_to_refuse() const {
  if (stopping_) return Error{ErrorCode::Unavailable, "the server is stopping", "send the events again"};
  if (trouble_) return trouble_->error;
  if (status_.waiting_bytes >= options_.waiting_bytes) {
    return Error{ErrorCode::ResourceLimit, "too many events are waiting",
                 "send them again later, and more slowly"};
  }
  return std::nullopt;
}

void RunningPipeline::submit(Batch batch, Done done) {
  std::optional<Error> refused;
  {
    const std::lock_guard lock(mutex_);
    refused = reason_to_refuse();
    if (refused) ++status_.refused_batches;
  }
  if (refused) {
    done(tl::unexpected<Error>(std::move(*refused)));
    return;
  }
  PreparedBatch prepared = prepare(std::move(batch), clock_.now(), std::move(done));
  {
    const std::lock_guard lock(mutex_);
    refused = reason_to_refuse();
    if (!refused) {
      status_.received += prepared.events.size() + prepared.rejected.size();
      status_.waiting_bytes += prepared.bytes;
      waiting_.push_back(std::move(prepared));
      wake_.notify_one();
      return;
    }
    ++status_.refused_batches;
  }
  prepared.done(tl::unexpected<Error>(std::move(*refused)));
}

PipelineStatus RunningPipeline::status() const {
  const std::lock_guard lock(mutex_);
  PipelineStatus status = status_;
  if (trouble_) status.trouble = trouble_->error.message;
  return status;
}

void RunningPipeline::run() {
  while (true) {
    std::vector<PreparedBatch> batches = gather();
    note_finished_checkpoint();
    try_to_resume();
    const bool at_end = batches.empty();
    if (!at_end) process(std::move(batches));
    start_checkpoint_if_due();
    const std::lock_guard lock(mutex_);
    if (at_end && stopping_ && waiting_.empty()) break;
  }
  finish();
}

SteadyTime RunningPipeline::next_deadline() const {
  SteadyTime deadline = SteadyTime::max();
  if (!saving_) deadline = next_checkpoint_;
  if (trouble_) deadline = std::min(deadline, trouble_->try_again);
  return deadline;
}

/// Waits for something to do; answers the batches of the next round, or none if it is something else.
std::vector<PreparedBatch> RunningPipeline::gather() {
  std::vector<PreparedBatch> batches;
  std::unique_lock lock(mutex_);
  const auto something_to_do = [this] {
    // While a checkpoint is being written and much has changed since, events wait for it, and callers for us.
    const bool must_wait = saving_ && too_much_is_unsaved() && !stopping_;
    return stopping_ || checkpoint_stirred_ || (!waiting_.empty() && !must_wait);
  };
  const SteadyTime deadline = next_deadline();
  if (deadline == SteadyTime::max()) {
    wake_.wait(lock, something_to_do);
  } else {
    wake_.wait_until(lock, deadline, something_to_do);
  }
  if (checkpoint_stirred_ && !stopping_) return batches;
  for (std::size_t bytes = 0; !waiting_.empty() && bytes < kRoundBytes;) {
    bytes += waiting_.front().bytes;
    batches.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batches;
}

void RunningPipeline::process(std::vector<PreparedBatch> batches) {
  Round round(profiles_, seen_, snapshots_);
  std::vector<Accepted> accepted;
  accepted.reserve(batches.size());
  for (PreparedBatch& batch : batches) {
    auto added = round.add(batch);
    if (!added) return get_into_trouble(added.error(), batches);
    accepted.push_back(*added);
  }
  // With nothing to append there is nothing to wait for: what these batches repeat is durable.
  if (!round.payloads().empty()) {
    if (const auto durable = make_durable(round); !durable) return get_into_trouble(durable.error(), batches);
  }
  round.publish(profiles_, seen_);
  {
    const std::lock_guard lock(mutex_);
    status_.exposures += round.exposures();
    status_.traits_dropped += round.traits_dropped();
  }
  if (options_.onlooker != nullptr) {
    for (const PreparedBatch& batch : batches) options_.onlooker->published(publication_of(batch));
  }
  answer(batches, accepted);
}

Result<void> RunningPipeline::make_durable(const Round& round) {
  const SteadyTime start = std::chrono::steady_clock::now();
  const auto appended = journal_.append(round.payloads());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (!appended) return tl::unexpected<Error>(appended.error());
  pause_ = kShortestPause;
  const std::lock_guard lock(mutex_);
  ++status_.rounds;
  status_.sync_seconds += took.count();
  status_.durable_end = journal_.durable_end();
  return {};
}

void RunningPipeline::answer(std::vector<PreparedBatch>& batches, std::vector<Accepted>& accepted) {
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < batches.size(); ++i) {
      accepted[i].end = status_.durable_end;
      status_.stored += accepted[i].stored;
      status_.duplicates += accepted[i].duplicates;
      status_.rejected += accepted[i].rejected;
      status_.waiting_bytes -= batches[i].bytes;
    }
  }
  for (std::size_t i = 0; i < batches.size(); ++i) batches[i].done(accepted[i]);
}

/// Refuses the round, all that waits, and from now on all that comes, until `try_to_resume` finds the trouble over.
void RunningPipeline::get_into_trouble(const Error& error, std::vector<PreparedBatch>& batches) {
  const Error refused = refusal(error);
  {
    const std::lock_guard lock(mutex_);
    trouble_ = Trouble{refused, std::chrono::steady_clock::now() + pause_};
    for (PreparedBatch& batch : waiting_) batches.push_back(std::move(batch));
    waiting_.clear();
    for (const PreparedBatch& batch : batches) status_.waiting_bytes -= batch.bytes;
    status_.refused_batches += batches.size();
  }
  pause_ = std::min(2 * pause_, kLongestPause);
  log_.error("no events are taken for now", {{"error", refused.message}});
  for (PreparedBatch& batch : batches) batch.done(tl::unexpected<Error>(refused));
}

/// Looks whether the trouble is over: asks the journal, which repairs itself if it must.
void RunningPipeline::try_to_resume() {
  {
    const std::lock_guard lock(mutex_);
    if (!trouble_ || std::chrono::steady_clock::now() < trouble_->try_again) return;
  }
  Result<void> well;
  if (too_much_is_unsaved() && saving_) {
    well = fail(ErrorCode::Unavailable, checkpointer_->failure());
  } else if (journal_.broken()) {
    well = journal_.repair();
  } else if (const auto probed = journal_.append({}); !probed) {
    well = tl::unexpected<Error>(probed.error());
  }
  const std::lock_guard lock(mutex_);
  if (well) {
    trouble_.reset();
    log_.info("events are taken again");
  } else {
    trouble_ = Trouble{refusal(well.error()), std::chrono::steady_clock::now() + pause_};
    pause_ = std::min(2 * pause_, kLongestPause);
  }
}

/// Notes that a checkpoint was written; or that it failed while no more can be held in memory.
void RunningPipeline::note_finished_checkpoint() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(checkpoint_stirred_, false)) return;
  }
  if (saving_ && !checkpointer_->busy()) {
    saving_ = false;
    seen_.saved();
    next_checkpoint_ = std::chrono::steady_clock::now() + options_.checkpoint_every;
    const std::lock_guard lock(mutex_);
    status_.checkpointed = online_.reflects();
    return;
  }
  Error failure{ErrorCode::Unavailable, checkpointer_->failure(), "look at the disk of the online store"};
  if (failure.message.empty() || !too_much_is_unsaved()) return;
  {
    const std::lock_guard lock(mutex_);
    if (trouble_) return;
  }
  std::vector<PreparedBatch> none;
  get_into_trouble(failure, none);
}

void RunningPipeline::start_checkpoint_if_due() {
  if (saving_) return;
  const bool is_due = std::chrono::steady_clock::now() >= next_checkpoint_;
  if (!is_due && unsaved() < options_.checkpoint_changes) return;
  const store::JournalOffset end = journal_.durable_end();
  if (end == online_.reflects()) {
    next_checkpoint_ = std::chrono::steady_clock::now() + options_.checkpoint_every;
    return;
  }
  saving_ = true;
  checkpointer_->start(take_checkpoint(profiles_, seen_, end));
}

/// The last checkpoint, so that the next start has nothing to replay. If it cannot be written, the journal has it all.
void RunningPipeline::finish() {
  checkpointer_->stop();
  if (checkpointer_->busy()) return;
  seen_.saved();
  const store::JournalOffset end = journal_.durable_end();
  if (end == online_.reflects()) return;
  const auto written = write_checkpoint(take_checkpoint(profiles_, seen_, end), online_, profiles_);
  if (!written) {
    log_.error("the last checkpoint could not be written; the next start replays the journal",
               {{"error", written.error().message}});
  }
}

}  // namespace

Result<std::unique_ptr<Pipeline>> Pipeline::start(store::Journal& journal, store::OnlineStore& online,
                                                  SnapshotSource snapshots, const Clock& clock, Log& log,
                                                  const PipelineOptions& options) {
  auto pipeline =
      std::make_unique<RunningPipeline>(journal, online, std::move(snapshots), clock, log, options);
  if (auto begun = pipeline->begin(); !begun) return tl::unexpected<Error>(std::move(begun.error()));
  return pipeline;
}

}  // namespace splitplot::collect
