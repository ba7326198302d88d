#include "assign/list_assigner.hpp"

#include "assign/assignment_summary.hpp"

#include <splitplot/decide/hash.hpp>
#include <splitplot/model/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace splitplot::app {
namespace {

Value unit(const std::string& id) {
  return Value::Object{{"id", id}};
}

TEST(ReadSplit, NamesVariantsAndScalesWeights) {
  const auto half = read_split("50/50");
  ASSERT_TRUE(half);
  EXPECT_EQ(half->variants, (std::vector<std::string>{"control", "treatment"}));
  EXPECT_EQ(half->weights, (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(read_split("1/1/2")->variants,
            (std::vector<std::string>{"control", "treatment-1", "treatment-2"}));
  const auto named = read_split("old=90%,new=10%");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->variants, (std::vector<std::string>{"old", "new"}));
  EXPECT_NEAR(named->weights[1], 0.1, 1e-12);
}

TEST(ReadSplit, RefusesWhatIsNoSplit) {
  for (const char* text : {"50", "50/0", "50/-1", "a/b", "50/50/", "old=50", "old=50,50", "old=1,old=2",
                           "=1,b=2", "a b=1,c=2", "inf/1", "nan/1"})
    EXPECT_FALSE(read_split(text)) << text;
}

TEST(AssignBySplit, TakesTheVariantOfTheBucketWhateverTheOrder) {
  const auto assigner = assign_by_split(*read_split("20/80"), "salt");
  std::vector<Value> units;
  for (int i = 0; i < 500; ++i) units.push_back(unit("u" + std::to_string(i)));
  units.push_back(Value::Object{});
  const auto answers = assigner->assign(units);
  ASSERT_TRUE(answers);
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ((*answers)[static_cast<std::size_t>(i)].variant,
              decide::bucket_of("salt", "u" + std::to_string(i)) < 0.2 ? "control" : "treatment");
  }
  EXPECT_EQ(answers->back().variant, "");
  EXPECT_EQ(answers->back().reason, "no_unit");
  EXPECT_NEAR(assigner->planned()[0], 100, 1e-9);
}

class DocumentsTest : public ::testing::Test {
 protected:
  DocumentsTest()
      : path_((std::filesystem::temp_directory_path() /
               ("splitplot-assign-" + std::to_string(getpid()) + ".yaml"))
                  .string()) {}
  ~DocumentsTest() override { std::filesystem::remove(path_); }

  Result<std::unique_ptr<ListAssigner>> assigner(const std::string& experiment) {
    std::ofstream(path_) << R"(
kind: experiment
key: with-seed
status: running
attribute: account
variants: {control: 50, treatment: 50}
seed: s
metrics: {primary: [m]}
---
kind: experiment
key: without-seed
status: running
variants: {control: 50, treatment: 50}
metrics: {primary: [m]}
---
kind: experiment
key: in-a-layer
status: running
layer: {key: page}
seed: s2
variants: {control: 50, treatment: 50}
metrics: {primary: [m]}
---
kind: layer
key: page
---
kind: metric
key: m
type: proportion
event: E
)";
    auto local = snapshot_of_documents({path_});
    EXPECT_TRUE(local) << local.error().lines.front();
    return assign_by_documents(*std::move(local), experiment, "", {});
  }

  std::string path_;
};

TEST_F(DocumentsTest, HashTheAttributeOfTheExperiment) {
  const auto made = assigner("with-seed");
  ASSERT_TRUE(made);
  EXPECT_EQ((*made)->unit_attribute(), "account");
  const std::vector<Value> units{Value::Object{{"account", "a1"}}, unit("a1")};
  const auto answers = (*made)->assign(units);
  EXPECT_EQ((*answers)[0].variant, decide::bucket_of("s", "a1") < 0.5 ? "control" : "treatment");
  EXPECT_EQ((*answers)[1].reason, "no_unit");
}

TEST_F(DocumentsTest, AreRefusedWhereOnlyTheServerKnowsTheSeed) {
  EXPECT_EQ(assigner("without-seed").error().code, ErrorCode::Conflict);
  EXPECT_NE(assigner("in-a-layer").error().message.find("layer 'page'"), std::string::npos);
}

TEST(AssignmentSummary, CountsByVariantAndReasonAndChecksTheSplit) {
  const std::vector<std::string> variants{"control", "treatment"};
  AssignmentSummary summary;
  for (int i = 0; i < 1000; ++i) summary.add({i % 2 == 0 ? "control" : "treatment", "", {}, true}, variants);
  summary.add({"treatment", "", {}, false}, variants);
  summary.add({"", "population", {}, false}, variants);
  summary.planned = {500, 500};
  EXPECT_EQ(summary.rows, 1002U);
  EXPECT_EQ(summary.units, (std::vector<std::uint64_t>{500, 501}));
  EXPECT_EQ(summary.counted, (std::vector<std::uint64_t>{500, 500}));
  EXPECT_EQ(summary.reasons.at("population"), 1U);
  EXPECT_NEAR(summary.split()->p_value, 1, 1e-12);
  summary.planned = {900, 100};
  EXPECT_LT(summary.split()->p_value, 1e-6);
  EXPECT_NE(summary_text(summary).find("not as planned"), std::string::npos);
}

}  // namespace
}  // namespace splitplot::app
