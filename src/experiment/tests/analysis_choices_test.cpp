#include <splitplot/base/random.hpp>
#include <splitplot/experiment/analysis.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <unistd.h>

namespace splitplot::experiment {
namespace {

using ::testing::HasSubstr;

/// A file of 0/1 purchases and of amounts, in three regions, written once for all tests.
class AnalysisChoices : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("splitplot_choices_" + std::to_string(getpid()) + "_" + info->name());
    std::filesystem::create_directories(folder_);
    request_.path = (folder_ / "test.csv").string();
    request_.variant_column = "variant";
    request_.metrics = {"bought", "spend"};
    store::EmbeddedWarehouseOptions options;
    options.threads = 1;
    auto opened = store::open_embedded_warehouse(options);
    ASSERT_TRUE(opened) << opened.error().message;
    warehouse_ = std::move(*opened);
    write(2000, 0.2, 0.05);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(int units, double rate, double gain, double share_of_control = 0.5) const {
    RandomStream random(5);
    std::ofstream file(request_.path);
    file << "variant,region,bought,spend\n";
    for (int i = 0; i < units; ++i) {
      const bool treated = !random.bernoulli(share_of_control);
      const std::string region(1, static_cast<char>('p' + random.below(3)));
      const double spend = 10 + 3 * random.normal() + (treated ? 0.2 : 0);
      file << (treated ? "B" : "A") << ',' << region << ','
           << (random.bernoulli(rate + (treated ? gain : 0)) ? 1 : 0) << ',' << spend << '\n';
    }
  }

  Result<Analysis> analyse() { return analyze_file(*warehouse_, request_); }
  Analysis must_analyse() {
    auto analysis = analyse();
    EXPECT_TRUE(analysis) << (analysis ? "" : analysis.error().message);
    return analysis ? std::move(*analysis) : Analysis{};
  }
  const Comparison& compared(const Analysis& analysis, std::size_t metric) const {
    return analysis.metrics.at(metric).comparisons.at(0);
  }

  std::filesystem::path folder_;
  AnalysisRequest request_;
  std::unique_ptr<store::Warehouse> warehouse_;
};

double normal_cdf(double z) {
  return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

TEST_F(AnalysisChoices, EachMethodIsUsedForTheMetricsItFitsAndToldWithItsReason) {
  request_.methods.proportions = ComparisonMethod::Fisher;
  request_.methods.by_metric["spend"] = ComparisonMethod::Student;
  const Analysis analysis = must_analyse();
  EXPECT_EQ(compared(analysis, 0).difference->test, stats::TestMethod::FisherExact);
  EXPECT_EQ(compared(analysis, 1).difference->test, stats::TestMethod::StudentT);
  ASSERT_EQ(analysis.methods.size(), 2u);
  for (const MethodUsed& used : analysis.methods) {
    EXPECT_THAT(used.why, HasSubstr("asked for"));
    EXPECT_THAT(used.change, HasSubstr("--method"));
    EXPECT_TRUE(used.assumptions.contains(stats::Assumption::RandomisedUnits));
  }
}

TEST_F(AnalysisChoices, TheScoreTestBringsItsIntervalUnlessAnotherIsAskedFor) {
  request_.methods.proportions = ComparisonMethod::Score;
  EXPECT_EQ(compared(must_analyse(), 0).difference->interval_method,
            stats::IntervalMethod::MiettinenNurminen);
  request_.methods.interval = stats::ProportionDifferenceInterval::Newcombe;
  EXPECT_EQ(compared(must_analyse(), 0).difference->interval_method, stats::IntervalMethod::Newcombe);
}

TEST_F(AnalysisChoices, ChoicesThatFitNothingAreRefused) {
  request_.methods.by_metric["bought"] = ComparisonMethod::Welch;
  EXPECT_EQ(analyse().error().code, ErrorCode::InvalidArgument);
  request_.methods = {};
  request_.methods.by_metric["bougt"] = ComparisonMethod::Fisher;
  EXPECT_EQ(analyse().error().code, ErrorCode::NotFound);
  request_.methods = {};
  request_.priors.by_metric["spend"] = stats::BetaPrior{1, 1};
  EXPECT_EQ(analyse().error().code, ErrorCode::InvalidArgument);
  request_.priors = {};
  request_.metrics = {"spend"};
  request_.methods.proportions = ComparisonMethod::Fisher;
  EXPECT_EQ(analyse().error().code, ErrorCode::InvalidArgument);
}

TEST_F(AnalysisChoices, ANormalPriorAndTheEffectAreWeightedByTheirPrecisions) {
  request_.priors.all = NormalPrior{{0.01, false}, {0.05, true}};
  const Analysis analysis = must_analyse();
  const Comparison& spend = compared(analysis, 1);
  const double prior_sd = 0.05 * analysis.metrics[1].arms[0].mean->value;
  const double se = spend.difference->standard_error;
  const double precision = 1 / (prior_sd * prior_sd) + 1 / (se * se);
  const double mean = (0.01 / (prior_sd * prior_sd) + spend.difference->value / (se * se)) / precision;
  EXPECT_NEAR(spend.posterior->value, mean, 1e-9);
  EXPECT_NEAR(spend.posterior->interval.width(), 2 * 1.959963985 / std::sqrt(precision), 1e-7);
  EXPECT_NEAR(spend.bayes->chance_to_win, normal_cdf(mean * std::sqrt(precision)), 1e-9);
}

TEST_F(AnalysisChoices, ABetaPriorAddsItsCountsToTheRates) {
  request_.priors.all = stats::BetaPrior{200, 800};
  const Analysis analysis = must_analyse();
  const auto& arms = analysis.metrics[0].arms;
  auto mean = [](const Arm& arm) {
    return (200.0 + static_cast<double>(*arm.successes)) / (1000.0 + static_cast<double>(arm.units));
  };
  EXPECT_NEAR(compared(analysis, 0).posterior->value, mean(arms[1]) - mean(arms[0]), 1e-7);
  EXPECT_EQ(text_of(analysis.metrics[1].prior), "flat") << "a mean has no rate";
}

TEST_F(AnalysisChoices, PlannedLooksSpendAsPocockDoes) {
  request_.monitoring = Monitoring::GroupSequential;
  request_.look_plan = {4000, {}, {stats::SpendingFamily::Pocock, 0}};
  const Analysis analysis = must_analyse();
  ASSERT_TRUE(analysis.look);
  const double share = static_cast<double>(analysis.units) / 4000;
  EXPECT_NEAR(analysis.look->information, share, 1e-12);
  // Two sides of .025 each; the first look spends all that it may.
  const double spent = 0.05 * std::log(1 + (std::exp(1.0) - 1) * share);
  EXPECT_NEAR(analysis.look->spent_now, spent, 1e-9);
  EXPECT_NEAR(2 * normal_cdf(-analysis.look->boundary), spent, 1e-9);
  for (std::size_t metric = 0; metric < 2; ++metric) {
    const Comparison& comparison = compared(analysis, metric);
    EXPECT_EQ(comparison.difference->p_value <= 0.05, std::abs(*comparison.z) >= analysis.look->boundary);
    EXPECT_GT(comparison.difference->interval.width(), comparison.one_look->interval.width());
    EXPECT_TRUE(comparison.difference->assumptions.contains(stats::Assumption::PlannedLooks));
    EXPECT_FALSE(comparison.difference->assumptions.contains(stats::Assumption::OneLook));
    // The repeated p-value of a first look spends p: pocock's share of it is the p-value of one look.
    const double repeated = comparison.difference->p_value;
    if (repeated < 1) {
      EXPECT_NEAR(repeated * std::log(1 + (std::exp(1.0) - 1) * share), comparison.one_look->p_value, 1e-6);
    }
  }
  ASSERT_TRUE(analysis.sample_ratio.at_every_look);
}

TEST_F(AnalysisChoices, LooksThatContradictThePlanOrTheFileAreRefused) {
  request_.monitoring = Monitoring::GroupSequential;
  for (const std::vector<std::uint64_t>& looks :
       {std::vector<std::uint64_t>{1000, 1500}, {1500, 1000, 2000}, {0, 2000}, {2000, 2001}}) {
    request_.look_plan = {4000, looks, {}};
    const auto refused = analyse();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
  }
  request_.look_plan = {4000, {1000, 2005}, {}};
  EXPECT_TRUE(analyse()) << "rounded numbers are taken";
}

TEST_F(AnalysisChoices, AWatchedTestOfRatesWaitsForSuccessesInBothArms) {
  write(2000, 0.03, 0, 0.1);  // some six successes in the control
  request_.metrics = {"bought"};
  request_.dimensions = {"region"};
  request_.monitoring = Monitoring::Sequential;
  const Analysis analysis = must_analyse();
  ASSERT_LT(*analysis.metrics[0].arms[0].successes, 10u);
  ASSERT_GT(analysis.metrics[0].arms[0].units, 50u);
  EXPECT_FALSE(compared(analysis, 0).difference);
  EXPECT_THAT(compared(analysis, 0).difference.error().why, HasSubstr("10 successes"));
  EXPECT_TRUE(compared(analysis, 0).one_look);
  EXPECT_TRUE(analysis.segment_tables[0].pooling) << "pooling is for one look";
}

TEST_F(AnalysisChoices, SegmentsAreRankedAndTheirChancesAddUp) {
  request_.dimensions = {"region"};
  for (const SegmentTable& table : must_analyse().segment_tables) {
    double sum = 0;
    for (const SegmentResult& segment : table.segments) sum += segment.best_probability.value();
    EXPECT_NEAR(sum, 1, 1e-6);
    ASSERT_TRUE(table.meta_analysis);
    EXPECT_TRUE(table.meta_analysis->interval.contains(table.meta_analysis->mean));
  }
}

TEST_F(AnalysisChoices, AVeryNarrowSpreadPriorPoolsSegmentsIntoOneAndNoneLeavesThemAlone) {
  request_.dimensions = {"region"};
  request_.pooling = HalfNormalPooling{{1e-6, true}};
  for (const SegmentTable& table : must_analyse().segment_tables) {
    for (const SegmentResult& segment : table.segments)
      EXPECT_NEAR(segment.pooled->mean, table.heterogeneity->common_effect,
                  1e-3 * table.heterogeneity->common_effect_standard_error);
  }
  request_.pooling = NoPooling{};
  const Analysis alone = must_analyse();
  for (const SegmentTable& table : alone.segment_tables) {
    EXPECT_FALSE(table.pooling);
    EXPECT_TRUE(table.heterogeneity);
    for (const Finding& finding : table.findings) EXPECT_NE(finding.code, "not_pooled");
  }
}

TEST_F(AnalysisChoices, BinomialPoolsProportionsByTheirCountsAndLeavesMeansAsTheyWere) {
  {
    std::ofstream file(request_.path);
    file << "variant,region,bought,spend\n";
    const auto rows = [&](const char* variant, const char* region, int successes, int units) {
      for (int i = 0; i < units; ++i)
        file << variant << ',' << region << ',' << (i < successes ? 1 : 0) << ',' << i % 7 << '\n';
    };
    rows("A", "p", 4, 300), rows("B", "p", 9, 310);
    rows("A", "q", 3, 280), rows("B", "q", 5, 290);
    rows("A", "none", 0, 100), rows("B", "none", 0, 110);
    rows("A", "few", 1, 8), rows("B", "few", 1, 9);
    rows("A", "one arm", 1, 50);
  }
  request_.dimensions = {"region"};
  const Analysis adaptive = must_analyse();
  request_.pooling = BinomialPooling{};
  const Analysis analysis = must_analyse();
  const SegmentTable& table = analysis.segment_tables.at(0);
  ASSERT_TRUE(table.pooling) << table.pooling.error().why;
  const std::vector<stats::ArmCounts> counts{
      {{1, 8}, {1, 9}}, {{0, 100}, {0, 110}}, {{4, 300}, {9, 310}}, {{3, 280}, {5, 290}}};
  const auto expected = stats::pool_log_odds_ratios(counts, {.rate_interval = stats::RateInterval::Central});
  ASSERT_TRUE(expected);
  std::size_t pooled = 0;
  for (const SegmentResult& segment : table.segments) {
    if (segment.segment == "one arm") {
      EXPECT_FALSE(segment.pooled);
      EXPECT_FALSE(segment.pooled_odds_ratio);
      continue;
    }
    ASSERT_TRUE(segment.pooled) << segment.segment;
    const stats::PooledOdds& odds = expected->segments.at(pooled++);
    EXPECT_DOUBLE_EQ(segment.pooled->mean, odds.rate_difference_mean) << segment.segment;
    EXPECT_EQ(segment.pooled->interval, *odds.rate_difference_interval);
    EXPECT_DOUBLE_EQ(segment.pooled_odds_ratio->value, std::exp(odds.log_odds_ratio.mean));
    EXPECT_EQ(segment.pooled->interval.lower > 0, segment.pooled_odds_ratio->interval.lower > 1);
    EXPECT_FALSE(segment.best_probability);
  }
  EXPECT_EQ(pooled, 4U);
  // The mean, put back on the odds of the control's rate over all units: 9 of 738.
  const double rate = 9.0 / 738 + table.pooling->overall.mean;
  EXPECT_NEAR(rate / (1 - rate), table.pooled_odds_ratio->value * 9 / 729, 1e-12);
  EXPECT_TRUE(table.pooling->concerns.contains(stats::Concern::FewSegments));
  const SegmentTable& means = analysis.segment_tables.at(1);
  EXPECT_FALSE(means.pooled_odds_ratio);
  ASSERT_TRUE(means.pooling && adaptive.segment_tables.at(1).pooling);
  EXPECT_EQ(means.pooling->overall.mean, adaptive.segment_tables.at(1).pooling->overall.mean);
  EXPECT_TRUE(std::ranges::any_of(analysis.assumptions, [](const Assumption& assumption) {
    return assumption.what.find("by their counts") != std::string::npos;
  }));
}

TEST_F(AnalysisChoices, BinomialPoolingIsRefusedWhereThereAreNoCountsOrACovariate) {
  request_.dimensions = {"region"};
  request_.pooling = BinomialPooling{};
  request_.metrics = {"spend"};
  auto refused = analyse();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("no metric is compared as one"));
  request_.metrics = {"bought"};
  request_.covariates = {"spend"};
  refused = analyse();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("covariates"));
}

TEST_F(AnalysisChoices, HierarchicalIsBenjaminiHochbergWhereEachSegmentHasOneTest) {
  request_.dimensions = {"region"};
  request_.metrics = {"bought"};
  const Analysis flat = must_analyse();
  request_.segment_structure = FamilyStructure::BySegment;
  const Analysis families = must_analyse();
  EXPECT_EQ(families.segment_family->structure, FamilyStructure::BySegment);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(families.segment_tables[0].segments[i].adjusted_p_value,
                flat.segment_tables[0].segments[i].adjusted_p_value, 1e-12);
  }
}

}  // namespace
}  // namespace splitplot::experiment
