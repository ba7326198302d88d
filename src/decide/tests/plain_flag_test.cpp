// The short way of usual flags against the way that knows everything, which is gone wherever somebody looks on.
#include "documents.hpp"
#include "random_documents.hpp"

#include <splitplot/decide/snapshot.hpp>

#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

using namespace test;

/// Looks on, and keeps nothing.
class Onlooker : public CheckObserver {
 public:
  void checked(std::string_view, const Check&) override {}
};

/// What an observer is told of.
class Exposures : public EvaluationObserver {
 public:
  void assigned(std::string_view flag, const Assignment& assignment, const Value& value) override {
    told.push_back(std::string(flag) + "/" + assignment.experiment->key + "/" +
                   std::to_string(assignment.variant.value_or(99)) + "/" +
                   std::string(assignment.bucket_value) + "/" +
                   std::to_string(value.kind() == Value::Kind::Text));
  }
  std::vector<std::string> told;
};

void expect_same(const Decision& quick, const Decision& slow) {
  EXPECT_EQ(quick.value, slow.value);
  EXPECT_EQ(quick.variant, slow.variant);
  EXPECT_EQ(quick.reason, slow.reason);
  EXPECT_EQ(quick.error, slow.error);
  EXPECT_EQ(quick.source, slow.source);
  EXPECT_EQ(quick.rule, slow.rule);
  EXPECT_EQ(quick.assignment.experiment, slow.assignment.experiment);
  EXPECT_EQ(quick.assignment.variant, slow.assignment.variant);
  EXPECT_EQ(quick.assignment.bucket, slow.assignment.bucket);
  EXPECT_EQ(quick.assignment.bucket_value.view(), slow.assignment.bucket_value.view());
  EXPECT_EQ(quick.assignment.attribute, slow.assignment.attribute);
  EXPECT_EQ(quick.assignment.is_forced, slow.assignment.is_forced);
  EXPECT_EQ(quick.assignment.is_sticky, slow.assignment.is_sticky);
  EXPECT_EQ(quick.assignment.unit_missing, slow.assignment.unit_missing);
  EXPECT_EQ(quick.assignment.arms, slow.assignment.arms);
}

/// How often each source answered.
using Sources = std::map<Source, int>;

void compare_all(const Snapshot& snapshot, const Value& unit, Timestamp now, Sources& sources) {
  Evaluation evaluation{model::Attributes(&unit)};
  evaluation.now = now;
  Exposures quick_exposures;
  evaluation.observer = &quick_exposures;
  std::vector<std::pair<std::string, Decision>> quick;
  snapshot.decide_all(evaluation, [&quick, &sources](std::string_view flag, const Decision& decision) {
    quick.emplace_back(flag, decision);
    ++sources[decision.source];
  });
  Onlooker onlooker;
  Exposures slow_exposures;
  evaluation.checks = &onlooker;
  evaluation.observer = &slow_exposures;
  for (const auto& [flag, decision] : quick) {
    SCOPED_TRACE(flag);
    expect_same(decision, snapshot.decide(flag, evaluation));
  }
  EXPECT_EQ(quick_exposures.told, slow_exposures.told);
}

/// Rules of the usual kind, and now and then something that the short way must leave to the other.
class RandomPayload {
 public:
  explicit RandomPayload(unsigned seed) : random_(seed) {}

  Value payload() {
    Value features = Value::Object{};
    for (int i = 0; i < 12; ++i) {
      Value::Array rules;
      for (int count = 1 + below(4); count > 0; --count) rules.push_back(rule());
      Value feature = Value::Object{{"rules", std::move(rules)}};
      if (!one_in(8)) feature.set("defaultValue", "off");
      features.set("f" + std::to_string(i), std::move(feature));
    }
    return Value::Object{{"features", std::move(features)}};
  }

  Value unit() {
    Value made = Value::Object{{"country", pick({"DE", "US", "Ö"})}, {"age", below(60)}};
    switch (below(8)) {
      case 0:
        break;
      case 1:
        made.set("id", below(1000));
        break;
      case 2:
        made.set("id", "Zoë " + std::to_string(below(1000)));
        break;
      case 3:
        made.set("id", pick({"", "a", "a very much longer name of a unit than anybody would give one"}));
        break;
      default:
        made.set("id", "user-" + std::to_string(below(100000)));
    }
    if (one_in(2)) made.set("company", "c" + std::to_string(below(50)));
    return made;
  }

 private:
  int below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }
  bool one_in(int count) { return below(count) == 0; }
  Value pick(std::vector<const char*> texts) {
    return texts[static_cast<std::size_t>(below(static_cast<int>(texts.size())))];
  }

  Value condition() {
    switch (below(3)) {
      case 0:
        return Value::Object{{"country", pick({"DE", "US"})}};
      case 1:
        return Value::Object{{"age", Value::Object{{"$gt", 30}}}};
      default:
        return Value::Object{{"country", Value::Object{{"$in", Value::Array{"DE", "Ö"}}}}};
    }
  }

  Value rule() {
    Value made = Value::Object{{"id", "r" + std::to_string(below(1000))}};
    if (one_in(3)) made.set("condition", condition());
    if (one_in(12)) made.set("hashAttribute", "company");
    if (!one_in(3)) made.set("seed", "s" + std::to_string(below(5)));
    made.set("hashVersion", one_in(3) ? 1 : 2);
    if (one_in(25))
      made.set("parentConditions",
               Value::Array{Value::Object{{"id", "f0"}, {"condition", Value::Object{{"value", "off"}}}}});
    if (one_in(2)) {
      made.set("force", "forced");
      if (!one_in(3)) made.set("coverage", below(11) / 10.0);
      return made;
    }
    made.set("key", "e" + std::to_string(below(1000)));
    made.set("variations", Value::Array{"control", "a", "b"});
    if (one_in(3)) made.set("weights", Value::Array{0.5, 0.25, 0.25});
    if (one_in(3)) made.set("coverage", 0.7);
    if (one_in(3)) made.set("namespace", Value::Array{"n" + std::to_string(below(3)), 0.2, 0.9});
    if (one_in(6))
      made.set("filters", Value::Array{Value::Object{{"seed", "layer"},
                                                     {"ranges", Value::Array{Value::Array{0, 0.5}}}}});
    if (one_in(25)) made.set("meta", Value::Array{Value::Object{{"passthrough", true}}});
    if (one_in(25)) made.set("active", false);
    if (one_in(25)) made.set("ranges", Value::Array{Value::Array{0.1, 0.2}, Value::Array{0.2, 0.9}});
    return made;
  }

  std::mt19937 random_;
};

TEST(PlainFlagTest, PayloadsAreAnsweredAsByTheWayThatKnowsEverything) {
  Sources sources;
  for (unsigned seed = 0; seed < 60; ++seed) {
    RandomPayload random(seed);
    const auto compiled = Snapshot::read_payload(random.payload());
    ASSERT_TRUE(compiled);
    for (int i = 0; i < 40; ++i) {
      const Value unit = random.unit();
      SCOPED_TRACE("payload " + std::to_string(seed) + ", unit " + std::to_string(i));
      compare_all(**compiled, unit, {}, sources);
      if (HasFailure()) return;
    }
  }
  for (const Source source : {Source::Fallback, Source::Rule, Source::Experiment})
    EXPECT_GT(sources[source], 1000);
}

TEST(PlainFlagTest, DocumentsAreAnsweredAsByTheWayThatKnowsEverything) {
  std::mt19937 random(7);
  Sources sources;
  for (int i = 0; i < 60; ++i) {
    const auto compiled = snapshot(random_configuration(random));
    for (int number = 0; number < 20; ++number) {
      SCOPED_TRACE("configuration " + std::to_string(i) + ", unit " + std::to_string(number));
      compare_all(*compiled, random_unit(random, number), random_now(), sources);
      if (HasFailure()) return;
    }
  }
  for (const Source source : {Source::Fallback, Source::Rule, Source::Experiment})
    EXPECT_GT(sources[source], 50);
}

}  // namespace
}  // namespace splitplot::decide
