// Hillstrom's e-mail test, once read from its file and once from the events that a server would have had of it: an
// exposure per customer, an event per visit and order. Every number of the two analyses agrees to 1e-12 of its size
// (sums of the same values in another order), and every text that shows one is the same text.
#include <splitplot/experiment/served_experiment.hpp>
#include <splitplot/model/json.hpp>
#include <splitplot/report/report.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

namespace splitplot::experiment {
namespace {

constexpr double kTolerance = 1e-12;
constexpr const char* kSegment = "mens-buyers";

Timestamp at(std::size_t seconds) {
  return Timestamp(std::chrono::seconds(1'200'000'000 + static_cast<std::int64_t>(seconds)));
}

/// Cells of a line; a cell may be in double quotes.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

/// Places of the columns in the file.
enum Column : std::size_t {
  HistorySegment = 1,
  Mens = 3,
  ZipCode = 5,
  Channel = 7,
  Arm = 8,
  Visit,
  Conversion,
  Spend
};

model::Metric metric(const std::string& key, model::MetricType type, const std::string& event) {
  model::Metric answer;
  answer.key = key;
  answer.type = type;
  answer.event = event;
  return answer;
}

model::Configuration email_test(model::StoppingRule method) {
  model::Configuration configuration;
  model::Experiment experiment;
  experiment.key = "email-test";
  experiment.variants = {
      {"No E-Mail", "", 1.0 / 3}, {"Mens E-Mail", "", 1.0 / 3}, {"Womens E-Mail", "", 1.0 / 3}};
  experiment.primary_metrics = {"visit"};
  experiment.secondary_metrics = {"conversion", "spend"};
  experiment.segments = {kSegment};
  experiment.dimensions = {"channel", "zip_code", "history_segment"};
  experiment.plan.method = method;
  experiment.plan.planned_units = 64'000;
  configuration.experiments[experiment.key] = experiment;
  configuration.metrics["visit"] = metric("visit", model::MetricType::Proportion, "Site Visited");
  configuration.metrics["conversion"] =
      metric("conversion", model::MetricType::Proportion, "Order Completed");
  configuration.metrics["spend"] = metric("spend", model::MetricType::Sum, "Order Completed");
  configuration.metrics["spend"].property = "order.total";
  return configuration;
}

class ServedAndFile : public ::testing::TestWithParam<model::StoppingRule> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(SPLITPLOT_HILLSTROM))
      GTEST_SKIP() << "SKIPPED: Hillstrom's data are not there";
    folder_ = std::filesystem::temp_directory_path() / fmt::format("splitplot-differential-{}", getpid());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  /// The rows as events, and as the file with one column more: the segment.
  store::LoadBatch read_rows() {
    std::ifstream in(SPLITPLOT_HILLSTROM);
    std::ofstream out(folder_ / "hillstrom.csv");
    std::string line;
    std::getline(in, line);
    while (!line.empty() && line.back() == '\r') line.pop_back();
    out << line << ",segment " << kSegment << '\n';
    store::LoadBatch batch;
    for (std::size_t i = 0; std::getline(in, line); ++i) {
      while (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty()) continue;
      const auto cells = cells_of(line);
      const bool mens = cells[Mens] == "1";
      out << line << (mens ? ",in" : ",not in") << '\n';
      add_rows(batch, i, cells, mens);
    }
    return batch;
  }

  static void add_rows(store::LoadBatch& batch, std::size_t i, const std::vector<std::string>& cells,
                       bool mens) {
    const std::string user = fmt::format("customer {}", i);
    store::ExposureRow exposure;
    exposure.environment = "default/production";
    exposure.unit = {UnitKind::User, user};
    exposure.time = exposure.received = at(i);
    exposure.experiment = "email-test";
    exposure.variant = cells[Arm];
    if (mens) exposure.segments = {kSegment};
    exposure.segment_versions.assign(exposure.segments.size(), 1);
    exposure.attributes_json =
        model::to_json(Value(Value::Object{{"channel", Value(cells[Channel])},
                                           {"zip_code", Value(cells[ZipCode])},
                                           {"history_segment", Value(cells[HistorySegment])}}));
    exposure.offset = batch.to++;
    batch.exposures.push_back(std::move(exposure));
    const auto happened = [&](const char* name, std::string properties) {
      store::EventRow event;
      event.environment = "default/production";
      event.type = "track";
      event.name = name;
      event.unit = {UnitKind::User, user};
      event.user_id = user;
      event.time = event.received = at(i + 60);
      event.properties_json = std::move(properties);
      event.offset = batch.to++;
      batch.events.push_back(std::move(event));
    };
    if (cells[Visit] == "1") happened("Site Visited", "");
    if (cells[Conversion] == "1")
      happened("Order Completed", fmt::format(R"({{"order":{{"total":{}}}}})", cells[Spend]));
  }

  Analysis served(const model::Configuration& frozen, const store::LoadBatch& batch) {
    auto warehouse = store::open_event_warehouse(
        {(folder_ / "events.duckdb").string(), {2, "1GB", (folder_ / "spill").string()}});
    if (!warehouse) throw std::runtime_error(warehouse.error().message);
    if (auto loaded = (*warehouse)->load(batch); !loaded) throw std::runtime_error(loaded.error().message);
    ServedQuestion question;
    question.environment = "default/production";
    question.experiment = "email-test";
    question.frozen = frozen;
    question.current = frozen;
    question.started = at(0);
    auto analysis = analyze_experiment(**warehouse, question);
    if (!analysis) throw std::runtime_error(analysis.error().message);
    return std::move(*analysis);
  }

  Analysis from_file(const model::Configuration& frozen) {
    AnalysisRequest request = *served_request(frozen, "email-test");
    request.path = (folder_ / "hillstrom.csv").string();
    request.variant_column = "segment";
    request.unit_column.reset();
    request.time_column.reset();
    request.event_time_column.reset();
    request.metrics = {"visit", "conversion", "spend"};
    auto warehouse = store::open_embedded_warehouse({2, "1GB", (folder_ / "spill").string()});
    auto analysis = analyze_file(**warehouse, request);
    if (!analysis) throw std::runtime_error(analysis.error().message);
    return std::move(*analysis);
  }

  std::filesystem::path folder_;
};

/// Compares two JSON values, numbers by size; keeps the largest relative distance.
class Comparison {
 public:
  void compare(const Value& a, const Value& b, const std::string& place) {
    const auto x = a.number();
    const auto y = b.number();
    if (x && y) {
      ++numbers_;
      const double distance = *x == *y ? 0 : std::abs(*x - *y) / std::max(std::abs(*x), std::abs(*y));
      if (distance > largest_) {
        largest_ = distance;
        where_ = fmt::format("{}: {} against {}", place, *x, *y);
      }
      return;
    }
    ASSERT_EQ(a.kind(), b.kind()) << place;
    if (const auto* array = a.if_array()) {
      ASSERT_EQ(array->size(), b.if_array()->size()) << place;
      for (std::size_t i = 0; i < array->size(); ++i)
        compare((*array)[i], (*b.if_array())[i], fmt::format("{}/{}", place, i));
    } else if (const auto* object = a.if_object()) {
      ASSERT_EQ(object->size(), b.if_object()->size()) << place;
      for (const Member& member : *object) {
        const Value* other = b.find(member.name);
        ASSERT_NE(other, nullptr) << place << '/' << member.name;
        compare(member.value, *other, place + "/" + member.name);
      }
    } else {
      EXPECT_EQ(a, b) << place;
    }
  }
  [[nodiscard]] double largest() const { return largest_; }
  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] std::size_t numbers() const { return numbers_; }

 private:
  double largest_ = 0;
  std::string where_;
  std::size_t numbers_ = 0;
};

/// From the metrics to the methods: what a person reads of the numbers.
std::string shown(const Analysis& analysis) {
  const std::string text = report::to_terminal(analysis, {100, false, true});
  const std::size_t begin = text.find("METRICS");
  return text.substr(begin, text.find("HOW VARIANTS WERE COMPARED") - begin);
}

TEST_P(ServedAndFile, HillstromComesToTheSameNumbersAndTheSameWords) {
  const model::Configuration frozen = email_test(GetParam());
  const store::LoadBatch rows = read_rows();
  ASSERT_EQ(rows.exposures.size(), 64'000U);
  Analysis by_server = served(frozen, rows);
  Analysis by_file = from_file(frozen);

  // Said in other words, and told of served metrics only.
  for (std::size_t i = 0; i < by_file.metrics.size(); ++i) {
    by_server.metrics[i].definition = by_file.metrics[i].definition;
    by_server.metrics[i].role = by_file.metrics[i].role;
  }
  // Advice to try another option: the plan of a served experiment is frozen.
  constexpr std::string_view kFileOnly =
      " Look whether another prior changes what you would do (command line: --pool half-normal:5%).";
  for (Finding& finding : by_file.findings) {
    if (finding.message.ends_with(kFileOnly))
      finding.message.resize(finding.message.size() - kFileOnly.size());
  }
  EXPECT_EQ(shown(by_server), shown(by_file));
  const auto texts = [](const Analysis& analysis) {
    std::vector<std::string> answer;
    for (const auto& sentence : analysis.conclusion) answer.push_back(sentence.text);
    return answer;
  };
  EXPECT_EQ(texts(by_server), texts(by_file));

  const auto server_json = model::parse_json(report::to_json(by_server));
  const auto file_json = model::parse_json(report::to_json(by_file));
  ASSERT_TRUE(server_json && file_json);
  Comparison comparison;
  for (const char* member :
       {"findings", "variants", "sample_ratio", "family", "segment_family", "metrics", "segment_tables"}) {
    comparison.compare(*server_json->find(member), *file_json->find(member), member);
  }
  EXPECT_GT(comparison.numbers(), 500U);
  EXPECT_LE(comparison.largest(), kTolerance) << comparison.where();
  RecordProperty("largest_relative_distance", fmt::format("{}", comparison.largest()));
  fmt::print("{} numbers, largest relative distance {:.2g} ({})\n", comparison.numbers(),
             comparison.largest(), comparison.where());
}

INSTANTIATE_TEST_SUITE_P(BothPlans, ServedAndFile,
                         testing::Values(model::StoppingRule::AlwaysValid, model::StoppingRule::FixedHorizon),
                         [](const auto& chosen) {
                           return chosen.param == model::StoppingRule::AlwaysValid ? "AlwaysValid"
                                                                                   : "FixedHorizon";
                         });

}  // namespace
}  // namespace splitplot::experiment
