// POST /api/v1/experiments/{key}/assignments.
#include "service_fixture.hpp"

#include <splitplot/decide/hash.hpp>

#include <string>

#include <gtest/gtest.h>

namespace splitplot::serve::test {
namespace {

class AssignmentsTest : public ServiceTest {
 protected:
  AssignmentsTest() {
    configure(R"(
kind: flag
key: checkout
variants: {off: false, on: true}
default: off
rules: [{experiment: button, variants: {control: off, treatment: on}}]
---
kind: experiment
key: button
status: running
variants: {control: 1, treatment: 3}
population: {age: {$gte: 18}}
overrides: {tester: treatment}
seed: s
metrics: {primary: [bought]}
---
kind: experiment
key: draft
variants: {control: 50, treatment: 50}
metrics: {primary: [bought]}
---
kind: metric
key: bought
type: proportion
event: Bought
)");
  }

  Response assign(const std::string& body, const std::string& key, const std::string& experiment = "button") {
    return ask({.method = Method::Post,
                .path = "/api/v1/experiments/" + experiment + "/assignments",
                .key = key,
                .body = body});
  }
};

TEST_F(AssignmentsTest, AnswersEachUnitInItsOrder) {
  const Response response = assign(
      R"({"flag":"checkout","units":[{"id":"u1","age":20},{"id":"u2","age":7},{"age":30},{"id":"tester"}]})",
      server_key);
  ASSERT_EQ(response.status, 200) << response.body;
  const bool treated = decide::bucket_of("s", "u1") >= 0.25;
  EXPECT_EQ(member(response, "assignments"),
            std::string(R"([{"variant":")") + (treated ? "treatment" : "control") + R"(","value":)" +
                (treated ? "true" : "false") +
                R"(},{"reason":"population","value":false},{"reason":"no_unit"},)"
                R"({"variant":"treatment","forced":true,"value":true}])");
  EXPECT_EQ(member(response, "planned"), R"({"control":0.25,"treatment":0.75})");
  EXPECT_TRUE(pipeline.events().empty()) << "a list is no exposure";
}

TEST_F(AssignmentsTest, RefusesWhatCannotBeAssigned) {
  EXPECT_EQ(assign(R"({"units":[]})", client_key).status, 403);
  EXPECT_EQ(assign(R"({"units":[]})", server_key, "nothing").status, 404);
  EXPECT_EQ(assign(R"({"units":[]})", server_key, "draft").status, 409);
  EXPECT_EQ(assign(R"({"units":[],"flag":"nothing"})", server_key).status, 404);
  EXPECT_EQ(assign("{}", server_key).status, 422);
  EXPECT_EQ(assign(R"({"units":["u1"]})", server_key).status, 422);
  EXPECT_EQ(assign(R"({"units":[],"unit":[]})", server_key).status, 422);
  std::string many = R"({"units":[{})";
  for (int i = 0; i < 1000; ++i) many += ",{}";
  EXPECT_EQ(assign(many + "]}", server_key).status, 422);
}

TEST_F(AssignmentsTest, SaysBeforeTheStartWhetherItWillSplitAsPlanned) {
  const std::string path = "/api/v1/experiments/draft/assignment-check";
  const auto check = [&](const std::string& body, const std::string& key, const std::string& query = "") {
    return ask({.method = Method::Post, .path = path, .key = key, .body = body, .query = query});
  };
  const Response found = check(R"({"simulated":5000,"ids":["a","b","c"]})", server_key);
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(member(found, "as_planned"), "true");
  const Value samples = *json(found).find("samples");
  ASSERT_EQ(samples.if_array()->size(), 2U);
  EXPECT_EQ(*(*samples.if_array())[0].find("units"), Value(5000));
  EXPECT_EQ(*(*samples.if_array())[1].find("ids"), Value("known"));
  EXPECT_EQ(check("{}", client_key).status, 403);
  EXPECT_EQ(check(R"({"simulated":0})", server_key).status, 400);
  EXPECT_EQ(check(R"({"simulated":2000000})", server_key).status, 422);
  EXPECT_EQ(check(R"({"ids":[1]})", server_key).status, 422);
  EXPECT_EQ(check("{}", server_key, "format=html").status, 400);
  EXPECT_NE(check("{}", server_key, "format=text").body.find("as planned"), std::string::npos);
}

}  // namespace
}  // namespace splitplot::serve::test
