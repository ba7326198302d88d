#include "example_analysis.hpp"
#include "text.hpp"

#include <splitplot/report/report.hpp>

#include <regex>
#include <sstream>

namespace splitplot::report {
namespace {

std::string without_colours(const std::string& text) {
  return std::regex_replace(text, std::regex("\x1b\\[[0-9;]*m"), "");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string line_with(const std::string& text, const std::string& part) {
  for (const std::string& line : lines_of(text)) {
    if (line.find(part) != std::string::npos) return line;
  }
  return {};
}

struct Sight {
  int columns;
  bool colour;
  bool unicode;
};

/// Names the test's parameter: "80_unicode_colour".
std::string name_of_sight(const testing::TestParamInfo<Sight>& info) {
  return std::to_string(info.param.columns) + (info.param.unicode ? "_unicode" : "_ascii") +
         (info.param.colour ? "_colour" : "_plain");
}

class EveryTerminal : public testing::TestWithParam<Sight> {};

void expect_to_fit(const TerminalStyle& style) {
  for (const auto& analysis :
       {email_campaign_analysis(), watched_analysis(), served_analysis(), unmet_analysis(), empty_analysis(),
        hostile_analysis(1), hostile_analysis(2), hostile_analysis(17), hostile_analysis(200)}) {
    for (const std::string& line : lines_of(without_colours(to_terminal(analysis, style)))) {
      ASSERT_LE(display_width(line), style.columns) << line;
      ASSERT_EQ(line.find('\x1b'), std::string::npos) << "a control character of the data: " << line;
    }
  }
}

TEST_P(EveryTerminal, NoLineIsWiderThanTheTerminal) {
  for (const Detail detail : {Detail::Full, Detail::Summary})
    expect_to_fit({GetParam().columns, GetParam().colour, GetParam().unicode, detail});
}

INSTANTIATE_TEST_SUITE_P(Terminal, EveryTerminal,
                         testing::Values(Sight{80, false, true}, Sight{80, true, true},
                                         Sight{80, false, false}, Sight{40, false, true},
                                         Sight{21, true, false}, Sight{7, false, true},
                                         Sight{1, false, false}, Sight{120, false, true},
                                         Sight{250, true, true}),
                         name_of_sight);

TEST(Terminal, NoNumberIsNanOrInfinite) {
  for (const auto& analysis : {email_campaign_analysis(), watched_analysis(), empty_analysis()}) {
    const std::string text = to_terminal(analysis);
    EXPECT_FALSE(std::regex_search(text, std::regex("\\b(nan|inf)\\b", std::regex::icase)));
    EXPECT_FALSE(std::regex_search(text, std::regex("-0(\\.0+)?[ ,\\]%]")));
  }
}

TEST(Terminal, TellsTheConclusionFirstThenFindingsThenTheSplit) {
  const std::string text = to_terminal(watched_analysis());
  const std::vector<std::string> headings{"CONCLUSION", "FINDINGS", "TRUST",
                                          "METRICS",    "SEGMENTS", "ASSUMED FOR YOU"};
  std::size_t at = 0;
  for (const std::string& heading : headings) {
    const std::size_t found = text.find(heading, at);
    ASSERT_NE(found, std::string::npos) << heading;
    at = found;
  }
  EXPECT_LT(text.find("Problem:"), text.find("Warning:"));
  EXPECT_LT(text.find("Warning:"), text.find("Note:"));
}

TEST(Terminal, AComparisonStandsWithItsIntervalAndItsBar) {
  const std::string line = line_with(to_terminal(email_campaign_analysis()), "+7.66 [6.99, 8.32]");
  EXPECT_NE(line.find("Mens E-Mail"), std::string::npos);
  EXPECT_NE(line.find("│"), std::string::npos);
  EXPECT_LT(line.find("│"), line.find("●")) << "a gain is right of zero";
}

TEST(Terminal, BarsOfOneMetricShareAScale) {
  const std::string text = to_terminal(email_campaign_analysis());
  const std::string larger = line_with(text, "+7.66 [6.99, 8.32]");
  const std::string smaller = line_with(text, "+4.52 [3.89, 5.16]");
  EXPECT_EQ(display_width(larger.substr(0, larger.find("│"))),
            display_width(smaller.substr(0, smaller.find("│"))));
  EXPECT_GT(display_width(larger.substr(0, larger.find("●"))),
            display_width(smaller.substr(0, smaller.find("●"))));
}

TEST(Terminal, AsciiTerminalsGetAsciiOnly) {
  const std::string text = to_terminal(hostile_analysis(20), {80, false, false});
  EXPECT_TRUE(
      std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST(Terminal, AServedExperimentSaysWhatItRestsOn) {
  const std::string text = to_terminal(served_analysis(), {200, false, true});
  EXPECT_NE(line_with(text, "Hypothesis").find("a mail brings people back"), std::string::npos);
  EXPECT_NE(line_with(text, "Plan")
                .find("one look, at 60,000 units; frozen 2026-11-01 07:59:30 UTC with "
                      "configuration 12, sha256:b5bb9d80"),
            std::string::npos)
      << line_with(text, "Plan");
  EXPECT_NE(line_with(text, "  Exposures")
                .find("70,123 from 2026-11-01 08:00:01 UTC to 2026-11-21 20:15:59 UTC, "
                      "under configurations 12 to 17"),
            std::string::npos);
  EXPECT_NE(line_with(text, "  Data").find("received by 2026-11-22 14:42:34 UTC, journal offset 98,765,432"),
            std::string::npos);
  EXPECT_NE(line_with(text, "Deviations").find("1 change since the start"), std::string::npos);
  EXPECT_NE(text.find("exposures read from the event warehouse"), std::string::npos);
  EXPECT_NE(text.find("primary, rate, higher is better"), std::string::npos);
  EXPECT_NE(text.find("exploratory, "), std::string::npos);
  EXPECT_EQ(to_terminal(email_campaign_analysis()).find("EXPERIMENT"), std::string::npos);
}

TEST(Terminal, AnExperimentThatNobodyMetIsAFewLines) {
  const std::string text = to_terminal(unmet_analysis());
  EXPECT_NE(text.find("Nobody was exposed to 'email-campaign' yet."), std::string::npos);
  EXPECT_NE(text.find("cannot be tested: nobody was exposed yet"), std::string::npos);
  EXPECT_EQ(text.find("METRICS"), std::string::npos);
}

/// The answer, as it is printed at this width.
std::string summary(const experiment::Analysis& analysis, int columns) {
  return to_terminal(analysis, {columns, false, true, Detail::Summary});
}

TEST(TerminalSummary, HasAColumnOfVerdictsPerVariantWhereThereIsRoom) {
  experiment::Analysis analysis = email_campaign_analysis();
  auto& segment = analysis.segment_tables[0].segments[0];
  segment.segment = "loyal";
  segment.verdict = experiment::Verdict::Harms;
  segment.pooled = stats::PooledEffect{-0.05, 0.01, {-0.07, -0.03}, 0.001};
  const std::string text = summary(analysis, 120);
  const std::string row = line_with(text.substr(text.find("SEGMENTS")), "loyal");
  EXPECT_NE(row.find("harms -5.0 [-7.0, -3.0]"), std::string::npos) << text;
  const std::string narrow = summary(analysis, 40);
  const std::string below = narrow.substr(narrow.find("loyal", narrow.find("SEGMENTS")));
  EXPECT_NE(below.find("harms -5.0 [-7.0, -3.0]"), std::string::npos) << "one below the other: " << narrow;
}

TEST(TerminalSummary, HoldsSegmentsOfPrimaryMetricsOnlyAndNoNotes) {
  experiment::Analysis analysis = email_campaign_analysis();
  analysis.metrics[1].findings.push_back({experiment::Severity::Warning, "skewed", "Of a metric."});
  const std::string text = summary(analysis, 200);
  EXPECT_NE(text.find("WHAT NOW\n  Ship Mens E-Mail for everybody."), std::string::npos) << text;
  EXPECT_NE(text.find("Of a metric."), std::string::npos);
  EXPECT_EQ(text.find("is read as a rate"), std::string::npos) << "a note";
  EXPECT_EQ(text.find("HOW VARIANTS"), std::string::npos);
  EXPECT_NE(text.find(": visit, in"), std::string::npos);
  EXPECT_EQ(text.find(": spend, in"), std::string::npos) << text;
}

TEST(Terminal, AChanceToWinDoesNotShoutOverATestThatFoundNothing) {
  experiment::Analysis analysis = email_campaign_analysis();
  analysis.metrics.resize(1);
  analysis.metrics[0].comparisons.resize(1);
  auto& comparison = analysis.metrics[0].comparisons[0];
  comparison.verdict = experiment::Verdict::Unclear;
  comparison.bayes->chance_to_win = 0.996;
  const auto chance_line = [&] {
    return line_with(to_terminal(analysis, {200, false, true}), "Chance to win");
  };
  EXPECT_NE(chance_line().find("99.6 % (uncorrected)"), std::string::npos) << chance_line();
  analysis.request.monitoring = experiment::Monitoring::Sequential;
  EXPECT_NE(chance_line().find("99.6 % (for one look, uncorrected)"), std::string::npos) << chance_line();
  comparison.verdict = experiment::Verdict::Helps;
  EXPECT_NE(chance_line().find("99.6 %, expected"), std::string::npos) << chance_line();
}

TEST(Terminal, LowerCanBeBetter) {
  const std::string text = to_terminal(watched_analysis(), {80, true, true});
  const std::string after =
      text.substr(text.find("-0.0412") != std::string::npos ? text.find("-0.0412") : text.find("-0.041"));
  EXPECT_EQ(after.substr(0, after.find('\n', after.find('\n') + 1)).find("significantly worse"),
            std::string::npos);
  EXPECT_NE(after.find("\x1b[32msignificantly better"), std::string::npos)
      << "green for a decrease that is wanted";
}

TEST(Terminal, WatchedTestsSayThatIntervalsAreAlwaysValidAndBayesIsNot) {
  const std::string text = to_terminal(watched_analysis(), {400, false, true});
  EXPECT_NE(text.find("always-valid 95 % interval"), std::string::npos);
  EXPECT_NE(text.find("not corrected for looks"), std::string::npos);
}

TEST(Terminal, TheReasonStandsWhereANumberCannotBeGiven) {
  EXPECT_NE(to_terminal(watched_analysis(), {200, false, true})
                .find("No lift: the control mean cannot be told from zero"),
            std::string::npos);
}

TEST(Terminal, ManySegmentsAreCutToTheLargestAndSaySo) {
  const std::string text = to_terminal(hostile_analysis(200), {100, false, true});
  EXPECT_NE(text.find("The 15 largest of 200 segments; 185 are left out here."), std::string::npos);
}

TEST(Terminal, WhatASegmentSeesIsNeverShortened) {
  auto analysis = email_campaign_analysis();
  for (auto& table : analysis.segment_tables) {
    for (auto& segment : table.segments) {
      segment.segment = "A";
      segment.detectable_difference =
          analysis.metrics[table.metric].kind == experiment::MetricKind::Proportion ? 0.123456 : 1234567.0;
      segment.too_small = true;
      segment.verdict = experiment::Verdict::Unclear;
    }
  }
  for (const int columns : {40, 60, 80, 120}) {
    const std::string text = to_terminal(analysis, {columns, false, true});
    const std::string segments = text.substr(text.find("SEGMENTS"));
    std::size_t found = 0;
    for (std::size_t at = segments.find("sees ≥ 1"); at != std::string::npos;
         at = segments.find("sees ≥ 1", at + 1)) {
      ++found;
      const std::string size = segments.substr(at + std::string("sees ≥ ").size(), 16);
      EXPECT_TRUE(size.starts_with("12.3, small") || size.starts_with("1,234,567, small"))
          << size << " at " << columns;
    }
    EXPECT_GT(found, 0u) << columns;
  }
}

TEST(Terminal, PValuesAreCalledCorrectedWhereTheyAreAndNeverAdjusted) {
  auto analysis = email_campaign_analysis();
  const std::string corrected = to_terminal(analysis, {200, false, true});
  EXPECT_NE(corrected.find("(corrected p"), std::string::npos);
  EXPECT_EQ(corrected.find("adjusted p"), std::string::npos);
  analysis.family.correction = stats::Correction::None;
  EXPECT_EQ(to_terminal(analysis, {200, false, true}).find("(corrected p"), std::string::npos);
}

TEST(Terminal, SignificanceNamesItsFamily) {
  EXPECT_NE(to_terminal(email_campaign_analysis(), {200, false, true})
                .find("Holm over 6 tests (2 treatments x 3 metrics)"),
            std::string::npos);
}

}  // namespace
}  // namespace splitplot::report
