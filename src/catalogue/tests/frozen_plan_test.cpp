#include "catalogue_fixture.hpp"

#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/text.hpp>
#include <splitplot/model/configuration.hpp>
#include <splitplot/model/json.hpp>

namespace splitplot::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FrozenPlanTest : public test::CatalogueTest {
 protected:
  void SetUp() override {
    open();
    apply(test::kShop);
  }

  static std::vector<std::string> names(const Value& object) {
    std::vector<std::string> all;
    for (const Member& member : *object.if_object()) all.push_back(member.name);
    return all;
  }
};

TEST_F(FrozenPlanTest, IsThereFromTheStart) {
  const auto none = catalogue_->frozen_plan({}, "colour");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::NotFound);
  EXPECT_THAT(none.error().message, HasSubstr("was never started"));
  apply(test::colour_experiment("draft", "running"));
  const auto frozen = catalogue_->frozen_plan({}, "colour");
  ASSERT_TRUE(frozen) << frozen.error().message;
  EXPECT_EQ(frozen->experiment, "colour");
  EXPECT_EQ(frozen->revision, 3U);
  EXPECT_EQ(frozen->started, clock_.now());
  EXPECT_EQ(names(frozen->plan), (std::vector<std::string>{"experiment", "metrics", "segments", "layers"}));
  EXPECT_THAT(names(*frozen->plan.find("metrics")), ElementsAre("purchases"));
  EXPECT_THAT(names(*frozen->plan.find("segments")), ElementsAre("pro"));
  EXPECT_THAT(names(*frozen->plan.find("layers")), ElementsAre("area"));
  const digest::Hash hash = digest::sha256(model::canonical_json(frozen->plan));
  EXPECT_EQ(frozen->fingerprint, "sha256:" + digest::hex(digest::bytes_of(hash)));
}

TEST_F(FrozenPlanTest, StaysAsItWasWhateverChangesLater) {
  apply(test::colour_experiment("draft", "running"));
  const auto frozen = *catalogue_->frozen_plan({}, "colour");
  apply("{kind: metric, key: purchases, type: count, event: Order Completed}");
  apply(test::colour_experiment("status: draft", "status: running\ncoverage: 0.5"));
  apply(test::colour_experiment("draft", "stopped"));
  open();
  const auto later = *catalogue_->frozen_plan({}, "colour");
  EXPECT_EQ(later.plan, frozen.plan);
  EXPECT_EQ(later.fingerprint, frozen.fingerprint);
  EXPECT_EQ(later.revision, frozen.revision);
  EXPECT_EQ(later.started, frozen.started);
}

TEST_F(FrozenPlanTest, IsMadeAnewByAnotherStart) {
  apply(test::colour_experiment("draft", "running"));
  const auto first = *catalogue_->frozen_plan({}, "colour");
  apply(test::colour_experiment("draft", "stopped"));
  apply(test::colour_experiment("status: draft", "status: running\ncoverage: 0.5"));
  const auto second = *catalogue_->frozen_plan({}, "colour");
  EXPECT_EQ(second.revision, 5U);
  EXPECT_NE(second.fingerprint, first.fingerprint);
}

TEST_F(FrozenPlanTest, CanBeCheckedByItselfAndMeansTheSame) {
  apply("{kind: segment, key: heavy, condition: {$and: [{$inSegment: pro}, {orders: {$gt: 5}}]}}");
  apply(test::colour_experiment("status: draft", "status: running\npopulation: {$inSegment: heavy}"));
  const auto frozen = *catalogue_->frozen_plan({}, "colour");
  EXPECT_THAT(names(*frozen.plan.find("segments")), ElementsAre("heavy", "pro"));
  std::vector<model::Document> documents = {
      {{model::DocumentKind::Experiment, "colour"}, *frozen.plan.find("experiment")}};
  const std::pair<const char*, model::DocumentKind> groups[] = {{"metrics", model::DocumentKind::Metric},
                                                                {"segments", model::DocumentKind::Segment},
                                                                {"layers", model::DocumentKind::Layer}};
  for (const auto& [name, kind] : groups) {
    for (const Member& member : *frozen.plan.find(name)->if_object()) {
      documents.push_back({{kind, member.name}, member.value});
    }
  }
  const model::Checked checked = model::check(documents);
  for (const model::Problem& problem : checked.problems) ADD_FAILURE() << to_text(problem);
  ASSERT_TRUE(checked.configuration.experiments.contains("colour"));
  const model::Experiment& frozen_experiment = checked.configuration.experiments.at("colour");
  const auto snapshot = catalogue_->snapshot({});
  const model::Experiment& running = snapshot->configuration().experiments.at("colour");
  ASSERT_EQ(frozen_experiment.variants.size(), running.variants.size());
  for (std::size_t i = 0; i < running.variants.size(); ++i) {
    EXPECT_EQ(frozen_experiment.variants[i].key, running.variants[i].key);
    EXPECT_EQ(frozen_experiment.variants[i].weight, running.variants[i].weight);
  }
  EXPECT_EQ(frozen_experiment.control, running.control);
  EXPECT_EQ(frozen_experiment.plan.alpha, running.plan.alpha);
  EXPECT_EQ(frozen_experiment.plan.method, running.plan.method);
  EXPECT_EQ(frozen_experiment.hypothesis, "green sells");
}

TEST_F(FrozenPlanTest, TellsAnotherFingerprintForAnotherOrderOfVariants) {
  apply(test::colour_experiment("draft", "running"));
  const auto first = *catalogue_->frozen_plan({}, "colour");
  apply(test::colour_experiment("draft", "stopped"));
  std::string turned = test::colour_experiment("draft", "running\ncontrol: control");
  turned.replace(turned.find("control: 50, treatment: 50"), 26, "treatment: 50, control: 50");
  apply(turned);
  EXPECT_NE(catalogue_->frozen_plan({}, "colour")->fingerprint, first.fingerprint);
}

TEST_F(FrozenPlanTest, KnowsNoPlanOfAnUnknownExperiment) {
  EXPECT_EQ(catalogue_->frozen_plan({}, "color").error().hint, "did you mean 'colour'?");
}

}  // namespace
}  // namespace splitplot::catalogue
