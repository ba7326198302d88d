#include <splitplot/experiment/statistics_choice.hpp>

#include <string>

#include <gmock/gmock.h>

namespace splitplot::experiment {
namespace {

using ::testing::HasSubstr;

TEST(StatisticsChoice, EveryMethodHasAWordThatLeadsBackToItAndAKindThatNamesIt) {
  for (const auto method : {ComparisonMethod::PooledZ, ComparisonMethod::Fisher, ComparisonMethod::Boschloo,
                            ComparisonMethod::Barnard, ComparisonMethod::Score, ComparisonMethod::Welch,
                            ComparisonMethod::Student}) {
    const auto back = comparison_method(word_of(method));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, method);
    EXPECT_THAT(std::string(methods_for(*kind_of(method))), HasSubstr(std::string(word_of(method))));
  }
  EXPECT_FALSE(kind_of(ComparisonMethod::Automatic));
  EXPECT_FALSE(comparison_method("wald"));
}

TEST(StatisticsChoice, SizesAreInTheMetricsUnitOrOfTheControlsMean) {
  EXPECT_EQ(size_of("0.02")->in_unit(100), 0.02);
  EXPECT_DOUBLE_EQ(size_of("5%")->in_unit(-40), 2);
  EXPECT_EQ(size_of("-1e-3")->value, -0.001);
  for (const char* bad : {"", "%", "5 %", "x", "1e999", "nan", "inf", "0x10", "5%%"})
    EXPECT_FALSE(size_of(bad)) << bad;
}

TEST(StatisticsChoice, APriorReadsBackAsItWasTyped) {
  for (const char* text : {"flat", "normal:0.02", "normal:5%", "normal:0.01,0.02", "normal:-1%,2%",
                           "t:0.02,3", "t:5%,4", "beta:1,19", "beta:0.5,0.5"}) {
    const auto prior = stated_prior(text);
    ASSERT_TRUE(prior) << text;
    EXPECT_EQ(text_of(*prior), text);
  }
}

TEST(StatisticsChoice, AMalformedPriorIsAnsweredWithTheForms) {
  for (const char* text :
       {"", "normal", "normal:", "normal:0", "normal:-1", "normal:1,2,3", "normal:a", "t:1", "t:0,3",
        "t:1,-3", "t:1,2,3", "beta:1", "beta:0,1", "beta:1,1e99", "beta:1%,2", "flat:1", "cauchy:1"}) {
    const auto prior = stated_prior(text);
    ASSERT_FALSE(prior) << text;
    EXPECT_EQ(prior.error().code, ErrorCode::InvalidArgument);
    EXPECT_THAT(prior.error().hint, HasSubstr("normal:MEAN,SD")) << text;
  }
}

TEST(StatisticsChoice, PoolingAndSpendingReadBackAsTheyWereTyped) {
  for (const char* text : {"adaptive", "half-normal:0.02", "half-cauchy:5%", "binomial", "none"})
    EXPECT_EQ(text_of(*pooling_choice(text)), text);
  for (const char* text :
       {"half-normal", "half-normal:0", "half-cauchy:-1", "half-cauchy:1,2", "none:1", "flat", "binomial:1"})
    EXPECT_FALSE(pooling_choice(text)) << text;
  for (const char* text : {"obf", "pocock", "hsd:-4", "power:3"})
    EXPECT_EQ(text_of(*spending_function(text)), text);
  for (const char* text : {"", "hsd", "power:0", "power:-1", "obf:1", "hsd:1e9", "hsd:x"})
    EXPECT_FALSE(spending_function(text)) << text;
}

}  // namespace
}  // namespace splitplot::experiment
