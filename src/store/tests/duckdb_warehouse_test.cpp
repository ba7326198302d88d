#include "warehouse_fixture.hpp"

#include <splitplot/base/random.hpp>
#include <splitplot/store/warehouse.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace splitplot::store {
namespace {

using test::value;
using test::WarehouseTest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Two passes, as in the textbook.
struct TwoPass {
  std::vector<double> x;
  [[nodiscard]] double mean() const {
    long double sum = 0;
    for (const double v : x) sum += v;
    return static_cast<double>(sum / static_cast<long double>(x.size()));
  }
  [[nodiscard]] double power(int p) const {
    const double m = mean();
    long double sum = 0;
    for (const double v : x) sum += std::pow(static_cast<long double>(v) - m, p);
    return static_cast<double>(sum);
  }
};

double comoment(const std::vector<double>& a, const std::vector<double>& b) {
  const double ma = TwoPass{a}.mean(), mb = TwoPass{b}.mean();
  long double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (static_cast<long double>(a[i]) - ma) * (b[i] - mb);
  return static_cast<double>(sum);
}

void expect_moments(const stats::Moments& actual, const std::vector<double>& x, double tolerance = 1e-9) {
  ASSERT_EQ(actual.count, x.size());
  if (x.empty()) return;
  const TwoPass twin{x};
  const double spread = std::sqrt(twin.power(2) / static_cast<double>(x.size())) + 1e-12;
  const double n = static_cast<double>(x.size());
  EXPECT_NEAR(actual.mean, twin.mean(), tolerance * (spread + std::abs(twin.mean()) * 1e-6));
  EXPECT_NEAR(actual.m2, twin.power(2), tolerance * n * spread * spread);
  EXPECT_NEAR(actual.m3, twin.power(3), 10 * tolerance * n * spread * spread * spread * 1e2);
  EXPECT_EQ(actual.minimum, *std::min_element(x.begin(), x.end()));
  EXPECT_EQ(actual.maximum, *std::max_element(x.begin(), x.end()));
}

// ---- moments -------------------------------------------------------------------------------------

/// Rows with missing cells, two dimensions (one with missing levels) and two covariates, as text and in
/// memory.
struct Generated {
  struct Unit {
    std::string variant, country, device;
    std::optional<double> spend, before;
    double age = 0;
  };
  std::vector<Unit> units;
  std::string csv = "variant,country,device,spend,before,age\n";

  Generated(std::uint64_t seed, int rows, double location) {
    RandomStream random(seed);
    const char* countries[] = {"DE", "FR", "", "NA"};
    for (int i = 0; i < rows; ++i) {
      Unit u{random.bernoulli(0.5) ? "A" : "B",
             countries[random.below(4)],
             random.bernoulli(0.3) ? "mobile" : "desktop",
             {},
             {},
             0};
      u.age = static_cast<double>(18 + random.below(60));
      if (!random.bernoulli(0.1)) u.before = location + 2 * random.normal();
      if (!random.bernoulli(0.2))
        u.spend = location + 0.5 * (u.before.value_or(location) - location) + std::exp(random.normal());
      const auto cell = [](const std::optional<double>& x) {
        return x ? fmt::format("{}", *x) : std::string();
      };
      csv += fmt::format("{},{},{},{},{},{}\n", u.variant, u.country, u.device, cell(u.spend), cell(u.before),
                         u.age);
      units.push_back(u);
    }
  }
};

class MomentsTest : public WarehouseTest, public ::testing::WithParamInterface<std::tuple<int, double>> {};

TEST_P(MomentsTest, AgreesWithTwoPassesOverTheRows) {
  const auto [seed, location] = GetParam();
  const Generated data(static_cast<std::uint64_t>(seed), 3000, location);
  auto q = query(data.csv, {value("spend")});
  q.dimension_columns = {"country", "device"};
  q.covariates = {value("before"), value("age")};
  const std::string parquet = copy(path("data.csv"), "data.parquet", "FORMAT parquet");
  const std::string json = copy(path("data.csv"), "data.json", "FORMAT json");
  for (const std::string& file : {path("data.csv"), parquet, json}) {
    q.exposures = open(file);
    const Frame answer = frame(q);
    std::map<std::pair<std::string, std::vector<std::optional<std::string>>>, std::vector<Generated::Unit>>
        twin;
    std::uint64_t before_missing = 0;
    for (const auto& u : data.units) {
      const auto country = u.country.empty() ? std::nullopt : std::optional(u.country);
      twin[{u.variant, {country, u.device}}].push_back(u);
      before_missing += !u.before;
    }
    EXPECT_EQ(answer.rows, data.units.size());
    EXPECT_THAT(answer.covariate_missing, ElementsAre(before_missing, 0u));
    ASSERT_EQ(answer.cells.size(), twin.size());
    auto expected = twin.begin();
    for (const Cell& cell : answer.cells) {
      ASSERT_EQ(cell.variant, expected->first.first);
      ASSERT_EQ(cell.levels, expected->first.second);
      EXPECT_EQ(cell.units, expected->second.size());
      std::vector<double> x, z, age;
      for (const auto& u : expected->second) {
        if (!u.spend) continue;
        x.push_back(*u.spend);
        z.push_back(u.before.value_or(0));
        age.push_back(u.age);
      }
      const MetricAggregate& m = cell.metrics[0];
      expect_moments(m.moments, x, location > 1e6 ? 1e-7 : 1e-9);
      EXPECT_EQ(m.missing, cell.units - x.size());
      EXPECT_FALSE(m.only_zero_and_one);
      ASSERT_EQ(m.with_covariates.dimensions(), 3u);
      EXPECT_EQ(m.with_covariates.count(), x.size());
      const std::vector<std::vector<double>*> all{&x, &z, &age};
      for (std::size_t a = 0; a < 3; ++a) {
        EXPECT_NEAR(m.with_covariates.mean(a), TwoPass{*all[a]}.mean(), 1e-9 * (1 + std::abs(location)));
        for (std::size_t b = 0; b < 3; ++b) {
          const double scale = std::sqrt(TwoPass{*all[a]}.power(2) * TwoPass{*all[b]}.power(2));
          EXPECT_NEAR(m.with_covariates.comoment(a, b), comoment(*all[a], *all[b]), 1e-7 * scale) << a << b;
        }
      }
      ++expected;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(SeedsAndLocations, MomentsTest,
                         ::testing::Combine(::testing::Values(1, 2, 3), ::testing::Values(0.0, 10.0, 1e8)),
                         [](const ::testing::TestParamInfo<MomentsTest::ParamType>& test) {
                           return fmt::format("Seed{}Location{:.0f}", std::get<0>(test.param),
                                              std::get<1>(test.param));
                         });

TEST_F(WarehouseTest, KeepsTheDigitsOfAMeanOf1e8WithDeviation1) {
  RandomStream random(7);
  std::string csv = "variant,x\n";
  std::vector<double> x;
  for (int i = 0; i < 50'000; ++i) {
    x.push_back(1e8 + random.normal());
    csv += fmt::format("A,{}\n", x.back());
  }
  const Frame answer = frame(query(csv, {value("x")}));
  const stats::Moments& m = answer.cells[0].metrics[0].moments;
  EXPECT_NEAR(m.mean, TwoPass{x}.mean(), 1e-7);
  EXPECT_NEAR(m.m2 / 50'000, TwoPass{x}.power(2) / 50'000, 1e-8);
  EXPECT_NEAR(m.m3 / 50'000, TwoPass{x}.power(3) / 50'000, 1e-6);
}

TEST_F(WarehouseTest, SaysWhetherAMetricHoldsOnlyZeroAndOne) {
  const Frame answer =
      frame(query("variant,a,b,c\nA,0,1,0.5\nA,1,,1\nA,1,0,0\n", {value("a"), value("b"), value("c")}));
  EXPECT_TRUE(answer.cells[0].metrics[0].only_zero_and_one);
  EXPECT_TRUE(answer.cells[0].metrics[1].only_zero_and_one);
  EXPECT_FALSE(answer.cells[0].metrics[2].only_zero_and_one);
}

// ---- what cells mean -----------------------------------------------------------------------------

TEST_F(WarehouseTest, ReadsNumbersAmongWordsForMissing) {
  const Frame answer =
      frame(query("variant,x\nA,1\nA,NA\nA, n/a \nA,null\nA,NaN\nA,None\nA,-\nA,\nA, 3 \n", {value("x")}));
  EXPECT_EQ(answer.cells[0].metrics[0].moments.count, 2u);
  EXPECT_EQ(answer.cells[0].metrics[0].moments.mean, 2);
  EXPECT_EQ(answer.cells[0].metrics[0].missing, 7u);
}

TEST_F(WarehouseTest, ReadsYesAndNoAsOneAndZeroAndSaysSo) {
  for (const char* rows : {"A,yes\nA,No\nA,Y\nA,1\nA,\n", "A,true\nA,false\nA,TRUE\nA,true\n"}) {
    const Frame answer = frame(query(std::string("variant,x\n") + rows, {value("x")}));
    EXPECT_EQ(answer.cells[0].metrics[0].moments.mean, 0.75);
    EXPECT_TRUE(answer.cells[0].metrics[0].only_zero_and_one);
  }
  EXPECT_THAT(frame(query("variant,x\nA,yes\nA,no\n", {value("x")})).notes, ElementsAre(HasSubstr("'x'")));
}

TEST_F(WarehouseTest, RefusesWordsAmongOtherNumbers) {
  const Error e = error(query("variant,x\nA,5\nA,yes\nA,0\n", {value("x")}));
  EXPECT_EQ(e.code, ErrorCode::BadData);
  EXPECT_EQ(e.message, "column 'x' is not a number in 1 of 3 rows, first at row 2: 'yes'");
}

TEST_F(WarehouseTest, CountsInfiniteAndNotANumberAsMissingAndSaysSo) {
  const Frame answer = frame(query("variant,x\nA,1.5\nA,inf\nA,-inf\nA,nan\nA,2.5\n", {value("x")}));
  EXPECT_EQ(answer.cells[0].metrics[0].moments.count, 2u);
  EXPECT_EQ(answer.cells[0].metrics[0].moments.mean, 2);
  EXPECT_THAT(answer.notes, ElementsAre(HasSubstr("count as missing")));
}

TEST_F(WarehouseTest, NamesTheFirstBadCellOfAColumn) {
  std::string csv = "variant,spend\n";
  for (int i = 1; i <= 1000; ++i) csv += i == 17 || i == 400 || i == 999 ? "A,abc\n" : "A,1.5\n";
  const Error e = error(query(csv, {value("spend")}));
  EXPECT_EQ(e.code, ErrorCode::BadData);
  EXPECT_EQ(e.message, "column 'spend' is not a number in 3 of 1,000 rows, first at row 17: 'abc'");
  EXPECT_THAT(e.hint, HasSubstr("clean"));
}

TEST_F(WarehouseTest, FindsABadCellFarBeyondTheHead) {
  std::string csv = "variant,spend\n";
  for (int i = 1; i <= 200'000; ++i)
    csv += i == 150'000 ? "A,oops\n" : i % 3 == 0 && i > 100'000 ? "A,1.25\n" : "A,2\n";
  EXPECT_EQ(error(query(csv, {value("spend")})).message,
            "column 'spend' is not a number in 1 of 200,000 rows, first at row 150,000: 'oops'");
}

TEST_F(WarehouseTest, ReadsAColumnAsTextWhenItsTailIsNotWhatItsHeadPromised) {
  std::string csv = "variant,spend\n";
  for (int i = 1; i <= 100'000; ++i) csv += i == 90'000 ? "A,N/A\n" : "A,2\n";
  const Frame answer = frame(query(csv, {value("spend")}));
  EXPECT_EQ(answer.cells[0].metrics[0].moments.count, 99'999u);
  EXPECT_EQ(answer.cells[0].metrics[0].missing, 1u);
}

TEST_F(WarehouseTest, KnowsDecimalCommas) {
  const Error e = error(query("variant;x\nA;1,5\nA;2,5\n", {value("x")}));
  EXPECT_THAT(e.hint, HasSubstr("--decimal"));
  EXPECT_EQ(means(query("variant;x\nA;1,5\nA;2,5\n", {value("x")}, {{}, ','})).at("A"), 2.0);
  EXPECT_EQ(means(query("variant;x\nA;1,5\nA;n/a\nA;2,5\n", {value("x")}, {{}, ','})).at("A"), 2.0);
}

TEST_F(WarehouseTest, RefusesDatesAsNumbers) {
  const Error e = error(query("variant,day\nA,2024-01-01\nA,2024-01-02\n", {value("day")}));
  EXPECT_EQ(e.code, ErrorCode::BadData);
  EXPECT_THAT(e.message, HasSubstr("holds dates"));
}

TEST_F(WarehouseTest, ReadsEveryNumericTypeOfParquet) {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  ASSERT_EQ(duckdb_open(nullptr, &database), DuckDBSuccess);
  ASSERT_EQ(duckdb_connect(database, &connection), DuckDBSuccess);
  const std::string sql =
      "COPY (SELECT 'A' AS variant, 1::DECIMAL(10,2) AS a, 1::HUGEINT AS b, 1::UTINYINT AS c, true AS d, "
      "1::FLOAT AS e, "
      "DATE '2024-01-01' AS f, TIMESTAMP '2024-01-01 10:00:00' AS g, 7::INTEGER AS h, true AS i) TO '" +
      path("t.parquet") + "'";
  EXPECT_EQ(duckdb_query(connection, sql.c_str(), nullptr), DuckDBSuccess);
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  UnitFrameQuery q;
  q.exposures = open(path("t.parquet"));
  q.variant_column = "variant";
  q.metrics = {value("a"), value("b"), value("c"), value("d"), value("e")};
  q.dimension_columns = {"f", "g", "h", "i"};
  const Frame answer = frame(q);
  for (const MetricAggregate& m : answer.cells[0].metrics) EXPECT_EQ(m.moments.mean, 1);
  EXPECT_THAT(answer.cells[0].levels, ElementsAre("2024-01-01", "2024-01-01 10:00:00", "7", "true"));
  q.metrics = {value("f")};
  EXPECT_EQ(error(q).code, ErrorCode::BadData);
}

TEST_F(WarehouseTest, KeepsLevelsAsTheyStandInTheFile) {
  auto q = query("variant,d,x\n1,007,1\n1,  ,1\n1,,1\n01,NA,1\n01, b ,1\n,c,1\n", {value("x")});
  q.dimension_columns = {"d"};
  const Frame answer = frame(q);
  ASSERT_EQ(answer.cells.size(), 4u);
  EXPECT_EQ(answer.cells[0].variant, "01");
  EXPECT_EQ(answer.cells[0].levels[0], " b ");
  EXPECT_EQ(answer.cells[1].levels[0], "NA");
  EXPECT_EQ(answer.cells[2].levels[0], std::nullopt);
  EXPECT_EQ(answer.cells[2].units, 2u);
  EXPECT_EQ(answer.cells[3].levels[0], "007");
  EXPECT_EQ(answer.rows_without_variant, 1u);
  EXPECT_EQ(answer.rows, 6u);
}

TEST_F(WarehouseTest, LooksColumnsUpWithoutCaseAndSuggestsNames) {
  auto q = query("Variant,Spend\nA,1\n", {value("spend")});
  EXPECT_EQ(means(q).at("A"), 1);
  q.metrics = {value("spent")};
  const Error e = error(q);
  EXPECT_EQ(e.code, ErrorCode::NotFound);
  EXPECT_THAT(e.message, HasSubstr("no column 'spent'"));
  EXPECT_THAT(e.hint, HasSubstr("did you mean 'Spend'?"));
  EXPECT_THAT(e.hint, HasSubstr("Variant, Spend"));
}

TEST_F(WarehouseTest, ReadsColumnsWithHostileNames) {
  auto q = query("variant,\"a\"\"; DROP TABLE x; --\",\"it's\"\nA,2,k\n", {value("a\"; DROP TABLE x; --")});
  q.dimension_columns = {"it's"};
  EXPECT_EQ(means(q).at("A"), 2);
}

TEST_F(WarehouseTest, NamesTheMalformedLineFarDownTheFile) {
  std::string csv = "variant,x\n";
  for (int i = 1; i <= 60'000; ++i) csv += i == 50'000 ? "A,1,9\n" : "A,1\n";
  const Error e = error(query(csv, {value("x")}));
  EXPECT_EQ(e.code, ErrorCode::BadData);
  EXPECT_THAT(e.message, HasSubstr("line 50001"));
  EXPECT_THAT(e.message, HasSubstr("3 columns where the header has 2"));
}

// ---- limits --------------------------------------------------------------------------------------

TEST_F(WarehouseTest, NamesTheDimensionThatMakesTooManyCells) {
  std::string csv = "variant,id,half,x\n";
  for (int i = 0; i < 5'000; ++i) csv += fmt::format("A,{},{},1\n", i, i % 2);
  auto q = query(csv, {value("x")});
  q.dimension_columns = {"half", "id"};
  const Error near_every_unit = error(q);
  EXPECT_EQ(near_every_unit.code, ErrorCode::ResourceLimit);
  EXPECT_THAT(near_every_unit.message, HasSubstr("'id'"));
  EXPECT_THAT(near_every_unit.hint, HasSubstr("leave 'id' out"));
  q.dimension_columns = {"half"};
  q.maximum_cells = 1;
  EXPECT_EQ(error(q).code, ErrorCode::ResourceLimit);
  q.maximum_cells = 2;
  EXPECT_EQ(frame(q).cells.size(), 2u);
}

TEST_F(WarehouseTest, CanBeCancelledAndUsedAgain) {
  std::string csv = "variant,unit,x\n";
  for (int i = 0; i < 600'000; ++i) csv += fmt::format("A,u{},1\n", i);
  auto q = query(csv, {value("x")});
  q.unit_column = "unit";
  int calls = 0;
  const auto cancelled = warehouse_->aggregate(q, [&](double share) {
    EXPECT_LE(share, 1);
    ++calls;
    return false;
  });
  if (calls > 0) {
    ASSERT_FALSE(cancelled);
    EXPECT_EQ(cancelled.error().code, ErrorCode::Cancelled);
    EXPECT_EQ(calls, 1);
  }
  EXPECT_EQ(frame(q).cells[0].units, 600'000u);
}

TEST_F(WarehouseTest, SpillsToDiskWhenUnitsDoNotFitInMemory) {
  std::string csv = "variant,unit,x\n";
  constexpr int kUnits = 1'000'000;
  csv.reserve(kUnits * 40);
  for (int i = 0; i < kUnits; ++i)
    csv += fmt::format("{},user-with-a-long-name-{},{}\n", i % 2 == 0 ? "A" : "B", i, i % 10);
  auto q = query(csv, {value("x")});
  q.unit_column = "unit";
  warehouse_ = std::move(*open_embedded_warehouse({2, "64MB", folder_.string()}));
  const Frame answer = frame(q);
  ASSERT_EQ(answer.cells.size(), 2u);
  EXPECT_EQ(answer.cells[0].units, 500'000u);
  EXPECT_NEAR(answer.cells[0].metrics[0].moments.mean, 4, 1e-12);
  EXPECT_NEAR(answer.cells[1].metrics[0].moments.mean, 5, 1e-12);
}

}  // namespace
}  // namespace splitplot::store
