// decide_w1 FOLDER: the decision engine on workload W1 (workload.mjs): one thread, all features of a user after one another,
// each looked up by its key; users are prepared before, as peers prepare theirs. Prints a line of JSON as peers.mjs does.
// Every allocation of this program is counted: a pass must make none.
#include <splitplot/base/text_hash.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::atomic<long> allocations = 0;

}  // namespace

// Not inlined, or the compiler sees free() beside a `new` that it takes for the library's.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

using namespace splitplot;
using Stopwatch = std::chrono::steady_clock;

/// Of this thread: others on the machine do not count.
double processor_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double median(std::vector<double> times) {
  std::ranges::sort(times);
  return times[times.size() / 2];
}

constexpr int kPasses = 7;
constexpr auto kWarmUp = std::chrono::seconds(2);

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// How often each value was answered; a handful of values.
class Counts {
 public:
  Counts() { counts_.reserve(16); }
  void add(std::string_view value) {
    for (auto& [known, count] : counts_) {
      if (!same_text(known, value)) continue;
      ++count;
      return;
    }
    counts_.emplace_back(value, 1);
  }
  void clear() { counts_.clear(); }
  [[nodiscard]] Value written() const {
    Value all = Value::Object{};
    for (const auto& [value, count] : counts_) all.set(value, count);
    return all;
  }

 private:
  std::vector<std::pair<std::string_view, long>> counts_;
};

struct Workload {
  std::shared_ptr<const decide::Snapshot> snapshot;
  std::vector<std::string> keys;
  std::vector<Value> users;
  std::vector<model::AttributeIndex> prepared;

  explicit Workload(const std::string& folder) {
    Value payload = model::parse_json(content_of(folder + "/payload.json")).value();
    for (const Member& feature : *payload.find("features")->if_object()) keys.push_back(feature.name);
    snapshot = decide::Snapshot::read_payload(std::move(payload)).value();
    std::ifstream file(folder + "/users.ndjson");
    for (std::string line; std::getline(file, line);) users.push_back(model::parse_json(line).value());
    for (const Value& user : users) prepared.emplace_back(model::Attributes(&user));
  }

  void pass(Counts& counts) const {
    for (const model::AttributeIndex& user : prepared) {
      const decide::Evaluation evaluation{model::Attributes(user)};
      for (const std::string& key : keys) {
        const decide::Decision decision = snapshot->decide(key, evaluation);
        counts.add(*decision.value->if_text());
      }
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: decide_w1 FOLDER\n";
    return 2;
  }
  const Workload workload(argv[1]);
  const double evaluations = static_cast<double>(workload.users.size() * workload.keys.size());
  Counts counts;
  std::vector<double> wall;
  std::vector<double> processor;
  wall.reserve(kPasses);
  processor.reserve(kPasses);
  for (const auto begin = Stopwatch::now(); Stopwatch::now() - begin < kWarmUp;) workload.pass(counts);
  const long allocations_before = allocations;
  for (int i = 0; i < kPasses; ++i) {
    counts.clear();
    const auto begin = Stopwatch::now();
    const double processor_begin = processor_nanoseconds();
    workload.pass(counts);
    processor.push_back((processor_nanoseconds() - processor_begin) / evaluations);
    wall.push_back(std::chrono::duration<double, std::nano>(Stopwatch::now() - begin).count() / evaluations);
  }
  const long allocations_made = allocations - allocations_before;
  std::cout << model::to_json(Value(Value::Object{{"name", "splitplot"},
                                                  {"version", "this"},
                                                  {"evaluations", evaluations},
                                                  {"wall_ns", median(wall)},
                                                  {"processor_ns", median(processor)},
                                                  {"least_ns", *std::ranges::min_element(processor)},
                                                  {"most_ns", *std::ranges::max_element(processor)},
                                                  {"allocations", allocations_made},
                                                  {"counts", counts.written()}}))
            << '\n';
  return allocations_made == 0 ? 0 : 1;
}
