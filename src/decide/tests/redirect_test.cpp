// Where visitors of a page are sent, from documents and from the payload that SDKs load.
#include "documents.hpp"

#include <splitplot/decide/payload.hpp>
#include <splitplot/decide/redirect.hpp>
#include <splitplot/model/json.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

using namespace test;

constexpr std::string_view kOld = "https://a.example/old?x=1";

model::Experiment redirecting(const std::string& key, const std::string& page, const std::string& target,
                              std::vector<double> weights = {0.5, 0.5}) {
  model::Experiment made = experiment(key, std::move(weights));
  made.variants[1].key = "treatment";
  made.variants[1].redirect = target;
  made.pages = json(R"([{"type": "simple", "pattern": ")" + page + R"("}])");
  made.compiled_pages = std::make_shared<const model::UrlTargets>(*model::UrlTargets::compile(made.pages));
  return made;
}

Value user(int number) {
  return Value::Object{{"id", "u" + std::to_string(number)}, {"plan", number % 3 == 0 ? "pro" : "free"}};
}

Evaluation visit(const Value& unit, std::string_view url) {
  Evaluation evaluation{model::Attributes(&unit)};
  evaluation.url = url;
  return evaluation;
}

/// "experiment=variant address"
std::string where(const Snapshot& snapshot, const Evaluation& evaluation) {
  const Redirect redirect = redirect_from(snapshot, evaluation);
  std::string text;
  if (redirect.assignment.experiment != nullptr) {
    const model::Experiment& met = *redirect.assignment.experiment;
    text = met.key + "=" + met.variants[*redirect.assignment.variant].key;
  }
  return text + " " + redirect.address.value_or("stays");
}

class Met final : public EvaluationObserver {
 public:
  void assigned(std::string_view, const Assignment& assignment, const Value&) override {
    experiments.push_back(assignment.experiment->key + "=" +
                          assignment.experiment->variants[*assignment.variant].key);
  }
  std::vector<std::string> experiments;
};

TEST(RedirectTest, TheFirstExperimentThatTheUnitTakesPartInDecidesAlsoWhoStays) {
  model::Configuration documents;
  model::Experiment first = redirecting("a", "/old", "https://a.example/new");
  first.coverage = 0.6;
  add(documents, first);
  add(documents, redirecting("b", "/old", "https://b.example/"));
  const auto shop = snapshot(std::move(documents));
  std::map<std::string, int> seen;
  for (int number = 0; number < 1000; ++number) {
    const Value unit = user(number);
    Met met;
    Evaluation evaluation = visit(unit, kOld);
    evaluation.observer = &met;
    const std::string text = where(*shop, evaluation);
    ++seen[text];
    EXPECT_EQ(met.experiments, std::vector{text.substr(0, text.find(' '))});
    EXPECT_EQ(where(*shop, visit(unit, "https://a.example/other")), " stays");
  }
  // 60% are in the first, and half of the others in each variant of the second.
  EXPECT_EQ(seen.size(), 4U);
  EXPECT_NEAR(seen["a=control stays"], 300, 60);
  EXPECT_NEAR(seen["a=treatment https://a.example/new?x=1"], 300, 60);
  EXPECT_NEAR(seen["b=control stays"], 200, 50);
  EXPECT_NEAR(seen["b=treatment https://b.example/?x=1"], 200, 50);
}

TEST(RedirectTest, PayloadsSayTheSame) {
  model::Configuration documents;
  model::Experiment some = redirecting("a", "/old", "https://a.example/new");
  some.population = condition(R"({"plan": "pro"})");
  some.overrides = {{"u1", 1}, {"u3", 0}};
  add(documents, some);
  model::Experiment weighted = redirecting("b", "/old", "https://b.example/?x=2#top");
  weighted.keep_query = false;
  weighted.weights_for = {{condition(R"({"plan": "free"})"), {0.1, 0.9}}};
  weighted.coverage = 0.8;
  add(documents, weighted);
  model::Experiment stopped = redirecting("c", "/old", "https://c.example/");
  stopped.status = model::ExperimentStatus::Stopped;
  add(documents, stopped);
  const auto shop = snapshot(std::move(documents));
  const Result<Payload> payload = payload_of(*shop);
  ASSERT_TRUE(payload);
  const std::string text = model::to_json(payload->content);
  const auto sdk = *Snapshot::read_payload(json(text));
  std::map<std::string, int> seen;
  for (int number = 0; number < 600; ++number) {
    const Value unit = user(number);
    for (const std::string_view url : {std::string_view(kOld), std::string_view("https://a.example/old?b=1"),
                                       std::string_view("https://a.example/new"), std::string_view("/old")}) {
      const std::string expected = where(*shop, visit(unit, url));
      ASSERT_EQ(where(*sdk, visit(unit, url)), expected) << number << " on " << url << " in " << text;
      ++seen[expected.substr(0, expected.find('?'))];
    }
    // What remote evaluation leaves over leads to the same, and says nothing of the other variants.
    const Value left = Value::Object{{"experiments", decided_redirects(*shop, visit(unit, kOld))}};
    const auto settled = *Snapshot::read_payload(left);
    ASSERT_EQ(where(*settled, visit(unit, kOld)), where(*shop, visit(unit, kOld))) << model::to_json(left);
    EXPECT_EQ(model::to_json(left).find("u3"), std::string::npos);
  }
  EXPECT_EQ(seen.size(), 5U);  // two variants each, and nobody on the other pages
  // Another payload of the same.
  const Result<Payload> again = payload_of(*sdk);
  ASSERT_TRUE(again);
  const auto copy = *Snapshot::read_payload(again->content);
  for (int number = 0; number < 100; ++number) {
    const Value unit = user(number);
    EXPECT_EQ(where(*copy, visit(unit, kOld)), where(*sdk, visit(unit, kOld)));
  }
}

TEST(RedirectTest, NobodyIsSentOnFromWhereTheyAreSent) {
  model::Configuration documents;
  // With the page's query, the target is one of the pages.
  add(documents, redirecting("a", "https://a.example/*?x=1", "https://a.example/new", {0.001, 0.999}));
  const auto shop = snapshot(std::move(documents));
  const Value unit = user(1);
  EXPECT_EQ(where(*shop, visit(unit, kOld)), "a=treatment stays");
}

TEST(RedirectTest, PagesOutsideOfTheWebRedirectNowhere) {
  model::Configuration documents;
  add(documents, redirecting("a", "/old", "https://a.example/new", {0.001, 0.999}));
  const auto shop = snapshot(std::move(documents));
  const Value unit = user(1);
  EXPECT_EQ(where(*shop, visit(unit, kOld)), "a=treatment https://a.example/new?x=1");
  for (const std::string_view url : {"", "/old", "old", "file:///old", "https:///old"})
    EXPECT_EQ(where(*shop, visit(unit, url)), " stays") << url;
}

TEST(RedirectTest, AUnitThatIsMissingIsSaid) {
  model::Configuration documents;
  add(documents, redirecting("a", "/old", "https://a.example/new"));
  const auto shop = snapshot(std::move(documents));
  const Value nobody = Value::Object{};
  EXPECT_EQ(redirect_from(*shop, visit(nobody, kOld)).error, DecisionError::TargetingKeyMissing);
  EXPECT_EQ(redirect_from(*shop, visit(nobody, "https://a.example/")).error, DecisionError::None);
}

TEST(RedirectTest, WhoIsHeldOutStaysAndCountsForTheHoldout) {
  model::Configuration documents;
  add(documents, redirecting("a", "/old", "https://a.example/new"));
  model::Experiment holdout = experiment("nothing-new");
  holdout.holdout = model::Holdout{0, {}};
  add(documents, holdout);
  const auto shop = snapshot(std::move(documents));
  int held = 0;
  for (int number = 0; number < 200; ++number) {
    const Value unit = user(number);
    Met met;
    Evaluation evaluation = visit(unit, kOld);
    evaluation.observer = &met;
    const std::string text = where(*shop, evaluation);
    const bool is_held = met.experiments.front() == "nothing-new=control";
    held += is_held ? 1 : 0;
    EXPECT_EQ(met.experiments.size(), is_held ? 1U : 2U);
    if (is_held) {
      EXPECT_EQ(text, " stays");
    }
  }
  EXPECT_NEAR(held, 100, 35);
}

TEST(RedirectTest, ExplanationsSayWhyWithoutBeingAnExposure) {
  model::Configuration documents;
  model::Experiment some = redirecting("a", "/old", "https://a.example/new");
  some.population = condition(R"({"plan": "pro"})");
  add(documents, some);
  add(documents, redirecting("b", "/old", "https://b.example/", {0.001, 0.999}));
  const auto shop = snapshot(std::move(documents));
  const Value unit = user(1);
  Met met;
  Evaluation evaluation = visit(unit, kOld);
  evaluation.observer = &met;
  const Explanation explanation = explain_redirect(*shop, evaluation);
  EXPECT_TRUE(met.experiments.empty());
  EXPECT_EQ(explanation.flag, "redirect");
  EXPECT_EQ(explanation.value, Value("https://b.example/?x=1"));
  ASSERT_EQ(explanation.rules.size(), 2U);
  EXPECT_EQ(explanation.rules[0].experiment, "a");
  EXPECT_EQ(explanation.rules[0].outcome, ExplainedRule::Outcome::PassedOver);
  EXPECT_EQ(explanation.rules[0].checks.back().what, Check::What::Population);
  EXPECT_EQ(explanation.rules[1].outcome, ExplainedRule::Outcome::Decided);
  EXPECT_EQ(explanation.rule, 1U);

  const Explanation nowhere = explain_redirect(*shop, visit(unit, "/old"));
  EXPECT_EQ(nowhere.value, Value());
  EXPECT_EQ(nowhere.rules[0].checks.back().what, Check::What::Url);
  EXPECT_EQ(nowhere.rules[1].checks.back().what, Check::What::Url);
}

TEST(RedirectTest, PayloadsWithAnAddressThatIsNoneRedirectNobody) {
  const auto shop = *Snapshot::read_payload(json(R"({"experiments": [
    {"key": "a", "urlPatterns": [{"type": "simple", "pattern": "/old"}],
     "variations": [{"urlRedirect": "javascript:void"}, {"urlRedirect": "https://a.example/new"}]}]})"));
  const Value unit = user(1);
  EXPECT_EQ(where(*shop, visit(unit, kOld)), " stays");
}

}  // namespace
}  // namespace splitplot::decide
