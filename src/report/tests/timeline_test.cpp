#include <splitplot/report/timeline.hpp>

#include <limits>
#include <regex>
#include <string>

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace splitplot::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

stats::Estimate estimate(double value, double lower, double upper) {
  return {value, {lower, upper}};
}

/// Two days: the first too early, the second with a number.
experiment::Timeline two_days() {
  experiment::Timeline timeline;
  timeline.experiment = "checkout-test";
  timeline.metric = "bought";
  timeline.definition = "share of units with 'Order Completed'";
  timeline.kind = experiment::MetricKind::Proportion;
  timeline.control = "control";
  timeline.tuned_for_units = 10'000;
  timeline.step = std::chrono::hours(24);
  const auto early = stats::not_estimable("too early to say");
  const experiment::TimelineArm nobody{3, 0, early, std::nullopt};
  experiment::TimelineArm waiting{4, 1, early, std::nullopt};
  waiting.difference = early;
  const experiment::TimelineArm base{600, 0, estimate(0.25, 0.2, 0.3), std::nullopt};
  experiment::TimelineArm better{610, 0, estimate(0.33, 0.28, 0.38), std::nullopt};
  better.difference = estimate(0.08, 0.01, std::numeric_limits<double>::infinity());
  timeline.points.push_back({parse_rfc3339("2026-03-02T00:00:00Z").value(),
                             {{"control", nobody, nobody}, {"treat\x1b[31m<b>", waiting, waiting}}});
  timeline.points.push_back({parse_rfc3339("2026-03-02T14:30:00Z").value(),
                             {{"control", base, base}, {"treat\x1b[31m<b>", better, better}}});
  return timeline;
}

TEST(TimelineJson, HasTheDocumentedMembers) {
  const auto document = boost::json::parse(to_json(two_days())).as_object();
  std::vector<std::string> keys;
  for (const auto& member : document) keys.emplace_back(member.key());
  EXPECT_THAT(keys, ElementsAre("format", "version", "experiment", "metric", "control", "step_seconds",
                                "confidence", "method", "tuned_for_units", "points", "notes"));
  EXPECT_EQ(document.at("step_seconds").as_int64(), 86'400);
  EXPECT_EQ(document.at("metric").at("kind").as_string(), "proportion");
  EXPECT_EQ(document.at("points").at(0).at("until").as_string(), "2026-03-02T00:00:00.000Z");
}

TEST(TimelineJson, WhatCannotBeEstimatedSaysWhyAndOpenEndsAreNull) {
  const auto document = boost::json::parse(to_json(two_days()));
  const auto& early = document.at("points").at(0).at("variants").at(1).as_object();
  EXPECT_TRUE(early.at("difference").is_null());
  EXPECT_EQ(early.at("reason").as_string(), "too early to say");
  EXPECT_EQ(early.at("new_units").to_number<int>(), 5);
  const auto& late = document.at("points").at(1).at("variants").at(1).as_object();
  EXPECT_EQ(late.at("difference").at("estimate").to_number<double>(), 0.08);
  EXPECT_TRUE(late.at("difference").at("upper").is_null());
  EXPECT_FALSE(late.contains("reason"));
  EXPECT_EQ(late.at("daily").at("units").to_number<int>(), 610);
}

TEST(TimelineText, ShowsEachStepWithItsIntervalOrTheReason) {
  const std::string text = to_terminal(two_days(), {.columns = 100, .colour = false, .unicode = false});
  EXPECT_THAT(text, HasSubstr("2026-03-01"));
  EXPECT_THAT(text, HasSubstr("too early to say"));
  EXPECT_THAT(text, HasSubstr("+8.00 [1.00, unbounded]"));
  EXPECT_THAT(text, HasSubstr("always-valid 95 %"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(TimelineText, NoLineIsWiderThanTheTerminal) {
  for (const int columns : {40, 60, 80, 120}) {
    const std::string text = to_terminal(two_days(), {.columns = columns, .colour = false, .unicode = false});
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      EXPECT_LE(end - begin, static_cast<std::size_t>(columns)) << text.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

TEST(TimelineText, AReasonIsNeverCut) {
  experiment::Timeline timeline = two_days();
  timeline.points[0].variants[1].cumulative.difference =
      stats::not_estimable("a test that is watched has no answer before 50 units in each variant");
  const std::string wrapped = to_terminal(timeline, {.columns = 60, .colour = false, .unicode = false});
  const std::string text = std::regex_replace(wrapped, std::regex("\\s+"), " ");
  EXPECT_THAT(text, HasSubstr("a test that is watched has no answer before 50 units in each variant"));
}

TEST(TimelineText, WithoutPointsTheNotesSayWhy) {
  experiment::Timeline timeline = two_days();
  timeline.points.clear();
  timeline.notes = {"Nobody was exposed to 'checkout-test' yet."};
  EXPECT_THAT(to_terminal(timeline), HasSubstr("Nobody was exposed"));
}

}  // namespace
}  // namespace splitplot::report
