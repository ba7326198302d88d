#include "catalogue_fixture.hpp"

namespace splitplot::catalogue {
namespace {

using model::DocumentId;
using model::DocumentKind;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;

class PlanningTest : public test::CatalogueTest {
 protected:
  void SetUp() override { open(); }

  static std::vector<std::pair<std::string, ChangeKind>> kinds(const ChangePlan& plan) {
    std::vector<std::pair<std::string, ChangeKind>> all;
    for (const DocumentChange& change : plan.changes) all.emplace_back(to_text(change.id), change.kind);
    return all;
  }

  static std::vector<std::string> texts(const std::vector<model::Problem>& problems) {
    std::vector<std::string> all;
    for (const model::Problem& problem : problems) all.push_back(to_text(problem));
    return all;
  }
};

TEST_F(PlanningTest, ShowsWhatWouldBeCreatedInTheOrderOfKindsAndKeys) {
  const ChangePlan planned = plan(test::kShop);
  EXPECT_THAT(texts(planned.problems), IsEmpty());
  EXPECT_THAT(kinds(planned), ElementsAre(Pair("experiment 'colour'", ChangeKind::Created),
                                          Pair("flag 'button'", ChangeKind::Created),
                                          Pair("layer 'area'", ChangeKind::Created),
                                          Pair("metric 'purchases'", ChangeKind::Created),
                                          Pair("segment 'pro'", ChangeKind::Created)));
  EXPECT_TRUE(planned.changes_anything());
  EXPECT_EQ(planned.based_on, 1U);
  EXPECT_FALSE(planned.changes[1].before);
  EXPECT_EQ(*planned.changes[1].after->body.find("default"), Value("red"));
}

TEST_F(PlanningTest, PlanningChangesNothing) {
  plan(test::kShop);
  EXPECT_THAT(*catalogue_->documents({}), SizeIs(3));
  EXPECT_THAT(*catalogue_->history({}, {}, 10, {}), SizeIs(1));
}

TEST_F(PlanningTest, FindsNothingToChangeInTheSameFilesAgain) {
  apply(test::kShop);
  const ChangePlan again = plan(test::kShop);
  EXPECT_FALSE(again.changes_anything());
  EXPECT_THAT(again.changes, SizeIs(5));
  open();
  EXPECT_FALSE(plan(test::kShop).changes_anything());
}

TEST_F(PlanningTest, LooksThroughTheOrderOfMembersAndTheSpellingOfTexts) {
  apply("{kind: metric, key: m, type: sum, event: Order, property: value}");
  EXPECT_FALSE(plan(R"({"property": "value", "key": "m", "event": "Order", "kind": "metric", "type": "sum"})")
                   .changes_anything());
  EXPECT_TRUE(plan("{kind: metric, key: m, type: sum, event: Order, property: price}").changes_anything());
}

TEST_F(PlanningTest, SeesAnotherOrderOfVariantsWhichAssignsUnits) {
  apply(test::kShop);
  const std::string turned =
      test::colour_experiment("control: 50, treatment: 50", "treatment: 50, control: 50");
  EXPECT_THAT(kinds(plan(turned)), ElementsAre(Pair("experiment 'colour'", ChangeKind::Updated)));
}

TEST_F(PlanningTest, KeepsOrDeletesWhatIsNotHandedIn) {
  apply(test::kShop);
  const std::string metric = "{kind: metric, key: purchases, type: count, event: Order Completed}";
  EXPECT_THAT(kinds(plan(metric)), ElementsAre(Pair("metric 'purchases'", ChangeKind::Updated)));
  const std::string connections = "\n---\n{kind: connection, key: admin, type: admin}";
  const ChangePlan planned = plan(metric + connections, Absent::Delete);
  EXPECT_THAT(texts(planned.problems), IsEmpty());
  EXPECT_THAT(
      kinds(planned),
      ElementsAre(
          Pair("connection 'admin'", ChangeKind::Unchanged), Pair("connection 'client'", ChangeKind::Deleted),
          Pair("connection 'server'", ChangeKind::Deleted), Pair("experiment 'colour'", ChangeKind::Deleted),
          Pair("flag 'button'", ChangeKind::Deleted), Pair("layer 'area'", ChangeKind::Deleted),
          Pair("metric 'purchases'", ChangeKind::Updated), Pair("segment 'pro'", ChangeKind::Deleted)));
  EXPECT_THAT(texts(planned.warnings),
              Contains(HasSubstr("connection 'client': it is deleted, and its keys stop")));
}

TEST_F(PlanningTest, RefusesADocumentThatIsWrittenTwiceAndNamesBothPlaces) {
  auto texts_in = read("one.yaml", "{kind: layer, key: area}");
  texts_in.push_back(read("two.yaml", "# another\n{kind: layer, key: area, description: x}").front());
  const auto planned = catalogue_->plan({}, texts_in, Absent::Keep);
  ASSERT_TRUE(planned);
  ASSERT_THAT(planned->problems, SizeIs(1));
  const std::string text = to_text(planned->problems[0]);
  EXPECT_THAT(text, HasSubstr("one.yaml:1"));
  EXPECT_THAT(text, HasSubstr("two.yaml:2"));
  EXPECT_THAT(text, HasSubstr("layer 'area'"));
}

TEST_F(PlanningTest, SaysWhereAProblemStands) {
  const ChangePlan planned =
      plan("\nkind: flag\nkey: f\nvariants: {\"on\": true, \"off\": false}\ndefault: maybe\n");
  ASSERT_THAT(planned.problems, SizeIs(1));
  EXPECT_THAT(to_text(planned.problems[0]), StartsWith("shop.yaml:5: flag 'f', /default: "));
}

TEST_F(PlanningTest, NamesTheDocumentThatWasNotHandedInWhereItBreaks) {
  apply(test::kShop);
  std::string without_segment(test::kShop);
  const auto begin = without_segment.find("kind: segment");
  without_segment.erase(begin, without_segment.find("---", begin) + 4 - begin);
  auto planned = plan(without_segment + "\n---\n{kind: connection, key: admin, type: admin}", Absent::Delete);
  EXPECT_THAT(texts(planned.problems), Contains(HasSubstr("flag 'button', /rules/0/if")));

  // The flag is not handed in here, and has no place.
  const auto revision = apply(without_segment.substr(without_segment.find("kind: metric")) + "").revision;
  EXPECT_EQ(revision, 2U);
  planned = plan(
      "{kind: flag, key: other, variants: {a: 1, b: 2}, default: a, rules: [{if: {$inSegment: pros}, serve: "
      "b}]}");
  EXPECT_THAT(texts(planned.problems), Contains(StartsWith("shop.yaml:1: flag 'other', /rules/0/if")));
}

TEST_F(PlanningTest, RefusesToDeleteARunningExperiment) {
  apply(test::kShop);
  apply(test::colour_experiment("draft", "running"));
  const std::string rest(test::kShop.substr(0, test::kShop.rfind("---")));
  std::string without_rule = rest;
  const auto rule = without_rule.find("  - experiment");
  without_rule.erase(rule, without_rule.find("---") - rule);
  const std::string admin = "\n---\n{kind: connection, key: admin, type: admin}";
  auto planned = plan(without_rule + admin, Absent::Delete);
  ASSERT_THAT(texts(planned.problems),
              ElementsAre(HasSubstr("experiment 'colour': it is running and would be deleted")));
  EXPECT_THAT(planned.problems[0].hint, HasSubstr("stop it first"));
  apply(test::colour_experiment("draft", "stopped"));
  EXPECT_THAT(texts(plan(without_rule + admin, Absent::Delete).problems), IsEmpty());
}

TEST_F(PlanningTest, WarnsWhereARunningExperimentLeavesItsPlan) {
  apply(test::kShop);
  apply("{kind: metric, key: revenue, type: sum, event: Order Completed, property: value}");
  apply(test::colour_experiment("draft", "running"));
  const std::string running = test::colour_experiment("draft", "running");
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"treatment: 50", "treatment: 40", "/variants"},
      {"status: running", "status: running\nseed: another", "/seed"},
      {"status: running", "status: running\nattribute: account", "/attribute"},
      {"status: running", "status: running\nunit: anonymous", "/unit"},
      {"status: running", "status: running\ncoverage: 0.5", "/coverage"},
      {"status: running", "status: running\ncontrol: treatment", "/control"},
      {"status: running", "status: running\npopulation: {country: DE}", "/population"},
      {"status: running", "status: running\ndimensions: [country]", "/dimensions"},
      {"status: running", "status: running\nplan: {alpha: 0.1}", "/plan"},
      {"[0, 0.5]", "[0, 0.6]", "/layer"},
      {"[purchases]", "[purchases, revenue]", "/metrics"},
      {"segments: [pro]", "", "/segments"},
  };
  for (const auto& [from, to, pointer] : cases) {
    std::string text = running;
    text.replace(text.find(from), std::string_view(from).size(), to);
    const auto planned = plan(text);
    EXPECT_THAT(texts(planned.problems), IsEmpty()) << to;
    EXPECT_THAT(texts(planned.warnings), Contains(HasSubstr(std::string("experiment 'colour', ") + pointer +
                                                            ": the experiment is running")))
        << to;
  }
  EXPECT_THAT(texts(plan(test::colour_experiment("draft", "running\ndescription: x")).warnings), IsEmpty());
  EXPECT_THAT(texts(plan(test::colour_experiment("draft", "stopped")).warnings),
              Not(Contains(HasSubstr("is running"))));
}

TEST_F(PlanningTest, WarnsWhereAVariantOfARunningExperimentLeadsElsewhere) {
  const auto landing = [](const std::string& target, const std::string& more = {}) {
    return "{kind: experiment, key: landing, status: running, pages: [/old], " + more +
           "variants: [{key: control}, {key: new, redirect: 'https://a.example/" + target + "'}]}";
  };
  apply(landing("new"));
  const std::string warning = "the same variant shows something else than before";
  EXPECT_THAT(texts(plan(landing("other")).warnings),
              Contains(AllOf(HasSubstr("experiment 'landing', /variants: "), HasSubstr(warning))));
  EXPECT_THAT(texts(plan(landing("new", "keep_query: false, ")).warnings),
              Contains(AllOf(HasSubstr("experiment 'landing', /keep_query: "), HasSubstr(warning))));
  EXPECT_THAT(texts(plan(landing("new", "hypothesis: x, ")).warnings), Not(Contains(HasSubstr(warning))));
}

TEST_F(PlanningTest, WarnsWhereTheGroundOfARunningExperimentMoves) {
  apply(test::kShop);
  const std::string metric = "{kind: metric, key: purchases, type: count, event: Order Completed}";
  const std::string segment = "{kind: segment, key: pro, condition: {plan: business}}";
  EXPECT_THAT(texts(plan(metric).warnings), IsEmpty());
  apply(test::colour_experiment("draft", "running"));
  EXPECT_THAT(
      texts(plan(metric).warnings),
      ElementsAre(HasSubstr("metric 'purchases': experiment 'colour' is running and was planned with")));
  EXPECT_THAT(texts(plan(segment).warnings),
              ElementsAre(HasSubstr("segment 'pro': experiment 'colour' is running")));
  EXPECT_THAT(texts(plan("{kind: layer, key: area, seed: x}").warnings),
              ElementsAre(HasSubstr("layer 'area': experiment 'colour' is running")));
}

TEST_F(PlanningTest, KeepsAConnectionOfItsType) {
  const ChangePlan planned = plan("{kind: connection, key: client, type: admin}");
  EXPECT_THAT(texts(planned.problems),
              ElementsAre(HasSubstr("connection 'client', /type: the type of a connection")));
}

TEST_F(PlanningTest, LeavesAnAdminConnection) {
  const ChangePlan planned = plan("{kind: layer, key: area}", Absent::Delete);
  EXPECT_THAT(texts(planned.problems),
              ElementsAre(HasSubstr("connection 'admin': no admin connection would be left")));
  EXPECT_FALSE(catalogue_->commit(planned, "tester", ""));
}

TEST_F(PlanningTest, KnowsItsScopes) {
  EXPECT_THAT(catalogue_->scopes(), ElementsAre(Scope{}));
  const auto planned = catalogue_->plan({"default", "staging"}, {}, Absent::Keep);
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().code, ErrorCode::NotFound);
  EXPECT_EQ(catalogue_->snapshot({"default", "staging"}), nullptr);
}

}  // namespace
}  // namespace splitplot::catalogue
