#include <splitplot/base/random.hpp>
#include <splitplot/experiment/analysis.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <unistd.h>

namespace splitplot::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A folder of its own for each test, removed at its end.
class AnalyzeFile : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("splitplot_" + std::to_string(getpid()) + "_" + info->name());
    std::filesystem::create_directories(folder_);
    request_.path = (folder_ / "test.csv").string();
    request_.variant_column = "variant";
    store::EmbeddedWarehouseOptions options;
    options.threads = 1;
    auto opened = store::open_embedded_warehouse(options);
    ASSERT_TRUE(opened) << opened.error().message;
    warehouse_ = std::move(*opened);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& csv) const { std::ofstream(request_.path) << csv; }

  Result<Analysis> analyse() { return analyze_file(*warehouse_, request_); }

  Analysis must_analyse() {
    auto analysis = analyse();
    EXPECT_TRUE(analysis) << (analysis ? "" : analysis.error().message);
    return analysis ? std::move(*analysis) : Analysis{};
  }

  static std::vector<std::string> codes(const std::vector<Finding>& findings) {
    std::vector<std::string> result;
    for (const Finding& finding : findings) result.push_back(finding.code);
    return result;
  }

  std::filesystem::path folder_;
  AnalysisRequest request_;
  std::unique_ptr<store::Warehouse> warehouse_;
};

/// One unit of a made-up test.
struct Row {
  std::string variant;
  std::string device;
  double before = 0;
  double spend = 0;
  int bought = 0;
};

std::string csv_of(const std::vector<Row>& rows) {
  std::ostringstream text;
  text.precision(17);
  text << "variant,device,before,spend,bought\n";
  for (const Row& row : rows) {
    text << row.variant << ',' << row.device << ',' << row.before << ',' << row.spend << ',' << row.bought
         << '\n';
  }
  return text.str();
}

/// Spend is `before` plus noise plus the effect of B; purchases at 20 % without an effect.
std::vector<Row> made_up_rows(int count, double effect, std::uint64_t seed = 1) {
  RandomStream random(seed);
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i) {
    const std::string variant = random.bernoulli(0.5) ? "B" : "A";
    const std::string device = random.bernoulli(0.6) ? "phone" : "laptop";
    const double before = 50 + 10 * random.normal();
    const double spend = before + 5 * random.normal() + (variant == "B" ? effect : 0);
    rows.push_back({variant, device, before, spend, random.bernoulli(0.2) ? 1 : 0});
  }
  return rows;
}

struct PlainMoments {
  double n = 0, mean = 0, variance = 0;
};

/// The slow obvious way: two passes over the rows.
PlainMoments moments_of(const std::vector<Row>& rows, const std::string& variant,
                        const std::string& device = "") {
  PlainMoments result;
  auto chosen = [&](const Row& row) {
    return row.variant == variant && (device.empty() || row.device == device);
  };
  for (const Row& row : rows) {
    if (!chosen(row)) continue;
    result.n += 1;
    result.mean += row.spend;
  }
  result.mean /= result.n;
  for (const Row& row : rows) {
    if (chosen(row)) result.variance += (row.spend - result.mean) * (row.spend - result.mean);
  }
  result.variance /= result.n - 1;
  return result;
}

TEST_F(AnalyzeFile, DifferenceAndStandardErrorAgreeWithTwoPassesOverTheRowsOverallAndPerSegment) {
  const auto rows = made_up_rows(2000, 1);
  write(csv_of(rows));
  request_.metrics = {"spend"};
  request_.dimensions = {"device"};
  const Analysis analysis = must_analyse();
  ASSERT_EQ(analysis.metrics.size(), 1u);
  const auto a = moments_of(rows, "A"), b = moments_of(rows, "B");
  const auto& difference = analysis.metrics[0].comparisons.at(0).difference;
  ASSERT_TRUE(difference);
  EXPECT_NEAR(difference->value, b.mean - a.mean, 1e-9);
  EXPECT_NEAR(difference->standard_error, std::sqrt(a.variance / a.n + b.variance / b.n), 1e-9);
  ASSERT_EQ(analysis.segment_tables.size(), 1u);
  const auto& segments = analysis.segment_tables[0].segments;
  ASSERT_EQ(segments.size(), 2u);
  EXPECT_EQ(segments[0].segment, "laptop");
  const auto a_laptop = moments_of(rows, "A", "laptop"), b_laptop = moments_of(rows, "B", "laptop");
  EXPECT_NEAR(segments[0].raw->value, b_laptop.mean - a_laptop.mean, 1e-9);
  EXPECT_EQ(static_cast<double>(segments[0].control_units), a_laptop.n);
}

TEST_F(AnalyzeFile, KindsAreFoundFromTheValuesAndCanBeOverridden) {
  write(csv_of(made_up_rows(500, 0)));
  request_.metrics = {"bought", "spend"};
  EXPECT_EQ(must_analyse().metrics[0].kind, MetricKind::Proportion);
  EXPECT_EQ(must_analyse().metrics[1].kind, MetricKind::Mean);
  request_.kinds["bought"] = MetricKind::Mean;
  EXPECT_EQ(must_analyse().metrics[0].comparisons[0].difference->test, stats::TestMethod::WelchT);
  request_.kinds["spend"] = MetricKind::Proportion;
  const auto refused = analyse();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::BadData);
}

TEST_F(AnalyzeFile, TheOrderOfRowsDoesNotChangeTheResult) {
  auto rows = made_up_rows(800, 2);
  request_.metrics = {"spend"};
  request_.dimensions = {"device"};
  write(csv_of(rows));
  const Analysis before = must_analyse();
  std::ranges::reverse(rows);
  write(csv_of(rows));
  const Analysis after = must_analyse();
  EXPECT_NEAR(before.metrics[0].comparisons[0].difference->value,
              after.metrics[0].comparisons[0].difference->value, 1e-10);
  EXPECT_NEAR(before.segment_tables[0].segments[0].pooled->mean,
              after.segment_tables[0].segments[0].pooled->mean, 1e-10);
}

TEST_F(AnalyzeFile, SwappingTheControlTurnsTheSign) {
  write(csv_of(made_up_rows(800, 2)));
  request_.metrics = {"spend"};
  request_.control = "A";
  const Analysis from_a = must_analyse();
  request_.control = "B";
  const Analysis from_b = must_analyse();
  EXPECT_EQ(from_b.variants[0].name, "B");
  EXPECT_NEAR(from_a.metrics[0].comparisons[0].difference->value,
              -from_b.metrics[0].comparisons[0].difference->value, 1e-12);
  EXPECT_NEAR(from_a.metrics[0].comparisons[0].difference->p_value,
              from_b.metrics[0].comparisons[0].difference->p_value, 1e-12);
}

TEST_F(AnalyzeFile, ACovariateThatExplainsTheMetricNarrowsTheInterval) {
  write(csv_of(made_up_rows(2000, 1)));
  request_.metrics = {"spend"};
  request_.covariates = {"before"};
  const Analysis analysis = must_analyse();
  ASSERT_EQ(analysis.metrics[0].adjustments.size(), 1u);
  // `before` explains 100 of 125 parts of the variance.
  EXPECT_NEAR(analysis.metrics[0].adjustments[0].variance_reduction, 0.8, 0.03);
  EXPECT_LT(analysis.metrics[0].comparisons[0].difference->standard_error,
            analysis.metrics[0].adjustments[0].unadjusted->standard_error);
}

TEST_F(AnalyzeFile, MissingCovariatesDoNotMoveTheEffectByTheNumberThatStandsForThem) {
  auto rows = made_up_rows(3000, 1);
  auto with_gaps = [&](double shift) {
    std::ostringstream text;
    text.precision(17);
    text << "variant,before,spend\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      text << rows[i].variant << ',';
      if (i % 3 != 0) text << rows[i].before + shift;
      text << ',' << rows[i].spend << '\n';
    }
    return text.str();
  };
  request_.metrics = {"spend"};
  request_.covariates = {"before"};
  write(with_gaps(0));
  const Analysis near_zero = must_analyse();
  write(with_gaps(-500));
  const Analysis far_away = must_analyse();
  EXPECT_NEAR(near_zero.metrics[0].comparisons[0].difference->value,
              far_away.metrics[0].comparisons[0].difference->value, 1e-8);
  EXPECT_GT(near_zero.metrics[0].adjustments[0].variance_reduction, 0.4);
  EXPECT_THAT(codes(near_zero.findings), ::testing::Contains("covariate_missing"));
}

TEST_F(AnalyzeFile, MissingCovariatesAdjustAlikeHoweverTheyAreWritten) {
  const auto rows = made_up_rows(3000, 1);
  request_.metrics = {"spend"};
  request_.covariates = {"before"};
  const auto analyse_with = [&](std::string_view gap) {
    std::ostringstream text;
    text.precision(17);
    text << "variant,before,spend\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      text << rows[i].variant << ',';
      // Far from zero, so that the 0 that stands for a missing value would ruin the adjustment by itself.
      if (i % 3 == 0)
        text << gap;
      else
        text << rows[i].before + 500;
      text << ',' << rows[i].spend << '\n';
    }
    write(text.str());
    return must_analyse();
  };
  const Analysis blank = analyse_with("");
  EXPECT_GT(blank.metrics[0].adjustments[0].variance_reduction, 0.4);
  for (const std::string_view gap : {"n/a", "NaN"}) {
    const Analysis analysis = analyse_with(gap);
    EXPECT_NEAR(analysis.metrics[0].comparisons[0].difference->value,
                blank.metrics[0].comparisons[0].difference->value, 1e-9)
        << gap;
    EXPECT_NEAR(analysis.metrics[0].adjustments[0].variance_reduction,
                blank.metrics[0].adjustments[0].variance_reduction, 1e-9)
        << gap;
  }
}

TEST_F(AnalyzeFile, ACovariateThatTheTreatmentMovedIsAProblem) {
  auto rows = made_up_rows(2000, 1);
  for (Row& row : rows) row.before += row.variant == "B" ? 5 : 0;
  write(csv_of(rows));
  request_.metrics = {"spend"};
  request_.covariates = {"before"};
  EXPECT_THAT(codes(must_analyse().findings), ::testing::Contains("covariate_imbalance"));
}

TEST_F(AnalyzeFile, ASplitThatDidNotArriveComesFirstInTheConclusion) {
  auto rows = made_up_rows(3000, 1);
  std::erase_if(rows, [n = 0](const Row& row) mutable { return row.variant == "B" && n++ % 4 == 0; });
  write(csv_of(rows));
  request_.metrics = {"spend"};
  const Analysis analysis = must_analyse();
  EXPECT_TRUE(analysis.sample_ratio.mismatch);
  EXPECT_THAT(analysis.conclusion.at(0).text, HasSubstr("Do not act on this result"));
  request_.weights = {{"A", 4}, {"B", 3}};
  EXPECT_FALSE(must_analyse().sample_ratio.mismatch);
}

TEST_F(AnalyzeFile, HolmOverTheFamilyIsWhatSignificantMeans) {
  write(csv_of(made_up_rows(2000, 0.8)));
  request_.metrics = {"spend", "bought"};
  const Analysis analysis = must_analyse();
  EXPECT_EQ(analysis.family.tests, 2u);
  const auto& spend = analysis.metrics[0].comparisons[0];
  const auto& bought = analysis.metrics[1].comparisons[0];
  const double smaller = std::min(spend.difference->p_value, bought.difference->p_value);
  EXPECT_NEAR(std::min(spend.adjusted_p_value, bought.adjusted_p_value), std::min(1.0, 2 * smaller), 1e-12);
  EXPECT_EQ(spend.significant, spend.adjusted_p_value <= 0.05);
}

TEST_F(AnalyzeFile, SequentialIntervalsAreWiderThanFixedOnes) {
  write(csv_of(made_up_rows(1000, 1)));
  request_.metrics = {"spend", "bought"};
  const Analysis fixed = must_analyse();
  request_.monitoring = Monitoring::Sequential;
  const Analysis watched = must_analyse();
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_GT(watched.metrics[i].comparisons[0].difference->interval.width(),
              fixed.metrics[i].comparisons[0].difference->interval.width());
    EXPECT_GT(watched.metrics[i].comparisons[0].lift->interval.width(),
              fixed.metrics[i].comparisons[0].lift->interval.width());
    EXPECT_GE(watched.metrics[i].comparisons[0].difference->p_value,
              fixed.metrics[i].comparisons[0].difference->p_value);
  }
}

TEST_F(AnalyzeFile, CrossedDimensionsAreTheProductOfTheirLevels) {
  write(csv_of(made_up_rows(1000, 1)));
  request_.metrics = {"spend"};
  request_.dimensions = {"device", "device*bought"};
  const Analysis analysis = must_analyse();
  ASSERT_EQ(analysis.segment_tables.size(), 2u);
  std::vector<std::string> names;
  for (const SegmentResult& segment : analysis.segment_tables[1].segments) names.push_back(segment.segment);
  EXPECT_THAT(names, ElementsAre("laptop / 0", "laptop / 1", "phone / 0", "phone / 1"));
}

TEST_F(AnalyzeFile, ASegmentWithoutConversionsIsPooledWithItsUncertaintyKept) {
  std::ostringstream text;
  text << "variant,device,bought\n";
  for (int i = 0; i < 3000; ++i) {
    const std::string device = i % 30 == 0 ? "rare" : (i % 2 == 0 ? "phone" : "laptop");
    text << (i / 2 % 2 == 0 ? "A" : "B") << ',' << device << ',' << (device != "rare" && i % 7 == 0 ? 1 : 0)
         << '\n';
  }
  write(text.str());
  request_.metrics = {"bought"};
  request_.dimensions = {"device"};
  const Analysis analysis = must_analyse();
  const auto& segments = analysis.segment_tables[0].segments;
  const auto rare = std::ranges::find(segments, "rare", &SegmentResult::segment);
  ASSERT_NE(rare, segments.end());
  ASSERT_TRUE(rare->pooled);
  const auto phone = std::ranges::find(segments, "phone", &SegmentResult::segment);
  EXPECT_GT(rare->pooled->interval.width(), phone->pooled->interval.width());
  EXPECT_TRUE(rare->too_small);
}

TEST_F(AnalyzeFile, ASplitThatDiffersBetweenSegmentsWithholdsEveryVerdict) {
  // No effect in either segment; B is rare where people spend much.
  RandomStream random(3);
  std::vector<Row> rows;
  for (int i = 0; i < 4000; ++i) {
    const bool phone = i % 2 == 0;
    const std::string variant = random.bernoulli(phone ? 0.7 : 0.3) ? "B" : "A";
    rows.push_back({variant, phone ? "phone" : "laptop", 0, (phone ? 10 : 40) + random.normal(), 0});
  }
  write(csv_of(rows));
  request_.metrics = {"spend"};
  EXPECT_TRUE(must_analyse().metrics[0].comparisons[0].significant);
  request_.dimensions = {"device"};
  const Analysis analysis = must_analyse();
  EXPECT_FALSE(analysis.sample_ratio.mismatch);
  EXPECT_TRUE(analysis.sample_ratio.differs_by_segment);
  EXPECT_FALSE(analysis.metrics[0].comparisons[0].significant);
  EXPECT_TRUE(analysis.metrics[0].comparisons[0].verdict_withheld);
  EXPECT_THAT(analysis.conclusion.at(0).text, HasSubstr("Do not act on this result"));
}

TEST_F(AnalyzeFile, VariantsThatReadAlikeAreWarnedOf) {
  auto rows = made_up_rows(300, 1);
  for (std::size_t i = 0; i < rows.size(); i += 3) rows[i].variant += " ";
  write(csv_of(rows));
  request_.metrics = {"spend"};
  EXPECT_THAT(codes(must_analyse().findings), ::testing::Contains("similar_variants").Times(2));
}

TEST_F(AnalyzeFile, NoVerdictOnFewerThanTenUnitsAnArm) {
  std::vector<Row> rows;
  for (int i = 0; i < 12; ++i)
    rows.push_back({i < 6 ? "A" : "B", "phone", 0, (i < 6 ? 0 : 100) + i * 0.1, 0});
  write(csv_of(rows));
  request_.metrics = {"spend"};
  const auto comparison = must_analyse().metrics[0].comparisons[0];
  EXPECT_LT(comparison.adjusted_p_value, 1e-6);
  EXPECT_FALSE(comparison.significant);
  EXPECT_TRUE(comparison.verdict_withheld);
}

TEST_F(AnalyzeFile, AWatchedTestHasNoAnswerBeforeFiftyUnitsAnArm) {
  request_.metrics = {"spend"};
  request_.monitoring = Monitoring::Sequential;
  write(csv_of(made_up_rows(60, 50)));
  EXPECT_FALSE(must_analyse().metrics[0].comparisons[0].difference);
  write(csv_of(made_up_rows(200, 50)));
  EXPECT_TRUE(must_analyse().metrics[0].comparisons[0].difference);
}

TEST_F(AnalyzeFile, ASegmentWithoutUnitsInOneVariantIsNotEstimableAlsoWithACovariate) {
  auto rows = made_up_rows(400, 1);
  rows.push_back({"A", "watch", 50, 50, 0});
  write(csv_of(rows));
  request_.metrics = {"spend"};
  request_.dimensions = {"device"};
  request_.covariates = {"before"};
  const Analysis analysis = must_analyse();
  const auto& segments = analysis.segment_tables[0].segments;
  const auto watch = std::ranges::find(segments, "watch", &SegmentResult::segment);
  ASSERT_NE(watch, segments.end());
  EXPECT_FALSE(watch->raw);
  EXPECT_FALSE(watch->pooled);
}

TEST_F(AnalyzeFile, LevelsThatReadAlikeWhenCrossedStaySegmentsOfTheirOwn) {
  std::ostringstream text;
  text << "variant,x,y,spend\n";
  for (int i = 0; i < 40; ++i) {
    text << (i % 2 == 0 ? "A" : "B") << (i % 4 < 2 ? ",a / b,c," : ",a,b / c,") << i << '\n';
  }
  write(text.str());
  request_.metrics = {"spend"};
  request_.dimensions = {"x*y"};
  EXPECT_EQ(must_analyse().segment_tables[0].segments.size(), 2u);
}

TEST_F(AnalyzeFile, AMetricThatIsMissingMoreOftenInOneVariantIsAProblem) {
  auto rows = made_up_rows(2000, 1);
  std::ostringstream text;
  text << "variant,spend\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text << rows[i].variant << ',';
    if (rows[i].variant == "A" || i % 6 != 0) text << rows[i].spend;
    text << '\n';
  }
  write(text.str());
  request_.metrics = {"spend"};
  EXPECT_THAT(codes(must_analyse().metrics[0].findings), ::testing::Contains("missing_by_variant"));
}

TEST_F(AnalyzeFile, RequestsThatMakeNoSenseAreRefusedBeforeReading) {
  write(csv_of(made_up_rows(50, 0)));
  auto message = [&] {
    const auto analysis = analyse();
    return analysis ? std::string("accepted") : analysis.error().message;
  };
  EXPECT_THAT(message(), HasSubstr("no metric was named"));
  request_.metrics = {"spend", "spend"};
  EXPECT_THAT(message(), HasSubstr("two metrics are called 'spend'"));
  request_.metrics = {"variant"};
  EXPECT_THAT(message(), HasSubstr("cannot be a metric too"));
  request_.metrics = {"spend"};
  request_.covariates = {"spend"};
  EXPECT_THAT(message(), HasSubstr("cannot be a covariate too"));
  request_.covariates.clear();
  request_.dimensions = {"variant"};
  EXPECT_THAT(message(), HasSubstr("cannot be a dimension too"));
  request_.dimensions = {"device", "device"};
  EXPECT_THAT(message(), HasSubstr("named twice"));
  request_.dimensions.clear();
  request_.alpha = 0;
  EXPECT_THAT(message(), HasSubstr("alpha is 0"));
  request_.alpha = 0.05;
  request_.lower_is_better = {"spnd"};
  EXPECT_THAT(message(), HasSubstr("not one of the metrics"));
  request_.lower_is_better.clear();
  request_.weights = {{"A", 1}};
  EXPECT_THAT(message(), HasSubstr("no weight is given for the variant 'B'"));
}

TEST_F(AnalyzeFile, AnExposureAndEventFileGivesTheSameAsTheJoinedFile) {
  const auto rows = made_up_rows(600, 3);
  std::ofstream exposures(folder_ / "exposures.csv"), events(folder_ / "events.csv");
  exposures << "id,variant,ts\n";
  events << "id,event,value,ts\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    exposures << i << ',' << rows[i].variant << ",2026-01-02\n";
    events << i << ",pay," << rows[i].spend / 2 << ",2026-01-03\n"
           << i << ",pay," << rows[i].spend / 2 << ",2026-01-02\n";
    events << i << ",pay,1000,2026-01-01\n"
           << i << ",other,77,2026-01-05\n";  // before the exposure; another event
  }
  exposures.close();
  events.close();
  write(csv_of(rows));
  request_.metrics = {"spend"};
  const Analysis joined = must_analyse();
  request_.path = (folder_ / "exposures.csv").string();
  request_.events_path = (folder_ / "events.csv").string();
  request_.unit_column = "id";
  request_.metrics = {"spend=sum(value) where event = 'pay'"};
  const Analysis split = must_analyse();
  EXPECT_NEAR(split.metrics[0].comparisons[0].difference->value,
              joined.metrics[0].comparisons[0].difference->value, 1e-4);
  EXPECT_NEAR(split.metrics[0].comparisons[0].difference->standard_error,
              joined.metrics[0].comparisons[0].difference->standard_error, 1e-4);
}

}  // namespace
}  // namespace splitplot::experiment
