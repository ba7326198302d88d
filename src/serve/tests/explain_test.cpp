// GET and POST /api/v1/decide/explain.
#include "service_fixture.hpp"

#include <splitplot/collect/pipeline.hpp>

#include <string>

#include <gtest/gtest.h>

namespace splitplot::serve::test {
namespace {

class ExplainTest : public ServiceTest {
 protected:
  ExplainTest() {
    configure(R"(
kind: flag
key: checkout
type: boolean
variants: {off: false, on: true}
default: off
rules:
  - id: staff
    if: {email: {$regex: "@example.org$"}}
    serve: on
  - id: adults
    if: {age: {$gte: 18}}
    experiment: button
    variants: {control: off, treatment: on}
---
kind: experiment
key: button
status: running
variants:
  - key: control
    weight: 0.5
  - key: treatment
    weight: 0.5
control: control
seed: s
metrics: {primary: [bought]}
---
kind: metric
key: bought
type: proportion
event: Bought
)");
  }

  Response explain(const std::string& query, const std::string& key) {
    return ask({.path = "/api/v1/decide/explain", .key = key, .query = query});
  }
};

TEST_F(ExplainTest, ShowsClausesBesideTheUsersValues) {
  const Response response =
      explain("flag=checkout&user=u1&attributes=%7B%22age%22%3A12%7D&format=text", server_key);
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.body,
            "checkout = false, variant 'off' (DEFAULT)\n"
            "  rule 'staff', serves 'on': passed over\n"
            "    no   condition\n"
            "         no   email is not known, expected a match of \"@example.org$\"\n"
            "  rule 'adults', experiment 'button': passed over\n"
            "    no   condition\n"
            "         no   age is 12, expected at least 18\n"
            "  no rule applied: the default\n");
}

TEST_F(ExplainTest, AnswersWhatADecisionAnswersAndRecordsNothing) {
  const std::string context = R"({"id":"u7","age":40})";
  const Response explained = ask({.method = Method::Post,
                                  .path = "/api/v1/decide/explain",
                                  .key = admin_key,
                                  .body = R"({"flag":"checkout","context":)" + context + "}"});
  ASSERT_EQ(explained.status, 200) << explained.body;
  EXPECT_TRUE(pipeline.events().empty()) << "looking is no exposure";
  const Response decided = ask({.method = Method::Post,
                                .path = "/ofrep/v1/evaluate/flags/checkout",
                                .key = client_key,
                                .body = R"({"context":)" + context + "}"});
  for (const char* name : {"value", "variant", "reason"})
    EXPECT_EQ(member(explained, name), member(decided, name)) << name;
  EXPECT_EQ(*json(explained).find("assignment")->find("bucket"),
            *json(decided).find("metadata")->find("bucket"));
}

TEST_F(ExplainTest, ClientKeysSeeNoRules) {
  const Response response = explain("flag=checkout&user=u1", client_key);
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.body.find("example.org"), std::string::npos);
}

TEST_F(ExplainTest, SaysWhatIsWrongWithAQuestion) {
  EXPECT_EQ(explain("flag=nothing&user=u1", server_key).status, 404);
  EXPECT_EQ(explain("user=u1", server_key).status, 400);
  EXPECT_EQ(explain("flag=checkout&user=" + std::string(600, 'x'), server_key).status, 400);
  EXPECT_EQ(explain("flag=checkout&attributes=%5B%5D", server_key).status, 400);
  EXPECT_EQ(explain("flag=checkout&format=html", server_key).status, 400);
  const auto posted = [&](const std::string& body) {
    return ask({.method = Method::Post, .path = "/api/v1/decide/explain", .key = server_key, .body = body})
        .status;
  };
  EXPECT_EQ(posted("{}"), 422);
  EXPECT_EQ(posted(R"({"flag":"checkout","user":"u1"})"), 422) << "members that are not known are refused";
  EXPECT_EQ(posted(R"({"flag":"checkout","context":[]})"), 422);
  EXPECT_EQ(posted("nonsense"), 400);
}

}  // namespace
}  // namespace splitplot::serve::test
