// Deciding allocates nothing: every allocation of this program is counted here.
#include "documents.hpp"

#include <splitplot/decide/snapshot.hpp>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include <gtest/gtest.h>

namespace {

std::atomic<long> allocations = 0;

}  // namespace

// Not inlined, or the compiler sees free() beside a `new` that it takes for the library's.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace splitplot::decide {
namespace {

using namespace test;

model::Configuration everything() {
  model::Configuration configuration;
  add_segment(configuration, "pro", R"({"plan": {"$ini": ["PRO", "Größe"]}})");
  add_segment(configuration, "pro-de",
              R"({"$inSegment": "pro", "address.country": {"$in": ["DE", "AT", 5, null]}})");
  add_layer(configuration, "area");
  model::Experiment sliced = experiment("e", {0.25, 0.75});
  sliced.layer = model::LayerSlice{"area", 0, 0.9};
  sliced.population = condition(R"({"$inSegment": ["pro-de"], "age": {"$gt": "17", "$lte": 99.5}})");
  add(configuration, sliced);
  add(configuration, flag("static"));
  add(configuration,
      flag("rollout", {serve("r", R"({"email": {"$regex": "@(shop|store)\\.example$"}})", 0.5)}));
  add(configuration, flag("experiment", {ask("r", "e")}));
  add(configuration,
      flag(
          "conditions",
          {serve(
               "a",
               R"({"tags": {"$all": ["x", {"$regex": "^y"}], "$size": {"$gt": 1}}, "nothing": {"$exists": true}})"),
           serve("b", R"({"tags": "x,y,3", "version": {"$vgt": "2.0.0"}})"),
           serve(
               "c",
               R"({"items": {"$elemMatch": {"sku": "s1", "n": {"$gte": 1e3}}}, "address": {"country": "FR"}})"),
           serve("d", R"({"age": {"$not": {"$type": "string"}}, "tags": {"$alli": ["X"], "$nin": ["x"]}})"),
           serve("e", R"({"tags": {"$regexi": "^X,"}, "$nor": [{"email": "a"}, {"age": 1}]})")}));
  return configuration;
}

TEST(AllocationTest, DecidingAllocatesNothing) {
  const auto compiled = snapshot(everything());
  const Value context =
      json(R"({"id": "a-user-whose-id-is-long-enough-for-the-heap", "plan": "größe", "age": 30,
      "email": "someone-with-a-long-name@store.example", "tags": ["x", "y", 3], "version": "1.10.3-beta.11+build",
      "address": {"country": "DE"}, "items": [{"sku": "s0"}, {"sku": "s1", "n": 12}]})");
  const Value traits = json(R"({"score": 0.5})");
  const model::Attributes attributes(&context, &traits);
  const model::Experiment& experiment = compiled->configuration().experiments.at("e");
  int decided = 0;
  const std::function<void(std::string_view, const Decision&)> count = [&](std::string_view,
                                                                           const Decision&) { ++decided; };
  compiled->decide_all(attributes, count);  // a thread's first match of a pattern makes room for all of them

  const long before = allocations;
  for (int i = 0; i < 100; ++i) {
    for (const char* flag : {"static", "rollout", "experiment", "conditions", "unknown"}) {
      decided += compiled->decide(flag, attributes).value != nullptr ? 1 : 0;
    }
    decided += compiled->assign(experiment, attributes).variant ? 1 : 0;
    compiled->decide_all(attributes, count);
  }
  const long after = allocations;
  EXPECT_EQ(after - before, 0);
  EXPECT_GT(decided, 800);
  const std::string longer(200, 'x');
  EXPECT_GT(allocations, after) << "the counter counts";
}

}  // namespace
}  // namespace splitplot::decide
