/// A pipeline on a real journal and a real online store in a folder of its own, with a journal in between that can be
/// held up and can fail on demand.
#pragma once

#include <splitplot/collect/pipeline.hpp>

#include <condition_variable>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace splitplot::collect::test {

inline constexpr Timestamp kStart{std::chrono::microseconds(1'764'000'000'000'000)};
inline constexpr const char* kEnvironment = "default/production";

/// Passes all on to a journal, unless it is told to wait or to fail.
class UnreliableJournal final : public store::Journal {
 public:
  explicit UnreliableJournal(store::Journal& journal) : journal_(journal) {}

  /// Appends wait from now on, until `let_go`.
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  /// Returns once an append waits.
  void wait_until_appending() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return appending_; });
  }
  /// Appends, probes and repairs fail from now on.
  void fail_with(ErrorCode code) {
    const std::lock_guard lock(mutex_);
    failure_ = Error{code, "the test says so", ""};
  }
  void be_well() {
    const std::lock_guard lock(mutex_);
    failure_.reset();
  }
  [[nodiscard]] int appends() const {
    const std::lock_guard lock(mutex_);
    return appends_;
  }
  [[nodiscard]] int repairs() const {
    const std::lock_guard lock(mutex_);
    return repairs_;
  }

  Result<store::JournalOffset> append(std::span<const std::string> payloads) override {
    std::unique_lock lock(mutex_);
    if (!payloads.empty()) ++appends_;
    appending_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    appending_ = false;
    if (failure_) {
      broken_ = failure_->code == ErrorCode::Unavailable;
      return tl::unexpected<Error>(*failure_);
    }
    return journal_.append(payloads);
  }
  Result<void> repair() override {
    const std::lock_guard lock(mutex_);
    ++repairs_;
    if (failure_) return tl::unexpected<Error>(*failure_);
    broken_ = false;
    return {};
  }
  [[nodiscard]] bool broken() const override {
    const std::lock_guard lock(mutex_);
    return broken_;
  }
  [[nodiscard]] store::JournalOffset durable_end() const override { return journal_.durable_end(); }
  [[nodiscard]] store::JournalOffset begin() const override { return journal_.begin(); }
  Result<std::unique_ptr<store::JournalReader>> read_from(store::JournalOffset offset) override {
    return journal_.read_from(offset);
  }
  Result<void> remove_before(store::JournalOffset offset) override { return journal_.remove_before(offset); }
  [[nodiscard]] Result<std::vector<SegmentFile>> files() override { return journal_.files(); }

 private:
  store::Journal& journal_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Error> failure_;
  bool held_ = false;
  bool appending_ = false;
  bool broken_ = false;
  int appends_ = 0;
  int repairs_ = 0;
};

/// Passes all on to an online store, unless it is told to fail.
class UnreliableOnlineStore final : public store::OnlineStore {
 public:
  explicit UnreliableOnlineStore(store::OnlineStore& store) : store_(store) {}

  void fail_reads(bool fails) { fails_reads_ = fails; }
  void fail_checkpoints(bool fails) { fails_checkpoints_ = fails; }

  Result<std::optional<std::string>> profile(std::string_view scope, const Unit& unit) const override {
    if (fails_reads_) return fail(ErrorCode::BadData, "the test says so");
    return store_.profile(scope, unit);
  }
  Result<std::optional<Timestamp>> seen(const store::EventFingerprint& fingerprint) const override {
    if (fails_reads_) return fail(ErrorCode::BadData, "the test says so");
    return store_.seen(fingerprint);
  }
  Result<void> checkpoint(const store::OnlineCheckpoint& checkpoint) override {
    if (fails_checkpoints_) return fail(ErrorCode::ResourceLimit, "no checkpoint today");
    return store_.checkpoint(checkpoint);
  }
  [[nodiscard]] store::JournalOffset reflects() const override { return store_.reflects(); }

 private:
  store::OnlineStore& store_;
  std::atomic<bool> fails_reads_ = false;
  std::atomic<bool> fails_checkpoints_ = false;
};

/// A started pipeline with what it stands on.
struct Served {
  std::unique_ptr<store::Journal> journal;
  std::unique_ptr<store::OnlineStore> online;
  std::unique_ptr<UnreliableJournal> unreliable_journal;
  std::unique_ptr<UnreliableOnlineStore> unreliable_online;
  std::unique_ptr<Pipeline> pipeline;
};

inline Event track(std::string message_id, std::string user_id = "anna") {
  Event event;
  event.message_id = std::move(message_id);
  event.user_id = std::move(user_id);
  event.name = "Clicked";
  return event;
}

inline Event identify(std::string message_id, std::string user_id, std::string traits_json) {
  Event event = track(std::move(message_id), std::move(user_id));
  event.type = EventType::Identify;
  event.name.clear();
  event.properties_json = std::move(traits_json);
  return event;
}

inline Batch batch_of(std::vector<Event> events) {
  return {.environment = kEnvironment, .source = "server", .events = std::move(events), .rejected = {}};
}

inline std::future<Result<Accepted>> submit(Pipeline& pipeline, Batch batch) {
  auto promise = std::make_shared<std::promise<Result<Accepted>>>();
  auto answer = promise->get_future();
  pipeline.submit(std::move(batch),
                  [promise](Result<Accepted> result) { promise->set_value(std::move(result)); });
  return answer;
}

/// Submits, waits, and wants it to succeed.
inline Accepted send(Pipeline& pipeline, Batch batch) {
  auto result = submit(pipeline, std::move(batch)).get();
  if (!result) throw std::runtime_error(result.error().message);
  return *result;
}
inline Accepted send(Pipeline& pipeline, std::vector<Event> events) {
  return send(pipeline, batch_of(std::move(events)));
}

inline Unit user(std::string id) {
  return {UnitKind::User, std::move(id)};
}

class PipelineTest : public ::testing::Test {
 protected:
  PipelineTest() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("splitplot-collect-") + test->test_suite_name() + "-" + test->name() + "-" +
               std::to_string(getpid()));
    std::filesystem::create_directories(folder_ / "data");
    options_.checkpoint_every = std::chrono::hours(1);  // where a test wants checkpoints, it says so
  }
  ~PipelineTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  /// Opens the stores without starting.
  Served open(const std::string& data = "data") {
    Served served;
    auto journal =
        store::open_journal(store::posix_file_system(), {.directory = (folder_ / data / "journal").string()});
    if (!journal) throw std::runtime_error(journal.error().message);
    auto online = store::open_online_store(
        {.directory = (folder_ / data / "online").string(), .cache_bytes = 1 << 20}, clock_);
    if (!online) throw std::runtime_error(online.error().message);
    served.journal = std::move(journal->journal);
    served.online = std::move(*online);
    served.unreliable_journal = std::make_unique<UnreliableJournal>(*served.journal);
    served.unreliable_online = std::make_unique<UnreliableOnlineStore>(*served.online);
    return served;
  }

  Result<std::unique_ptr<Pipeline>> try_to_start(Served& served) {
    return Pipeline::start(
        *served.unreliable_journal, *served.unreliable_online,
        [this](std::string_view environment) -> std::shared_ptr<const decide::Snapshot> {
          const auto found = snapshots_.find(environment);
          return found == snapshots_.end() ? nullptr : found->second;
        },
        clock_, log_, options_);
  }

  Served serve(const std::string& data = "data") {
    Served served = open(data);
    auto started = try_to_start(served);
    if (!started) throw std::runtime_error(started.error().message);
    served.pipeline = std::move(*started);
    return served;
  }

  /// What a crash now would leave behind: the files as they are, in another folder.
  std::string crash_image(const std::string& name) const {
    std::filesystem::copy(folder_ / "data", folder_ / name, std::filesystem::copy_options::recursive);
    return name;
  }

  static std::vector<Record> records_of(Served& served) {
    std::vector<Record> records;
    auto reader = served.journal->read_from(served.journal->begin());
    if (!reader) throw std::runtime_error(reader.error().message);
    while (auto record = (*reader)->next().value()) records.push_back(decode(record->payload).value());
    return records;
  }

  std::filesystem::path folder_;
  ManualClock clock_{kStart};
  SilentLog log_;
  PipelineOptions options_;
  std::map<std::string, std::shared_ptr<const decide::Snapshot>, std::less<>> snapshots_;
};

}  // namespace splitplot::collect::test
