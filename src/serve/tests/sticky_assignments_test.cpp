// Sticky experiments: who was assigned a variant keeps it, over whichever protocol they are decided.
#include "service_fixture.hpp"

#include <splitplot/collect/event.hpp>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using ::testing::HasSubstr;

class StickyAssignmentsTest : public test::ServiceTest {
 protected:
  void run_experiment(std::string_view weights, std::string_view more = "sticky: {version: 1}") {
    configure(R"(
kind: flag
key: colour
variants: {red: red, green: green}
default: red
rules: [{experiment: colours, variants: {control: red, treatment: green}}]
---
kind: experiment
key: colours
status: running
variants: )" + std::string(weights) +
              "\n" + std::string(more) + R"(
metrics: {primary: [orders]}
---
kind: metric
key: orders
type: proportion
event: Order Completed
)");
  }

  std::string one(const std::string& context, const std::string& key) {
    return member(ask({.method = Method::Post,
                       .path = "/ofrep/v1/evaluate/flags/colour",
                       .key = key,
                       .body = R"({"context":)" + context + "}"}),
                  "value");
  }
  std::string all(const std::string& context) {
    const Response response = ask({.method = Method::Post,
                                   .path = "/ofrep/v1/evaluate/flags",
                                   .key = client_key,
                                   .body = R"({"context":)" + context + "}"});
    return model::to_json(*json(response).find("flags")->if_array()->front().find("value"));
  }
  std::string remote(const std::string& attributes) {
    const Response response = ask({.method = Method::Post,
                                   .path = "/api/eval/" + client_key,
                                   .body = R"({"attributes":)" + attributes + "}"});
    return model::to_json(*json(response).find("features")->find("colour")->find("defaultValue"));
  }

  // What the pipeline would do with the assignments that it was given.
  void apply_assignments() {
    for (const collect::Event& event : pipeline.events()) {
      if (!event.assignment) continue;
      const auto known = pipeline.known.find("default/production", event.unit());
      auto profile =
          known ? std::make_shared<profile::Profile>(*known) : std::make_shared<profile::Profile>();
      Value of_attribute = Value::Object{};
      if (const Value* before = profile->assignments.find(event.assignment->attribute))
        of_attribute = *before;
      of_attribute.set(event.assignment->experiment, event.assignment->variant);
      profile->assignments.set(event.assignment->attribute, of_attribute);
      pipeline.known.publish("default/production", event.unit(), profile);
    }
    pipeline.batches.clear();
  }

  [[nodiscard]] std::size_t assignments() {
    std::size_t count = 0;
    for (const collect::Event& event : pipeline.events()) count += event.assignment ? 1 : 0;
    return count;
  }
};

TEST_F(StickyAssignmentsTest, WhatWasAssignedHoldsOnWhenWeightsChange) {
  run_experiment("{control: 1, treatment: 1}");
  std::vector<std::string> before;
  for (int user = 0; user < 30; ++user) {
    const std::string id = "u" + std::to_string(user);
    const std::string context = R"({"targetingKey":")" + id + R"("})";
    const std::string attributes = R"({"id":")" + id + R"("})";
    before.push_back(user % 3 == 0   ? one(context, server_key)
                     : user % 3 == 1 ? all(context)
                                     : remote(attributes));
  }
  EXPECT_EQ(std::set<std::string>(before.begin(), before.end()).size(), 2U);
  EXPECT_EQ(assignments(), 30U);
  apply_assignments();
  run_experiment("{control: 1, treatment: 99}");
  for (int user = 0; user < 30; ++user) {
    const std::string id = "u" + std::to_string(user);
    const std::string context = R"({"targetingKey":")" + id + R"("})";
    EXPECT_EQ(one(context, server_key), before[user]) << id;
    EXPECT_EQ(one(context, client_key), before[user]) << id;
    EXPECT_EQ(all(context), before[user]) << id;
    EXPECT_EQ(remote(R"({"id":")" + id + R"("})"), before[user]) << id;
  }
  EXPECT_EQ(assignments(), 0U) << "what is kept is not written again";
}

TEST_F(StickyAssignmentsTest, PopulationAsksNobodyWhoIsInIt) {
  run_experiment("{control: 1, treatment: 1}", "sticky: true\npopulation: {plan: free}");
  std::string user = "u0";
  for (int i = 1; one(R"({"targetingKey":")" + user + R"(","plan":"free"})", client_key) != R"("green")"; ++i)
    user = "u" + std::to_string(i);
  apply_assignments();
  EXPECT_EQ(all(R"({"targetingKey":")" + user + R"(","plan":"pro"})"), R"("green")");
  EXPECT_EQ(all(R"({"targetingKey":"somebody else","plan":"pro"})"), R"("red")");
}

TEST_F(StickyAssignmentsTest, AnotherVersionAssignsAnew) {
  run_experiment("{control: 1, treatment: 1}");
  std::string user = "u0";
  for (int i = 1; one(R"({"targetingKey":")" + user + R"("})", client_key) != R"("red")"; ++i)
    user = "u" + std::to_string(i);
  apply_assignments();
  const std::string context = R"({"targetingKey":")" + user + R"("})";
  run_experiment("{control: 0.0001, treatment: 99.9999}");
  EXPECT_EQ(all(context), R"("red")");
  run_experiment("{control: 0.0001, treatment: 99.9999}", "sticky: {version: 2}");
  EXPECT_EQ(all(context), R"("green")");
  apply_assignments();
  run_experiment("{control: 0.0001, treatment: 99.9999}", "sticky: {version: 2, first_valid: 2}");
  EXPECT_EQ(all(context), R"("red")") << "kept out, for it was assigned under version 1";
}

TEST_F(StickyAssignmentsTest, DeviceOfSomebodyWhoLogsInLaterKeepsItsVariant) {
  run_experiment("{control: 1, treatment: 1}", "sticky: {version: 1, fallback_attribute: deviceId}");
  std::string device = "d0";
  for (int i = 1; all(R"({"deviceId":")" + device + R"("})") != R"("green")"; ++i)
    device = "d" + std::to_string(i);
  apply_assignments();
  std::string user = "u0";  // who would get the other one
  for (int i = 1; one(R"({"targetingKey":")" + user + R"("})", client_key) != R"("red")"; ++i)
    user = "u" + std::to_string(i);
  pipeline.batches.clear();
  EXPECT_EQ(all(R"({"targetingKey":")" + user + R"(","deviceId":")" + device + R"("})"), R"("green")");
}

TEST_F(StickyAssignmentsTest, NothingIsKeptOfOtherExperimentsAndOfThoseWhoAreNotIn) {
  run_experiment("{control: 1, treatment: 1}", "");
  one(R"({"targetingKey":"u1"})", client_key);
  all(R"({"targetingKey":"u1"})");
  EXPECT_EQ(assignments(), 0U);
  run_experiment("{control: 1, treatment: 1}", "sticky: true\npopulation: {plan: free}");
  one(R"({"targetingKey":"u1"})", client_key);
  EXPECT_EQ(assignments(), 0U);
}

TEST_F(StickyAssignmentsTest, OneThatIsOnItsWayIsNotWrittenAgainUnlessItWasRefused) {
  run_experiment("{control: 1, treatment: 1}");
  pipeline.refuse_with = Error{ErrorCode::Unavailable, "not now", ""};
  all(R"({"targetingKey":"u1"})");
  EXPECT_EQ(assignments(), 1U);
  pipeline.refuse_with.reset();
  all(R"({"targetingKey":"u1"})");
  EXPECT_EQ(assignments(), 2U);
  all(R"({"targetingKey":"u1"})");
  remote(R"({"id":"u1"})");
  EXPECT_EQ(assignments(), 2U);
}

TEST_F(StickyAssignmentsTest, WhatCannotBeAnIdIsAssignedAndNotKept) {
  run_experiment("{control: 1, treatment: 1}", "sticky: true\nattribute: company\nunit: account");
  const std::string context = R"({"company":")" + std::string(600, 'c') + R"("})";
  EXPECT_FALSE(all(context).empty());
  EXPECT_EQ(assignments(), 0U);
  EXPECT_FALSE(all(R"({"company":7})").empty());
  EXPECT_EQ(assignments(), 1U);
}

TEST_F(StickyAssignmentsTest, ExplanationKnowsWhatIsKeptAndKeepsNothing) {
  run_experiment("{control: 1, treatment: 1}");
  std::string user = "u0";
  for (int i = 1; all(R"({"targetingKey":")" + user + R"("})") != R"("red")"; ++i)
    user = "u" + std::to_string(i);
  apply_assignments();
  run_experiment("{control: 0.0001, treatment: 99.9999}");
  const auto explained = [&](const std::string& id) {
    return member(
        ask({.path = "/api/v1/decide/explain", .key = admin_key, .query = "flag=colour&user=" + id}),
        "value");
  };
  EXPECT_EQ(explained(user), R"("red")");
  EXPECT_EQ(explained("somebody-else"), R"("green")");
  EXPECT_EQ(assignments(), 0U);
}

TEST_F(StickyAssignmentsTest, RemoteEvaluationSaysWhatIsSticky) {
  run_experiment("{control: 1, treatment: 1}");
  remote(R"({"id":"u1"})");
  apply_assignments();
  const Response response = ask(
      {.method = Method::Post, .path = "/api/eval/" + client_key, .body = R"({"attributes":{"id":"u1"}})"});
  EXPECT_THAT(response.body, HasSubstr(R"("stickyBucketUsed":true)"));
}

}  // namespace
}  // namespace splitplot::serve
