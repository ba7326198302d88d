// What an exposure keeps of its moment: segments, dimensions, unit and revision, over profiles as they are just then.
#include "pipeline_fixture.hpp"

#include <splitplot/model/configuration.hpp>
#include <splitplot/model/json.hpp>

namespace splitplot::collect::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

model::WrittenCondition condition(const char* json) {
  model::WrittenCondition condition;
  condition.written = model::parse_json(json).value();
  condition.compiled =
      std::make_shared<const model::Condition>(model::Condition::compile(condition.written).value());
  return condition;
}

model::Segment segment(const char* key, std::uint32_t version, const char* json) {
  return {.key = key, .description = {}, .condition = condition(json), .version = version};
}

model::Experiment experiment(const char* key, UnitKind unit) {
  model::Experiment experiment;
  experiment.key = key;
  experiment.status = model::ExperimentStatus::Running;
  experiment.population = condition("{}");
  experiment.unit = unit;
  experiment.variants = {{"control", {}, 0.5}, {"treatment", {}, 0.5}};
  experiment.dimensions = {"country", "plan"};
  return experiment;
}

Event exposure(std::string message_id, std::string user_id, std::string key = "by-user") {
  Event event = track(std::move(message_id), std::move(user_id));
  event.name = "Experiment Viewed";
  event.exposure = Exposure{.experiment = std::move(key),
                            .variant = "treatment",
                            .unit = {},
                            .segments = {},
                            .attributes_json = {},
                            .revision = 0};
  return event;
}

class ExposureLabelsTest : public PipelineTest {
 protected:
  ExposureLabelsTest() {
    model::Configuration configuration;
    configuration.segments.emplace("anna", segment("anna", 1, R"({"id":"anna"})"));
    configuration.segments.emplace("german", segment("german", 2, R"({"country":"DE"})"));
    configuration.segments.emplace("pro", segment("pro", 3, R"({"plan":"pro"})"));
    for (const auto& [key, unit] : {std::pair{"by-user", UnitKind::User},
                                    {"by-device", UnitKind::Anonymous},
                                    {"by-account", UnitKind::Account},
                                    {"by-session", UnitKind::Session}}) {
      configuration.experiments.emplace(key, experiment(key, unit));
    }
    snapshots_[kEnvironment] = decide::Snapshot::compile(
        std::move(configuration), 17, [](std::string_view, std::string_view) { return "seed"; });
  }

  /// The last of the events as the journal has it, after they were sent as one batch.
  Exposure stored(std::vector<Event> events) {
    send(*served_.pipeline, std::move(events));
    return std::get<Event>(records_of(served_).back()).exposure.value();
  }

  Served served_ = serve();
};

TEST_F(ExposureLabelsTest, EarlierEventsOfTheSameRoundCount) {
  const Exposure labelled =
      stored({identify("1", "anna", R"({"plan":"pro","country":"DE","age":5})"), exposure("2", "anna")});
  EXPECT_THAT(labelled.segments,
              ElementsAre(decide::SegmentLabel{"anna", 1}, decide::SegmentLabel{"german", 2},
                          decide::SegmentLabel{"pro", 3}));
  EXPECT_EQ(object_of(labelled.attributes_json),
            model::parse_json(R"({"country":"DE","plan":"pro"})").value());
  EXPECT_EQ(labelled.revision, 17U);
  EXPECT_EQ(labelled.unit, user("anna"));
  EXPECT_EQ(served_.pipeline->status().exposures, 1U);
}

TEST_F(ExposureLabelsTest, LaterEventsDoNot) {
  send(*served_.pipeline, {exposure("1", "berta"), identify("2", "berta", R"({"plan":"pro"})")});
  EXPECT_THAT(std::get<Event>(records_of(served_).front()).exposure->segments, IsEmpty());
}

TEST_F(ExposureLabelsTest, WhatTheEventSaysCountsBeforeTheProfile) {
  Event event = exposure("2", "berta");
  event.context_json = R"({"traits":{"country":"FR","id":"anna"}})";
  event.properties_json = R"({"plan":"pro","country":"DE"})";
  const Exposure labelled = stored({identify("1", "berta", R"({"plan":"free","country":"DE"})"), event});
  EXPECT_THAT(labelled.segments, ElementsAre(decide::SegmentLabel{"pro", 3}));
  EXPECT_EQ(object_of(labelled.attributes_json),
            model::parse_json(R"({"country":"FR","plan":"pro"})").value());
}

TEST_F(ExposureLabelsTest, TheUnitIsOfTheKindThatTheExperimentRandomises) {
  Event event = exposure("1", "anna", "by-device");
  event.anonymous_id = "device";
  EXPECT_EQ(stored({event}).unit, (Unit{UnitKind::Anonymous, "device"}));
  event = exposure("2", "anna", "by-account");
  event.context_json = R"({"groupId":"acme"})";
  EXPECT_EQ(stored({event}).unit, (Unit{UnitKind::Account, "acme"}));
  event = exposure("4", "anna", "by-session");
  event.context_json = R"({"sessionId":1662345})";
  EXPECT_EQ(stored({event}).unit, (Unit{UnitKind::Session, "1662345"}));
  event = exposure("5", "anna", "by-session");
  EXPECT_EQ(stored({event}).unit.id, "");
  event = exposure("3", "", "by-user");
  event.anonymous_id = "device";
  EXPECT_EQ(stored({event}).unit.id, "");
}

TEST_F(ExposureLabelsTest, AnExperimentThatNobodyKnowsStillHasSegmentsAndRevision) {
  const Exposure labelled = stored({exposure("1", "anna", "gone")});
  EXPECT_THAT(labelled.segments, ElementsAre(decide::SegmentLabel{"anna", 1}));
  EXPECT_EQ(labelled.attributes_json, "");
  EXPECT_EQ(labelled.unit.id, "");
  EXPECT_EQ(labelled.revision, 17U);
}

TEST_F(ExposureLabelsTest, AnEnvironmentWithoutConfigurationHasNoLabels) {
  Batch batch = batch_of({exposure("1", "anna")});
  batch.environment = "default/unknown";
  send(*served_.pipeline, std::move(batch));
  const auto labelled = std::get<Event>(records_of(served_).back()).exposure.value();
  EXPECT_THAT(labelled.segments, IsEmpty());
  EXPECT_EQ(labelled.revision, 0U);
}

TEST_F(ExposureLabelsTest, AnEvaluationCountsAsOneExposureADay) {
  const auto evaluation = [](std::string_view variant) {
    const std::string text(variant);
    Event event = exposure("exposure:by-user:" + text + ":anna", "anna");
    event.name = kEvaluationExposure;
    event.exposure->variant = text;
    return event;
  };
  EXPECT_EQ(send(*served_.pipeline, {evaluation("control"), evaluation("control")}).duplicates, 1U);
  clock_.advance(23h);
  EXPECT_EQ(send(*served_.pipeline, {evaluation("control")}).duplicates, 1U);
  EXPECT_EQ(send(*served_.pipeline, {evaluation("treatment")}).stored, 1U);
  clock_.advance(2h);
  EXPECT_EQ(send(*served_.pipeline, {evaluation("control")}).stored, 1U);
  EXPECT_EQ(served_.pipeline->status().exposures, 3U);
}

}  // namespace
}  // namespace splitplot::collect::test
