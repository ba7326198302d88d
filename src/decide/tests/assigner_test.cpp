#include "documents.hpp"
#include "random_documents.hpp"

#include <splitplot/decide/assigner.hpp>

#include <numeric>
#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

using namespace test;

TEST(AssignerTest, AnswersWhatADecisionAnswers) {
  std::mt19937 random(20261123);
  int assigned = 0;
  for (int round = 0; round < 10; ++round) {
    const auto documents = snapshot(random_configuration(random));
    for (const auto& [key, experiment] : documents->configuration().experiments) {
      if (experiment.status != model::ExperimentStatus::Running) continue;
      Result<Assigner> assigner = Assigner::of(*documents, key, "f1", random_now());
      ASSERT_TRUE(assigner) << assigner.error().message;
      std::uint64_t counted = 0;
      for (int number = 1; number <= 50; ++number) {
        const Value unit = random_unit(random, number);
        Evaluation evaluation{model::Attributes(&unit)};
        evaluation.now = random_now();
        const AssignedUnit answer = assigner->assign(evaluation.attributes);
        const Assignment expected = documents->assign(experiment, evaluation);
        EXPECT_EQ(answer.variant, expected.variant);
        EXPECT_EQ(answer.counts, expected.variant.has_value() && !expected.is_forced);
        EXPECT_EQ(answer.refusal.empty(), expected.variant.has_value());
        const Value* value = documents->decide("f1", evaluation).value;
        EXPECT_EQ(answer.value, value != nullptr ? std::optional(*value) : std::nullopt);
        counted += answer.counts ? 1 : 0;
        assigned += answer.variant ? 1 : 0;
      }
      const auto planned = assigner->planned();
      EXPECT_NEAR(std::accumulate(planned.begin(), planned.end(), 0.0), static_cast<double>(counted), 1e-6);
    }
  }
  EXPECT_GT(assigned, 200) << "otherwise little was compared";
}

TEST(AssignerTest, RefusesWhatAssignsNobody) {
  model::Configuration configuration;
  add(configuration, experiment("checkout"));
  model::Experiment draft = experiment("draft");
  draft.status = model::ExperimentStatus::Draft;
  add(configuration, std::move(draft));
  const auto compiled = snapshot(std::move(configuration));
  const auto missing = Assigner::of(*compiled, "chekout", "", {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  EXPECT_NE(missing.error().hint.find("checkout"), std::string::npos);
  EXPECT_EQ(Assigner::of(*compiled, "checkout", "f", {}).error().code, ErrorCode::NotFound);
  EXPECT_EQ(Assigner::of(*compiled, "draft", "", {}).error().code, ErrorCode::Conflict);
  EXPECT_TRUE(Assigner::of(*compiled, "draft", "", {}, Evaluation::Rehearsal::AsIfLaunched));
}

}  // namespace
}  // namespace splitplot::decide
