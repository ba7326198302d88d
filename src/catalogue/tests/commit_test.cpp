#include "catalogue_fixture.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/model/condition.hpp>

#include <atomic>
#include <map>
#include <thread>

namespace splitplot::catalogue {
namespace {

using model::DocumentId;
using model::DocumentKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CommitTest : public test::CatalogueTest {
 protected:
  void SetUp() override { open(); }

  /// The button's variant for many units.
  std::map<std::string, std::string> decisions() {
    std::map<std::string, std::string> all;
    const auto snapshot = catalogue_->snapshot({});
    for (int i = 0; i < 500; ++i) {
      const std::string id = "unit-" + std::to_string(i);
      const Value context = Value::Object{{"id", id}, {"plan", i % 7 == 0 ? "pro" : "free"}};
      all[id] = snapshot->decide("button", model::Attributes(&context)).variant;
    }
    return all;
  }
};

TEST_F(CommitTest, StoresVersionsAndShowsTheNewSnapshot) {
  const auto before = catalogue_->snapshot({});
  EXPECT_EQ(apply(test::kShop).revision, 2U);
  EXPECT_EQ(before->revision(), 1U);
  EXPECT_THAT(before->configuration().flags, IsEmpty());
  EXPECT_EQ(catalogue_->snapshot({})->revision(), 2U);
  EXPECT_THAT(catalogue_->snapshot({})->configuration().flags, SizeIs(1));
  const auto flag = catalogue_->document({}, {DocumentKind::Flag, "button"});
  ASSERT_TRUE(flag);
  EXPECT_EQ(*flag->body.find("default"), Value("red"));
}

TEST_F(CommitTest, KeepsEverythingOverAReopen) {
  apply(test::kShop);
  apply(test::colour_experiment("draft", "running"));
  const auto documents = *catalogue_->documents({});
  const auto decided = decisions();
  open();
  const auto again = *catalogue_->documents({});
  ASSERT_EQ(again.size(), documents.size());
  for (std::size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].id, documents[i].id);
    EXPECT_EQ(again[i].body, documents[i].body);
  }
  EXPECT_EQ(catalogue_->snapshot({})->revision(), 3U);
  EXPECT_EQ(decisions(), decided);
}

TEST_F(CommitTest, KeepsTheOrderInWhichVariantsWereWritten) {
  // The first variant is the control where none is named.
  apply(test::kShop);
  apply(test::colour_experiment("control: 50, treatment: 50", "treatment: 50, control: 50"));
  const auto control = [this] {
    return catalogue_->snapshot({})->configuration().experiments.at("colour").variants[0].key;
  };
  EXPECT_EQ(control(), "treatment");
  open();
  EXPECT_EQ(control(), "treatment");
}

TEST_F(CommitTest, ChangesNothingWhereNothingChanges) {
  apply(test::kShop);
  const auto snapshot = catalogue_->snapshot({});
  EXPECT_EQ(apply(test::kShop).revision, 2U);
  EXPECT_EQ(catalogue_->snapshot({}), snapshot);
  EXPECT_THAT(*catalogue_->history({}, {}, 10, {}), SizeIs(2));
}

TEST_F(CommitTest, RefusesAPlanWithProblems) {
  const ChangePlan broken = plan("{kind: flag, key: f, variants: {a: 1}, default: b}");
  ASSERT_THAT(broken.problems, ::testing::Not(IsEmpty()));
  const auto committed = catalogue_->commit(broken, "tester", "");
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::BadData);
  EXPECT_EQ(catalogue_->snapshot({})->revision(), 1U);
}

TEST_F(CommitTest, RefusesAPlanWhoseProblemsWereTakenAway) {
  ChangePlan broken = plan("{kind: flag, key: f, variants: {a: 1}, default: b}");
  broken.problems.clear();
  const auto committed = catalogue_->commit(broken, "tester", "");
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::BadData);
}

TEST_F(CommitTest, RefusesAPlanThatWasMadeBeforeAnotherChange) {
  const ChangePlan late = plan("{kind: layer, key: late}");
  apply("{kind: layer, key: early}");
  const auto committed = catalogue_->commit(late, "tester", "");
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::Conflict);
  EXPECT_THAT(*catalogue_->documents({}), SizeIs(4));
}

TEST_F(CommitTest, LetsOneOfTwoConcurrentCommitsWin) {
  const ChangePlan plans[] = {plan("{kind: layer, key: one}"), plan("{kind: layer, key: two}")};
  std::atomic<int> won = 0;
  std::atomic<int> conflicts = 0;
  std::atomic<bool> done = false;
  // Readers see one state or the other.
  std::thread reader([this, &done] {
    while (!done) {
      const auto snapshot = catalogue_->snapshot({});
      EXPECT_EQ(snapshot->configuration().layers.size(), snapshot->revision() - 1);
      EXPECT_TRUE(catalogue_->authenticate(first_key(model::ConnectionKind::Admin)));
    }
  });
  std::vector<std::thread> writers;
  for (const ChangePlan& planned : plans) {
    writers.emplace_back([this, &planned, &won, &conflicts] {
      const auto committed = catalogue_->commit(planned, "tester", "");
      if (committed) ++won;
      if (!committed && committed.error().code == ErrorCode::Conflict) ++conflicts;
    });
  }
  for (std::thread& writer : writers) writer.join();
  done = true;
  reader.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(conflicts, 1);
  EXPECT_EQ(*catalogue_->verify_chain(), std::nullopt);
}

TEST_F(CommitTest, CountsTheVersionsOfASegment) {
  const auto version = [this] {
    return catalogue_->snapshot({})->configuration().segments.at("pro").version;
  };
  apply(test::kShop);
  EXPECT_EQ(version(), 1U);
  apply("{kind: segment, key: pro, condition: {plan: business}}");
  EXPECT_EQ(version(), 2U);
  apply("{kind: layer, key: other}");
  EXPECT_EQ(version(), 2U);
  open();
  EXPECT_EQ(version(), 2U);
}

TEST_F(CommitTest, TellsItsHistory) {
  apply(test::kShop);
  apply("{kind: segment, key: pro, condition: {plan: business}}");
  const auto all = *catalogue_->history({}, {}, 10, {});
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].revision, 3U);
  EXPECT_EQ(all[0].author, "tester");
  EXPECT_EQ(all[0].message, "a test");
  EXPECT_EQ(all[0].time, clock_.now());
  EXPECT_EQ(all[0].scope, Scope{});
  ASSERT_THAT(all[0].documents, SizeIs(1));
  EXPECT_EQ(all[0].documents[0].kind, ChangeKind::Updated);
  EXPECT_EQ(*all[0].documents[0].before->body.find("condition")->find("plan"), Value("pro"));
  EXPECT_EQ(*all[0].documents[0].after->body.find("condition")->find("plan"), Value("business"));
  EXPECT_THAT(all[1].documents, SizeIs(5));
  EXPECT_EQ(all[2].author, "first start");

  const DocumentId pro{DocumentKind::Segment, "pro"};
  const auto of_pro = *catalogue_->history({}, pro, 10, {});
  ASSERT_THAT(of_pro, SizeIs(2));
  EXPECT_THAT(of_pro[1].documents, SizeIs(1));
  EXPECT_THAT(*catalogue_->history({}, pro, 1, {}), SizeIs(1));
  EXPECT_EQ(catalogue_->history({}, {}, 1, 3)->front().revision, 2U);
  EXPECT_THAT(*catalogue_->history({}, DocumentId{DocumentKind::Flag, "pro"}, 10, {}), IsEmpty());
}

TEST_F(CommitTest, AnswersDocumentsAsTheyWere) {
  apply(test::kShop);
  apply("{kind: segment, key: pro, condition: {plan: business}}");
  const DocumentId pro{DocumentKind::Segment, "pro"};
  EXPECT_THAT(*catalogue_->documents({}, 1), SizeIs(3));
  EXPECT_EQ(*catalogue_->document({}, pro, 2)->body.find("condition")->find("plan"), Value("pro"));
  EXPECT_EQ(catalogue_->document({}, pro, 1).error().code, ErrorCode::NotFound);
  EXPECT_EQ(catalogue_->documents({}, 4).error().code, ErrorCode::NotFound);
  EXPECT_EQ(catalogue_->documents({}, 0).error().code, ErrorCode::NotFound);
  EXPECT_THAT(catalogue_->document({}, {DocumentKind::Segment, "prp"}).error().hint, HasSubstr("'pro'"));
}

TEST_F(CommitTest, RollsBackToExactlyTheFormerDecisions) {
  apply(test::kShop);
  apply(test::colour_experiment("draft", "running"));
  const auto former = decisions();
  std::map<std::string, int> counts;
  for (const auto& [unit, variant] : former) ++counts[variant];
  ASSERT_GT(counts["green"], 100);  // by segment and by experiment
  ASSERT_GT(counts["red"], 100);

  apply(test::colour_experiment("control: 50, treatment: 50", "control: 10, treatment: 90"));
  apply("{kind: segment, key: pro, condition: {plan: free}}");
  apply("{kind: flag, key: new, variants: {\"on\": true}, default: \"on\"}");
  EXPECT_NE(decisions(), former);
  const auto back = catalogue_->plan_rollback({}, 3);
  ASSERT_TRUE(back);
  EXPECT_EQ(commit(*back).revision, 7U);
  EXPECT_EQ(decisions(), former);
  EXPECT_THAT(catalogue_->snapshot({})->configuration().flags, SizeIs(1));
  EXPECT_FALSE(catalogue_->plan_rollback({}, 7)->changes_anything());
  EXPECT_FALSE(catalogue_->plan_rollback({}, 3)->changes_anything());
  open();
  EXPECT_EQ(decisions(), former);
}

TEST_F(CommitTest, FindsUnitsWhereTheyWereWhenAnExperimentIsMadeAgain) {
  apply(test::kShop);
  apply(test::colour_experiment("draft", "running"));
  const auto former = decisions();
  apply(test::colour_experiment("draft", "stopped"));
  commit(*catalogue_->plan_rollback({}, 1));
  apply(test::kShop);
  apply(test::colour_experiment("draft", "running"));
  EXPECT_EQ(decisions(), former);
  EXPECT_EQ(catalogue_->snapshot({})->configuration().segments.at("pro").version, 3U);
}

TEST_F(CommitTest, KnowsNoRevisionBeyondTheLast) {
  EXPECT_EQ(catalogue_->plan_rollback({}, 2).error().code, ErrorCode::NotFound);
  EXPECT_EQ(catalogue_->plan_rollback({}, 0).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace splitplot::catalogue
