#include "warehouse_fixture.hpp"

#include <splitplot/base/random.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace splitplot::store {
namespace {

using test::compare;
using test::reduced;
using test::value;
using test::WarehouseTest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = Predicate::Kind;

class CollapseTest : public WarehouseTest {};
class EventsTest : public WarehouseTest {};
class PredicateTest : public WarehouseTest {};
class HistogramTest : public WarehouseTest {};

/// One row of a log: what the twins below work on.
struct LogRow {
  std::string unit, variant, level;
  std::optional<double> x;
  int time = 0;
};

constexpr Reduction kAllReductions[] = {
    Reduction::Sum,     Reduction::Count, Reduction::CountDistinct, Reduction::Mean, Reduction::Minimum,
    Reduction::Maximum, Reduction::Any,   Reduction::First,         Reduction::Last, Reduction::Missing};

/// The obvious meaning of a reduction over a unit's rows in order.
std::optional<double> reduce(Reduction reduction, const std::vector<std::optional<double>>& rows) {
  std::vector<double> x;
  for (const auto& row : rows) {
    if (row) x.push_back(*row);
  }
  double sum = 0;
  for (const double v : x) sum += v;
  switch (reduction) {
    case Reduction::Sum:
      return rows.empty() ? std::optional(0.0) : x.empty() ? std::nullopt : std::optional(sum);
    case Reduction::Count:
      return static_cast<double>(x.size());
    case Reduction::CountDistinct:
      return static_cast<double>(std::set<double>(x.begin(), x.end()).size());
    case Reduction::Any:
      return std::any_of(x.begin(), x.end(), [](double v) { return v != 0; }) ? 1.0 : 0.0;
    case Reduction::First:
      return rows.empty() ? std::nullopt : rows.front();
    case Reduction::Last:
      return rows.empty() ? std::nullopt : rows.back();
    case Reduction::Missing:
      return rows.empty() || !rows.front() ? 1.0 : 0.0;
    default:
      break;
  }
  if (x.empty()) return std::nullopt;
  if (reduction == Reduction::Mean) return sum / static_cast<double>(x.size());
  return reduction == Reduction::Minimum ? *std::min_element(x.begin(), x.end())
                                         : *std::max_element(x.begin(), x.end());
}

std::vector<LogRow> random_log(std::uint64_t seed, int rows, std::uint64_t units) {
  RandomStream random(seed);
  std::vector<LogRow> log;
  for (int i = 0; i < rows; ++i) {
    const std::uint64_t unit = random.below(units);
    // A few units wander between variants and levels.
    LogRow row{fmt::format("u{}", unit), unit % 2 == 0 ? "A" : "B", unit % 3 == 0 ? "x" : "y", std::nullopt,
               0};
    if (unit % 17 == 0 && random.bernoulli(0.5)) row.variant = "C";
    if (unit % 5 == 0 && random.bernoulli(0.5)) row.level = random.bernoulli(0.5) ? "z" : "";
    if (random.bernoulli(0.02)) row.unit.clear();
    if (random.bernoulli(0.02)) row.variant.clear();
    if (!random.bernoulli(0.3)) row.x = static_cast<double>(random.below(5));
    row.time = static_cast<int>(random.below(50));
    log.push_back(row);
  }
  return log;
}

std::string csv_of(const std::vector<LogRow>& log) {
  std::string csv = "unit,variant,level,x,time\n";
  for (const LogRow& row : log) {
    csv += fmt::format("{},{},{},{},2024-01-01 00:00:{:02}\n", row.unit, row.variant, row.level,
                       row.x ? fmt::format("{}", *row.x) : "", row.time);
  }
  return csv;
}

/// The twin of a collapse: cells of values, and the counts.
struct CollapseTwin {
  std::map<std::pair<std::string, std::optional<std::string>>,
           std::vector<std::vector<std::optional<double>>>>
      cells;
  std::uint64_t without_variant = 0, without_unit = 0, several_variants = 0, repeated = 0, several_levels = 0;

  explicit CollapseTwin(std::vector<LogRow> log, bool by_time) {
    if (by_time)
      std::stable_sort(log.begin(), log.end(),
                       [](const LogRow& a, const LogRow& b) { return a.time < b.time; });
    std::map<std::string, std::vector<LogRow>> units;
    for (const LogRow& row : log) {
      if (row.variant.empty())
        ++without_variant;
      else if (row.unit.empty())
        ++without_unit;
      else
        units[row.unit].push_back(row);
    }
    for (const auto& [unit, rows] : units) {
      std::set<std::string> variants, levels;
      std::vector<std::optional<double>> x;
      for (const LogRow& row : rows) {
        variants.insert(row.variant);
        levels.insert(row.level);
        x.push_back(row.x);
      }
      repeated += rows.size() > 1;
      if (variants.size() > 1) {
        ++several_variants;
        continue;
      }
      several_levels += levels.size() > 1;
      const std::string& level = rows.front().level;
      auto& cell = cells[{rows.front().variant, level.empty() ? std::nullopt : std::optional(level)}];
      cell.push_back(x);
    }
  }
};

void expect_same(const Frame& frame, const CollapseTwin& twin, const std::vector<Reduction>& reductions) {
  EXPECT_EQ(frame.rows_without_variant, twin.without_variant);
  EXPECT_EQ(frame.rows_without_unit, twin.without_unit);
  EXPECT_EQ(frame.units_in_several_variants, twin.several_variants);
  EXPECT_EQ(frame.repeated_units, twin.repeated);
  EXPECT_EQ(frame.units_in_several_levels, twin.several_levels);
  ASSERT_EQ(frame.cells.size(), twin.cells.size());
  auto expected = twin.cells.begin();
  for (const Cell& cell : frame.cells) {
    ASSERT_EQ(cell.variant, expected->first.first);
    ASSERT_EQ(cell.levels[0], expected->first.second);
    EXPECT_EQ(cell.units, expected->second.size());
    for (std::size_t i = 0; i < reductions.size(); ++i) {
      double sum = 0, squares = 0;
      std::uint64_t count = 0;
      for (const auto& rows : expected->second) {
        if (const auto x = reduce(reductions[i], rows)) {
          sum += *x;
          squares += *x * *x;
          ++count;
        }
      }
      const stats::Moments& m = cell.metrics[i].moments;
      ASSERT_EQ(m.count, count) << name_of(reductions[i]);
      if (count == 0) continue;
      const double mean = sum / static_cast<double>(count);
      EXPECT_NEAR(m.mean, mean, 1e-9) << name_of(reductions[i]);
      EXPECT_NEAR(m.m2, squares - sum * mean, 1e-6) << name_of(reductions[i]);
      EXPECT_EQ(cell.metrics[i].missing, cell.units - count);
    }
    ++expected;
  }
}

TEST_F(CollapseTest, AgreesWithAMapOfUnitsForEveryReduction) {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    const auto log = random_log(seed, 5000, 1200);
    for (const bool by_time : {false, true}) {
      std::vector<Measure> metrics;
      for (const Reduction reduction : kAllReductions) metrics.push_back(reduced(reduction, "x"));
      auto q = query(csv_of(log), metrics);
      const std::string parquet = copy(path("data.csv"), "data.parquet", "FORMAT parquet");
      for (const std::string& file : {path("data.csv"), parquet}) {
        q.exposures = open(file);
        q.unit_column = "unit";
        q.dimension_columns = {"level"};
        if (by_time) q.time_column = "time";
        const Frame answer = frame(q);
        EXPECT_EQ(answer.rows, log.size());
        expect_same(answer, CollapseTwin(log, by_time),
                    {std::begin(kAllReductions), std::end(kAllReductions)});
      }
    }
  }
}

TEST_F(CollapseTest, ReadsAFileOfSingleRowsByUnitLikeOneWithoutUnits) {
  std::string csv = "unit,variant,level,x\n";
  RandomStream random(5);
  for (int i = 0; i < 3000; ++i)
    csv += fmt::format("u{},{},{},{}\n", i, i % 2 == 0 ? "A" : "B", i % 3, random.normal());
  auto q = query(csv, {value("x")});
  q.dimension_columns = {"level"};
  const Frame by_row = frame(q);
  q.unit_column = "unit";
  const Frame by_unit = frame(q);
  ASSERT_EQ(by_row.cells.size(), by_unit.cells.size());
  for (std::size_t i = 0; i < by_row.cells.size(); ++i) {
    EXPECT_EQ(by_row.cells[i].levels, by_unit.cells[i].levels);
    EXPECT_NEAR(by_row.cells[i].metrics[0].moments.mean, by_unit.cells[i].metrics[0].moments.mean, 1e-12);
  }
  EXPECT_EQ(by_unit.repeated_units, 0u);
}

TEST_F(CollapseTest, RefusesRepeatedUnitsAndNamesOne) {
  auto q = query("unit,variant,x\nu1,A,1\nu2,B,2\nu2,B,3\nu2,B,4\nu3,A,5\nu3,A,5\n", {value("x")});
  q.unit_column = "unit";
  const Error e = error(q);
  EXPECT_EQ(e.code, ErrorCode::BadData);
  EXPECT_THAT(e.message, HasSubstr("2 units have more than one row"));
  EXPECT_THAT(e.message, HasSubstr("'u2' with 3"));
  EXPECT_THAT(e.hint, HasSubstr("--duplicates first"));
  EXPECT_THAT(e.hint, HasSubstr("x=sum(x)"));
  q.repeated_units = RepeatedUnits::First;
  EXPECT_EQ(means(q), (std::map<std::string, double>{{"A", 3}, {"B", 2}}));
  q.repeated_units = RepeatedUnits::Sum;
  EXPECT_EQ(means(q), (std::map<std::string, double>{{"A", 5.5}, {"B", 9}}));
}

TEST_F(CollapseTest, DoesNotRefuseRepeatedUnitsThatAreLeftOutAnyway) {
  auto q = query("unit,variant,x\nu1,A,1\nu2,A,2\nu2,B,3\n", {value("x")});
  q.unit_column = "unit";
  EXPECT_EQ(means(q), (std::map<std::string, double>{{"A", 1}}));
  EXPECT_EQ(frame(q).units_in_several_variants, 1u);
}

TEST_F(CollapseTest, TakesCovariatesFromTheFirstRow) {
  auto q = query("unit,variant,x,before,t\nu1,A,1,10,3\nu1,A,1,20,1\nu2,A,4,30,1\n",
                 {reduced(Reduction::Sum, "x")});
  q.unit_column = "unit";
  q.covariates = {value("before")};
  EXPECT_EQ(frame(q).cells[0].metrics[0].with_covariates.mean(1), 20);  // (10 + 30) / 2
  q.time_column = "t";
  EXPECT_EQ(frame(q).cells[0].metrics[0].with_covariates.mean(1), 25);  // (20 + 30) / 2
}

/// Frames are equal in what an adjustment reads.
void expect_same_covariates(const Frame& a, const Frame& b) {
  EXPECT_EQ(a.covariate_missing, b.covariate_missing);
  ASSERT_EQ(a.cells.size(), b.cells.size());
  for (std::size_t c = 0; c < a.cells.size(); ++c) {
    const stats::CrossMoments& left = a.cells[c].metrics[0].with_covariates;
    const stats::CrossMoments& right = b.cells[c].metrics[0].with_covariates;
    ASSERT_EQ(left.dimensions(), right.dimensions());
    for (std::size_t i = 0; i < left.dimensions(); ++i) {
      EXPECT_NEAR(left.mean(i), right.mean(i), 1e-12) << i;
      for (std::size_t j = 0; j < left.dimensions(); ++j)
        EXPECT_NEAR(left.comoment(i, j), right.comoment(i, j), 1e-9) << i << ' ' << j;
    }
  }
}

TEST_F(CollapseTest, TellsMissingCovariatesHoweverTheyAreWritten) {
  const auto content = [](std::string_view gap) {
    std::string csv = "unit,variant,x,before,t\n";
    for (int i = 0; i < 60; ++i) {
      const std::string before = i % 3 == 0 ? std::string(gap) : fmt::format("{}.5", i % 7);
      csv += fmt::format("u{},{},{},{},{}\n", i, i % 2 == 0 ? "A" : "B", i % 5, before, i);
    }
    return csv;
  };
  for (const bool by_unit : {false, true}) {
    const auto answer_for = [&](const std::string& csv) {
      auto q = query(csv, {reduced(Reduction::Sum, "x")});
      if (by_unit) q.unit_column = "unit";
      q.covariates = {value("before"), reduced(Reduction::Missing, "before")};
      return frame(q);
    };
    const Frame blank = answer_for(content(""));
    EXPECT_THAT(blank.covariate_missing, ElementsAre(20u, 0u));
    for (const Cell& cell : blank.cells) EXPECT_DOUBLE_EQ(cell.metrics[0].with_covariates.mean(2), 1.0 / 3);
    for (const char* gap : {"n/a", "NaN", "NA", " null ", "None", "-", "inf"}) {
      SCOPED_TRACE(gap);
      expect_same_covariates(blank, answer_for(content(gap)));
    }
  }
}

TEST_F(CollapseTest, TellsMissingCovariatesOfParquet) {
  auto q = query("variant,x,before\nA,1,2.5\nA,2,nan\nA,3,\nA,4,3.5\n", {value("x")});
  q.exposures = open(copy(path("data.csv"), "data.parquet", "FORMAT parquet"));
  q.covariates = {value("before"), reduced(Reduction::Missing, "before")};
  const Frame answer = frame(q);
  EXPECT_THAT(answer.covariate_missing, ElementsAre(2u, 0u));
  EXPECT_EQ(answer.cells[0].metrics[0].with_covariates.mean(2), 0.5);
}

TEST_F(CollapseTest, TellsAMissingCovariateByTheFirstRow) {
  auto q = query(
      "unit,variant,x,before,t\nu1,A,1,n/a,1\nu1,A,1,20,2\nu2,A,4,30,1\nu2,A,4,n/a,2\nu3,A,1,n/"
      "a,2\nu3,A,1,5,1\n",
      {reduced(Reduction::Sum, "x")});
  q.unit_column = "unit";
  q.covariates = {reduced(Reduction::First, "before"), reduced(Reduction::Missing, "before")};
  const Frame in_file_order = frame(q);
  EXPECT_THAT(in_file_order.covariate_missing, ElementsAre(2u, 0u));  // u1, u3
  EXPECT_DOUBLE_EQ(in_file_order.cells[0].metrics[0].with_covariates.mean(2), 2.0 / 3);
  q.time_column = "t";
  const Frame by_time = frame(q);
  EXPECT_THAT(by_time.covariate_missing, ElementsAre(1u, 0u));  // u1
  EXPECT_DOUBLE_EQ(by_time.cells[0].metrics[0].with_covariates.mean(2), 1.0 / 3);
}

TEST_F(CollapseTest, TakesTwiceTheCovariatesThatAUserMayAskFor) {
  auto q = query("variant,x,before\nA,1,2\n", {value("x")});
  q.covariates.assign(2 * kMaximumCovariates, value("before"));
  EXPECT_EQ(frame(q).cells[0].metrics[0].with_covariates.dimensions(), 2 * kMaximumCovariates + 1);
  q.covariates.push_back(value("before"));
  EXPECT_EQ(error(q).code, ErrorCode::InvalidArgument);
}

TEST_F(CollapseTest, ReducesSingleRowsWithoutAUnitColumn) {
  std::vector<Measure> metrics;
  for (const Reduction reduction : kAllReductions) metrics.push_back(reduced(reduction, "x"));
  for (Measure& m : metrics) m.where = compare(Kind::Equal, "event", std::string("buy"));
  const Frame answer = frame(query("variant,event,x\nA,buy,4\nA,view,9\n", metrics));
  const std::map<Reduction, std::pair<std::uint64_t, double>> expected{
      {Reduction::Sum, {2, 2}},      {Reduction::Count, {2, 0.5}}, {Reduction::CountDistinct, {2, 0.5}},
      {Reduction::Mean, {1, 4}},     {Reduction::Minimum, {1, 4}}, {Reduction::Maximum, {1, 4}},
      {Reduction::Any, {2, 0.5}},    {Reduction::First, {1, 4}},   {Reduction::Last, {1, 4}},
      {Reduction::Missing, {2, 0.5}}};
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const auto [count, mean] = expected.at(metrics[i].reduction);
    EXPECT_EQ(answer.cells[0].metrics[i].moments.count, count) << metrics[i].name;
    EXPECT_EQ(answer.cells[0].metrics[i].moments.mean, mean) << metrics[i].name;
  }
}

TEST_F(CollapseTest, CountsAMissingCellAsZeroWhereAsked) {
  auto m = value("x");
  m.missing = MissingValue::Zero;
  const Frame answer = frame(query("variant,x\nA,4\nA,\n", {m}));
  EXPECT_EQ(answer.cells[0].metrics[0].moments.mean, 2);
  EXPECT_EQ(answer.cells[0].metrics[0].missing, 0u);
}

// ---- events --------------------------------------------------------------------------------------

TEST_F(EventsTest, AgreeWithAMapOfUnitsAndTheTimeRule) {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    RandomStream random(seed);
    std::map<int, std::pair<std::string, int>> exposed;  // unit -> variant, first exposure
    std::string exposures = "unit,variant,at\n", events = "who,what,amount,at\n";
    for (int i = 0; i < 1500; ++i) {
      const int unit = static_cast<int>(random.below(800)), at = static_cast<int>(random.below(60));
      const std::string variant = unit % 2 == 0 ? "A" : "B";
      exposures += fmt::format("{},{},2024-01-01 00:00:{:02}\n", unit, variant, at);
      auto [place, fresh] = exposed.try_emplace(unit, variant, at);
      if (!fresh) place->second.second = std::min(place->second.second, at);
    }
    struct Event {
      int unit, at;
      double amount;
      bool purchase;
    };
    std::vector<Event> log;
    for (int i = 0; i < 4000; ++i) {
      log.push_back({static_cast<int>(random.below(1000)), static_cast<int>(random.below(60)),
                     static_cast<double>(random.below(4)), random.bernoulli(0.5)});
      events += fmt::format("{},{},{},2024-01-01T00:00:{:02}Z\n", log.back().unit,
                            log.back().purchase ? "buy" : "view", log.back().amount, log.back().at);
    }
    for (const bool time_rule : {false, true}) {
      auto q = query(exposures, {});
      q.unit_column = "unit";
      q.events = EventSource{open(write("events.csv", events)), "who", {}};
      if (time_rule) {
        q.time_column = "at";
        q.events->time_column = "at";
      }
      const std::vector<Reduction> reductions{Reduction::Sum, Reduction::Count, Reduction::CountDistinct,
                                              Reduction::Mean, Reduction::Any};
      for (const Reduction reduction : reductions) {
        q.metrics.push_back(reduced(reduction, "amount"));
        q.metrics.back().where = compare(Kind::Equal, "what", std::string("buy"));
      }
      std::map<int, std::vector<std::optional<double>>> values;
      std::uint64_t unmatched = 0;
      for (const Event& event : log) {
        const auto unit = exposed.find(event.unit);
        const bool seen = unit != exposed.end() && (!time_rule || event.at >= unit->second.second);
        unmatched += !seen;
        if (seen && event.purchase) values[event.unit].push_back(event.amount);
      }
      const Frame answer = frame(q);
      EXPECT_EQ(answer.events, log.size());
      EXPECT_EQ(answer.events_without_exposure, unmatched);
      for (const Cell& cell : answer.cells) {
        for (std::size_t i = 0; i < reductions.size(); ++i) {
          double sum = 0;
          std::uint64_t count = 0, units = 0;
          for (const auto& [unit, exposure] : exposed) {
            if (exposure.first != cell.variant) continue;
            ++units;
            if (const auto x = reduce(reductions[i], values[unit])) {
              sum += *x;
              ++count;
            }
          }
          EXPECT_EQ(cell.units, units);
          ASSERT_EQ(cell.metrics[i].moments.count, count) << name_of(reductions[i]);
          EXPECT_NEAR(cell.metrics[i].moments.mean, sum / static_cast<double>(count), 1e-12)
              << name_of(reductions[i]);
        }
      }
    }
  }
}

TEST_F(EventsTest, JoinIntegersWithTextAndFloatingPoint) {
  auto q = query("unit,variant\n1,A\n2,A\nx3,B\n", {reduced(Reduction::Count, "")});
  const std::string parquet = copy(write("e.csv", "who,v\n1,1\n1,1\n2,1\n"), "e.parquet", "FORMAT parquet");
  const std::string real =
      copy(write("r.csv", "who,v\n1.0,1\n1.0,1\n2.0,1\n"), "r.parquet", "FORMAT parquet");
  q.unit_column = "unit";
  for (const std::string& file : {path("e.csv"), parquet, real}) {
    q.events = EventSource{open(file), "who", {}};
    EXPECT_EQ(means(q), (std::map<std::string, double>{{"A", 1.5}, {"B", 0}})) << file;
  }
}

TEST_F(EventsTest, RefusesTimesThatCannotBeCompared) {
  auto q = query("unit,variant,at\n1,A,2024-01-01\n", {reduced(Reduction::Count, "")});
  q.unit_column = "unit";
  q.time_column = "at";
  q.events = EventSource{open(write("e.csv", "who,at\n1,17000\n")), "who", "at"};
  EXPECT_THAT(error(q).message, HasSubstr("cannot be compared"));
  q.events = EventSource{open(write("e.csv", "who,at\n1,2024-01-02\n1,soon\n")), "who", "at"};
  EXPECT_EQ(error(q).message, "column 'at' is not a time in 1 of 2 rows, first at row 2: 'soon'");
}

// ---- predicates ----------------------------------------------------------------------------------

TEST_F(PredicateTest, MatchRowsAsDocumented) {
  const std::string csv = "variant,n,t,b\nA,1,10,yes\nA,2,9,no\nA,,x,\nA,10,,yes\nA,3,b c,no\n";
  const auto matches = [&](const Predicate& predicate) {
    Measure m{"m", Reduction::Count, "", predicate, MissingValue::LeaveOut};
    return std::lround(means(query(csv, {m})).at("A") * 5);
  };
  const auto all_of = [](std::vector<Predicate> operands) {
    return Predicate{Kind::And, std::move(operands), "", {}};
  };
  const auto any_of = [](std::vector<Predicate> operands) {
    return Predicate{Kind::Or, std::move(operands), "", {}};
  };
  const auto none_of = [](Predicate operand) { return Predicate{Kind::Not, {std::move(operand)}, "", {}}; };
  EXPECT_EQ(matches(compare(Kind::Equal, "n", 2.0)), 1);
  EXPECT_EQ(matches(compare(Kind::NotEqual, "n", 2.0)), 3);
  EXPECT_EQ(matches(compare(Kind::Greater, "n", 2.0)), 2);
  EXPECT_EQ(matches(compare(Kind::GreaterOrEqual, "n", 2.0)), 3);
  EXPECT_EQ(matches(compare(Kind::Less, "n", 2.0)), 1);
  EXPECT_EQ(matches(compare(Kind::LessOrEqual, "n", 2.0)), 2);
  EXPECT_EQ(matches(compare(Kind::Greater, "t", 9.5)), 1);               // numerically: 10, not '9' or 'x'
  EXPECT_EQ(matches(compare(Kind::Greater, "t", std::string("9"))), 2);  // as text: 'x', 'b c'
  EXPECT_EQ(matches(compare(Kind::Equal, "t", std::string("b c"))), 1);
  EXPECT_EQ(matches(compare(Kind::Equal, "n", std::string("10"))), 1);
  EXPECT_EQ(matches(compare(Kind::Equal, "b", true)), 2);
  EXPECT_EQ(matches(compare(Kind::Equal, "b", false)), 2);
  EXPECT_EQ(matches({Kind::IsMissing, {}, "n", {}}), 1);
  EXPECT_EQ(matches(none_of({Kind::IsMissing, {}, "t", {}})), 4);
  EXPECT_EQ(matches(none_of(compare(Kind::Equal, "n", 2.0))), 3);  // the missing one does not match either
  EXPECT_EQ(matches({Kind::In, {}, "n", {1.0, 10.0, 77.0}}), 2);
  EXPECT_EQ(matches(none_of({Kind::In, {}, "n", {1.0, 10.0}})), 2);
  EXPECT_EQ(matches({Kind::In, {}, "t", {}}), 0);
  EXPECT_EQ(matches(all_of({compare(Kind::Greater, "n", 1.0), compare(Kind::Equal, "b", std::string("no"))})),
            2);
  EXPECT_EQ(matches(any_of({compare(Kind::Equal, "n", 1.0), compare(Kind::Equal, "t", std::string("x"))})),
            2);
}

TEST_F(PredicateTest, FindsTheSameCellsMissingHoweverTheColumnIsRead) {
  Measure m{"m", Reduction::Count, "", Predicate{Kind::IsMissing, {}, "n", {}}, MissingValue::LeaveOut};
  const std::string numbers = "variant,n\nA,1.5\nA,nan\nA,inf\nA,\nA,2.5\n";
  EXPECT_DOUBLE_EQ(means(query(numbers, {m})).at("A"), 0.6);
  // Compared with text, too, so that the column arrives as text.
  m.where = Predicate{Kind::Or, {*m.where, compare(Kind::Equal, "n", std::string("x"))}, "", {}};
  EXPECT_DOUBLE_EQ(means(query(numbers, {m})).at("A"), 0.6);
  m.where = Predicate{Kind::IsMissing, {}, "n", {}};
  EXPECT_DOUBLE_EQ(means(query("variant,n\nA,1.5\nA,n/a\nA,NA\nA,\nA,2.5\n", {m})).at("A"), 0.2);
}

TEST_F(PredicateTest, HostileTextStaysText) {
  Measure m{"m", Reduction::Count, "", compare(Kind::Equal, "t", std::string("' OR 1=1 --")),
            MissingValue::LeaveOut};
  EXPECT_EQ(means(query("variant,t\nA,x\nA,' OR 1=1 --\n", {m})).at("A"), 0.5);
}

TEST_F(PredicateTest, ComparesTimesAsTimes) {
  Measure m{"m", Reduction::Count, "", compare(Kind::GreaterOrEqual, "t", std::string("2024-03-01")),
            MissingValue::LeaveOut};
  EXPECT_EQ(
      means(
          query("variant,t\nA,2024-02-29 23:59:59\nA,2024-03-01 00:00:00\nA,2024-10-01 00:00:00\nA,\n", {m}))
          .at("A"),
      0.5);
}

// ---- histograms ----------------------------------------------------------------------------------

TEST_F(HistogramTest, PutsEveryUnitWithAValueInOnePlace) {
  auto q = query("variant,x\nA,0\nA,-1\nA,1\nA,1.5\nA,2\nA,3\nA,3.5\nA,\nB,2.5\n,1\n", {value("x")});
  const auto answer = warehouse_->histograms(q, 0, {1, 3, 2});
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->size(), 2u);
  const Histogram& a = answer->front();
  EXPECT_EQ(a.variant, "A");
  EXPECT_EQ(a.zeros, 1u);
  EXPECT_EQ(a.below, 1u);
  EXPECT_EQ(a.above, 1u);
  ASSERT_EQ(a.bars.size(), 2u);
  EXPECT_EQ(a.bars[0].units, 2u);  // 1, 1.5
  EXPECT_EQ(a.bars[1].units, 2u);  // 2, and 3 because the last bar is closed
  EXPECT_EQ(a.bars[0].lower, 1);
  EXPECT_EQ(a.bars[0].upper, 2);
  EXPECT_EQ(a.bars[1].upper, 3);
}

TEST_F(HistogramTest, CountsTheUnitsThatTheFrameCounts) {
  const auto log = random_log(11, 4000, 900);
  auto q = query(csv_of(log), {reduced(Reduction::Sum, "x"), reduced(Reduction::First, "x")});
  q.unit_column = "unit";
  for (std::size_t metric : {0u, 1u}) {
    std::map<std::string, std::uint64_t> expected, actual;
    for (const Cell& cell : frame(q).cells) expected[cell.variant] += cell.metrics[metric].moments.count;
    const auto histograms = warehouse_->histograms(q, metric, {1, 10, 7});
    ASSERT_TRUE(histograms);
    for (const Histogram& histogram : *histograms) {
      actual[histogram.variant] = histogram.zeros + histogram.below + histogram.above;
      for (const HistogramBar& bar : histogram.bars) actual[histogram.variant] += bar.units;
    }
    EXPECT_EQ(actual, expected);
  }
}

TEST_F(HistogramTest, RefusesARangeWithoutWidth) {
  auto q = query("variant,x\nA,0\n", {value("x")});
  EXPECT_EQ(warehouse_->histograms(q, 0, {1, 1, 2}).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(warehouse_->histograms(q, 3, {0, 1, 2}).error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace splitplot::store
