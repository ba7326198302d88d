#include <splitplot/experiment/metric_definition.hpp>

#include <gmock/gmock.h>

namespace splitplot::experiment {
namespace {

using store::Predicate;
using store::Reduction;
using ::testing::HasSubstr;

store::Measure measure_of(std::string_view text) {
  auto definition = parse_metric(text);
  EXPECT_TRUE(definition) << (definition ? "" : definition.error().message);
  return definition ? definition->measure : store::Measure{};
}

TEST(ParseMetric, ABareWordIsAColumnUnderItsOwnName) {
  const auto measure = measure_of("spend");
  EXPECT_EQ(measure.name, "spend");
  EXPECT_EQ(measure.column, "spend");
  EXPECT_EQ(measure.reduction, Reduction::Value);
  EXPECT_FALSE(measure.where);
}

TEST(ParseMetric, ReadsNameReductionAndCondition) {
  const auto measure = measure_of("revenue=sum(value) where event = 'purchase' and value >= 10");
  EXPECT_EQ(measure.name, "revenue");
  EXPECT_EQ(measure.column, "value");
  EXPECT_EQ(measure.reduction, Reduction::Sum);
  ASSERT_TRUE(measure.where);
  EXPECT_EQ(measure.where->kind, Predicate::Kind::And);
  ASSERT_EQ(measure.where->operands.size(), 2u);
  EXPECT_EQ(measure.where->operands[0].column, "event");
  EXPECT_EQ(std::get<std::string>(measure.where->operands[0].literals.at(0)), "purchase");
  EXPECT_EQ(measure.where->operands[1].kind, Predicate::Kind::GreaterOrEqual);
  EXPECT_EQ(std::get<double>(measure.where->operands[1].literals.at(0)), 10);
}

TEST(ParseMetric, AndBindsTighterThanOrAndParenthesesOverride) {
  const auto plain = measure_of("n=count() where a=1 or b=2 and c=3");
  EXPECT_EQ(plain.where->kind, Predicate::Kind::Or);
  EXPECT_EQ(plain.where->operands[1].kind, Predicate::Kind::And);
  const auto grouped = measure_of("n=count() where (a=1 or b=2) and c=3");
  EXPECT_EQ(grouped.where->kind, Predicate::Kind::And);
  EXPECT_EQ(grouped.where->operands[0].kind, Predicate::Kind::Or);
}

TEST(ParseMetric, ReadsListsMissingAndNegation) {
  EXPECT_EQ(measure_of("n=count() where event in ('a', 'b')").where->literals.size(), 2u);
  const auto not_in = measure_of("n=count() where event not in ('a')");
  EXPECT_EQ(not_in.where->kind, Predicate::Kind::Not);
  EXPECT_EQ(not_in.where->operands[0].kind, Predicate::Kind::In);
  EXPECT_EQ(measure_of("n=count() where x is missing").where->kind, Predicate::Kind::IsMissing);
  EXPECT_EQ(measure_of("n=count() where x is not missing").where->kind, Predicate::Kind::Not);
}

TEST(ParseMetric, QuotesAllowAnyNameAndDoubledQuotesStandForOne) {
  const auto measure = measure_of(R"("Order value ""net"""=max("order value") where "kind of" = 'it''s')");
  EXPECT_EQ(measure.name, "Order value \"net\"");
  EXPECT_EQ(measure.column, "order value");
  EXPECT_EQ(measure.where->column, "kind of");
  EXPECT_EQ(std::get<std::string>(measure.where->literals[0]), "it's");
}

TEST(ParseMetric, AnExistingColumnIsMeantWhateverItsCharacters) {
  const std::vector<std::string> columns{"spend (EUR)", "sum(x)"};
  EXPECT_EQ(parse_metric("spend (EUR)", columns)->measure.column, "spend (EUR)");
  EXPECT_EQ(parse_metric("sum(x)", columns)->measure.reduction, Reduction::Value);
}

TEST(ParseMetric, AWordMayStartWithADigit) {
  EXPECT_EQ(measure_of("7day_value").column, "7day_value");
}

TEST(ParseMetric, ErrorsNameThePlace) {
  auto message = [](std::string_view text) {
    const auto definition = parse_metric(text);
    return definition ? std::string("accepted") : definition.error().message;
  };
  EXPECT_THAT(message(""), HasSubstr("at character 1"));
  EXPECT_THAT(message("total(x)"), HasSubstr("'total' is not a reduction"));
  EXPECT_THAT(message("sum()"), HasSubstr("needs a column"));
  EXPECT_THAT(message("sum(x"), HasSubstr("')' is expected (at character 6)"));
  EXPECT_THAT(message("x where y=1"), HasSubstr("a condition needs a reduction"));
  EXPECT_THAT(message("sum(x) where y=purchase"), HasSubstr("single quotes is expected (at character 16)"));
  EXPECT_THAT(message("sum(x) where y='a"), HasSubstr("not closed"));
  EXPECT_THAT(message("sum(x) where y ~ 1"), HasSubstr("'~' is not expected"));
  EXPECT_THAT(message("sum(x) sum(y)"), HasSubstr("not expected here (at character 8)"));
  EXPECT_THAT(message("count() where " + std::string(500, '(') + "a=1"), HasSubstr("nested too deeply"));
}

}  // namespace
}  // namespace splitplot::experiment
