#include "event_rows.hpp"

#include <splitplot/collect/loader.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace splitplot::collect {
namespace {

class JournalLoader final : public Loader {
 public:
  JournalLoader(store::Journal& journal, store::EventWarehouse& warehouse, Log& log,
                const LoaderOptions& options)
      : journal_(journal), warehouse_(warehouse), log_(log), options_(options) {
    status_.loaded = warehouse.loaded();
    thread_ = std::thread([this] { run(); });
  }

  ~JournalLoader() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  JournalLoader(const JournalLoader&) = delete;
  JournalLoader& operator=(const JournalLoader&) = delete;

  Result<void> wait_until(store::JournalOffset offset, std::chrono::milliseconds patience) override {
    std::unique_lock lock(mutex_);
    if (status_.loaded >= offset) return {};
    hurry_ = true;
    wake_.notify_all();
    progress_.wait_for(lock, patience, [this, offset] { return status_.loaded >= offset; });
    if (status_.loaded >= offset) return {};
    std::string message = "the warehouse has events up to " + std::to_string(status_.loaded) +
                          " of the journal, not yet up to " + std::to_string(offset);
    if (!status_.trouble.empty()) message += ": " + status_.trouble;
    return fail(ErrorCode::Unavailable, std::move(message), "try again later");
  }

  [[nodiscard]] LoaderStatus status() const override {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  enum class Round { Full, Rest };

  void run() {
    auto pause = options_.first_pause;
    for (;;) {
      const Result<Round> round = load_round();
      if (round) {
        pause = options_.first_pause;
        if (!rest(*round == Round::Full ? std::chrono::milliseconds(0) : options_.interval)) return;
        continue;
      }
      note_trouble(round.error());
      if (!rest(pause)) return;
      pause = std::min(pause * 2, options_.longest_pause);
    }
  }

  /// Waits until the time is up or somebody waits for us. False: stop.
  bool rest(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, time, [this] { return stopping_ || hurry_; });
    hurry_ = false;
    return !stopping_;
  }

  /// One batch, read and loaded. After a failure the next round begins anew where the warehouse says it stands: whether
  /// the rows of a failed transaction are in it is for the warehouse to know.
  Result<Round> load_round() {
    store::LoadBatch batch;
    Result<Round> read = read_batch(batch);
    if (!read) {
      reader_.reset();
      return read;
    }
    if (batch.to == batch.from) {
      note_loaded(batch, 0);
      return Round::Rest;
    }
    if (auto loaded = warehouse_.load(batch); !loaded) {
      reader_.reset();
      return tl::unexpected<Error>(std::move(loaded.error()));
    }
    note_loaded(batch, batch_records_);
    return read;
  }

  Result<Round> read_batch(store::LoadBatch& batch) {
    if (reader_ == nullptr) {
      auto opened = journal_.read_from(warehouse_.loaded());
      if (!opened) return tl::unexpected<Error>(std::move(opened.error()));
      reader_ = std::move(*opened);
      damage_seen_ = 0;
      position_ = warehouse_.loaded();
    }
    batch.from = position_;
    batch_records_ = 0;
    losses_.clear();
    std::size_t bytes = 0;
    Round round = Round::Rest;
    for (;;) {
      auto record = reader_->next();
      if (!record) return tl::unexpected<Error>(std::move(record.error()));
      note_damage();
      if (!*record) break;
      ++batch_records_;
      bytes += (*record)->payload.size();
      if (const auto added = add_rows(batch, **record); !added) {
        losses_.push_back("record at offset " + std::to_string((*record)->offset) + ": " +
                          added.error().message);
      }
      if (batch_records_ >= options_.batch_records || bytes >= options_.batch_bytes) {
        round = Round::Full;
        break;
      }
    }
    batch.to = position_ = reader_->position();
    return round;
  }

  /// What the journal's reader has left out since the last look.
  void note_damage() {
    const auto& damage = reader_->damage();
    for (; damage_seen_ < damage.size(); ++damage_seen_) {
      const store::JournalDamage& found = damage[damage_seen_];
      losses_.push_back(found.file + " at " + std::to_string(found.position) + ", " +
                        std::to_string(found.bytes) + " bytes: " + found.what);
    }
  }

  /// Only once the batch is loaded, so that a batch that is tried again is not reported again.
  void log_losses() {
    constexpr std::size_t kLogged = 20;
    for (std::size_t index = 0; index < std::min(losses_.size(), kLogged); ++index) {
      log_.error("a journal record was not loaded", {{"what", Value(losses_[index])}});
    }
    if (losses_.size() > kLogged) {
      log_.error("more journal records were not loaded", {{"records", Value(losses_.size() - kLogged)}});
    }
    losses_.clear();
  }

  void note_loaded(const store::LoadBatch& batch, std::uint64_t records) {
    bool recovered = false;
    const std::size_t lost = losses_.size();
    log_losses();
    {
      const std::lock_guard lock(mutex_);
      status_.loaded = batch.to;
      status_.records += records;
      status_.damaged += lost;
      recovered = !status_.trouble.empty();
      status_.trouble.clear();
    }
    progress_.notify_all();
    if (recovered) log_.info("events are loaded into the warehouse again");
  }

  void note_trouble(const Error& error) {
    bool is_new = false;
    {
      const std::lock_guard lock(mutex_);
      is_new = status_.trouble != error.message;
      status_.trouble = error.message;
    }
    if (!is_new) return;
    log_.error("events cannot be loaded into the warehouse; the journal keeps them",
               {{"error", Value(error.message)}});
  }

  store::Journal& journal_;
  store::EventWarehouse& warehouse_;
  Log& log_;
  const LoaderOptions options_;

  // Of the thread.
  std::unique_ptr<store::JournalReader> reader_;
  store::JournalOffset position_ = 0;  ///< of the reader
  std::size_t damage_seen_ = 0;        ///< entries of the reader's damage that were noted
  std::uint64_t batch_records_ = 0;
  std::vector<std::string> losses_;  ///< of the batch in hand: what was skipped

  mutable std::mutex mutex_;
  std::condition_variable wake_;      ///< the thread waits
  std::condition_variable progress_;  ///< others wait for the thread
  LoaderStatus status_;
  bool hurry_ = false;  ///< somebody waits: rest no longer
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Loader>> Loader::start(store::Journal& journal, store::EventWarehouse& warehouse,
                                              Log& log, const LoaderOptions& options) {
  const store::JournalOffset loaded = warehouse.loaded();
  if (loaded < journal.begin() || loaded > journal.durable_end()) {
    return fail(ErrorCode::BadData,
                "the warehouse has events up to " + std::to_string(loaded) +
                    ", and the journal holds what lies between " + std::to_string(journal.begin()) + " and " +
                    std::to_string(journal.durable_end()),
                "they do not belong together: restore a backup of both, or rebuild the warehouse");
  }
  return std::make_unique<JournalLoader>(journal, warehouse, log, options);
}

}  // namespace splitplot::collect
