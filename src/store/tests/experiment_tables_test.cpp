#include "event_rows.hpp"
#include "temporary_files.hpp"

#include <splitplot/base/random.hpp>
#include <splitplot/store/event_warehouse.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace splitplot::store {
namespace {

using test::at;
using test::batch;
using test::event;
using test::exposure;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class ExperimentTablesTest : public test::TemporaryFiles {
 protected:
  ExperimentTablesTest()
      : warehouse_(
            std::move(*open_event_warehouse({path("events.duckdb"), {2, "512MB", path("events.spill")}}))) {}

  void load(std::vector<EventRow> events, std::vector<ExposureRow> exposures) {
    const auto loaded =
        warehouse_->load(batch(warehouse_->loaded(), std::move(events), std::move(exposures)));
    if (!loaded) throw std::runtime_error(loaded.error().message);
    analysis_ = std::move(*warehouse_->analysis());
  }
  ExperimentTables lay_out(const ExperimentRelation& relation) {
    auto tables = analysis_->open_experiment(relation);
    if (!tables) throw std::runtime_error(tables.error().message);
    return *tables;
  }
  Frame frame(const ExperimentRelation& relation, const std::vector<Reduction>& reductions) {
    auto answer = analysis_->aggregate(test::query_over(lay_out(relation), relation, reductions));
    if (!answer) throw std::runtime_error(answer.error().message);
    return *answer;
  }
  /// Of the first metric: sum over the units of each variant.
  std::map<std::string, double> totals(const ExperimentRelation& relation, Reduction reduction) {
    std::map<std::string, double> answer;
    for (const Cell& cell : frame(relation, {reduction}).cells) {
      const auto& moments = cell.metrics[0].moments;
      answer[cell.variant] += moments.mean * static_cast<double>(moments.count);
    }
    return answer;
  }

  std::unique_ptr<EventWarehouse> warehouse_;
  std::unique_ptr<ExperimentWarehouse> analysis_;
};

ExperimentRelation::MetricColumn metric(std::string name, std::string event_name, std::string property = "") {
  return {std::move(name), std::move(event_name), std::move(property), {}, {}};
}

// ---------------------------------------------------------------- against a slow twin

struct Generated {
  std::vector<EventRow> events;
  std::vector<ExposureRow> exposures;
};

/// Times on a grid of half seconds, so that many coincide: events at the exposure, at the end of a window.
Generated generate(std::uint64_t seed) {
  RandomStream random(seed);
  Generated data;
  const auto any_time = [&] { return at(static_cast<double>(random.below(200)) / 2); };
  constexpr const char* kPlans[] = {R"({"plan":"pro"})", R"({"plan":"free"})", R"({"plan":null})", "",
                                    R"({"plan":7})"};
  for (int i = 0; i < 300; ++i) {
    const std::string user = "u" + std::to_string(random.below(150));
    ExposureRow row =
        exposure(user, random.bernoulli(0.05) ? "blue" : (user.back() % 2 == 0 ? "red" : "green"), any_time(),
                 kPlans[random.below(5)]);
    if (random.bernoulli(0.4)) row.segments.emplace_back("pro");
    if (random.bernoulli(0.3)) row.segments.emplace_back("it's");
    row.segment_versions.assign(row.segments.size(), 1);
    if (random.bernoulli(0.1)) row.experiment = "another";
    if (random.bernoulli(0.1)) row.environment = "default/staging";
    if (random.bernoulli(0.1)) row.unit.kind = UnitKind::Anonymous;
    data.exposures.push_back(row);
  }
  constexpr const char* kProperties[] = {R"({"order":{"total":12.5},"channel":"web"})",
                                         R"({"order":{"total":-3},"channel":"app"})",
                                         R"({"order":{"total":"12.5"}})",
                                         R"({"order":{"total":true}})",
                                         R"({"order":{}})",
                                         R"({"order":7})",
                                         ""};
  for (int i = 0; i < 1'500; ++i) {
    EventRow row = event("u" + std::to_string(random.below(200)), random.bernoulli(0.6) ? "buy" : "look",
                         any_time(), kProperties[random.below(7)]);
    if (random.bernoulli(0.1)) row.type = "page";
    if (random.bernoulli(0.1)) row.environment = "default/staging";
    if (random.bernoulli(0.1)) row.user_id.clear();
    data.events.push_back(row);
  }
  return data;
}

/// What a unit came to, found row by row.
struct TwinUnit {
  std::set<std::string> variants;
  Timestamp first;
  JournalOffset first_offset = 0;
  std::string segments;
  std::string plan;
  double looks = 0, sum = 0, windowed = 0;
};

/// The number of an event's order total; the text of kProperties decides.
std::optional<double> total_of(const std::string& properties) {
  if (properties.find("12.5}") != std::string::npos) return 12.5;
  if (properties.find("-3") != std::string::npos) return -3;
  if (properties.find("true") != std::string::npos) return 1;
  return std::nullopt;
}

std::string plan_of(const std::string& attributes) {
  if (attributes.find("pro") != std::string::npos) return "pro";
  if (attributes.find("free") != std::string::npos) return "free";
  return attributes.find('7') != std::string::npos ? "7" : "(missing)";
}

std::map<std::string, TwinUnit> twin(const Generated& data, Timestamp from, Timestamp until,
                                     std::chrono::seconds window) {
  std::map<std::string, TwinUnit> units;
  for (std::size_t i = 0; i < data.exposures.size(); ++i) {
    const ExposureRow& row = data.exposures[i];
    const JournalOffset offset = data.events.size() + i;
    if (row.experiment != "checkout-test" || row.environment != "default/production" ||
        row.unit.kind != UnitKind::User || row.time < from || row.time >= until)
      continue;
    const bool fresh = !units.contains(row.unit.id);
    TwinUnit& unit = units[row.unit.id];
    unit.variants.insert(row.variant);
    if (!fresh && std::pair(row.time, offset) >= std::pair(unit.first, unit.first_offset)) continue;
    unit.first = row.time;
    unit.first_offset = offset;
    const auto in = [&](const char* key) {
      return std::ranges::find(row.segments, key) != row.segments.end() ? "in" : "not in";
    };
    unit.segments = fmt::format("{}/{}", in("pro"), in("it's"));
    unit.plan = plan_of(row.attributes_json);
  }
  for (const EventRow& row : data.events) {
    const auto found = units.find(row.user_id);
    if (found == units.end() || row.environment != "default/production" || row.type != "track" ||
        row.time < found->second.first || row.time >= until)
      continue;
    if (row.name == "look") found->second.looks += 1;
    if (row.name != "buy") continue;
    found->second.sum += total_of(row.properties_json).value_or(0);
    const bool on_web = row.properties_json.find("web") != std::string::npos;
    if (on_web && row.time < found->second.first + window) found->second.windowed += 1;
  }
  return units;
}

TEST_F(ExperimentTablesTest, AgreesWithATwinThatGoesThroughTheRowsOneByOne) {
  for (const std::uint64_t seed : {1U, 2U}) {
    const Generated data = generate(seed);
    analysis_.reset();
    warehouse_.reset();
    std::filesystem::remove(path("events.duckdb"));
    warehouse_ = std::move(*open_event_warehouse({path("events.duckdb"), {2, "512MB", path("spill")}}));
    load(data.events, data.exposures);
    constexpr std::chrono::seconds kWindow{10};
    ExperimentRelation relation = test::checkout_test();
    relation.from = at(5);
    relation.until = at(90);
    relation.segments = {"pro", "it's"};
    relation.dimensions = {"plan"};
    relation.metrics = {metric("looks", "look"), metric("sum", "buy", "order.total"),
                        metric("windowed", "buy")};
    relation.metrics[2].window = kWindow;
    relation.metrics[2].where = [](std::string_view json) { return json.find("web") != json.npos; };
    const Frame got = frame(relation, {Reduction::Count, Reduction::Sum, Reduction::Any});

    using Key = std::vector<std::string>;
    struct Sums {
      double units = 0, looks = 0, sum = 0, windowed = 0, squares = 0;
    };
    std::map<Key, Sums> expected;
    std::uint64_t several = 0;
    for (const auto& [id, unit] : twin(data, at(5), at(90), kWindow)) {
      if (unit.variants.size() > 1) {
        ++several;
        continue;
      }
      Sums& sums = expected[{*unit.variants.begin(), unit.segments, unit.plan}];
      sums.units += 1;
      sums.looks += unit.looks;
      sums.sum += unit.sum;
      sums.squares += unit.sum * unit.sum;
      sums.windowed += unit.windowed > 0 ? 1 : 0;
    }
    EXPECT_GT(several, 5U);
    EXPECT_EQ(got.units_in_several_variants, several);
    ASSERT_EQ(got.cells.size(), expected.size());
    for (const Cell& cell : got.cells) {
      const Key key{cell.variant, fmt::format("{}/{}", *cell.levels[0], *cell.levels[1]),
                    cell.levels[2].value_or("(missing)")};
      ASSERT_TRUE(expected.contains(key)) << key[0] << ' ' << key[1] << ' ' << key[2];
      const Sums& sums = expected[key];
      const auto total = [&](std::size_t i) {
        EXPECT_EQ(cell.metrics[i].missing, 0U);
        EXPECT_EQ(cell.metrics[i].moments.count, cell.units);
        return cell.metrics[i].moments.mean * sums.units;
      };
      EXPECT_EQ(static_cast<double>(cell.units), sums.units);
      EXPECT_NEAR(total(0), sums.looks, 1e-9);
      EXPECT_NEAR(total(1), sums.sum, 1e-9);
      EXPECT_NEAR(total(2), sums.windowed, 1e-9);
      EXPECT_NEAR(cell.metrics[1].moments.m2, sums.squares - sums.sum * sums.sum / sums.units, 1e-9);
    }
  }
}

// ---------------------------------------------------------------- one rule each

TEST_F(ExperimentTablesTest, AnEventCountsFromTheExposureOnAndUpToTheEndOfTheWindowExcluded) {
  load({event("u1", "buy", at(9.999999)), event("u1", "buy", at(10)), event("u1", "buy", at(69.999999)),
        event("u1", "buy", at(70)), event("u2", "buy", at(5))},
       {exposure("u1", "a", at(10)), exposure("u2", "b", at(10))});
  ExperimentRelation relation = test::checkout_test();
  relation.metrics = {metric("bought", "buy")};
  relation.metrics[0].window = std::chrono::seconds(60);
  EXPECT_THAT(totals(relation, Reduction::Count), ElementsAre(Pair("a", 2), Pair("b", 0)));
}

TEST_F(ExperimentTablesTest, AMeanIsOverTheUnitsEventsAndMissingWhereThereAreNone) {
  load({event("u1", "buy", at(1), R"({"total":10})"), event("u1", "buy", at(2), R"({"total":20})"),
        event("u1", "buy", at(3), R"({"total":"much"})")},
       {exposure("u1", "a", at(0)), exposure("u2", "a", at(0)), exposure("u3", "b", at(0))});
  ExperimentRelation relation = test::checkout_test();
  relation.metrics = {metric("average", "buy", "total")};
  const Frame got = frame(relation, {Reduction::Mean});
  ASSERT_EQ(got.cells.size(), 2U);
  EXPECT_EQ(got.cells[0].metrics[0].moments.count, 1U);
  EXPECT_EQ(got.cells[0].metrics[0].moments.mean, 15);
  EXPECT_EQ(got.cells[0].metrics[0].missing, 1U);
  EXPECT_EQ(got.cells[1].metrics[0].missing, 1U);
  EXPECT_THAT(lay_out(relation).refused, ElementsAre(1));
}

TEST_F(ExperimentTablesTest, UnitsOfEachKindAreJoinedByTheirOwnId) {
  EventRow by_device = event("u1", "buy", at(1));
  by_device.anonymous_id = "a1";
  EventRow of_group = event("u1", "buy", at(1));
  of_group.context_json = R"({"groupId":"g1"})";
  EventRow grouped = event("u1", "buy", at(1));
  grouped.group_id = "g2";
  std::vector<ExposureRow> exposures{exposure("u1", "a", at(0)), exposure("a1", "a", at(0)),
                                     exposure("g1", "a", at(0)), exposure("g2", "b", at(0))};
  exposures[1].unit.kind = UnitKind::Anonymous;
  exposures[2].unit.kind = UnitKind::Account;
  exposures[3].unit.kind = UnitKind::Account;
  load({by_device, of_group, grouped}, exposures);
  ExperimentRelation relation = test::checkout_test();
  relation.metrics = {metric("bought", "buy")};
  EXPECT_THAT(totals(relation, Reduction::Count), ElementsAre(Pair("a", 3)));
  relation.unit = UnitKind::Anonymous;
  EXPECT_THAT(totals(relation, Reduction::Count), ElementsAre(Pair("a", 1)));
  relation.unit = UnitKind::Account;
  EXPECT_THAT(totals(relation, Reduction::Count), ElementsAre(Pair("a", 1), Pair("b", 1)));
  EXPECT_EQ(lay_out(relation).exposures_of_other_units, 2U);
}

TEST_F(ExperimentTablesTest, SessionsAreJoinedByTheContextOfEvents) {
  std::vector<EventRow> events(5, event("u1", "buy", at(1)));
  events[0].context_json = R"({"sessionId":"s1"})";
  events[1].context_json = R"({"sessionId":"s1"})";
  events[2].context_json = R"({"sessionId":1662345})";
  events[3].context_json = R"({"sessionId":null})";
  std::vector<ExposureRow> exposures{exposure("s1", "a", at(0)), exposure("1662345", "b", at(0)),
                                     exposure("s3", "b", at(0))};
  for (ExposureRow& one : exposures) one.unit.kind = UnitKind::Session;
  load(events, exposures);
  ExperimentRelation relation = test::checkout_test();
  relation.metrics = {metric("bought", "buy")};
  relation.unit = UnitKind::Session;
  EXPECT_THAT(totals(relation, Reduction::Count), ElementsAre(Pair("a", 2), Pair("b", 1)));
}

TEST_F(ExperimentTablesTest, TheFactsSayWhatTheTablesRestOn) {
  std::vector<ExposureRow> exposures{
      exposure("u1", "a", at(3), R"({"plan":"pro"})"), exposure("u1", "a", at(1)),
      exposure("u2", "b", at(2), R"({"plan":"free"})"), exposure("u3", "b", at(99))};
  exposures[0].segments = {"pro", "old"};
  exposures[0].segment_versions = {2, 1};
  exposures[1].segments = {"pro"};
  exposures[1].segment_versions = {1};
  exposures[2].revision = 9;
  load({}, exposures);
  ExperimentRelation relation = test::checkout_test();
  relation.until = at(50);
  relation.segments = {"pro", "never"};
  relation.dimensions = {"plan"};
  const ExperimentTables tables = lay_out(relation);
  EXPECT_EQ(tables.watermark, 4U);
  EXPECT_EQ(tables.last_received, at(99));
  EXPECT_EQ(tables.exposure_count, 3U);
  EXPECT_EQ(tables.units, 2U);
  EXPECT_EQ(tables.first_exposure, at(1));
  EXPECT_EQ(tables.last_exposure, at(3));
  EXPECT_EQ(tables.first_revision, 7U);
  EXPECT_EQ(tables.last_revision, 9U);
  EXPECT_EQ(tables.exposures_outside, 1U);
  EXPECT_THAT(tables.segment_versions, ElementsAre(ElementsAre(1, 2), IsEmpty()));
  EXPECT_THAT(tables.levels, ElementsAre(2));
}

TEST_F(ExperimentTablesTest, NamesOfUsersAreTextAndNothingElse) {
  const std::string hostile = "x'); DROP TABLE events; --\"/~.\\\u00E4 {}";
  EventRow bought = event("u1", hostile, at(1), R"({"a/b":{"c~\"d'e":4}})");
  ExposureRow seen = exposure("u1", "it's \"a\"", at(0), R"({"do'main/x.y":"l'evel"})");
  seen.segments = {hostile};
  seen.segment_versions = {1};
  load({bought}, {seen, exposure("u2", "b", at(0))});
  ExperimentRelation relation = test::checkout_test();
  relation.segments = {hostile};
  relation.dimensions = {"do'main/x.y"};
  relation.metrics = {metric("sum", hostile, "a/b.c~\"d'e")};
  const Frame got = frame(relation, {Reduction::Sum});
  ASSERT_EQ(got.cells.size(), 2U);
  const Cell& cell = got.cells[1];
  EXPECT_EQ(cell.variant, "it's \"a\"");
  EXPECT_EQ(cell.levels[0], "in");
  EXPECT_EQ(cell.levels[1], "l'evel");
  EXPECT_EQ(cell.metrics[0].moments.mean, 4);
  EXPECT_EQ(warehouse_->count("events"), 1U);
}

TEST_F(ExperimentTablesTest, DimensionsMayBeCalledLikeAnythingAlsoAlikeButForCase) {
  load({event("u1", "buy", at(1))},
       {exposure("u1", "a", at(0), R"({"time":"t","variant":"v","Plan":"P","plan":"p","u":"1"})")});
  ExperimentRelation relation = test::checkout_test();
  relation.dimensions = {"time", "variant", "Plan", "plan", "u"};
  relation.metrics = {metric("unit", "buy"), metric("Unit", "buy")};
  const Frame got = frame(relation, {Reduction::Any, Reduction::Count});
  ASSERT_EQ(got.cells.size(), 1U);
  EXPECT_THAT(got.cells[0].levels, ElementsAre("t", "v", "P", "p", "1"));
  EXPECT_EQ(got.cells[0].metrics[0].moments.mean, 1);
}

TEST_F(ExperimentTablesTest, AConditionThatThrowsFailsTheQueryAndNotTheProcess) {
  load({event("u1", "buy", at(1))}, {exposure("u1", "a", at(0))});
  ExperimentRelation relation = test::checkout_test();
  relation.metrics = {metric("bought", "buy")};
  relation.metrics[0].where = [](std::string_view) -> bool { throw std::runtime_error("no"); };
  EXPECT_EQ(analysis_->open_experiment(relation).error().code, ErrorCode::Internal);
  relation.metrics[0].where = {};
  EXPECT_THAT(totals(relation, Reduction::Count), UnorderedElementsAre(Pair("a", 1)));
}

TEST_F(ExperimentTablesTest, PropertiesThatAreNoJsonCountAsNone) {
  load({event("u1", "buy", at(1), "{broken"), event("u1", "buy", at(2), R"({"total":2})")},
       {exposure("u1", "a", at(0), "[broken")});
  ExperimentRelation relation = test::checkout_test();
  relation.dimensions = {"plan"};
  relation.metrics = {metric("sum", "buy", "total")};
  EXPECT_THAT(totals(relation, Reduction::Sum), ElementsAre(Pair("a", 2)));
}

TEST_F(ExperimentTablesTest, AnExperimentThatNobodyMetHasEmptyTables) {
  load({event("u1", "buy", at(1))}, {exposure("u1", "a", at(0))});
  ExperimentRelation relation = test::checkout_test();
  relation.experiment = "nobody's";
  relation.metrics = {metric("bought", "buy")};
  const ExperimentTables tables = lay_out(relation);
  EXPECT_EQ(tables.exposure_count, 0U);
  EXPECT_EQ(tables.first_exposure, std::nullopt);
  EXPECT_THAT(frame(relation, {Reduction::Any}).cells, IsEmpty());
}

}  // namespace
}  // namespace splitplot::store
