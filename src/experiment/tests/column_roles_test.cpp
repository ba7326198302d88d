#include <splitplot/experiment/column_roles.hpp>

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace splitplot::experiment {
namespace {

using store::Column;
using store::ColumnSample;
using store::ColumnType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A file of 1,000 rows.
class ColumnRoles : public ::testing::Test {
 protected:
  void add(std::string name, ColumnType type, std::uint64_t distinct, std::vector<std::string> values = {},
           std::uint64_t missing = 0) {
    columns_.push_back({std::move(name), type});
    sample_.columns.push_back({missing, distinct, std::move(values)});
  }
  std::vector<std::string> roles() {
    suggestions_ = suggest_roles(columns_, sample_);
    std::vector<std::string> names;
    for (const ColumnSuggestion& suggestion : suggestions_) {
      names.emplace_back(name_of(suggestion.role));
      EXPECT_FALSE(suggestion.why.empty());
    }
    return names;
  }

  std::vector<Column> columns_;
  store::TableSample sample_{.rows = 1'000, .columns = {}, .first_rows = {}};
  std::vector<ColumnSuggestion> suggestions_;
};

TEST_F(ColumnRoles, OfAnOrdinaryFileAreFound) {
  add("user_id", ColumnType::Text, 1'000);
  add("seen_at", ColumnType::Time, 990);
  add("group", ColumnType::Text, 2, {"control", "treatment"});
  add("converted", ColumnType::Integer, 2, {"0", "1"});
  add("revenue", ColumnType::Real, 312);
  add("device", ColumnType::Text, 3, {"phone", "desktop", "tablet"});
  add("comment", ColumnType::Text, 900);
  add("country", ColumnType::Text, 1, {"DE"});
  add("unused", ColumnType::Text, 0, {}, 1'000);
  EXPECT_THAT(roles(), ElementsAre("unit", "time", "variant", "metric", "metric", "dimension", "none", "none",
                                   "none"));
  EXPECT_THAT(suggestions_[2].why, HasSubstr("one of them 'control'"));
}

TEST_F(ColumnRoles, NumbersThatWereKnownBeforeTheTestAreCovariates) {
  add("spend_before", ColumnType::Real, 312);
  add("pre_visits", ColumnType::Integer, 40);
  add("bought_before", ColumnType::Integer, 2, {"0", "1"});
  add("priorRevenue", ColumnType::Real, 500);
  add("Orders (baseline)", ColumnType::Integer, 12);
  add("before", ColumnType::Real, 312);
  EXPECT_THAT(roles(),
              ElementsAre("covariate", "covariate", "covariate", "covariate", "covariate", "covariate"));
  EXPECT_THAT(suggestions_[0].why, HasSubstr("known before the test"));
}

TEST_F(ColumnRoles, OnlyAWholeWordAtAnEndSaysThatANumberIsEarlier) {
  add("preview_clicks", ColumnType::Integer, 40);
  add("price", ColumnType::Real, 312);
  add("spend_prior_month", ColumnType::Real, 312);
  add("plan_before", ColumnType::Text, 3, {"a", "b", "c"});
  EXPECT_THAT(roles(), ElementsAre("metric", "metric", "metric", "dimension"));
}

TEST_F(ColumnRoles, AVariantIsKnownByAControlOfAnotherName) {
  add("channel", ColumnType::Text, 3, {"Web", "Phone", "Multichannel"});
  add("segment", ColumnType::Text, 3, {"Mens E-Mail", "No E-Mail", "Womens E-Mail"});
  EXPECT_THAT(roles(), ElementsAre("dimension", "variant"));
}

TEST_F(ColumnRoles, TextThatHardlyRepeatsIsNotCalledTooManyValues) {
  sample_.rows = 3;
  add("name", ColumnType::Text, 3, {"x", "y", "z"});
  EXPECT_THAT(roles(), ElementsAre("none"));
  EXPECT_THAT(suggestions_[0].why, HasSubstr("hardly repeats"));
}

TEST_F(ColumnRoles, OnlyTheMostTellingColumnIsTheVariant) {
  add("age_group", ColumnType::Text, 4, {"20s", "30s", "40s", "50s"});
  add("variant", ColumnType::Text, 2, {"control", "b"});
  EXPECT_THAT(roles(), ElementsAre("dimension", "variant"));
}

TEST_F(ColumnRoles, ZeroAndOneOrYesAndNoAloneMakeNoVariant) {
  add("newbie", ColumnType::Integer, 2, {"0", "1"});
  add("member", ColumnType::Text, 2, {"none", "gold"});
  EXPECT_THAT(roles(), ElementsAre("metric", "dimension"));
}

TEST_F(ColumnRoles, AUnitMayRepeatWhereItIsCalledAnIdAndAnAmountIsNone) {
  add("amount", ColumnType::Integer, 1'000);
  add("customer_id", ColumnType::Integer, 400);
  add("store_id", ColumnType::Integer, 12);
  EXPECT_THAT(roles(), ElementsAre("metric", "unit", "none"));
}

TEST_F(ColumnRoles, AFewRowsTellNothingOfUnits) {
  sample_.rows = 3;
  add("id", ColumnType::Integer, 3, {"1", "2", "3"});
  add("group", ColumnType::Text, 2, {"a", "b"});
  EXPECT_THAT(roles(), ElementsAre("none", "variant"));
}

}  // namespace
}  // namespace splitplot::experiment
