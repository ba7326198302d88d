#include "duckdb/frame_sql.hpp"

#include "duckdb/sql_text.hpp"

#include <gmock/gmock.h>

namespace splitplot::store::duckdb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Source source() {
  return {"data.csv",
          {},
          {},
          {},
          {{"variant", "VARCHAR", ColumnType::Text},
           {"x\"y", "BIGINT", ColumnType::Integer},
           {"unit", "BIGINT", ColumnType::Integer},
           {"event", "VARCHAR", ColumnType::Text}}};
}

TEST(SqlText, QuotesWhatEndsAQuote) {
  EXPECT_EQ(quoted_identifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quoted_text("it's"), "'it''s'");
  EXPECT_EQ(quoted_path("a*b?[c]"), "'a[*]b[?][[]c]'");
}

TEST(FrameSql, EscapesLiteralsAndColumnNames) {
  Source file = source();
  file.kind.format = FileFormat::Parquet;
  UnitFrameQuery query;
  query.variant_column = "variant";
  query.metrics = {{"m",
                    Reduction::Sum,
                    "x\"y",
                    Predicate{Predicate::Kind::Equal, {}, "event", {Literal(std::string("o'k"))}},
                    {}}};
  const auto plan = plan_sql(query, file, nullptr, Typing::Detected, UnitForm::EachRow);
  ASSERT_TRUE(plan);
  const std::string sql = cells_sql(*plan, {{0}, {}}, 10);
  EXPECT_THAT(sql, HasSubstr("'o''k'"));
  EXPECT_THAT(sql, HasSubstr("\"x\"\"y\""));
}

TEST(FrameSql, ReadsUnitsAsTextAndMetricsAsNumbers) {
  const Source file = source();
  UnitFrameQuery query;
  query.variant_column = "variant";
  query.unit_column = "unit";
  query.metrics = {{"m", Reduction::Value, "x\"y", {}, {}}};
  const auto plan = plan_sql(query, file, nullptr, Typing::Detected, UnitForm::SingleRows);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->exposures.is_text(2));
  EXPECT_FALSE(plan->exposures.is_text(1));
}

TEST(FrameSql, NumbersRowsOnlyWhereTheirOrderMatters) {
  const Source file = source();
  UnitFrameQuery query;
  query.variant_column = "variant";
  query.unit_column = "unit";
  query.metrics = {{"m", Reduction::Sum, "x\"y", {}, {}}};
  EXPECT_FALSE(plan_sql(query, file, nullptr, Typing::Detected, UnitForm::Repeated)->needs_order());
  query.metrics[0].reduction = Reduction::Last;
  EXPECT_TRUE(plan_sql(query, file, nullptr, Typing::Detected, UnitForm::Repeated)->needs_order());
  EXPECT_FALSE(plan_sql(query, file, nullptr, Typing::Detected, UnitForm::SingleRows)->needs_order());
  const auto plan = plan_sql(query, file, nullptr, Typing::Detected, UnitForm::EachRow);
  EXPECT_THAT(cells_sql(*plan, {{0}, {}}, 10), Not(HasSubstr("row_number")));
}

}  // namespace
}  // namespace splitplot::store::duckdb
