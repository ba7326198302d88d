#include "results/summary_cache.hpp"
#include "service_fixture.hpp"

#include <atomic>
#include <condition_variable>
#include <future>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace splitplot::serve::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::chrono::milliseconds kLong{20'000};
constexpr std::chrono::milliseconds kNoPatience{0};

/// One primary metric with a difference of 0.04, and a warning.
experiment::Analysis an_analysis() {
  experiment::Analysis analysis;
  analysis.conclusion = {
      {experiment::SentenceKind::Effect, "'bought' is higher with treatment.", "It is higher."}};
  analysis.variants = {{"control", 500, 0.5, true}, {"treatment", 510, 0.5, false}, {"third", 3, 0, false}};
  analysis.findings = {{experiment::Severity::Note, "note", "Good to know."},
                       {experiment::Severity::Problem, "srm", "The split did not arrive."}};
  experiment::MetricResult metric;
  metric.name = "bought";
  experiment::Comparison seen;
  stats::Difference difference;
  difference.value = 0.04;
  difference.interval = {0.01, std::numeric_limits<double>::infinity()};
  seen.difference = difference;
  experiment::Comparison unseen;
  unseen.variant = 2;
  unseen.difference = stats::not_estimable("too few units");
  metric.comparisons = {seen, unseen};
  analysis.metrics = {metric};
  experiment::SegmentResult segment;
  segment.segment = "pro";
  segment.pooled = stats::PooledEffect{0.08, 0.03, {0.02, 0.14}, 0.99};
  segment.raw = difference;
  segment.verdict = experiment::Verdict::Helps;
  segment.adjusted_p_value = 0.003;
  experiment::SegmentTable table;
  table.dimension = "plan";
  table.segments = {segment};
  analysis.segment_tables = {table};
  analysis.named_segments = {{0, 0}};
  analysis.next = {
      experiment::Step::TargetSegments, "Confirm it.", "It helps some.", {}, {{{0, 0}, true, "{}"}}};
  return analysis;
}

ExperimentProgress running(std::string key) {
  ExperimentProgress progress;
  progress.key = std::move(key);
  progress.status = model::ExperimentStatus::Running;
  progress.started = start_of_test();
  return progress;
}

// ---------------------------------------------------------------- the cache

class SummaryCacheTest : public ::testing::Test {
 protected:
  using Summaries = std::vector<std::optional<ExperimentSummary>>;
  Summaries ask(std::chrono::milliseconds patience = kLong) {
    return cache.summaries(scope, experiments, patience);
  }
  /// Waits until `count` analyses were begun.
  void wait_for(int count) {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, kLong, [&] { return begun >= count; }));
  }

  catalogue::Scope scope;
  ManualClock clock{start_of_test()};
  std::atomic<std::uint64_t> position{100};
  std::mutex mutex;
  std::condition_variable changed;
  int begun = 0;
  std::vector<std::string> asked;
  std::shared_future<void> released;  // where it is set, analyses wait for it
  std::vector<ExperimentProgress> experiments{running("first")};
  SummaryCache cache{[this](const catalogue::Scope&, std::string_view key) -> Result<experiment::Analysis> {
                       std::shared_future<void> wait;
                       {
                         const std::lock_guard lock(mutex);
                         ++begun;
                         asked.emplace_back(key);
                         wait = released;
                         changed.notify_all();
                       }
                       if (wait.valid()) wait.wait();
                       if (key == "broken") return fail(ErrorCode::Unavailable, "the loader is behind");
                       if (key == "throws") throw std::runtime_error("an exception of a library");
                       return an_analysis();
                     },
                     [this] { return position.load(); }, clock};
};

TEST_F(SummaryCacheTest, ASummaryIsMadeOnceAndKept) {
  const auto first = ask();
  ASSERT_TRUE(first[0]);
  EXPECT_EQ(first[0]->computed, start_of_test());
  (void)ask();
  EXPECT_EQ(begun, 1);
}

TEST_F(SummaryCacheTest, ItIsMadeAgainAfterAWhileAndOnlyIfDataCameIn) {
  (void)ask();
  clock.advance(SummaryCache::kFreshFor);
  (void)ask();
  EXPECT_EQ(begun, 1) << "nothing came in";
  position = 200;
  EXPECT_EQ(ask(kNoPatience)[0]->computed, start_of_test()) << "the old one is answered meanwhile";
  wait_for(2);
  clock.advance(SummaryCache::kFreshFor - std::chrono::milliseconds(1));
  position = 300;
  (void)ask();
  EXPECT_EQ(begun, 2) << "it is too young";
}

TEST_F(SummaryCacheTest, AStopMakesItStaleAtOnce) {
  (void)ask();
  experiments[0].stopped = start_of_test() + std::chrono::seconds(1);
  (void)ask();
  wait_for(2);
}

TEST_F(SummaryCacheTest, AnAnalysisInHandIsNotBegunAgainAndHoldsUpNobody) {
  std::promise<void> release;
  released = release.get_future().share();
  EXPECT_FALSE(ask(kNoPatience)[0]);
  wait_for(1);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(ask(kNoPatience)[0]);
  release.set_value();
  EXPECT_TRUE(ask()[0]);
  EXPECT_EQ(begun, 1);
}

TEST_F(SummaryCacheTest, DraftsAreNotAnalysedAndOthersComeInTheirOrder) {
  ExperimentProgress draft = running("draft");
  draft.started.reset();
  experiments = {draft, running("b"), running("a")};
  const auto summaries = ask();
  EXPECT_FALSE(summaries[0]);
  EXPECT_TRUE(summaries[1]);
  EXPECT_TRUE(summaries[2]);
  EXPECT_THAT(asked, ElementsAre("b", "a"));
}

TEST_F(SummaryCacheTest, AFailureIsAProblemAndDoesNotStopTheOthers) {
  experiments = {running("broken"), running("throws"), running("first")};
  const auto summaries = ask();
  EXPECT_THAT(summaries[0]->problems, ElementsAre("the loader is behind"));
  EXPECT_THAT(summaries[1]->problems, ElementsAre("an exception of a library"));
  EXPECT_FALSE(summaries[2]->conclusion.empty());
}

TEST_F(SummaryCacheTest, WhatIsNotListedAnyMoreIsForgotten) {
  (void)ask();
  experiments = {running("second")};
  (void)ask();
  experiments = {running("first")};
  (void)ask();
  EXPECT_THAT(asked, ElementsAre("first", "second", "first"));
}

TEST_F(SummaryCacheTest, AfterTheStopNothingIsMadeAndNobodyWaits) {
  cache.stop();
  EXPECT_FALSE(ask()[0]);
  EXPECT_EQ(begun, 0);
}

// ---------------------------------------------------------------- the routes

class ResultsTest : public ServiceTest {
 protected:
  Response get(const std::string& path, const std::string& query = {}) {
    return ask({.path = path, .key = admin_key, .query = query});
  }
};

TEST_F(ResultsTest, TheListHasProgressAndWhatWasFound) {
  experiments.list = [](const catalogue::Scope&) -> Result<std::vector<ExperimentProgress>> {
    ExperimentProgress draft;
    draft.key = "later";
    draft.variants = {{"a", 0.5, 0}, {"b", 0.5, 0}};
    ExperimentProgress progress = running("now");
    progress.planned_units = 4'000;
    progress.exposures = 1'200;
    progress.last_exposure = start_of_test() + std::chrono::hours(1);
    progress.variants = {{"control", 0.5, 500}, {"treatment", 0.5, 510}};
    progress.primary = {"bought", experiment::MetricKind::Proportion, stats::Direction::LowerIsBetter};
    return std::vector{draft, progress};
  };
  experiments.analysis = [](const catalogue::Scope&, std::string_view) -> Result<experiment::Analysis> {
    return an_analysis();
  };
  const Response response = get("/api/v1/experiments");
  ASSERT_EQ(response.status, 200);
  const Value answer = json(response);
  const Value::Array& list = *answer.find("experiments")->if_array();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(
      model::to_json(list[0]),
      R"({"key":"later","hypothesis":"","status":"draft","started":null,"stopped":null,)"
      R"("method":"always_valid","planned_units":null,"units":0,"exposures":0,"last_exposure":null,)"
      R"("variants":[{"key":"a","weight":0.5,"units":0},{"key":"b","weight":0.5,"units":0}],)"
      R"("primary_metric":null,"conclusion":null,"headline":null,"segments":[],"next":null,"effects":[],"problems":[],"computed":null})");
  EXPECT_EQ(model::to_json(*list[1].find("primary_metric")),
            R"({"key":"bought","kind":"proportion","direction":"lower_is_better"})");
  EXPECT_EQ(model::to_json(*list[1].find("units")), "1010");
  EXPECT_EQ(model::to_json(*list[1].find("started")), R"("2026-11-22T12:00:00.000Z")");
  EXPECT_EQ(model::to_json(*list[1].find("effects")),
            R"([{"variant":"treatment","estimate":0.04,"lower":0.01,"upper":null},)"
            R"({"variant":"third","not_estimable":"too few units"}])");
  EXPECT_EQ(model::to_json(*list[1].find("problems")), R"(["The split did not arrive."])");
  EXPECT_EQ(model::to_json(*list[1].find("conclusion")), R"(["'bought' is higher with treatment."])");
  EXPECT_EQ(model::to_json(*list[1].find("headline")), R"("It is higher.")");
  EXPECT_EQ(
      model::to_json(*list[1].find("segments")),
      R"([{"variant":"treatment","dimension":"plan","segment":"pro","metric":"bought","verdict":"helps",)"
      R"("estimate":{"value":0.08,"interval":[0.02,0.14],"pooled":true},"adjusted_p_value":0.003}])");
  EXPECT_EQ(
      model::to_json(*list[1].find("next")),
      R"({"step":"target_segments","text":"Confirm it.","reason":"It helps some.","missing_units":null})");
}

TEST_F(ResultsTest, TheTimelineComesAsJsonOrText) {
  experiments.timeline = [](const catalogue::Scope&, std::string_view experiment, std::string_view metric,
                            const ResultsRequest& wanted) -> Result<std::string> {
    if (experiment == "nope") return fail(ErrorCode::NotFound, "there is no experiment 'nope'");
    return std::string(experiment) + " " + std::string(metric) + " " + std::to_string(wanted.style.columns);
  };
  const std::string path = "/api/v1/experiments/e1/timeline";
  EXPECT_EQ(get(path).body, "e1  80");
  EXPECT_EQ(get(path).content_type, "application/json");
  const Response text = get(path, "metric=revenue%2Fa&format=text&columns=100");
  EXPECT_EQ(text.body, "e1 revenue/a 100");
  EXPECT_EQ(text.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(get(path, "format=html").status, 400);
  EXPECT_EQ(get("/api/v1/experiments/nope/timeline").status, 404);
}

TEST_F(ResultsTest, TheTruthIsThatOfADemo) {
  EXPECT_EQ(get("/api/v1/demo/truth").status, 404);
  truth = []() -> Result<std::string> { return std::string(R"({"version":1})"); };
  service.reset();
  EXPECT_EQ(get("/api/v1/demo/truth").body, R"({"version":1})");
  EXPECT_EQ(get("/api/v1/demo/truth").content_type, "application/json");
  truth = []() -> Result<std::string> { return fail(ErrorCode::Unavailable, "half a file"); };
  service.reset();
  EXPECT_EQ(get("/api/v1/demo/truth").status, 503);
}

TEST_F(ResultsTest, OnlyAdminsMayReadThemAndWhatIsNotThereIsUnavailable) {
  for (const char* path : {"/api/v1/experiments", "/api/v1/experiments/e1/timeline"}) {
    EXPECT_EQ(ask({.path = path, .key = server_key}).status, 403);
    EXPECT_EQ(ask({.path = path}).status, 401);
    EXPECT_EQ(get(path).status, 503);
  }
}

}  // namespace
}  // namespace splitplot::serve::test
