// The journal's append beside a bare loop of write() and fdatasync() over the same bytes, in turns in the same folder;
// and reading back.
//
//   bench_journal [FOLDER]       (default: a folder under the current one, removed at the end)
//
// Printed are medians over the turns, and the ratio of the two: 1.00 means that the journal costs what the disk costs.
#include <splitplot/store/journal.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace {

using splitplot::store::Journal;
using splitplot::store::open_journal;
using splitplot::store::posix_file_system;

constexpr std::size_t kPayloadBytes = 400;
constexpr int kTurns = 15;

[[noreturn]] void give_up(const std::string& reason) {
  std::fprintf(stderr, "bench_journal: %s\n", reason.c_str());
  std::exit(1);
}

double seconds_of(const std::function<void()>& task) {
  const auto begin = std::chrono::steady_clock::now();
  task();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Bytes that no disk can compress away.
std::vector<std::string> make_batch(std::size_t records) {
  std::vector<std::string> batch;
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < records; ++i) {
    std::string payload;
    while (payload.size() < kPayloadBytes) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      payload += static_cast<char>(state >> 56);
    }
    batch.push_back(std::move(payload));
  }
  return batch;
}

double seconds_of_journal(Journal& journal, const std::vector<std::string>& batch, int batches) {
  return seconds_of([&] {
    for (int i = 0; i < batches; ++i) {
      if (const auto done = journal.append(batch); !done) give_up(done.error().message);
    }
  });
}

double seconds_of_loop(int descriptor, const std::string& bytes, int batches) {
  return seconds_of([&] {
    for (int i = 0; i < batches; ++i) {
      if (::write(descriptor, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        give_up("write");
      if (::fdatasync(descriptor) != 0) give_up("fdatasync");
    }
  });
}

void compare(const std::string& folder, std::size_t records, int batches) {
  const std::vector<std::string> batch = make_batch(records);
  auto opened = open_journal(posix_file_system(), {.directory = folder + "/journal", .reserve_bytes = 0});
  if (!opened) give_up(opened.error().message);
  Journal& journal = *opened->journal;
  const auto before = journal.durable_end();
  seconds_of_journal(journal, batch, 1);
  const std::string bytes(journal.durable_end() - before, 'x');  // of a batch with its headers
  const std::string path = folder + "/loop";
  std::vector<double> ours;
  std::vector<double> theirs;
  std::vector<double> ratios;
  for (int turn = 0; turn < kTurns; ++turn) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_TRUNC | O_CLOEXEC, 0640);
    if (descriptor < 0) give_up("cannot open " + path);
    seconds_of_loop(descriptor, bytes, 1);
    seconds_of_journal(journal, batch, 1);  // both have paid for what the last turn removed
    // Each goes first in half of the turns.
    const double first = turn % 2 == 0 ? seconds_of_journal(journal, batch, batches) : 0;
    theirs.push_back(seconds_of_loop(descriptor, bytes, batches));
    ours.push_back(turn % 2 == 0 ? first : seconds_of_journal(journal, batch, batches));
    ratios.push_back(ours.back() / theirs.back());
    ::close(descriptor);
    if (const auto removed = journal.remove_before(journal.durable_end()); !removed)
      give_up(removed.error().message);
  }
  const double count = static_cast<double>(records) * batches;
  std::printf("append %4zu x %zu bytes  journal %9.0f records/s   write+fdatasync %9.0f   time ratio %.2f\n",
              records, kPayloadBytes, count / median(ours), count / median(theirs), median(ratios));
}

void read_back(const std::string& folder) {
  constexpr std::size_t kRecords = 1000;
  constexpr int kBatches = 300;
  auto opened = open_journal(posix_file_system(), {.directory = folder + "/read", .reserve_bytes = 0});
  if (!opened) give_up(opened.error().message);
  seconds_of_journal(*opened->journal, make_batch(kRecords), kBatches);
  std::vector<double> times;
  for (int turn = 0; turn < kTurns; ++turn) {
    times.push_back(seconds_of([&] {
      auto reader = opened->journal->read_from(0);
      for (std::size_t i = 0; i < kRecords * kBatches; ++i) {
        const auto record = (*reader)->next();
        if (!record || !*record) give_up("a record is missing");
      }
    }));
  }
  const double count = static_cast<double>(kRecords) * kBatches;
  opened->journal.reset();
  const double start =
      seconds_of([&] { opened = open_journal(posix_file_system(), {.directory = folder + "/read"}); });
  if (!opened || opened->recovery.records != kRecords * kBatches) give_up("the journal was not read again");
  std::printf("read   %zu bytes         journal %9.0f records/s (from the page cache)\n", kPayloadBytes,
              count / median(times));
  std::printf("open, all checked        journal %9.0f records/s\n", count / start);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder =
      (argc > 1 ? std::string(argv[1]) : std::string(".")) + "/bench_journal." + std::to_string(::getpid());
  std::filesystem::create_directories(folder);
  compare(folder, 100, 200);
  compare(folder, 1000, 50);
  read_back(folder);
  std::filesystem::remove_all(folder);
}
