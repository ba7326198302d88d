#include "documents.hpp"

#include <splitplot/decide/hash.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

using namespace test;

struct Answer {
  std::string variant;
  std::string reason;
  std::string rule;
  friend bool operator==(const Answer&, const Answer&) = default;
  friend void PrintTo(const Answer& answer, std::ostream* out) {
    *out << answer.variant << " " << answer.reason << " by " << answer.rule;
  }
};

Answer ask_flag(const Snapshot& snapshot, std::string_view flag, std::string_view context) {
  const Value attributes = json(context);
  const Decision decision = snapshot.decide(flag, model::Attributes(&attributes));
  EXPECT_EQ(decision.value == nullptr, decision.variant.empty());
  return {std::string(decision.variant), std::string(name_of(decision.reason)), std::string(decision.rule)};
}

Answer ask_flag(model::Flag flag, std::string_view context) {
  model::Configuration configuration;
  const std::string key = flag.key;
  add(configuration, std::move(flag));
  return ask_flag(*snapshot(std::move(configuration)), key, context);
}

/// Whose bucket for the seed is below the share, or not below.
std::string id_with_bucket(const std::string& seed, double share, bool below) {
  for (int i = 0;; ++i) {
    const std::string id = "u" + std::to_string(i);
    if ((bucket_of(seed, id) < share) == below) return id;
  }
}

std::string context_of(const std::string& id) {
  return R"({"targetingKey": ")" + id + R"("})";
}

TEST(SnapshotTest, AFlagWithoutRulesIsStatic) {
  EXPECT_EQ(ask_flag(flag("f"), "{}"), (Answer{"off", "STATIC", ""}));
}

TEST(SnapshotTest, ADisabledFlagHasNoValue) {
  model::Flag disabled = flag("f", {serve("r", "")});
  disabled.enabled = false;
  EXPECT_EQ(ask_flag(disabled, "{}"), (Answer{"", "DISABLED", ""}));
}

TEST(SnapshotTest, AnUnknownFlagIsAnError) {
  const Value none;
  const Decision decision = snapshot({})->decide("f", model::Attributes(&none));
  EXPECT_EQ(decision.error, DecisionError::FlagNotFound);
  EXPECT_EQ(decision.reason, Reason::Error);
  EXPECT_EQ(decision.value, nullptr);
}

TEST(SnapshotTest, TheFirstRuleThatAppliesDecides) {
  const model::Flag three =
      flag("f", {serve("a", R"({"x": 1})"), serve("b", R"({"y": 1})"), serve("c", R"({"x": 1})")});
  EXPECT_EQ(ask_flag(three, R"({"x": 1, "y": 1})"), (Answer{"on", "TARGETING_MATCH", "a"}));
  EXPECT_EQ(ask_flag(three, R"({"y": 1})"), (Answer{"on", "TARGETING_MATCH", "b"}));
  EXPECT_EQ(ask_flag(three, "{}"), (Answer{"off", "DEFAULT", ""}));
}

TEST(SnapshotTest, ARollOutServesBucketsBelowItsShare) {
  const model::Flag rollout = flag("f", {serve("r", R"({"x": 1})", 0.3)});
  const std::string in = id_with_bucket("rollout/f/r", 0.3, true);
  const std::string out = id_with_bucket("rollout/f/r", 0.3, false);
  EXPECT_EQ(ask_flag(rollout, R"({"x": 1, "id": ")" + in + R"("})"), (Answer{"on", "SPLIT", "r"}));
  EXPECT_EQ(ask_flag(rollout, R"({"x": 1, "id": ")" + out + R"("})"), (Answer{"off", "DEFAULT", ""}));
  EXPECT_EQ(ask_flag(rollout, R"({"x": 2, "id": ")" + in + R"("})"), (Answer{"off", "DEFAULT", ""}));

  const model::Flag seeded = flag("f", {serve("r", "", 0.3, "my-seed")});
  EXPECT_EQ(ask_flag(seeded, context_of(id_with_bucket("my-seed", 0.3, true))), (Answer{"on", "SPLIT", "r"}));
  EXPECT_EQ(ask_flag(seeded, context_of(id_with_bucket("my-seed", 0.3, false))),
            (Answer{"off", "DEFAULT", ""}));
}

TEST(SnapshotTest, ARollOutToNobodyNeedsNoUnit) {
  EXPECT_EQ(ask_flag(flag("f", {serve("r", "", 0)}), "{}"), (Answer{"off", "DEFAULT", ""}));
}

TEST(SnapshotTest, WithoutATargetingKeyTheDefaultWouldBeAGuess) {
  model::Configuration configuration;
  add(configuration, flag("f", {serve("a", "", 0.5), serve("b", R"({"staff": true})")}));
  add(configuration, flag("g", {ask("a", "e", R"({"country": "DE"})")}));
  add(configuration, flag("h", {serve("a", "", 0.5, "", "company")}));
  add(configuration, experiment("e"));
  const auto compiled = snapshot(std::move(configuration));
  const auto error_of = [&](std::string_view key, std::string_view context) {
    const Value attributes = json(context);
    return compiled->decide(key, model::Attributes(&attributes)).error;
  };
  EXPECT_EQ(error_of("f", "{}"), DecisionError::TargetingKeyMissing);
  EXPECT_EQ(ask_flag(*compiled, "f", "{}"), (Answer{"", "ERROR", ""}));
  EXPECT_EQ(ask_flag(*compiled, "f", R"({"staff": true})"), (Answer{"on", "TARGETING_MATCH", "b"}))
      << "a later rule answers whatever the first would have said";
  EXPECT_EQ(error_of("g", R"({"country": "DE"})"), DecisionError::TargetingKeyMissing);
  EXPECT_EQ(error_of("g", "{}"), DecisionError::None) << "the rule does not apply, with or without a key";
  EXPECT_EQ(error_of("h", "{}"), DecisionError::None) << "not everybody has a company";
  for (const char* nobody :
       {R"({"id": ""})", R"({"id": 0})", R"({"id": null})", R"({"id": false})", R"({"id": ["u"]})"}) {
    EXPECT_EQ(error_of("f", nobody), DecisionError::TargetingKeyMissing) << nobody;
  }
}

TEST(SnapshotTest, IntegersAreUnitsByTheirDigits) {
  model::Configuration configuration;
  add(configuration, flag("f", {ask("r", "e")}));
  model::Experiment seeded = experiment("e");
  seeded.seed = "seed";
  add(configuration, seeded);
  const auto compiled = snapshot(std::move(configuration));
  const Value context = json(R"({"id": -9223372036854775808})");
  const Decision original = compiled->decide("f", model::Attributes(&context));
  const Decision copy = original;
  EXPECT_EQ(copy.assignment.bucket_value.view(), "-9223372036854775808");
  EXPECT_EQ(copy.assignment.bucket, bucket_of("seed", "-9223372036854775808"));
}

TEST(SnapshotTest, AnExperimentDecidesWithItsVariantAndBucket) {
  model::Configuration configuration;
  add(configuration, flag("f", {ask("r", "e")}));
  add(configuration, experiment("e", {0.3, 0.7}));
  const auto compiled = snapshot(std::move(configuration), 42);
  EXPECT_EQ(compiled->revision(), 42u);
  for (const std::string id : {"a", "b", "c", "d", "e", "f"}) {
    const Value context = json(context_of(id));
    const Decision decision = compiled->decide("f", model::Attributes(&context));
    const double bucket = bucket_of("experiment/e", id);
    EXPECT_EQ(decision.assignment.bucket, bucket);
    EXPECT_EQ(decision.assignment.bucket_value.view(), id);
    EXPECT_EQ(decision.experiment(), &compiled->configuration().experiments.at("e"));
    EXPECT_EQ(decision.assignment.variant, bucket < 0.3 ? 0u : 1u);
    EXPECT_EQ(decision.variant, bucket < 0.3 ? "off" : "on");
    EXPECT_EQ(decision.reason, Reason::Split);
    EXPECT_EQ(decision.rule, "r");
  }
}

TEST(SnapshotTest, OnlyRunningExperimentsAssign) {
  for (const auto status : {model::ExperimentStatus::Draft, model::ExperimentStatus::Stopped}) {
    model::Configuration configuration;
    model::Experiment idle = experiment("e");
    idle.status = status;
    add(configuration, idle);
    add(configuration, flag("f", {ask("r", "e")}));
    const auto compiled = snapshot(std::move(configuration));
    EXPECT_EQ(ask_flag(*compiled, "f", context_of("u1")), (Answer{"off", "DEFAULT", ""}));
    EXPECT_EQ(ask_flag(*compiled, "f", "{}"), (Answer{"off", "DEFAULT", ""})) << "it needs no unit either";
  }
}

TEST(SnapshotTest, PopulationAndUnitOfAnExperiment) {
  model::Configuration configuration;
  model::Experiment accounts = experiment("e");
  accounts.attribute = "company";
  accounts.population = condition(R"({"$inSegment": "pro"})");
  add(configuration, accounts);
  add_segment(configuration, "pro", R"({"plan": "pro"})");
  const auto compiled = snapshot(std::move(configuration));
  const auto assigned = [&](std::string_view context) {
    const Value attributes = json(context);
    return compiled->assign(accounts, model::Attributes(&attributes));
  };
  EXPECT_TRUE(assigned(R"({"plan": "pro", "company": "acme"})").variant);
  EXPECT_EQ(assigned(R"({"plan": "pro", "company": "acme"})").bucket, bucket_of("experiment/e", "acme"));
  EXPECT_FALSE(assigned(R"({"plan": "free", "company": "acme"})").variant);
  EXPECT_FALSE(assigned(R"({"plan": "free"})").unit_missing);
  EXPECT_TRUE(assigned(R"({"plan": "pro", "id": "u1"})").unit_missing);
}

TEST(SnapshotTest, SegmentsMayReferToSegments) {
  model::Configuration configuration;
  add_segment(configuration, "pro", R"({"plan": "pro"})", 3);
  add_segment(configuration, "pro-de", R"({"country": "DE", "$inSegment": "pro"})", 5);
  add_segment(configuration, "other", R"({"$notInSegment": ["pro", "nowhere"]})");
  const auto compiled = snapshot(std::move(configuration));
  const Value context = json(R"({"plan": "pro", "country": "DE"})");
  EXPECT_EQ(compiled->segments_of(model::Attributes(&context)),
            (std::vector<SegmentLabel>{{"pro", 3}, {"pro-de", 5}}));
  EXPECT_FALSE(compiled->contains("nowhere", model::Attributes(&context)));
}

TEST(SnapshotTest, SegmentsInACircleHoldNobody) {
  model::Configuration configuration;
  add_segment(configuration, "a", R"({"$or": [{"$inSegment": "b"}, {"$notInSegment": "b"}]})");
  add_segment(configuration, "b", R"({"$inSegment": ["a", "b"]})");
  add_segment(configuration, "c0", "{}");
  for (int i = 1; i < 200; ++i) {
    add_segment(configuration, "c" + std::to_string(i),
                R"({"$inSegment": "c)" + std::to_string(i - 1) + R"("})");
  }
  const auto compiled = snapshot(std::move(configuration));
  const Value context = json("{}");
  EXPECT_FALSE(compiled->contains("a", model::Attributes(&context)));
  EXPECT_FALSE(compiled->contains("b", model::Attributes(&context)));
  EXPECT_TRUE(compiled->contains("c31", model::Attributes(&context)));
  EXPECT_FALSE(compiled->contains("c199", model::Attributes(&context)));
}

TEST(SnapshotTest, AllFlagsComeInTheOrderOfTheirKeys) {
  model::Configuration configuration;
  for (const char* key : {"zeta", "alpha", "Mid"}) add(configuration, flag(key));
  const auto compiled = snapshot(std::move(configuration));
  std::vector<std::string> keys;
  const Value context = json("{}");
  compiled->decide_all(model::Attributes(&context), [&](std::string_view flag, const Decision& decision) {
    keys.emplace_back(flag);
    EXPECT_EQ(decision.reason, Reason::Static);
  });
  EXPECT_EQ(keys, (std::vector<std::string>{"Mid", "alpha", "zeta"}));
}

}  // namespace
}  // namespace splitplot::decide
