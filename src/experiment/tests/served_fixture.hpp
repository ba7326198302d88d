/// A warehouse with the events of one experiment, "checkout-test", and the question that is asked about it.
#pragma once

#include <splitplot/experiment/served_experiment.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace splitplot::experiment {

inline Timestamp at(double seconds) {
  return Timestamp(
      std::chrono::microseconds(1'700'000'000'000'000 + static_cast<std::int64_t>(seconds * 1e6)));
}

inline store::ExposureRow exposure(std::string user, std::string variant, Timestamp time) {
  store::ExposureRow row;
  row.environment = "default/production";
  row.unit = {UnitKind::User, std::move(user)};
  row.time = row.received = time;
  row.experiment = "checkout-test";
  row.variant = std::move(variant);
  row.revision = 5;
  return row;
}

inline store::EventRow event(std::string user, std::string name, Timestamp time,
                             std::string properties = {}) {
  store::EventRow row;
  row.environment = "default/production";
  row.type = "track";
  row.name = std::move(name);
  row.unit = {UnitKind::User, user};
  row.user_id = std::move(user);
  row.time = row.received = time;
  row.properties_json = std::move(properties);
  return row;
}

inline model::Metric metric(std::string key, model::MetricType type, std::string event_name,
                            std::string property = {}) {
  model::Metric answer;
  answer.key = std::move(key);
  answer.type = type;
  answer.event = std::move(event_name);
  answer.property = std::move(property);
  return answer;
}

/// checkout-test: control and treatment, halves; a rate and a sum.
inline model::Configuration checkout_test() {
  model::Configuration configuration;
  model::Experiment experiment;
  experiment.key = "checkout-test";
  experiment.hypothesis = "one page sells more";
  experiment.status = model::ExperimentStatus::Running;
  experiment.variants = {{"control", "", 0.5}, {"treatment", "", 0.5}};
  experiment.primary_metrics = {"bought"};
  experiment.guardrail_metrics = {"revenue"};
  configuration.experiments["checkout-test"] = experiment;
  configuration.metrics["bought"] = metric("bought", model::MetricType::Proportion, "Order Completed");
  configuration.metrics["revenue"] = metric("revenue", model::MetricType::Sum, "Order Completed", "total");
  return configuration;
}

class ServedExperiment : public ::testing::Test {
 protected:
  ServedExperiment() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              fmt::format("splitplot-served-{}-{}", test->name(), getpid());
    std::filesystem::create_directories(folder_);
    auto opened = store::open_event_warehouse(
        {(folder_ / "events.duckdb").string(), {2, "512MB", (folder_ / "spill").string()}});
    if (!opened) throw std::runtime_error(opened.error().message);
    warehouse_ = std::move(*opened);
    question_.environment = "default/production";
    question_.experiment = "checkout-test";
    question_.frozen = checkout_test();
    question_.current = checkout_test();
    question_.fingerprint = "sha256:abc";
    question_.revision = 4;
    question_.started = at(0);
  }
  ~ServedExperiment() override {
    warehouse_.reset();
    std::filesystem::remove_all(folder_);
  }

  model::Experiment& frozen() { return question_.frozen.experiments.at("checkout-test"); }
  model::Experiment& current() { return question_.current->experiments.at("checkout-test"); }

  void load(std::vector<store::EventRow> events, std::vector<store::ExposureRow> exposures) {
    store::LoadBatch batch{std::move(events), std::move(exposures), {}, warehouse_->loaded(), 0};
    batch.to = batch.from;
    for (auto& row : batch.events) row.offset = batch.to++;
    for (auto& row : batch.exposures) row.offset = batch.to++;
    const auto loaded = warehouse_->load(batch);
    if (!loaded) throw std::runtime_error(loaded.error().message);
  }
  /// `units` in each variant; every fourth of the control and every third of the treatment buys for 10.
  void load_units(int units) {
    std::vector<store::EventRow> events;
    std::vector<store::ExposureRow> exposures;
    for (int i = 0; i < 2 * units; ++i) {
      const std::string user = fmt::format("u{}", i);
      const bool treated = i % 2 == 1;
      exposures.push_back(exposure(user, treated ? "treatment" : "control", at(i)));
      if (i / 2 % (treated ? 3 : 4) == 0)
        events.push_back(event(user, "Order Completed", at(i + 1), R"({"total":10})"));
    }
    load(std::move(events), std::move(exposures));
  }
  Analysis analyse() {
    auto analysis = analyze_experiment(*warehouse_, question_);
    if (!analysis) throw std::runtime_error(analysis.error().message);
    return std::move(*analysis);
  }
  static std::vector<std::string> texts(const Analysis& analysis) {
    std::vector<std::string> answer;
    for (const Sentence& sentence : analysis.conclusion) answer.push_back(sentence.text);
    return answer;
  }
  static std::vector<std::string> codes(const std::vector<Finding>& findings) {
    std::vector<std::string> answer;
    for (const Finding& finding : findings) answer.push_back(finding.code);
    return answer;
  }

  std::filesystem::path folder_;
  std::unique_ptr<store::EventWarehouse> warehouse_;
  ServedQuestion question_;
};

}  // namespace splitplot::experiment
