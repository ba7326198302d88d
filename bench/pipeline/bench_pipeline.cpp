// Events a second that the pipeline makes durable, in batches of 100, with 1 to 16 batches under way at a time; beside
// the bare journal, which appends and syncs as many bytes in the same portions and does nothing else.
//
//   bench_pipeline [SECONDS [FOLDER]]     seconds per line (default 2); a folder on the disk to measure (default: .)
//
// One event in ten is an identify with five traits, the rest are track events of some 200 bytes, by 100,000 users. All are
// made before the clock starts; measured is everything from `submit` to the answer.
#include <splitplot/base/log.hpp>
#include <splitplot/base/random.hpp>
#include <splitplot/collect/pipeline.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace splitplot;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t kBatchEvents = 100;
constexpr std::size_t kMadeBatches = 2000;  ///< then the same again, with other message ids
constexpr std::uint64_t kUsers = 100'000;

collect::Event event_of(std::size_t number, RandomStream& random) {
  collect::Event event;
  event.user_id = fmt::format("user-{}", random.below(kUsers));
  if (number % 10 == 0) {
    event.type = collect::EventType::Identify;
    event.properties_json =
        fmt::format(R"({{"plan":"pro","country":"DE","age":{},"city":"Ulm","score":{}.5}})", random.below(80),
                    random.below(100));
  } else {
    event.name = "Order Completed";
    event.properties_json = fmt::format(
        R"({{"order_id":"{:016x}","revenue":{}.25,"currency":"EUR","products":[{{"sku":"A-{}","quantity":2}}]}})",
        random.next(), random.below(500), random.below(1000));
    event.context_json = R"({"library":{"name":"analytics-node","version":"2.3.0"}})";
  }
  return event;
}

std::vector<collect::Batch> make_batches() {
  RandomStream random(42);
  std::vector<collect::Batch> batches(kMadeBatches);
  for (collect::Batch& batch : batches) {
    batch.environment = "default/production";
    batch.source = "server";
    for (std::size_t i = 0; i < kBatchEvents; ++i) batch.events.push_back(event_of(i, random));
  }
  return batches;
}

/// Ends the program with the reason.
template <typename T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}\n", result.error().message);
    std::exit(1);
  }
  return std::move(*result);
}

struct Measured {
  double events_a_second = 0;
  double events_a_sync = 0;
  double syncing_share = 0;
  std::size_t bytes_an_event = 0;
};

Measured measure_pipeline(const std::filesystem::path& folder, const std::vector<collect::Batch>& batches,
                          std::size_t outstanding, double seconds) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const SystemClock clock;
  SilentLog log;
  const auto journal =
      must(store::open_journal(store::posix_file_system(), {.directory = folder / "journal"})).journal;
  const auto online = must(store::open_online_store({.directory = folder / "online"}, clock));
  const auto pipeline = must(collect::Pipeline::start(
      *journal, *online, [](std::string_view) { return nullptr; }, clock, log));

  std::mutex mutex;
  std::condition_variable answered;
  std::size_t under_way = 0;
  std::uint64_t number = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; Seconds(std::chrono::steady_clock::now() - start) < Seconds(seconds); ++i) {
    collect::Batch batch = batches[i % batches.size()];
    for (auto& event : batch.events)
      event.message_id = fmt::format("018f3c2e-7a5b-7000-8000-{:012x}", number++);
    {
      std::unique_lock lock(mutex);
      answered.wait(lock, [&] { return under_way < outstanding; });
      ++under_way;
    }
    pipeline->submit(std::move(batch), [&](Result<collect::Accepted> accepted) {
      static_cast<void>(must(std::move(accepted)));
      const std::lock_guard lock(mutex);
      --under_way;
      answered.notify_one();
    });
  }
  {
    std::unique_lock lock(mutex);
    answered.wait(lock, [&] { return under_way == 0; });
  }
  const Seconds took = std::chrono::steady_clock::now() - start;
  const auto status = pipeline->status();
  return {.events_a_second = static_cast<double>(status.stored) / took.count(),
          .events_a_sync = static_cast<double>(status.stored) / static_cast<double>(status.rounds),
          .syncing_share = status.sync_seconds / took.count(),
          .bytes_an_event = static_cast<std::size_t>(status.durable_end / status.stored)};
}

double measure_journal(const std::filesystem::path& folder, std::size_t records, std::size_t bytes,
                       double seconds) {
  std::filesystem::remove_all(folder);
  const auto journal = must(store::open_journal(store::posix_file_system(), {.directory = folder})).journal;
  const std::vector<std::string> payloads(records, std::string(bytes, 'x'));
  std::uint64_t written = 0;
  const auto start = std::chrono::steady_clock::now();
  Seconds took{0};
  while (took.count() < seconds) {
    static_cast<void>(must(journal->append(payloads)));
    written += records;
    took = std::chrono::steady_clock::now() - start;
  }
  return static_cast<double>(written) / took.count();
}

}  // namespace

int main(int argument_count, char** arguments) {
  const double seconds = argument_count > 1 ? std::strtod(arguments[1], nullptr) : 2;
  const std::filesystem::path folder =
      std::filesystem::path(argument_count > 2 ? arguments[2] : ".") / "bench_pipeline.data";
  const auto batches = make_batches();
  fmt::print("pipeline: batches of {} events, one thread submits\n", kBatchEvents);
  fmt::print("{:>9} {:>12} {:>12} {:>10} {:>16} {:>6}\n", "under way", "events/s", "events/sync", "in syncs",
             "bare journal/s", "ratio");
  for (const std::size_t outstanding : {1U, 2U, 4U, 8U, 16U}) {
    const Measured pipeline = measure_pipeline(folder, batches, outstanding, seconds);
    const double journal = measure_journal(folder, static_cast<std::size_t>(pipeline.events_a_sync + 0.5),
                                           pipeline.bytes_an_event, seconds);
    fmt::print("{:>9} {:>12.0f} {:>12.0f} {:>9.0f}% {:>16.0f} {:>6.2f}\n", outstanding,
               pipeline.events_a_second, pipeline.events_a_sync, 100 * pipeline.syncing_share, journal,
               pipeline.events_a_second / journal);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
