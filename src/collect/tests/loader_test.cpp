#include <splitplot/collect/event.hpp>
#include <splitplot/collect/loader.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

namespace splitplot::collect {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 20s;  // far beyond what any step takes; waits end when the thing happens

/// The machine's files, of which none can be opened for reading while `deny` says so.
class DenyingFiles final : public store::FileSystem {
 public:
  void deny(bool denied) { denied_ = denied; }

  Result<std::unique_ptr<store::File>> open(const std::string& path, store::OpenMode mode) override {
    if (denied_ && mode == store::OpenMode::Read) return fail(ErrorCode::Unreadable, path + " is gone");
    return real_.open(path, mode);
  }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    return real_.list(directory);
  }
  Result<void> remove(const std::string& path) override { return real_.remove(path); }
  Result<void> rename(const std::string& from, const std::string& to) override {
    return real_.rename(from, to);
  }
  Result<void> sync_directory(const std::string& directory) override {
    return real_.sync_directory(directory);
  }
  Result<void> make_directory(const std::string& directory) override {
    return real_.make_directory(directory);
  }
  Result<std::unique_ptr<store::FileLock>> lock(const std::string& path) override { return real_.lock(path); }
  Result<bool> is_locked(const std::string& path) override { return real_.is_locked(path); }
  Result<std::uint64_t> free_bytes(const std::string& directory) override {
    return real_.free_bytes(directory);
  }

 private:
  store::FileSystem& real_ = store::posix_file_system();
  std::atomic<bool> denied_ = false;
};

/// A journal in a folder that goes with it.
class TemporaryJournal {
 public:
  TemporaryJournal() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("splitplot-loader-") + test->name() + "-" + std::to_string(getpid()));
    store::JournalOptions options;
    options.directory = folder_.string();
    options.segment_bytes = 4096;
    options.reserve_bytes = 0;
    auto opened = store::open_journal(files_, options);
    if (!opened) throw std::runtime_error(opened.error().message);
    journal_ = std::move(opened->journal);
  }
  ~TemporaryJournal() {
    journal_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TemporaryJournal(const TemporaryJournal&) = delete;
  TemporaryJournal& operator=(const TemporaryJournal&) = delete;

  store::Journal& operator*() { return *journal_; }
  store::Journal* operator->() { return journal_.get(); }
  DenyingFiles& files() { return files_; }

  /// Answers the durable end behind the records.
  store::JournalOffset add(std::span<const std::string> payloads) {
    if (const auto added = journal_->append(payloads); !added)
      throw std::runtime_error(added.error().message);
    return journal_->durable_end();
  }
  store::JournalOffset add(const Record& record) {
    const std::string payload = encode(record);
    return add(std::span(&payload, 1));
  }

  /// Turns over a bit of every record that holds this text, on the disk.
  void damage(std::string_view text) {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::ifstream in(entry.path(), std::ios::binary);
      std::string bytes{std::istreambuf_iterator<char>(in), {}};
      in.close();
      const std::size_t place = bytes.find(text);
      if (place == std::string::npos) continue;
      std::fstream out(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
      out.seekp(static_cast<std::streamoff>(place));
      out.put(static_cast<char>(bytes[place] ^ 1));
    }
  }

 private:
  std::filesystem::path folder_;
  DenyingFiles files_;
  std::unique_ptr<store::Journal> journal_;
};

/// A warehouse in memory that takes a batch only where it stands, as the real one does.
class MemoryWarehouse final : public store::EventWarehouse {
 public:
  enum class Failure { None, DiskFull, AfterCommit };

  [[nodiscard]] store::JournalOffset loaded() const override {
    const std::lock_guard lock(mutex_);
    return rows_.to;
  }
  Result<void> load(const store::LoadBatch& batch) override {
    const std::lock_guard lock(mutex_);
    ++calls_;
    changed_.notify_all();
    if (failure_ == Failure::DiskFull) return fail(ErrorCode::ResourceLimit, "the disk is full");
    if (batch.from != rows_.to) return fail(ErrorCode::Conflict, "not where the warehouse stands");
    rows_.to = batch.to;
    rows_.events.insert(rows_.events.end(), batch.events.begin(), batch.events.end());
    rows_.exposures.insert(rows_.exposures.end(), batch.exposures.begin(), batch.exposures.end());
    rows_.rejected.insert(rows_.rejected.end(), batch.rejected.begin(), batch.rejected.end());
    largest_ = std::max(largest_, batch.events.size());
    if (std::exchange(failure_, Failure::None) == Failure::AfterCommit) {
      return fail(ErrorCode::Internal, "the connection was lost");
    }
    return {};
  }
  decltype(std::declval<store::EventWarehouse&>().analysis()) analysis() override {
    return fail(ErrorCode::Internal, "not asked for");
  }
  Result<std::uint64_t> count(std::string_view) override {
    return fail(ErrorCode::Internal, "not asked for");
  }

  void fail_with(Failure failure) {
    const std::lock_guard lock(mutex_);
    failure_ = failure;
  }
  void start_at(store::JournalOffset offset) { rows_.to = offset; }
  void wait_for_calls(int calls) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return calls_ >= calls; }));
  }
  [[nodiscard]] store::LoadBatch rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
  }
  [[nodiscard]] std::size_t largest() const {
    const std::lock_guard lock(mutex_);
    return largest_;
  }
  [[nodiscard]] int calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  store::LoadBatch rows_;  ///< `to`: where it stands
  Failure failure_ = Failure::None;
  std::size_t largest_ = 0;
  int calls_ = 0;
};

class CountingLog final : public Log {
 public:
  void write(LogLevel level, std::string_view, std::initializer_list<LogField>) override {
    const std::lock_guard lock(mutex_);
    if (level == LogLevel::Error) ++errors_;
  }
  [[nodiscard]] int errors() const {
    const std::lock_guard lock(mutex_);
    return errors_;
  }

 private:
  mutable std::mutex mutex_;
  int errors_ = 0;
};

Event event(const std::string& message_id) {
  Event made;
  made.environment = "default/production";
  made.source = "web";
  made.message_id = message_id;
  made.user_id = "user";
  made.name = "Order Completed";
  made.times.received = parse_rfc3339("2026-11-22T12:00:00Z").value();
  made.times.corrected = parse_rfc3339("2026-11-22T11:59:00Z").value();
  made.properties_json = R"({"revenue":39.95})";
  return made;
}

Event exposure(std::string_view name) {
  Event made = event("exposure");
  made.name = name;
  made.exposure.emplace();
  made.exposure->experiment = "checkout-test";
  made.exposure->variant = "treatment";
  made.exposure->segments = {{"pro-users", 3}, {"new", 1}};
  made.exposure->attributes_json = R"({"country":"DE"})";
  made.exposure->revision = 17;
  return made;
}

class LoaderTest : public ::testing::Test {
 protected:
  std::unique_ptr<Loader> start(const LoaderOptions& options = {}) {
    auto started = Loader::start(*journal_, warehouse_, log_, options);
    EXPECT_TRUE(started);
    return std::move(*started);
  }
  /// Loads what is in the journal, and no more.
  void load() { ASSERT_TRUE(start()->wait_until(journal_->durable_end(), kPatience)); }

  TemporaryJournal journal_;
  MemoryWarehouse warehouse_;
  CountingLog log_;
};

TEST_F(LoaderTest, AnEventBecomesARowWithAllThatIsKnown) {
  Event sent = event("m");
  sent.type = EventType::Group;
  sent.anonymous_id = "device";
  sent.group_id = "acme";
  sent.context_json = R"({"ip":"1.2.3.4"})";
  sent.times.client = parse_rfc3339("2026-11-22T11:00:00Z");
  journal_.add(event("first"));
  const store::JournalOffset offset = journal_->durable_end();
  journal_.add(sent);
  load();

  const store::LoadBatch rows = warehouse_.rows();
  ASSERT_EQ(rows.events.size(), 2U);
  const store::EventRow& row = rows.events[1];
  EXPECT_EQ(row.offset, offset);
  EXPECT_EQ(row.environment, "default/production");
  EXPECT_EQ(row.source, "web");
  EXPECT_EQ(row.message_id, "m");
  EXPECT_EQ(row.type, "group");
  EXPECT_EQ(row.name, "Order Completed");
  EXPECT_EQ(row.user_id, "user");
  EXPECT_EQ(row.anonymous_id, "device");
  EXPECT_EQ(row.group_id, "acme");
  EXPECT_EQ(row.unit, (Unit{UnitKind::User, "user"}));
  EXPECT_EQ(row.time, sent.times.corrected);
  EXPECT_EQ(row.received, sent.times.received);
  EXPECT_EQ(row.client_time, sent.times.client);
  EXPECT_EQ(row.sent_time, std::nullopt);
  EXPECT_EQ(row.properties_json, R"({"revenue":39.95})");
  EXPECT_EQ(row.context_json, R"({"ip":"1.2.3.4"})");
  EXPECT_TRUE(rows.exposures.empty());
  EXPECT_TRUE(rows.rejected.empty());
}

TEST_F(LoaderTest, AnAliasKeepsTheIdThatItJoinsInItsProperties) {
  Event sent = event("m");
  sent.type = EventType::Alias;
  sent.properties_json.clear();
  sent.previous_id = "a\"b\\c\n";
  journal_.add(sent);
  load();
  ASSERT_EQ(warehouse_.rows().events.size(), 1U);
  EXPECT_EQ(warehouse_.rows().events[0].properties_json, R"({"previousId":"a\"b\\c\n"})");
}

TEST_F(LoaderTest, AnExposureThatCameAsAnEventIsBoth) {
  journal_.add(exposure("Experiment Viewed"));
  load();
  const store::LoadBatch rows = warehouse_.rows();
  ASSERT_EQ(rows.events.size(), 1U);
  EXPECT_EQ(rows.events[0].name, "Experiment Viewed");
  ASSERT_EQ(rows.exposures.size(), 1U);
  const store::ExposureRow& row = rows.exposures[0];
  EXPECT_EQ(row.environment, "default/production");
  EXPECT_EQ(row.source, "web");
  EXPECT_EQ(row.message_id, "exposure");
  EXPECT_EQ(row.experiment, "checkout-test");
  EXPECT_EQ(row.variant, "treatment");
  EXPECT_EQ(row.unit, (Unit{UnitKind::User, "user"}));
  EXPECT_EQ(row.revision, 17U);
  EXPECT_EQ(row.segments, (std::vector<std::string>{"pro-users", "new"}));
  EXPECT_EQ(row.segment_versions, (std::vector<std::uint32_t>{3, 1}));
  EXPECT_EQ(row.attributes_json, R"({"country":"DE"})");
  EXPECT_EQ(row.time, rows.events[0].time);
  EXPECT_EQ(row.received, rows.events[0].received);
}

TEST_F(LoaderTest, AnExposureThatWasAnEvaluationIsNoEvent) {
  journal_.add(exposure(kEvaluationExposure));
  load();
  EXPECT_TRUE(warehouse_.rows().events.empty());
  EXPECT_EQ(warehouse_.rows().exposures.size(), 1U);
}

TEST_F(LoaderTest, ALastingAssignmentIsLoadedNowhere) {
  Event assigned = exposure(kLastingAssignment);
  assigned.exposure.reset();
  assigned.assignment = LastingAssignment{"id", "checkout-test__1", "treatment"};
  journal_.add(assigned);
  load();
  EXPECT_TRUE(warehouse_.rows().events.empty());
  EXPECT_TRUE(warehouse_.rows().exposures.empty());
}

TEST_F(LoaderTest, AnExposureIsOfTheUnitThatTheExperimentRandomises) {
  Event sent = exposure("Experiment Viewed");
  sent.exposure->unit = {UnitKind::Anonymous, "device"};
  journal_.add(sent);
  load();
  ASSERT_EQ(warehouse_.rows().exposures.size(), 1U);
  EXPECT_EQ(warehouse_.rows().exposures[0].unit, (Unit{UnitKind::Anonymous, "device"}));
  EXPECT_EQ(warehouse_.rows().events[0].unit, (Unit{UnitKind::User, "user"}));
}

TEST_F(LoaderTest, RejectedEventsAreLoadedWithTheirReason) {
  journal_.add(RejectedEvent{"default/production", "web", event("").times.received, "no_user", "why", "{}"});
  load();
  ASSERT_EQ(warehouse_.rows().rejected.size(), 1U);
  const store::RejectedRow row = warehouse_.rows().rejected[0];
  EXPECT_EQ(row.offset, journal_->begin());
  EXPECT_EQ(row.environment, "default/production");
  EXPECT_EQ(row.source, "web");
  EXPECT_EQ(row.received, event("").times.received);
  EXPECT_EQ(row.reason, "no_user");
  EXPECT_EQ(row.message, "why");
  EXPECT_EQ(row.body, "{}");
}

TEST_F(LoaderTest, EveryRecordIsLoadedOnceAcrossBatchesAndRestarts) {
  constexpr int kEvents = 500;
  LoaderOptions options;
  options.batch_records = 7;
  options.interval = 1ms;
  int added = 0;
  for (const int until : {1, 90, 91, 250, kEvents}) {
    const auto loader = start(options);
    std::vector<std::string> payloads;
    for (; added < until; ++added) payloads.push_back(encode(event(std::to_string(added))));
    journal_.add(payloads);
    if (until == 250) continue;  // this loader ends in the middle of its work
    ASSERT_TRUE(loader->wait_until(journal_->durable_end(), kPatience));
    EXPECT_EQ(loader->status().loaded, journal_->durable_end());
  }
  const store::LoadBatch rows = warehouse_.rows();
  ASSERT_EQ(rows.events.size(), static_cast<std::size_t>(kEvents));
  for (int index = 0; index < kEvents; ++index) {
    EXPECT_EQ(rows.events[static_cast<std::size_t>(index)].message_id, std::to_string(index));
  }
  EXPECT_LE(warehouse_.largest(), 7U);
}

TEST_F(LoaderTest, ABatchEndsWithTheRecordThatReachesItsBytes) {
  for (int index = 0; index < 10; ++index) {
    Event large = event(std::to_string(index));
    large.context_json = "{\"x\":\"" + std::string(10'000, 'x') + "\"}";
    journal_.add(large);
  }
  LoaderOptions options;
  options.batch_bytes = 25'000;
  ASSERT_TRUE(start(options)->wait_until(journal_->durable_end(), kPatience));
  EXPECT_EQ(warehouse_.rows().events.size(), 10U);
  EXPECT_EQ(warehouse_.largest(), 3U);
}

TEST_F(LoaderTest, DamagedAndUnknownRecordsAreSkippedCountedAndLogged) {
  journal_.add(std::vector{encode(event("1")), encode(event("to be damaged: 2")),
                           std::string("\x07 what a later version writes"), encode(event("3")),
                           encode(event("to be damaged: 4"))});
  journal_.damage("to be damaged: 2");
  journal_.damage("to be damaged: 4");

  const auto loader = start();
  ASSERT_TRUE(loader->wait_until(journal_->durable_end(), kPatience));
  const store::LoadBatch rows = warehouse_.rows();
  ASSERT_EQ(rows.events.size(), 2U);
  EXPECT_EQ(rows.events[0].message_id, "1");
  EXPECT_EQ(rows.events[1].message_id, "3");
  EXPECT_EQ(rows.to, journal_->durable_end());
  EXPECT_EQ(loader->status().damaged, 3U);
  EXPECT_EQ(log_.errors(), 3);
  EXPECT_EQ(loader->status().trouble, "");
}

TEST_F(LoaderTest, WaitingWakesALoaderThatRests) {
  LoaderOptions options;
  options.interval = 1h;
  const auto loader = start(options);
  for (int index = 0; index < 3; ++index) {
    journal_.add(event("m"));
    ASSERT_TRUE(loader->wait_until(journal_->durable_end(), kPatience));
  }
  EXPECT_EQ(warehouse_.rows().events.size(), 3U);
  EXPECT_TRUE(loader->wait_until(0, 0ms));
}

TEST_F(LoaderTest, WaitingForWhatDoesNotComeEnds) {
  const auto loader = start();
  const auto waited = loader->wait_until(1'000, 1ms);
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, ErrorCode::Unavailable);
}

TEST_F(LoaderTest, AFullDiskIsTroubleUntilItHasSpaceAgain) {
  warehouse_.fail_with(MemoryWarehouse::Failure::DiskFull);
  journal_.add(event("1"));
  LoaderOptions options;
  options.first_pause = 1ms;
  options.longest_pause = 2ms;
  const auto loader = start(options);
  warehouse_.wait_for_calls(5);
  EXPECT_EQ(loader->status().trouble, "the disk is full");
  const auto waited = loader->wait_until(journal_->durable_end(), 1ms);
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, ErrorCode::Unavailable);
  EXPECT_NE(waited.error().message.find("the disk is full"), std::string::npos);
  EXPECT_EQ(log_.errors(), 1) << "one message, however often it was tried";

  journal_.add(event("2"));
  warehouse_.fail_with(MemoryWarehouse::Failure::None);
  ASSERT_TRUE(loader->wait_until(journal_->durable_end(), kPatience));
  EXPECT_EQ(warehouse_.rows().events.size(), 2U);
  EXPECT_EQ(loader->status().trouble, "");
  EXPECT_EQ(loader->status().records, 2U);
}

TEST_F(LoaderTest, StoppingDoesNotWaitForThePause) {
  warehouse_.fail_with(MemoryWarehouse::Failure::DiskFull);
  journal_.add(event("1"));
  LoaderOptions options;
  options.first_pause = options.longest_pause = 1h;
  auto loader = start(options);
  warehouse_.wait_for_calls(1);
  loader.reset();
  EXPECT_TRUE(warehouse_.rows().events.empty());
}

TEST_F(LoaderTest, ALoadThatFailedAfterItsCommitIsNotRepeated) {
  warehouse_.fail_with(MemoryWarehouse::Failure::AfterCommit);
  journal_.add(std::vector<std::string>(20, encode(event("m"))));
  LoaderOptions options;
  options.batch_records = 6;
  options.first_pause = 1ms;
  const auto loader = start(options);
  ASSERT_TRUE(loader->wait_until(journal_->durable_end(), kPatience));
  EXPECT_EQ(warehouse_.rows().events.size(), 20U);
  EXPECT_EQ(loader->status().trouble, "");
}

TEST_F(LoaderTest, AJournalThatCannotBeReadIsTroubleUntilItCan) {
  journal_.add(event("1"));
  journal_.files().deny(true);
  LoaderOptions options;
  options.first_pause = options.longest_pause = 1ms;
  const auto loader = start(options);
  const auto waited = loader->wait_until(journal_->durable_end(), 5ms);
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(warehouse_.rows().events.empty());
  journal_.files().deny(false);
  ASSERT_TRUE(loader->wait_until(journal_->durable_end(), kPatience));
  EXPECT_EQ(warehouse_.rows().events.size(), 1U);
}

TEST_F(LoaderTest, ManyThreadsMayWait) {
  LoaderOptions options;
  options.interval = 1h;
  const auto loader = start(options);
  std::mutex appending;  // a journal has one writer
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, &loader, &appending] {
      for (int round = 0; round < 8; ++round) {
        std::unique_lock lock(appending);
        const store::JournalOffset end = journal_.add(event("m"));
        lock.unlock();
        EXPECT_TRUE(loader->wait_until(end, kPatience));
        EXPECT_GE(loader->status().loaded, end);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(warehouse_.rows().events.size(), 32U);
}

TEST_F(LoaderTest, AWarehouseOfAnotherJournalIsRefused) {
  journal_.add(event("1"));
  warehouse_.start_at(journal_->durable_end() + 1);
  const auto ahead = Loader::start(*journal_, warehouse_, log_);
  ASSERT_FALSE(ahead);
  EXPECT_EQ(ahead.error().code, ErrorCode::BadData);

  warehouse_.start_at(0);
  for (int segment = 0; segment < 3; ++segment) {
    journal_.add(std::vector<std::string>(40, encode(event("more than a segment holds"))));
  }
  ASSERT_TRUE(journal_->remove_before(journal_->durable_end()));
  ASSERT_GT(journal_->begin(), 0U);
  const auto behind = Loader::start(*journal_, warehouse_, log_);
  ASSERT_FALSE(behind);
  EXPECT_EQ(behind.error().code, ErrorCode::BadData);
}

}  // namespace
}  // namespace splitplot::collect
