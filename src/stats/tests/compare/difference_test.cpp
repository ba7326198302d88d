#include <splitplot/stats/compare/difference.hpp>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

TEST(NamesOfMethods, AreTheFieldsOwn) {
  EXPECT_EQ(name_of(TestMethod::WelchT), "Welch t");
  EXPECT_EQ(name_of(IntervalMethod::Newcombe), "Newcombe");
  EXPECT_EQ(code_of(TestMethod::FisherExact), "fisher_exact");
  EXPECT_EQ(code_of(IntervalMethod::ConfidenceSequence), "confidence_sequence");
}

}  // namespace
}  // namespace splitplot::stats
