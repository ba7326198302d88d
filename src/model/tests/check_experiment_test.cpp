#include "check_fixture.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

using test::accepted;
using test::problems_of;
using test::warnings_of;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// An experiment with two variants, and these members.
std::string experiment(const std::string& members) {
  return "kind: experiment\nkey: e\nvariants: {control: 1, treatment: 1}\n" + members + "\n";
}

std::vector<double> weights_of(const std::string& variants) {
  const Configuration read = accepted("{kind: experiment, key: e, variants: " + variants + "}");
  std::vector<double> weights;
  for (const ExperimentVariant& variant : read.experiments.at("e").variants)
    weights.push_back(variant.weight);
  return weights;
}

TEST(CheckExperiment, FillsWhatIsNotWritten) {
  const Experiment read = accepted(experiment("")).experiments.at("e");
  EXPECT_EQ(read.status, ExperimentStatus::Draft);
  EXPECT_EQ(read.unit, UnitKind::User);
  EXPECT_EQ(read.attribute, "id");
  EXPECT_EQ(read.coverage, 1);
  EXPECT_EQ(read.control, 0U);
  EXPECT_FALSE(read.layer);
  EXPECT_EQ(read.seed, "");
  EXPECT_TRUE(read.population.written.is_null());
  EXPECT_NE(read.population.compiled, nullptr);
  EXPECT_EQ(read.plan.method, StoppingRule::AlwaysValid);
  EXPECT_EQ(read.plan.alpha, 0.05);
  EXPECT_EQ(read.plan.power, 0.8);
  EXPECT_FALSE(read.plan.planned_units);
  EXPECT_EQ(read.plan.correction, "holm");
  EXPECT_EQ(read.plan.segment_correction, "bh");
}

TEST(CheckExperiment, ReadsEveryMember) {
  const Experiment read = accepted(experiment(R"(hypothesis: it helps
status: running
unit: account
attribute: company
population: {country: DE}
coverage: 50%
control: treatment
layer: {key: area, slice: [0.25, 0.75]}
seed: abc
metrics: {primary: [orders], secondary: [revenue], guardrail: [errors]}
segments: [pro, phone]
dimensions: [country, plan]
plan: {method: fixed, alpha: 0.01, power: 0.9, planned_units: 10000, correction: hochberg, segment_correction: hierarchical}
)"))
                              .experiments.at("e");
  EXPECT_EQ(read.hypothesis, "it helps");
  EXPECT_EQ(read.status, ExperimentStatus::Running);
  EXPECT_EQ(read.unit, UnitKind::Account);
  EXPECT_EQ(read.attribute, "company");
  EXPECT_EQ(read.population.written, Value(Value::Object{{"country", "DE"}}));
  EXPECT_EQ(read.coverage, 0.5);
  EXPECT_EQ(read.control, 1U);
  EXPECT_EQ(read.layer->layer, "area");
  EXPECT_EQ(read.layer->begin, 0.25);
  EXPECT_EQ(read.layer->end, 0.75);
  EXPECT_EQ(read.seed, "abc");
  EXPECT_THAT(read.primary_metrics, ElementsAre("orders"));
  EXPECT_THAT(read.secondary_metrics, ElementsAre("revenue"));
  EXPECT_THAT(read.guardrail_metrics, ElementsAre("errors"));
  EXPECT_THAT(read.segments, ElementsAre("pro", "phone"));
  EXPECT_THAT(read.dimensions, ElementsAre("country", "plan"));
  EXPECT_EQ(read.plan.method, StoppingRule::FixedHorizon);
  EXPECT_EQ(read.plan.alpha, 0.01);
  EXPECT_EQ(read.plan.power, 0.9);
  EXPECT_EQ(read.plan.planned_units, 10000U);
  EXPECT_EQ(read.plan.correction, "hochberg");
  EXPECT_EQ(read.plan.segment_correction, "hierarchical");
}

TEST(CheckExperiment, WeightsBecomeShares) {
  EXPECT_THAT(weights_of("{a: 50, b: 50}"), ElementsAre(0.5, 0.5));
  EXPECT_THAT(weights_of("{a: 1, b: 3}"), ElementsAre(0.25, 0.75));
  EXPECT_THAT(weights_of("[{key: a, weight: 0.5}, {key: b, weight: 1.5}]"), ElementsAre(0.25, 0.75));
  EXPECT_THAT(weights_of("[{key: a}, {key: b}, {key: c, description: third}]"),
              ElementsAre(DoubleEq(1.0 / 3), DoubleEq(1.0 / 3), DoubleEq(1.0 / 3)));
}

TEST(CheckExperiment, WeightsThatLookLikePercentagesAreWarnedOfBeyondAHundred) {
  const auto warned = [](const std::string& variants) {
    return warnings_of("{kind: experiment, key: e, variants: " + variants + "}");
  };
  EXPECT_THAT(warned("{a: 80, b: 40}"),
              ElementsAre(HasSubstr("/variants: the weights add up to 120, not to 100")));
  for (const char* fine : {"{a: 50, b: 50}", "{a: 60, b: 60}", "{a: 1, b: 3}", "{a: 33.3, b: 33.3, c: 33.4}",
                           "{a: 0.0001, b: 99.9999}", "{a: 900, b: 100}", "{a: 100, b: 100, c: 50}"}) {
    EXPECT_THAT(warned(fine), IsEmpty()) << fine;
  }
}

TEST(CheckExperiment, VariantsMustMakeSense) {
  const auto found = [](const std::string& variants) {
    return problems_of("{kind: experiment, key: e, variants: " + variants + "}");
  };
  EXPECT_THAT(problems_of("{kind: experiment, key: e}"), ElementsAre(HasSubstr("'variants' is missing")));
  EXPECT_THAT(found("{a: 1}"), ElementsAre(HasSubstr("/variants: an experiment has at least two variants")));
  EXPECT_THAT(found("5"), ElementsAre(HasSubstr("/variants: must be a list or object, not integer")));
  EXPECT_THAT(
      found("{a: 0, b: -1, c: x, p: 60%, 'd d': 1}"),
      ElementsAre(HasSubstr("/variants/a: a weight must be more than 0"), HasSubstr("/variants/b: a weight"),
                  HasSubstr("/variants/c: must be a number, not text"),
                  HasSubstr("/variants/p: a weight is a number, not a percentage"),
                  HasSubstr("/variants/d d: 'd d' is not a key")));
  EXPECT_THAT(found("[{key: a, weight: 1}, {key: a}, {wait: 2}, b]"),
              ElementsAre(HasSubstr("/variants/1/key: the variant 'a' is there twice"),
                          HasSubstr("/variants/2: 'key' is missing"),
                          HasSubstr("/variants/2/wait: there is no member 'wait'"),
                          HasSubstr("/variants/3: must be an object, not text"),
                          HasSubstr("/variants: some variants have a weight and some have none")));
  EXPECT_THAT(found("{a: 1.7e308, b: 1.7e308}"), ElementsAre(HasSubstr("too large to add up")));
  std::string many = "{";
  for (int i = 0; i < 101; ++i) many += "v" + std::to_string(i) + ": 1, ";
  EXPECT_THAT(found(many + "}"), ElementsAre(HasSubstr("at most 100 variants")));
}

TEST(CheckExperiment, NamesMustBeKnown) {
  EXPECT_THAT(
      problems_of(experiment(
          "control: contol\nlayer: {key: aera}\nmetrics: {primary: [order], guards: []}\n"
          "segments: [fone]\npopulation: {$inSegment: prr}\nstatus: live\nunit: person\nhypotesis: x")),
      ElementsAre(
          HasSubstr("/status: there is no status 'live' (known: draft, running, stopped)"),
          HasSubstr("/unit: there is no unit 'person' (known: user, anonymous, device, account, session)"),
          HasSubstr("/control: there is no variant 'contol' (did you mean 'control'?)"),
          HasSubstr("/metrics/guards: there is no member 'guards' (known: primary, secondary, guardrail)"),
          HasSubstr("/hypotesis: there is no member 'hypotesis' (did you mean 'hypothesis'?)"),
          HasSubstr("/population: there is no segment 'prr' (did you mean 'pro'?)"),
          HasSubstr("/layer/key: there is no layer 'aera' (did you mean 'area'?)"),
          HasSubstr("/metrics/primary/0: there is no metric 'order' (did you mean 'orders'?)"),
          HasSubstr("/segments/0: there is no segment 'fone' (known: phone, pro)")));
}

TEST(CheckExperiment, ListsNameEverythingOnce) {
  EXPECT_THAT(
      problems_of(
          experiment("metrics: {primary: [orders, orders], guardrail: [orders]}\nsegments: [pro, pro]\n"
                     "dimensions: [a, 5, '', a]\n")),
      ElementsAre(HasSubstr("/metrics/primary/1: 'orders' is there twice"),
                  HasSubstr("/metrics/guardrail/0: the metric 'orders' is also primary"),
                  HasSubstr("/segments/1: 'pro' is there twice"), HasSubstr("/dimensions/1: must be text"),
                  HasSubstr("/dimensions/2: the text is empty"),
                  HasSubstr("/dimensions/3: 'a' is there twice")));
  EXPECT_THAT(problems_of(experiment("segments: pro")),
              ElementsAre(HasSubstr("/segments: must be a list, not text (write [pro])")));
}

TEST(CheckExperiment, SharesAndSlicesLieInTheWhole) {
  EXPECT_THAT(problems_of(experiment("coverage: 1.01")),
              ElementsAre(HasSubstr("/coverage: a share lies between 0 and 1")));
  EXPECT_THAT(problems_of(experiment("coverage: 101%")),
              ElementsAre(HasSubstr("/coverage: a share lies between 0 and 1")));
  EXPECT_THAT(problems_of(experiment("coverage: many")),
              ElementsAre(HasSubstr("/coverage: must be a share, not text")));
  for (const char* slice : {"[0.5, 0.5]", "[0.6, 0.5]", "[-0.1, 0.5]", "[0.5, 1.1]"})
    EXPECT_THAT(problems_of(experiment("layer: {key: area, slice: " + std::string(slice) + "}")),
                ElementsAre(HasSubstr("/layer/slice: a slice begins and ends between 0 and 1")))
        << slice;
  EXPECT_THAT(problems_of(experiment("layer: {key: area, slice: [0.5]}")),
              ElementsAre(HasSubstr("a slice has two ends, not 1")));
  EXPECT_THAT(problems_of(experiment("layer: {key: area, slice: [0, x]}")),
              ElementsAre(HasSubstr("/layer/slice/1: must be a number")));
  EXPECT_THAT(problems_of(experiment("layer: area")),
              ElementsAre(HasSubstr("/layer: must be an object, not text")));
}

TEST(CheckExperiment, ThePlanIsPossible) {
  EXPECT_THAT(problems_of(experiment("plan: {method: fixed}")),
              ElementsAre(HasSubstr("/plan: 'planned_units' is missing")));
  EXPECT_THAT(problems_of(experiment(
                  "plan: {method: sequential, alpha: 0, power: 1, planned_units: 1, correction: bon, "
                  "segment_correction: hierarchicl, sides: 2}")),
              ElementsAre(HasSubstr("/plan/method: there is no method 'sequential'"),
                          HasSubstr("/plan/alpha: must lie between 0 and 1"),
                          HasSubstr("/plan/power: must lie between 0 and 1"),
                          HasSubstr("/plan/planned_units: must lie between 2 and"),
                          HasSubstr("/plan/correction: there is no correction 'bon'"),
                          HasSubstr("/plan/segment_correction: there is no correction 'hierarchicl' (did you "
                                    "mean 'hierarchical'?)"),
                          HasSubstr("/plan/sides: there is no member 'sides'")));
  EXPECT_THAT(problems_of(experiment("plan: {correction: hierarchical}")),
              ElementsAre(HasSubstr("/plan/correction: there is no")));
  EXPECT_THAT(problems_of(experiment("plan: {planned_units: 100.0}")),
              ElementsAre(HasSubstr("must be an integer, not number")));
}

TEST(CheckExperiment, RunningExperimentsOfALayerAreApart) {
  const auto of_layer = [](const std::string& key, const std::string& status, const std::string& slice) {
    return "---\n{kind: experiment, key: " + key + ", status: " + status +
           ", variants: {a: 1, b: 1}, metrics: {primary: [orders]}, layer: {key: area, slice: " + slice +
           "}}\n";
  };
  const std::string apart = of_layer("x", "running", "[0, 0.5]") + of_layer("y", "running", "[0.5, 1]");
  EXPECT_THAT(warnings_of(apart), IsEmpty());
  EXPECT_THAT(
      problems_of(apart + of_layer("z", "running", "[0.4, 0.6]")),
      ElementsAre(
          "experiment 'z', /layer/slice: the slice overlaps that of experiment 'x' in the layer 'area' "
          "(experiments of a layer hold different slices while they run)",
          HasSubstr("experiment 'y', /layer/slice: the slice overlaps that of experiment 'z'")));
  EXPECT_THAT(
      warnings_of(apart + of_layer("z", "draft", "[0.1, 0.2]")),
      ElementsAre(HasSubstr("experiment 'z', /layer/slice: the slice overlaps that of experiment 'x'")));
  EXPECT_THAT(warnings_of(apart + of_layer("z", "stopped", "[0, 1]")), IsEmpty());
}

TEST(CheckExperiment, WarnsOfWhatIsProbablyNotMeant) {
  EXPECT_THAT(warnings_of(experiment("status: running\ncoverage: 0")),
              ElementsAre(HasSubstr("/metrics: the experiment runs without a primary metric"),
                          HasSubstr("/coverage: nobody takes part")));
  EXPECT_THAT(warnings_of(experiment("unit: anonymous")),
              ElementsAre(HasSubstr("/unit: units are 'anonymous'")));
  EXPECT_THAT(warnings_of(experiment("layer: {key: area, slice: [0, 0.00001]}")),
              ElementsAre(HasSubstr("may hold nobody")));
  EXPECT_THAT(warnings_of(experiment("plan: {alpha: 0.5}\nseed: \xC3\xA9")),
              ElementsAre(HasSubstr("/plan/alpha: false alarms"), HasSubstr("/seed: text outside ASCII")));
  EXPECT_THAT(warnings_of(experiment("status: running\nmetrics: {primary: [orders]}")), IsEmpty());
}

TEST(CheckExperiment, NothingIsAssignedToSessionsForGood) {
  EXPECT_THAT(problems_of("kind: experiment\nkey: e\nunit: session\nattribute: sessionId\nsticky: true\n"
                          "variants: {a: 1, b: 1}"),
              ElementsAre(HasSubstr("/sticky: what is assigned to a session holds as long as the session")));
  EXPECT_THAT(warnings_of("kind: experiment\nkey: e\nunit: session\nvariants: {a: 1, b: 1}"),
              ElementsAre(HasSubstr("/unit: units are 'session', and what is hashed is the id of the user")));
  EXPECT_EQ(accepted("kind: experiment\nkey: e\nunit: device\nattribute: d\nvariants: {a: 1, b: 1}")
                .experiments.at("e")
                .unit,
            UnitKind::Anonymous);
}

}  // namespace
}  // namespace splitplot::model
