#include "check_fixture.hpp"
#include "generated_values.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

using namespace std::chrono_literals;
using test::accepted;
using test::check_text;
using test::problems_of;
using test::texts_of;
using test::warnings_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string metric(const std::string& members) {
  return "{kind: metric, key: m, " + members + "}";
}

std::optional<std::chrono::seconds> window_of(const std::string& window) {
  return accepted(metric("type: count, event: E, window: " + window)).metrics.at("m").window;
}

TEST(CheckMetric, ReadsEveryMember) {
  const Metric read = accepted(metric("description: d, type: mean, event: Order Completed, property: a.b, "
                                      "where: {c: 1}, window: 7d, direction: down"))
                          .metrics.at("m");
  EXPECT_EQ(read.description, "d");
  EXPECT_EQ(read.type, MetricType::Mean);
  EXPECT_EQ(read.event, "Order Completed");
  EXPECT_EQ(read.property, "a.b");
  EXPECT_EQ(read.where.written, Value(Value::Object{{"c", 1}}));
  EXPECT_EQ(read.window, 168h);
  EXPECT_TRUE(read.lower_is_better);
  const Metric least = accepted(metric("type: proportion, event: E")).metrics.at("m");
  EXPECT_FALSE(least.window);
  EXPECT_FALSE(least.lower_is_better);
  EXPECT_EQ(least.property, "");
}

TEST(CheckMetric, ReadsDurations) {
  EXPECT_EQ(window_of("45s"), 45s);
  EXPECT_EQ(window_of("30m"), 30min);
  EXPECT_EQ(window_of("12h"), 12h);
  EXPECT_EQ(window_of("2w"), 336h);
  EXPECT_EQ(window_of("3660d"), std::chrono::days{3660});
  for (const char* wrong : {"7", "'7'", "7 d", "7D", "d", "0d", "-1d", "1.5d", "7days", "1d12h", "3661d",
                            "99999999999999999999s", "''", "9223372036854775807w"})
    EXPECT_THAT(problems_of(metric("type: count, event: E, window: " + std::string(wrong))),
                ElementsAre(HasSubstr("/window: must be a duration")))
        << wrong;
}

TEST(CheckMetric, WhatIsMeasuredMustBeClear) {
  EXPECT_THAT(problems_of("{kind: metric, key: m}"),
              ElementsAre(HasSubstr("'type' is missing"), HasSubstr("'event' is missing")));
  EXPECT_THAT(problems_of(metric("type: sum, event: E")), ElementsAre(HasSubstr("'property' is missing")));
  EXPECT_THAT(problems_of(metric("type: count, event: E, property: p")),
              ElementsAre(HasSubstr("/property: a proportion or count has no property")));
  EXPECT_THAT(
      problems_of(metric("type: total, event: '', property: p, direction: left")),
      ElementsAre(HasSubstr("/type: there is no type 'total'"), HasSubstr("/event: the text is empty"),
                  HasSubstr("/direction: there is no direction 'left'")));
  EXPECT_THAT(problems_of(metric("type: count, event: E, where: {$inSegment: pro}")),
              ElementsAre(HasSubstr("/where: a metric cannot ask for segments")));
}

TEST(CheckConnection, KnowsThreeTypes) {
  const Configuration read = accepted(
      "- {kind: connection, key: c, type: client, description: d}\n- {kind: connection, key: s, type: "
      "server}\n"
      "- {kind: connection, key: a, type: admin, record_exposures: false}");
  EXPECT_EQ(read.connections.at("c").kind, ConnectionKind::Client);
  EXPECT_FALSE(read.connections.at("c").record_exposures);
  EXPECT_EQ(read.connections.at("s").kind, ConnectionKind::Server);
  EXPECT_TRUE(read.connections.at("s").record_exposures);
  EXPECT_EQ(read.connections.at("a").kind, ConnectionKind::Admin);
  EXPECT_FALSE(read.connections.at("a").record_exposures);
  EXPECT_THAT(problems_of("{kind: connection, key: c}"), ElementsAre(HasSubstr("'type' is missing")));
  EXPECT_FALSE(read.connections.at("c").local_evaluation);
  EXPECT_TRUE(read.connections.at("s").local_evaluation);
  EXPECT_THAT(problems_of("{kind: connection, key: s, type: server, local_evaluation: false}"),
              ElementsAre(HasSubstr("/local_evaluation: whoever has a secret key may see rules")));
  EXPECT_THAT(problems_of("{kind: connection, key: c, type: client, encryption: true}"),
              ElementsAre(HasSubstr("/encryption: is about what the connection may not load")));
  EXPECT_THAT(problems_of("{kind: connection, key: c, type: client, record_exposures: true}"),
              ElementsAre(HasSubstr("/record_exposures: a client connection")));
  EXPECT_THAT(problems_of("{kind: connection, key: c, type: sever, secret: x}"),
              ElementsAre(HasSubstr("/type: there is no type 'sever' (did you mean 'server'?)"),
                          HasSubstr("/secret: there is no member 'secret'")));
}

TEST(CheckLayer, ReadsEveryMember) {
  const Layer read =
      accepted("{kind: layer, key: l, description: d, seed: s, attribute: company}").layers.at("l");
  EXPECT_EQ(read.description, "d");
  EXPECT_EQ(read.seed, "s");
  EXPECT_EQ(read.attribute, "company");
  EXPECT_EQ(accepted("{kind: layer, key: l}").layers.at("l").attribute, "id");
  EXPECT_THAT(problems_of("{kind: layer, key: l, slice: [0, 1]}"),
              ElementsAre(HasSubstr("/slice: there is no member 'slice'")));
}

TEST(CheckSegment, NeedsACondition) {
  EXPECT_EQ(
      accepted("{kind: segment, key: s, description: d, condition: {a: 1}}").segments.at("s").description,
      "d");
  EXPECT_THAT(problems_of("{kind: segment, key: s}"), ElementsAre(HasSubstr("'condition' is missing")));
  EXPECT_THAT(problems_of("{kind: segment, key: s, condition: {a: {$near: 1}}}"),
              ElementsAre(HasSubstr("segment 's', /condition/a")));
  EXPECT_THAT(warnings_of("{kind: segment, key: s, condition: {}}"),
              ElementsAre(HasSubstr("/condition: an empty condition means everybody")));
}

std::string segment(const std::string& key, const std::vector<std::string>& asked) {
  std::string text = "- {kind: segment, key: " + key + ", condition: {$and: [{x: 1}";
  for (const std::string& other : asked) text += ", {$inSegment: " + other + "}";
  return text + "]}}\n";
}

std::string numbered(std::size_t number) {
  std::string key = "s";
  key += std::to_string(number);
  return key;
}

TEST(CheckSegment, CirclesAreNamed) {
  EXPECT_THAT(
      problems_of(segment("s", {"s"})),
      ElementsAre(HasSubstr("segment 's', /condition: segments ask for one another in a circle: s -> s")));
  EXPECT_THAT(problems_of(segment("a", {"b"}) + segment("b", {"pro", "c"}) + segment("c", {"a"}) +
                          segment("d", {"a", "pro"})),
              ElementsAre(HasSubstr(
                  "segment 'a', /condition: segments ask for one another in a circle: a -> b -> c -> a")));
  EXPECT_THAT(
      problems_of(segment("a", {"b"}) + segment("b", {"a"}) + segment("c", {"d"}) + segment("d", {"c"})),
      ElementsAre(HasSubstr("a -> b -> a"), HasSubstr("c -> d -> c")));
  EXPECT_THAT(problems_of(segment("a", {"b", "c"}) + segment("b", {"d"}) + segment("c", {"d"}) +
                          segment("d", {"pro"})),
              IsEmpty());
  EXPECT_THAT(problems_of(segment("a", {"b"}) + segment("b", {"nobody"})),
              ElementsAre(HasSubstr("there is no segment 'nobody'")));
}

TEST(CheckSegment, CirclesAreFoundWheneverASlowSearchFindsOne) {
  RandomStream random(61);
  int circles = 0;
  for (int i = 0; i < 300; ++i) {
    const std::size_t size = 2 + random.below(7);
    std::vector<std::vector<std::size_t>> asked(size);
    std::string text;
    for (std::size_t s = 0; s < size; ++s) {
      std::vector<std::string> names;
      for (std::size_t other = 0; other < size; ++other) {
        if (!random.bernoulli(0.15)) continue;
        asked[s].push_back(other);
        names.push_back(numbered(other));
      }
      text += segment(numbered(s), names);
    }
    // Slow and obvious: follow every way from every segment.
    const std::function<bool(std::size_t, std::size_t, std::size_t)> reaches =
        [&](std::size_t from, std::size_t to, std::size_t steps) {
          for (const std::size_t next : asked[from]) {
            if (next == to || (steps > 0 && reaches(next, to, steps - 1))) return true;
          }
          return false;
        };
    bool has_circle = false;
    for (std::size_t s = 0; s < size && !has_circle; ++s) has_circle = reaches(s, s, size);
    circles += has_circle ? 1 : 0;
    const std::vector<std::string> found = problems_of(text);
    if (has_circle) {
      EXPECT_THAT(found, testing::Not(IsEmpty())) << text;
    }
    for (const std::string& problem : found) {
      // "... in a circle: s1 -> s4 -> s1 (...": every step must be one that a segment takes.
      std::vector<std::size_t> path;
      for (std::size_t at = problem.find("circle: "); (at = problem.find('s', at)) < problem.find(" (");
           ++at) {
        if (std::isdigit(static_cast<unsigned char>(problem[at + 1])) != 0)
          path.push_back(static_cast<std::size_t>(problem[at + 1] - '0'));
      }
      ASSERT_GE(path.size(), 2U) << problem;
      EXPECT_EQ(path.front(), path.back()) << problem;
      for (std::size_t step = 0; step + 1 < path.size(); ++step)
        EXPECT_THAT(asked[path[step]], testing::Contains(path[step + 1])) << problem;
    }
  }
  EXPECT_GT(circles, 50);
  EXPECT_LT(circles, 250);
}

TEST(CheckSegment, ChainsAreBounded) {
  const auto chain = [](std::size_t length) {
    std::string text = segment("s0", {});
    for (std::size_t i = 1; i < length; ++i) text += segment(numbered(i), {numbered(i - 1)});
    return text;
  };
  EXPECT_THAT(problems_of(chain(32)), IsEmpty());
  EXPECT_THAT(
      problems_of(chain(33)),
      ElementsAre(HasSubstr("segment 's32', /condition: segments ask for one another more than 32 deep")));
  EXPECT_THAT(problems_of(chain(3000)), ElementsAre(HasSubstr("more than 32 deep")));
}

TEST(Check, EverythingIsFoundAtOnce) {
  EXPECT_THAT(
      texts_of(
          check_text("- {kind: flag, key: f, variants: {a: 1}, default: b}\n- {kind: layer, key: l, sed: x}\n"
                     "- {kind: metric, key: m, type: count, event: 5}\n"
                     "- {kind: experiment, key: e, variants: {a: 1}, segments: [s]}\n")
              .problems),
      ElementsAre(HasSubstr("layer 'l', /sed"), HasSubstr("metric 'm', /event"),
                  HasSubstr("experiment 'e', /variants"), HasSubstr("flag 'f', /default"),
                  HasSubstr("experiment 'e', /segments/0: there is no segment 's'")));
}

TEST(Check, BrokenDocumentsAreNotReportedAsMissing) {
  EXPECT_THAT(
      texts_of(check_text("- {kind: flag, key: f, variants: {a: 1}, default: a, rules: [{experiment: e}]}\n"
                          "- {kind: experiment, key: e, variants: 5, metrics: {primary: [m]}}\n- {kind: "
                          "metric, key: m, type: x, event: E}\n")
                   .problems),
      ElementsAre(HasSubstr("metric 'm', /type"), HasSubstr("experiment 'e', /variants")));
}

TEST(Check, DocumentsComeOnce) {
  const Document layer{{DocumentKind::Layer, "l"}, Value::Object{}};
  EXPECT_THAT(texts_of(check({layer, layer}).problems),
              ElementsAre(HasSubstr("layer 'l', /key: it is there twice")));
  EXPECT_THAT(
      check({layer, {{DocumentKind::Segment, "l"}, Value::Object{{"condition", Value::Object{{"a", 1}}}}}})
          .problems,
      IsEmpty());
  EXPECT_THAT(texts_of(check({{{DocumentKind::Layer, "l l"}, Value::Object{}}}).problems),
              ElementsAre(HasSubstr("/key: 'l l' is not a key")));
  EXPECT_THAT(texts_of(check({{{DocumentKind::Layer, "l"}, Value(5)}}).problems),
              ElementsAre("layer 'l': must be an object, not integer"));
  EXPECT_TRUE(check({}).problems.empty());
}

TEST(Check, AnExperimentNeedsNoFlag) {
  EXPECT_THAT(warnings_of("{kind: experiment, key: e, status: running, variants: {a: 1, b: 1}, metrics: "
                          "{primary: [orders]}}"),
              IsEmpty());
}

TEST(Check, AnyBodyIsAcceptedOrRefused) {
  RandomStream random(62);
  const std::vector<std::string> names{
      "variants", "default", "rules",  "type",     "metrics", "plan",     "layer",      "condition",
      "event",    "where",   "window", "coverage", "control", "segments", "population", "description"};
  for (int i = 0; i < 1000; ++i) {
    std::vector<Document> documents;
    for (const DocumentKind kind : kDocumentKinds) {
      Value body = Value::Object{};
      for (std::uint64_t members = random.below(5); members > 0; --members)
        body.set(names[random.below(names.size())], test::generated_value(random, 3));
      documents.push_back({{kind, "k"}, std::move(body)});
    }
    const Checked checked = check(documents);
    EXPECT_FALSE(checked.problems.empty());
    for (const Problem& problem : checked.problems)
      EXPECT_FALSE(problem.subject.empty() || problem.message.empty());
  }
}

}  // namespace
}  // namespace splitplot::model
