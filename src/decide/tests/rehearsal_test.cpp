// Experiments looked at before they run, and the word for who is not in one.
#include "documents.hpp"

#include <splitplot/decide/hash.hpp>
#include <splitplot/decide/refusal.hpp>

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

using namespace test;

constexpr std::string_view kAdults = R"({"age":{"$gte":18}})";

std::string assigned(const Snapshot& snapshot, const Value& unit,
                     Evaluation::Rehearsal rehearsal = Evaluation::Rehearsal::No) {
  Refusal refusal;
  Evaluation evaluation{model::Attributes(&unit)};
  evaluation.now = *parse_rfc3339("2026-12-01");
  evaluation.rehearsal = rehearsal;
  evaluation.checks = &refusal;
  const Assignment assignment = *snapshot.assign("e", evaluation);
  if (!assignment.variant) return std::string(refusal_word(refusal.what()));
  return assignment.experiment->variants[*assignment.variant].key;
}

std::shared_ptr<const Snapshot> compiled(model::Experiment tested) {
  model::Configuration configuration;
  add_layer(configuration, "layer", "l");
  add(configuration, std::move(tested));
  return snapshot(std::move(configuration));
}

TEST(RehearsalTest, DraftsAssignAsTheyWill) {
  model::Experiment tested = experiment("e");
  const Value ann = Value::Object{{"id", "ann"}};
  const std::string running = assigned(*compiled(tested), ann);
  tested.status = model::ExperimentStatus::Draft;
  tested.schedule.from = {*parse_rfc3339("2027-01-01"), model::PlannedTime::ClockOf::World};
  tested.ramp = {{{*parse_rfc3339("2027-01-01"), model::PlannedTime::ClockOf::World}, 1}};
  EXPECT_EQ(assigned(*compiled(tested), ann), "not_running");
  EXPECT_EQ(assigned(*compiled(tested), ann, Evaluation::Rehearsal::AsIfLaunched), running);
  tested.status = model::ExperimentStatus::Stopped;
  EXPECT_EQ(assigned(*compiled(tested), ann, Evaluation::Rehearsal::AsIfLaunched), "not_running");
}

TEST(RehearsalTest, HashAloneAsksForNothingElse) {
  model::Experiment tested = experiment("e");
  tested.population = condition(kAdults);
  tested.prerequisites = {
      {"missing", {}, condition(R"({"value":true})"), model::Prerequisite::Otherwise::Skip}};
  tested.overrides = {{"ann", 0}};
  tested.weights_for = {{condition("{}"), {1, 0}}};
  tested.seed = "s";
  const auto snapshot = compiled(tested);
  for (const char* id : {"ann", "bob", "cem", "dan", "eve"}) {
    const Value unit = Value::Object{{"id", id}};
    EXPECT_EQ(assigned(*snapshot, unit, Evaluation::Rehearsal::HashAlone),
              bucket_of("s", id) < 0.5 ? "control" : "treatment-1");
  }
}

TEST(RehearsalTest, HashAloneKeepsLayersAndCoverage) {
  model::Experiment tested = experiment("e");
  tested.layer = model::LayerSlice{"layer", 0, 0};
  const Value ann = Value::Object{{"id", "ann"}};
  EXPECT_EQ(assigned(*compiled(tested), ann, Evaluation::Rehearsal::HashAlone), "layer");
  tested.layer.reset();
  tested.coverage = 0;
  EXPECT_EQ(assigned(*compiled(tested), ann, Evaluation::Rehearsal::HashAlone), "coverage");
}

TEST(RefusalTest, NamesWhatKeptAUnitOut) {
  model::Experiment tested = experiment("e");
  tested.population = condition(kAdults);
  const auto snapshot = compiled(tested);
  const Value child = Value::Object{{"id", "u"}, {"age", 7}};
  const Value nobody = Value::Object{{"age", 70}};
  EXPECT_EQ(assigned(*snapshot, child), "population");
  EXPECT_EQ(assigned(*snapshot, nobody), "no_unit");
}

}  // namespace
}  // namespace splitplot::decide
