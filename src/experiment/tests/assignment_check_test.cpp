#include <splitplot/decide/hash.hpp>
#include <splitplot/experiment/assignment_check.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::experiment {
namespace {

model::Experiment experiment(const std::string& key, const std::string& seed) {
  model::Experiment made;
  made.key = key;
  made.seed = seed;
  made.status = model::ExperimentStatus::Running;
  made.variants = {{"control", "", 0.5}, {"treatment", "", 0.5}};
  return made;
}

std::shared_ptr<const decide::Snapshot> snapshot(std::vector<model::Experiment> experiments) {
  model::Configuration configuration;
  configuration.layers.emplace("page", model::Layer{"page", "", "layer", "id"});
  for (model::Experiment& one : experiments) {
    const std::string key = one.key;
    configuration.experiments.emplace(key, std::move(one));
  }
  return decide::Snapshot::compile(std::move(configuration), 1,
                                   [](std::string_view, std::string_view key) { return std::string(key); });
}

Result<AssignmentCheck> check(const std::shared_ptr<const decide::Snapshot>& compiled,
                              std::uint64_t ids = 20'000) {
  AssignmentCheckRequest request;
  request.experiment = "new";
  request.simulated_ids = ids;
  return check_assignment(*compiled, request);
}

TEST(AssignmentCheck, FindsNothingWhereAllIsAsPlanned) {
  model::Experiment tested = experiment("new", "n");
  tested.status = model::ExperimentStatus::Draft;
  tested.coverage = 0.4;
  tested.variants = {{"control", "", 0.2}, {"a", "", 0.3}, {"b", "", 0.5}};
  const auto found = check(snapshot({tested, experiment("other", "o"), experiment("third", "t")}));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->as_planned());
  const AssignmentSample& sample = found->samples.at(0);
  EXPECT_EQ(sample.units, 20'000U);
  EXPECT_EQ(sample.outside, 0U);
  EXPECT_EQ(sample.split->degrees_of_freedom, 2);
  EXPECT_TRUE(sample.coverage_p_value);
  ASSERT_EQ(sample.others.size(), 2U);
  EXPECT_EQ(sample.others[0].units_in_both, sample.taking_part);
  EXPECT_GE(*sample.others[0].corrected_p_value, sample.others[0].independence->p_value);
}

TEST(AssignmentCheck, CallsASharedSeedWhatItIs) {
  const auto found =
      check(snapshot({experiment("new", "same"), experiment("old", "same"), experiment("other", "o")}));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->as_planned());
  ASSERT_EQ(found->samples[0].alarms.size(), 1U);
  EXPECT_NE(found->samples[0].alarms[0].find("'old'"), std::string::npos);
}

TEST(AssignmentCheck, KnownIdsThatFallIntoOneVariantAreAnAlarm) {
  const auto compiled = snapshot({experiment("new", "n")});
  std::vector<std::string> ids;
  for (int i = 0; ids.size() < 200; ++i) {
    const std::string id = "u" + std::to_string(i);
    if (decide::bucket_of("n", id) < 0.5) ids.push_back(id);
  }
  AssignmentCheckRequest request;
  request.experiment = "new";
  request.simulated_ids = 0;
  request.known_ids = ids;
  const auto found = check_assignment(*compiled, request);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->samples.size(), 1U);
  EXPECT_EQ(found->samples[0].ids, AssignmentSample::Ids::Known);
  EXPECT_EQ(found->samples[0].variants[0].units, 200U);
  EXPECT_FALSE(found->as_planned());
}

TEST(AssignmentCheck, OtherSlicesOfALayerAreOutsideAndShareNobody) {
  model::Experiment tested = experiment("new", "n");
  tested.layer = model::LayerSlice{"page", 0, 0.25};
  model::Experiment other = experiment("other", "o");
  other.layer = model::LayerSlice{"page", 0.25, 1};
  const auto found = check(snapshot({tested, other}));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->as_planned());
  const AssignmentSample& sample = found->samples[0];
  EXPECT_EQ(sample.outside + sample.taking_part, sample.units);
  EXPECT_NEAR(static_cast<double>(sample.outside) / static_cast<double>(sample.units), 0.75, 0.02);
  EXPECT_EQ(sample.others[0].units_in_both, 0U);
  EXPECT_FALSE(sample.others[0].independence);
  EXPECT_FALSE(sample.others[0].corrected_p_value);
}

TEST(AssignmentCheck, LeavesOutExperimentsOnOtherUnitsAndThoseThatDoNotRun) {
  model::Experiment accounts = experiment("accounts", "a");
  accounts.attribute = "account";
  model::Experiment stopped = experiment("stopped", "s");
  stopped.status = model::ExperimentStatus::Stopped;
  const auto found = check(snapshot({experiment("new", "n"), accounts, stopped}));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->samples[0].others.empty());
}

TEST(AssignmentCheck, SaysNothingOfOthersWhoseSeedIsNotKnown) {
  const auto compiled = snapshot({experiment("new", "same"), experiment("old", "same")});
  const std::vector<std::string> unknown{"old"};
  AssignmentCheckRequest request;
  request.experiment = "new";
  request.simulated_ids = 2'000;
  request.others_without_seed = unknown;
  const auto found = check_assignment(*compiled, request);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->samples[0].others.size(), 1U);
  EXPECT_FALSE(found->samples[0].others[0].independence);
  EXPECT_TRUE(found->as_planned());
}

TEST(AssignmentCheck, RefusesAMissingExperimentAndNoIds) {
  const auto compiled = snapshot({experiment("new", "n")});
  AssignmentCheckRequest request;
  request.experiment = "old";
  EXPECT_EQ(check_assignment(*compiled, request).error().code, ErrorCode::NotFound);
  request.experiment = "new";
  request.simulated_ids = 0;
  EXPECT_EQ(check_assignment(*compiled, request).error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace splitplot::experiment
