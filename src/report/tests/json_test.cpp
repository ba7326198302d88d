#include "example_analysis.hpp"

#include <splitplot/report/report.hpp>

#include <cmath>

#include <boost/json.hpp>

namespace splitplot::report {
namespace {

boost::json::object parsed(const experiment::Analysis& analysis) {
  return boost::json::parse(to_json(analysis)).as_object();
}

TEST(Json, HasTheDocumentedMembersInTheirOrder) {
  std::vector<std::string> keys;
  for (const auto& member : parsed(email_campaign_analysis())) keys.emplace_back(member.key());
  EXPECT_THAT(keys,
              testing::ElementsAre("format", "version", "source", "served", "request", "conclusion", "answer",
                                   "next", "findings", "sample_ratio", "variants", "family", "segment_family",
                                   "methods", "look", "metrics", "segment_tables", "assumptions"));
}

TEST(Json, HoldsTheConclusionForProgramsAndTheNextStep) {
  experiment::Analysis analysis = email_campaign_analysis();
  auto& segment = analysis.segment_tables[0].segments[0];
  segment.verdict = experiment::Verdict::Harms;
  segment.pooled = stats::not_estimable("too few units");
  analysis.named_segments = {{0, 0}};
  analysis.next = {experiment::Step::TargetSegments,
                   "Confirm it.",
                   "It helps some.",
                   {},
                   {{{0, 0}, false, R"({"$not":{"newbie":"0"}})"}, {{0, 0}, true, {}}}};
  const auto document = parsed(analysis);
  const auto& answer = document.at("answer");
  EXPECT_EQ(answer.at("headline"), document.at("conclusion").at(0));
  ASSERT_EQ(answer.at("sentences").as_array().size(), document.at("conclusion").as_array().size());
  EXPECT_EQ(answer.at("sentences").at(0).at("kind").as_string(), "effect");
  EXPECT_EQ(answer.at("sentences").at(3).at("kind").as_string(), "alike");
  EXPECT_EQ(answer.at("sentences").at(3).at("text"), document.at("conclusion").at(3));
  const auto& named = answer.at("segments").at(0);
  EXPECT_EQ(named.at("verdict").as_string(), "harms");
  EXPECT_EQ(named.at("segment").as_string(), segment.segment);
  EXPECT_EQ(named.at("dimension").as_string(), analysis.segment_tables[0].dimension);
  EXPECT_EQ(named.at("estimate").at("pooled").as_bool(), false);
  EXPECT_EQ(named.at("estimate").at("value").as_double(), segment.raw->value);
  const auto& next = document.at("next");
  EXPECT_EQ(next.at("step").as_string(), "target_segments");
  EXPECT_TRUE(next.at("missing_units").is_null());
  EXPECT_EQ(next.at("targets").at(0).at("use").as_bool(), false);
  EXPECT_EQ(next.at("targets").at(0).at("population").at("$not").at("newbie").as_string(), "0");
  EXPECT_TRUE(next.at("targets").at(1).at("population").is_null());
}

TEST(Json, NamesItsFormat) {
  const auto document = parsed(email_campaign_analysis());
  EXPECT_EQ(document.at("format").as_string(), "splitplot.analysis");
  EXPECT_EQ(document.at("version").as_int64(), 1);
}

TEST(Json, NumbersReadBackToTheSameValue) {
  const experiment::Analysis analysis = email_campaign_analysis();
  const auto document = parsed(analysis);
  const auto& difference = document.at("metrics").at(0).at("comparisons").at(0).at("difference");
  EXPECT_EQ(difference.at("value").to_number<double>(), analysis.metrics[0].comparisons[0].difference->value);
  EXPECT_EQ(difference.at("interval").at(0).to_number<double>(),
            analysis.metrics[0].comparisons[0].difference->interval.lower);
  EXPECT_EQ(difference.at("standard_error").to_number<double>(), 0.00339);
  EXPECT_NE(to_json(analysis).find("\"standard_error\": 0.00339,"), std::string::npos) << "shortest digits";
}

TEST(Json, WhatCannotBeEstimatedSaysWhy) {
  const auto document = parsed(empty_analysis());
  const auto& comparison = document.at("metrics").at(0).at("comparisons").at(0).as_object();
  for (const char* key : {"difference", "lift", "bayes", "detectable_difference"}) {
    const auto& answer = comparison.at(key).as_object();
    EXPECT_EQ(answer.size(), 1u) << key;
    EXPECT_EQ(answer.at("not_estimable").as_string(), "an arm without units") << key;
  }
  EXPECT_EQ(document.at("sample_ratio").at("overall").at("not_estimable").as_string(),
            "an arm without units");
}

TEST(Json, HeterogeneityCarriesItsCorrectedPValueWhereItWasTested) {
  const auto tested = parsed(email_campaign_analysis()).at("segment_tables").at(0).at("heterogeneity");
  EXPECT_EQ(tested.at("p_value").to_number<double>(), 0.0312);
  EXPECT_EQ(tested.at("adjusted_p_value").to_number<double>(), 0.0936);
}

TEST(Json, IsValidWhateverTheDataHold) {
  for (const int segments : {1, 33, 200}) {
    const experiment::Analysis analysis = hostile_analysis(segments);
    const auto document = parsed(analysis);
    EXPECT_EQ(document.at("source").at("rows").to_number<std::uint64_t>(), analysis.rows);
    EXPECT_EQ(document.at("segment_tables").at(0).at("segments").as_array().size(),
              static_cast<std::size_t>(segments))
        << "no segment is left out";
    EXPECT_EQ(document.at("source").at("name").as_string(), "<script>alert('x')</script>");
  }
}

TEST(Json, AServedExperimentCarriesItsPlanAndWhatTheDataHold) {
  const auto served = parsed(served_analysis()).at("served");
  EXPECT_EQ(served.at("plan").at("fingerprint").as_string(), "sha256:b5bb9d80");
  EXPECT_EQ(served.at("started").as_string(), "2026-11-01T07:59:30.000Z");
  EXPECT_TRUE(served.at("stopped").is_null());
  EXPECT_EQ(served.at("exposures").at("count").as_int64(), 70'123);
  EXPECT_EQ(served.at("exposures").at("last").as_string(), "2026-11-21T20:15:59.500Z");
  EXPECT_EQ(served.at("watermark").at("journal_offset").as_int64(), 98'765'432);
  EXPECT_EQ(served.at("deviations").as_array().size(), 1U);
  const auto metrics = parsed(served_analysis()).at("metrics");
  EXPECT_EQ(metrics.at(0).at("role").as_string(), "primary");
  EXPECT_TRUE(parsed(email_campaign_analysis()).at("metrics").at(0).at("role").is_null());
  EXPECT_TRUE(parsed(email_campaign_analysis()).at("served").is_null());
}

TEST(Json, OpenEndsAreNullAndNoZeroIsNegative) {
  const std::string text = to_json(hostile_analysis(40));
  EXPECT_NE(text.find("null]"), std::string::npos);
  EXPECT_EQ(text.find(": -0,"), std::string::npos);
  EXPECT_EQ(text.find("[-0,"), std::string::npos);
  EXPECT_EQ(text.find(": inf"), std::string::npos);
  EXPECT_EQ(text.find(": nan"), std::string::npos);
}

TEST(Json, ReferencesAreNames) {
  const auto document = parsed(email_campaign_analysis());
  const auto& table = document.at("segment_tables").at(1);
  EXPECT_EQ(table.at("dimension").as_string(), "channel");
  EXPECT_EQ(table.at("metric").as_string(), "visit");
  EXPECT_EQ(table.at("variant").as_string(), "Womens E-Mail");
  EXPECT_EQ(document.at("metrics").at(2).at("arms").at(1).at("variant").as_string(), "Mens E-Mail");
}

TEST(Json, TheSameAnalysisIsTheSameText) {
  EXPECT_EQ(to_json(watched_analysis()), to_json(watched_analysis()));
}

}  // namespace
}  // namespace splitplot::report
