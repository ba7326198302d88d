// Prints the JSON of served analyses, a JSON list: nobody exposed yet, a plan before its horizon, one that was changed.
//   served_documents FOLDER
#include <splitplot/experiment/served_experiment.hpp>
#include <splitplot/report/report.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace {

using namespace splitplot;  // NOLINT(google-build-using-namespace): a program of one file

Timestamp at(int seconds) {
  return Timestamp(std::chrono::seconds(1'700'000'000 + seconds));
}

model::Metric metric(const char* key, model::MetricType type, const char* property) {
  model::Metric answer;
  answer.key = key;
  answer.type = type;
  answer.event = "Order Completed";
  answer.property = property;
  return answer;
}

model::Configuration documents() {
  model::Configuration configuration;
  model::Experiment experiment;
  experiment.key = "checkout-test";
  experiment.variants = {{"control", "", 0.5}, {"treatment", "", 0.5}};
  experiment.primary_metrics = {"bought"};
  experiment.guardrail_metrics = {"revenue"};
  experiment.segments = {"pro"};
  experiment.dimensions = {"plan"};
  configuration.experiments[experiment.key] = experiment;
  configuration.metrics["bought"] = metric("bought", model::MetricType::Proportion, "");
  configuration.metrics["revenue"] = metric("revenue", model::MetricType::Sum, "total");
  return configuration;
}

store::LoadBatch rows() {
  store::LoadBatch batch;
  for (int i = 0; i < 400; ++i) {
    store::ExposureRow exposure;
    exposure.environment = "default/production";
    exposure.unit = {UnitKind::User, fmt::format("u{}", i)};
    exposure.time = exposure.received = at(i);
    exposure.experiment = "checkout-test";
    exposure.variant = i % 2 == 0 ? "control" : "treatment";
    exposure.revision = 3;
    if (i % 3 == 0) exposure.segments = {"pro"};
    exposure.segment_versions.assign(exposure.segments.size(), 1);
    exposure.attributes_json = i % 5 == 0 ? R"({"plan":"big"})" : R"({"plan":"small"})";
    exposure.offset = batch.to++;
    batch.exposures.push_back(exposure);
    if (i % 7 > 2) continue;
    store::EventRow event;
    event.environment = "default/production";
    event.type = "track";
    event.name = "Order Completed";
    event.user_id = exposure.unit.id;
    event.unit = exposure.unit;
    event.time = event.received = at(i + 1);
    event.properties_json = fmt::format(R"({{"total":{}}})", i % 11);
    event.offset = batch.to++;
    batch.events.push_back(event);
  }
  return batch;
}

bool print(store::EventWarehouse& warehouse, const experiment::ServedQuestion& question, const char* before) {
  const auto analysis = experiment::analyze_experiment(warehouse, question);
  if (!analysis) {
    std::fprintf(stderr, "%s\n", analysis.error().message.c_str());
    return false;
  }
  std::printf("%s%s", before, report::to_json(*analysis).c_str());
  return true;
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) return 2;
  const std::string folder = arguments[1];
  auto warehouse = store::open_event_warehouse({folder + "/events.duckdb", {1, "256MB", folder}});
  if (!warehouse) return 1;
  experiment::ServedQuestion question{"default/production",
                                      "checkout-test",
                                      documents(),
                                      documents(),
                                      "sha256:0",
                                      2,
                                      at(0),
                                      std::nullopt,
                                      true};
  bool done = print(**warehouse, question, "[");
  done = done && (*warehouse)->load(rows());
  model::Experiment& frozen = question.frozen.experiments.at("checkout-test");
  frozen.plan.method = model::StoppingRule::FixedHorizon;
  frozen.plan.planned_units = 1'000;
  done = done && print(**warehouse, question, ",");
  frozen.plan = {};
  question.current->experiments.at("checkout-test").secondary_metrics = {"orders"};
  question.current->metrics["orders"] = metric("orders", model::MetricType::Count, "");
  question.stopped = at(1'000);
  done = done && print(**warehouse, question, ",");
  std::puts("]");
  return done ? 0 : 1;
}
