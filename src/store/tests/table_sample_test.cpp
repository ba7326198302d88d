#include "warehouse_fixture.hpp"

#include <string>

#include <gmock/gmock.h>

namespace splitplot::store::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

class TableSamples : public WarehouseTest {
 protected:
  TableSample sample(const std::string& name, const std::string& content) {
    auto answer = warehouse_->sample(open(write(name, content)));
    if (!answer) throw std::runtime_error(answer.error().message);
    return *answer;
  }
};

TEST_F(TableSamples, CountWhatColumnsHoldAndShowTheFirstRows) {
  const TableSample found = sample("a.csv", "variant,spend\nb,1.50\na,\nb,2\nb,\"=cmd()\"\na,2\nb, \n");
  EXPECT_EQ(found.rows, 6U);
  ASSERT_EQ(found.columns.size(), 2U);
  EXPECT_EQ(found.columns[0].distinct, 2U);
  EXPECT_THAT(found.columns[0].values, ElementsAre("b", "a"));
  EXPECT_EQ(found.columns[1].missing, 2U);
  EXPECT_EQ(found.columns[1].distinct, 3U);
  ASSERT_EQ(found.first_rows.size(), kSampleRows);
  EXPECT_THAT(found.first_rows[0], ElementsAre(Optional(std::string("b")), Optional(std::string("1.50"))));
  EXPECT_FALSE(found.first_rows[1][1]);
}

TEST_F(TableSamples, LookAtTheHeadOnlyInTheOrderOfTheFile) {
  std::string content = "n,x\n";
  for (int i = 0; i < 30'000; ++i) content += std::to_string(i) + ",1\n";
  const TableSample found = sample("long.csv", content);
  EXPECT_EQ(found.rows, 10'000U);
  EXPECT_EQ(found.columns[0].distinct, 10'000U);
  EXPECT_EQ(found.columns[0].values.size(), kSampleValues);
  EXPECT_EQ(found.first_rows[4][0], "4");
}

TEST_F(TableSamples, LongCellsAreCutAtACharacter) {
  std::string cell;
  for (int i = 0; i < 500; ++i) cell += "ü";
  const TableSample found = sample("wide.csv", "a,b\n" + cell + ",1\n");
  EXPECT_EQ(found.first_rows[0][0]->size(), 2 * kSampleCharacters);
}

TEST_F(TableSamples, ReadJsonLinesToo) {
  const TableSample found = sample("a.jsonl", "{\"v\":\"a\",\"n\":{\"x\":1}}\n{\"v\":null,\"n\":null}\n");
  EXPECT_EQ(found.rows, 2U);
  EXPECT_EQ(found.columns[0].missing, 1U);
}

}  // namespace
}  // namespace splitplot::store::test
