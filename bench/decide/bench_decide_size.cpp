// Large configurations: 10,000 flags of three rules, and a list of a million ids, by its name from ten conditions and written
// into one. How long a snapshot takes to be made, what it keeps in memory, how long it is asked about an id.
#include <splitplot/decide/snapshot.hpp>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <malloc.h>

namespace {

using namespace splitplot;
using Clock = std::chrono::steady_clock;

constexpr int kFlags = 10'000;
constexpr int kIds = 1'000'000;
constexpr int kQuestions = 1'000'000;

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double megabytes_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd) / 1e6;
}

std::string id_of(int number) {
  return "customer-" + std::to_string(10'000'000 + number);
}

Value ids() {
  Value::Array all;
  all.reserve(kIds);
  for (int i = 0; i < kIds; ++i) all.emplace_back(id_of(2 * i));
  return Value(std::move(all));
}

Value forced(Value condition) {
  return Value(Value::Object{{"force", "on"}, {"condition", std::move(condition)}});
}

Value feature(Value::Array rules) {
  return Value(Value::Object{{"defaultValue", "off"}, {"rules", std::move(rules)}});
}

Value many_flags() {
  Value features = Value::Object{};
  features.if_object()->reserve(kFlags);
  for (int i = 0; i < kFlags; ++i) {
    const std::string number = std::to_string(i);
    const Value condition = Value::Object{{"country", Value::Object{{"$in", Value::Array{"DE", "AT", "CH"}}}},
                                          {"purchases", Value::Object{{"$gt", 5}}},
                                          {"device", "mobile"}};
    const Value experiment = Value::Object{{"key", "exp-" + number},
                                           {"hashVersion", 2},
                                           {"variations", Value::Array{"a", "b", "c"}},
                                           {"namespace", Value::Array{"ns", 0, 0.6}},
                                           {"coverage", 0.8}};
    const Value rollout = Value::Object{{"force", "on"}, {"hashVersion", 2}, {"coverage", 0.25}};
    features.if_object()->push_back({"feature-" + number, feature({forced(condition), experiment, rollout})});
  }
  return Value(Value::Object{{"features", std::move(features)}});
}

Value named_list() {
  Value features = Value::Object{};
  for (int i = 0; i < 10; ++i)
    features.set("f" + std::to_string(i),
                 feature({forced(Value::Object{{"id", Value::Object{{"$inGroup", "customers"}}}})}));
  return Value(
      Value::Object{{"features", std::move(features)}, {"savedGroups", Value::Object{{"customers", ids()}}}});
}

Value written_list() {
  return Value(Value::Object{
      {"features",
       Value::Object{{"f0", feature({forced(Value::Object{{"id", Value::Object{{"$in", ids()}}}})})}}}});
}

std::shared_ptr<const decide::Snapshot> measure(const char* name, Value (*payload)()) {
  const double before = megabytes_in_use();
  Value written = payload();
  const double of_payload = megabytes_in_use() - before;
  const auto begin = Clock::now();
  auto snapshot = *decide::Snapshot::read_payload(std::move(written));
  const double taken = milliseconds_since(begin);
  std::printf("%-38s compiled in %6.0f ms   payload %6.1f MB, snapshot with payload %6.1f MB\n", name, taken,
              of_payload, megabytes_in_use() - before);
  return snapshot;
}

void ask(const decide::Snapshot& snapshot) {
  std::vector<Value> users;
  for (int i = 0; i < kQuestions; ++i)
    users.emplace_back(Value::Object{{"id", id_of(static_cast<int>((i * 7919LL) % (2LL * kIds)))}});
  int met = 0;
  const auto begin = Clock::now();
  for (const Value& user : users)
    met += *snapshot.decide("f0", model::Attributes(&user)).value == Value("on") ? 1 : 0;
  std::printf("%-38s %.0f ns an evaluation, other ids each time; %d of %d are in\n", "  asked",
              milliseconds_since(begin) * 1e6 / kQuestions, met, kQuestions);
}

}  // namespace

int main() {
  measure("10,000 flags of three rules", &many_flags);
  ask(*measure("a million ids, named by 10 conditions", &named_list));
  ask(*measure("a million ids in one $in", &written_list));
  return 0;
}
