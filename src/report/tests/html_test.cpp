#include "example_analysis.hpp"
#include "markup_checker.hpp"

#include <splitplot/report/report.hpp>

#include <algorithm>
#include <regex>

namespace splitplot::report {
namespace {

constexpr const char* kMade = "2026-01-02T03:04:05Z";

std::vector<experiment::Analysis> all_examples() {
  return {email_campaign_analysis(), watched_analysis(),  served_analysis(),    unmet_analysis(),
          empty_analysis(),          hostile_analysis(1), hostile_analysis(33), hostile_analysis(200)};
}

TEST(Html, IsWellFormedWhateverTheDataHold) {
  for (const auto& analysis : all_examples()) EXPECT_EQ(read_markup(to_html(analysis, kMade)).problem, "");
}

TEST(Html, DataNeverBecomesMarkup) {
  const MarkupReading page = read_markup(to_html(hostile_analysis(40), "<b>now</b>"));
  ASSERT_EQ(page.problem, "");
  for (const MarkupElement& element : page.elements) {
    EXPECT_NE(element.tag, "script");
    EXPECT_NE(element.tag, "b");
    EXPECT_EQ(element.attributes.find(" on"), std::string::npos) << element.attributes;
  }
  EXPECT_NE(page.text.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"), std::string::npos);
}

TEST(Html, AsksNobodyForAnything) {
  const std::string page = to_html(email_campaign_analysis(), kMade);
  EXPECT_EQ(page.find("http://"), std::string::npos);
  EXPECT_EQ(page.find("https://"), std::string::npos);
  EXPECT_EQ(page.find("url("), std::string::npos);
  EXPECT_EQ(page.find("@import"), std::string::npos);
  EXPECT_EQ(page.find(" src="), std::string::npos);
  EXPECT_NE(page.find("default-src &#39;none&#39;"), std::string::npos) << "and forbids it";
}

TEST(Html, NoNumberIsNanOrInfinite) {
  for (const auto& analysis : {email_campaign_analysis(), watched_analysis(), empty_analysis()}) {
    const MarkupReading page = read_markup(to_html(analysis, kMade));
    EXPECT_FALSE(std::regex_search(page.text, std::regex("\\b(nan|inf)\\b", std::regex::icase)));
  }
  for (const auto& analysis : all_examples()) {
    for (const MarkupElement& element : read_markup(to_html(analysis, kMade)).elements) {
      if (element.tag != "line" && element.tag != "circle" && element.tag != "rect") continue;
      ASSERT_FALSE(std::regex_search(element.attributes, std::regex("nan|inf[^a-z]|-0\\.?0*%|\"-0\"")))
          << element.attributes;
    }
  }
}

TEST(Html, EveryPictureHasAName) {
  std::size_t pictures = 0;
  for (const MarkupElement& element : read_markup(to_html(email_campaign_analysis(), kMade)).elements) {
    if (element.tag != "svg" || element.attributes.find("role=\"img\"") == std::string::npos) continue;
    ++pictures;
    EXPECT_TRUE(std::regex_search(element.attributes, std::regex("aria-label=\"[^\"]{5,}")))
        << element.attributes;
  }
  // 6 lifts, 9 levels, 6 differences, 3 histograms with their zeros, 30 segments x 2, 12 means over segments,
  // 12 real shares.
  EXPECT_EQ(pictures, 6u + 9u + 6u + 6u + 60u + 12u + 12u);
}

TEST(Html, PicturesStayInsideTheirScale) {
  const std::regex position("(?:x1|x2|cx|x)=\"([0-9.eE+-]+)%\"");
  for (const auto& analysis : all_examples()) {
    const std::string page = to_html(analysis, kMade);
    for (std::sregex_iterator at(page.begin(), page.end(), position), end; at != end; ++at) {
      const double percent = std::stod((*at)[1]);
      ASSERT_GE(percent, 0);
      ASSERT_LE(percent, 100);
    }
  }
}

TEST(Html, ConclusionComesBeforeFindingsBeforeTheSplitBeforeMetrics) {
  const std::string page = to_html(watched_analysis(), kMade);
  std::size_t at = 0;
  for (const char* id :
       {"conclusion", "findings", "trust", "overview", "metrics", "segments", "assumptions"}) {
    const std::size_t found = page.find("id=\"" + std::string(id) + "\"", at);
    ASSERT_NE(found, std::string::npos) << id;
    at = found;
  }
}

TEST(Html, AServedExperimentSaysWhatItRestsOn) {
  const std::string page = to_html(served_analysis(), kMade);
  for (const char* part : {"id=\"experiment\"", "a mail brings people back", "sha256:b5bb9d80",
                           "under configurations 12 to 17", "journal offset 98,765,432", "primary, rate"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(to_html(email_campaign_analysis(), kMade).find("id=\"experiment\""), std::string::npos);
}

TEST(Html, MinusIsAMinusSign) {
  const MarkupReading page = read_markup(to_html(watched_analysis(), kMade));
  EXPECT_NE(page.text.find("\u221238\u202f%"), std::string::npos);
}

TEST(Html, LowerCanBeBetter) {
  const std::string page = to_html(watched_analysis(), kMade);
  const std::size_t metric = page.find("<h3><bdi>refund amount</bdi></h3>");
  ASSERT_NE(metric, std::string::npos);
  EXPECT_NE(page.find("verdict better", metric), std::string::npos);
  EXPECT_EQ(page.find("verdict worse"), std::string::npos);
}

TEST(Html, AForestTooTallIsDrawnInPartAndListedWhole) {
  const experiment::Analysis analysis = hostile_analysis(200);
  const std::string page = to_html(analysis, kMade);
  EXPECT_NE(page.find("The 60 largest of 200 segments are drawn; the table below holds all."),
            std::string::npos);
  EXPECT_NE(page.find("nan inf -0 191"), std::string::npos) << "the smallest names are in the table";
}

TEST(Html, ALiftThatCannotBeGivenSaysWhy) {
  EXPECT_NE(to_html(watched_analysis(), kMade).find("the control mean cannot be told from zero"),
            std::string::npos);
}

TEST(Html, DistributionsStateTheirZerosAndWhatLiesOutside) {
  const MarkupReading page = read_markup(to_html(email_campaign_analysis(), kMade));
  EXPECT_NE(page.text.find("99.4\u202f% zero"), std::string::npos);
  EXPECT_NE(page.text.find("3 above"), std::string::npos);
}

}  // namespace
}  // namespace splitplot::report
