#include <splitplot/collect/pipeline.hpp>

#include <optional>

#include <gtest/gtest.h>

namespace splitplot::collect {
namespace {

TEST(RefusingPipeline, TakesNothingSaysWhyAndKnowsNobody) {
  const auto pipeline =
      make_refusing_pipeline({ErrorCode::BadData, "the journal is damaged", "restore it"}, nullptr);
  std::optional<Result<Accepted>> answer;
  pipeline->submit({}, [&](Result<Accepted> accepted) { answer = std::move(accepted); });
  ASSERT_TRUE(answer);
  ASSERT_FALSE(*answer);
  EXPECT_EQ(answer->error().code, ErrorCode::Unavailable);
  EXPECT_EQ(answer->error().message, "the journal is damaged");
  EXPECT_EQ(pipeline->status().trouble, "the journal is damaged");
  EXPECT_EQ(pipeline->status().refused_batches, 1U);
  EXPECT_EQ(pipeline->profiles().find("default/production", Unit{UnitKind::User, "u"}), nullptr);
}

}  // namespace
}  // namespace splitplot::collect
