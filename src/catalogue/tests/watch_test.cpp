// Who watches is told of each new snapshot, and of nothing else.
#include "catalogue_fixture.hpp"

#include <utility>

namespace splitplot::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WatchTest : public test::CatalogueTest {
 protected:
  void SetUp() override { open(); }

  // Notes the revision of the snapshot that is there when the watcher is told.
  std::unique_ptr<Watch> watch(std::vector<std::pair<std::string, std::uint64_t>>& told) {
    return catalogue_->watch([this, &told](const std::vector<Scope>& changed) {
      for (const Scope& scope : changed) {
        told.emplace_back(scope.environment, catalogue_->snapshot(scope)->revision());
      }
    });
  }
};

TEST_F(WatchTest, IsToldOnceTheNewSnapshotIsThere) {
  std::vector<std::pair<std::string, std::uint64_t>> told;
  const auto watching = watch(told);
  const Revision first = apply(test::kShop).revision;
  const Revision second = apply(test::colour_experiment("green sells", "red sells")).revision;
  EXPECT_THAT(told, ElementsAre(std::pair(std::string("production"), first),
                                std::pair(std::string("production"), second)));
}

TEST_F(WatchTest, IsNotToldOfKeysNorOfWhatChangesNothing) {
  apply(test::kShop);
  std::vector<std::pair<std::string, std::uint64_t>> told;
  const auto watching = watch(told);
  ASSERT_TRUE(catalogue_->add_key({}, "client"));
  ASSERT_TRUE(catalogue_->revoke_old_keys({}, "client"));
  apply(test::kShop);
  ChangePlan outdated = plan("{kind: segment, key: pro, condition: {plan: team}}");
  outdated.based_on = 0;
  EXPECT_FALSE(catalogue_->commit(outdated, "tester", ""));
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(WatchTest, EndsWithItsWatchAndMayOutliveTheCatalogue) {
  std::vector<std::pair<std::string, std::uint64_t>> told;
  std::vector<std::pair<std::string, std::uint64_t>> also_told;
  auto first = watch(told);
  auto second = watch(also_told);
  first.reset();
  apply(test::kShop);
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(also_told.size(), 1U);
  catalogue_.reset();
  second.reset();
}

}  // namespace
}  // namespace splitplot::catalogue
