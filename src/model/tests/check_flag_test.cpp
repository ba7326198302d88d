#include "check_fixture.hpp"

#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

using test::accepted;
using test::problems_of;
using test::warnings_of;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// A flag with two variants, and these members.
std::string flag(const std::string& members) {
  return "kind: flag\nkey: f\nvariants: {red: a, green: b}\n" + members + "\n";
}

Flag read_flag_with(const std::string& members) {
  return accepted(flag(members)).flags.at("f");
}

constexpr const char* kExperiment =
    "---\n{kind: experiment, key: e, variants: {control: 1, treatment: 1}, metrics: {primary: [orders]}}\n";

TEST(CheckFlag, FillsWhatIsNotWritten) {
  const Flag read = read_flag_with("default: green");
  EXPECT_EQ(read.key, "f");
  EXPECT_EQ(read.description, "");
  EXPECT_EQ(read.type, ValueType::Text);
  EXPECT_TRUE(read.enabled);
  EXPECT_EQ(read.fallback, 1U);
  ASSERT_EQ(read.variants.size(), 2U);
  EXPECT_EQ(read.variants[0].key, "red");
  EXPECT_EQ(read.variants[0].value, Value("a"));
  EXPECT_THAT(read.rules, IsEmpty());
}

TEST(CheckFlag, ReadsEveryMember) {
  const Flag read = read_flag_with(
      "description: what for\ntype: string\ndefault: red\nenabled: false\nrules:\n"
      "  - {id: staff, if: {staff: true}, serve: green, rollout: 0.25, seed: s, attribute: company}\n"
      "  - {serve: red, rollout: 20%}\n  - {experiment: e, variants: {control: green, treatment: red}}\n" +
      std::string(kExperiment));
  EXPECT_EQ(read.description, "what for");
  EXPECT_FALSE(read.enabled);
  ASSERT_EQ(read.rules.size(), 3U);
  EXPECT_EQ(read.rules[0].id, "staff");
  EXPECT_EQ(read.rules[0].condition.written, Value(Value::Object{{"staff", true}}));
  const auto& first = std::get<FlagRule::Serve>(read.rules[0].outcome);
  EXPECT_EQ(first.variant, 1U);
  EXPECT_EQ(first.rollout, 0.25);
  EXPECT_EQ(first.seed, "s");
  EXPECT_EQ(first.attribute, "company");
  const auto& second = std::get<FlagRule::Serve>(read.rules[1].outcome);
  EXPECT_EQ(read.rules[1].id, "2");
  EXPECT_TRUE(read.rules[1].condition.written.is_null());
  EXPECT_NE(read.rules[1].condition.compiled, nullptr);
  EXPECT_EQ(second.rollout, 0.2);
  EXPECT_EQ(second.seed, "");
  EXPECT_EQ(second.attribute, "id");
  const auto& third = std::get<FlagRule::Experiment>(read.rules[2].outcome);
  EXPECT_EQ(third.key, "e");
  EXPECT_THAT(third.variants, ElementsAre(1U, 0U));
}

TEST(CheckFlag, MetadataAreFewScalarsUnderNamesOfTheirOwn) {
  EXPECT_TRUE(read_flag_with("default: red").metadata.is_null());
  EXPECT_EQ(
      read_flag_with("default: red\nmetadata: {team: checkout, ticket: 42, share: 0.5, hot: true}").metadata,
      Value(Value::Object{{"team", "checkout"}, {"ticket", 42}, {"share", 0.5}, {"hot", true}}));
  const auto problems_with = [](const std::string& metadata) {
    return problems_of(flag("default: red\nmetadata: " + metadata));
  };
  EXPECT_THAT(problems_with("[a]"), ElementsAre(StartsWith("flag 'f', /metadata: must be an object")));
  for (const char* wrong : {"{a: [1]}", "{a: {b: 1}}", "{a: null}"})
    EXPECT_THAT(problems_with(wrong),
                ElementsAre(StartsWith("flag 'f', /metadata/a: must be text, a number or a boolean")));
  EXPECT_THAT(
      problems_with("{version: 3}"),
      ElementsAre(StartsWith("flag 'f', /metadata/version: 'version' is what the server says itself")));
  EXPECT_THAT(problems_with("{a: " + std::string(1001, 'x') + "}"),
              ElementsAre("flag 'f', /metadata/a: it is longer than 1000 bytes"));
}

TEST(CheckFlag, TypeIsThatOfTheValues) {
  const auto type_of = [](const std::string& variants) {
    return accepted("{kind: flag, key: f, default: x, variants: " + variants + "}").flags.at("f").type;
  };
  EXPECT_EQ(type_of("{x: true, y: false}"), ValueType::Boolean);
  EXPECT_EQ(type_of("{x: 'true'}"), ValueType::Text);
  EXPECT_EQ(type_of("{x: 1, y: -2}"), ValueType::Integer);
  EXPECT_EQ(type_of("{x: 1.0, y: 2.5}"), ValueType::Float);
  EXPECT_EQ(type_of("{x: [], y: {}}"), ValueType::Json);
}

TEST(CheckFlag, IntegersAndFloatsAreApart) {
  const Flag read =
      accepted("{kind: flag, key: f, type: float, default: x, variants: {x: 1, y: 2.5}}").flags.at("f");
  EXPECT_EQ(read.type, ValueType::Float);
  EXPECT_EQ(read.variants[0].value, Value(1.0));
  EXPECT_THAT(problems_of("{kind: flag, key: f, type: integer, default: x, variants: {x: 1, y: 2.0}}"),
              ElementsAre("flag 'f', /variants/y: must be an integer, not a float (declare type: float)"));
  EXPECT_THAT(problems_of("{kind: flag, key: f, default: x, variants: {x: 1.5, y: 2}}"),
              ElementsAre(AllOf(HasSubstr("/variants/y: must be a float, not an integer"),
                                HasSubstr("type: float"))));
}

TEST(CheckFlag, ValuesAreOfTheDeclaredType) {
  const auto found = [](const std::string& type, const std::string& value) {
    return problems_of("{kind: flag, key: f, type: " + type + ", default: x, variants: {x: " + value + "}}");
  };
  EXPECT_THAT(found("boolean", "yes"), ElementsAre("flag 'f', /variants/x: must be a boolean, not text"));
  EXPECT_THAT(found("string", "1"), ElementsAre("flag 'f', /variants/x: must be text, not an integer"));
  EXPECT_THAT(found("json", "1"),
              ElementsAre("flag 'f', /variants/x: must be an object or list, not an integer"));
  EXPECT_THAT(found("json", "null"),
              ElementsAre("flag 'f', /variants/x: a variant needs a value, and null is none"));
  EXPECT_THAT(found("json", "{a: null}"), IsEmpty());
  EXPECT_THAT(found("text", "a"), ElementsAre(StartsWith("flag 'f', /type: there is no type 'text'")));
  EXPECT_THAT(found("bolean", "a"),
              ElementsAre("flag 'f', /type: there is no type 'bolean' (did you mean 'boolean'?)"));
}

TEST(CheckFlag, NamesMustBeKnown) {
  EXPECT_THAT(
      problems_of(
          flag("default: gren\nenabeld: true\nrules:\n  - {serve: blue}\n  - {serve: red, roll_out: 1}")),
      ElementsAre("flag 'f', /default: there is no variant 'gren' (did you mean 'green'?)",
                  "flag 'f', /rules/0/serve: there is no variant 'blue' (known: red, green)",
                  "flag 'f', /rules/1/roll_out: there is no member 'roll_out' (did you mean 'rollout'?)",
                  "flag 'f', /enabeld: there is no member 'enabeld' (did you mean 'enabled'?)"));
}

TEST(CheckFlag, SaysWhatIsMissing) {
  EXPECT_THAT(problems_of("{kind: flag, key: f}"), ElementsAre(HasSubstr("flag 'f': 'variants' is missing"),
                                                               HasSubstr("flag 'f': 'default' is missing")));
  EXPECT_THAT(problems_of("{kind: flag, key: f, variants: {}, default: x}"),
              ElementsAre("flag 'f', /variants: a flag has at least one variant"));
  EXPECT_THAT(
      problems_of(flag("default: red\nrules: [{}, {id: a}]")),
      ElementsAre(StartsWith("flag 'f', /rules/0: a rule must serve a variant or ask an experiment"),
                  StartsWith("flag 'f', /rules/1: a rule must serve a variant or ask an experiment")));
}

TEST(CheckFlag, MembersHaveTheirType) {
  EXPECT_THAT(problems_of("kind: flag\nkey: f\ndescription: 5\nvariants: {red: a, 'a b': b}\ndefault: "
                          "true\nenabled: yes\nrules: {}\n"),
              ElementsAre("flag 'f', /description: must be text, not integer (put quotes around it)",
                          StartsWith("flag 'f', /variants/a b: 'a b' is not a key"),
                          "flag 'f', /default: must be text, not boolean (put quotes around it)",
                          "flag 'f', /enabled: must be true or false, not text (write true or false, without "
                          "quotes; yes and no are text)",
                          "flag 'f', /rules: must be a list, not object"));
  EXPECT_THAT(
      problems_of(flag("description:\ndefault: red")),
      ElementsAre(
          "flag 'f', /description: must be text, not null (leave the member out if it has no value)"));
  EXPECT_THAT(problems_of("{kind: flag, key: f, variants: [a], default: a}"),
              ElementsAre(StartsWith("flag 'f', /variants: must be an object, not list")));
  EXPECT_THAT(
      problems_of(flag("default: red\nrules: [serve, {serve: red, rollout: 2}, {serve: red, rollout: '-1%'},"
                       "{serve: red, rollout: '5'}, {serve: red, if: [1]}, {serve: red, attribute: ''}]")),
      ElementsAre("flag 'f', /rules/0: must be an object, not text",
                  StartsWith("flag 'f', /rules/1/rollout: a share lies between 0 and 1"),
                  StartsWith("flag 'f', /rules/2/rollout: a share lies between 0 and 1"),
                  StartsWith("flag 'f', /rules/3/rollout: must be a share, not text"),
                  StartsWith("flag 'f', /rules/4/if: "),
                  StartsWith("flag 'f', /rules/5/attribute: the text is empty")));
}

TEST(CheckFlag, RulesServeOrAsk) {
  EXPECT_THAT(problems_of(flag("default: red\nrules: [{serve: red, experiment: e, variants: {control: red, "
                               "treatment: red}}]") +
                          kExperiment),
              ElementsAre(HasSubstr("/rules/0: a rule serves a variant or asks an experiment, not both")));
  EXPECT_THAT(problems_of(flag("default: red\nrules: [{experiment: e, rollout: 0.5, variants: {control: red, "
                               "treatment: green}}]") +
                          kExperiment),
              ElementsAre(HasSubstr("/rules/0/rollout: there is no member 'rollout'")));
  EXPECT_THAT(
      problems_of(flag(
          "default: red\nrules: [{id: x, if: {a: 1}, serve: red}, {id: x, serve: red}, {id: '4', if: {a: 2}, "
          "serve: red}, {serve: red}]")),
      ElementsAre(HasSubstr("/rules/1: the rule id 'x' is there twice"),
                  HasSubstr("/rules/3: the rule id '4'")));
}

TEST(CheckFlag, ServesAVariantForEachOfTheExperiments) {
  const auto with_rule = [](const std::string& rule) {
    return problems_of(flag("default: red\nrules: [" + rule + "]") + kExperiment);
  };
  EXPECT_THAT(with_rule("{experiment: ee}"),
              ElementsAre("flag 'f', /rules/0/experiment: there is no experiment 'ee' (did you mean 'e'?)"));
  EXPECT_THAT(
      with_rule("{experiment: e}"),
      ElementsAre(HasSubstr("/rules/0/experiment: the flag has no variant 'control' as the experiment has"),
                  HasSubstr("/rules/0/experiment: the flag has no variant 'treatment'")));
  EXPECT_THAT(
      with_rule("{experiment: e, variants: {control: red}}"),
      ElementsAre(HasSubstr(
          "/rules/0/variants: it does not say what to serve for the experiment's variant 'treatment'")));
  EXPECT_THAT(
      with_rule("{experiment: e, variants: {control: rad, treatment: 5, tretment: red}}"),
      ElementsAre(
          "flag 'f', /rules/0/variants/control: there is no variant 'rad' (did you mean 'red'?)",
          HasSubstr("/rules/0/variants/treatment: must be text"),
          HasSubstr(
              "/rules/0/variants/tretment: there is no variant of the experiment 'tretment' (did you mean "
              "'treatment'?)")));
  EXPECT_THAT(with_rule("{experiment: e, variants: red}"),
              Contains(HasSubstr("/rules/0/variants: must be an object, not text")));

  const Flag same_names = accepted(
                              "{kind: flag, key: f, variants: {treatment: 1, control: 2}, default: control, "
                              "rules: [{experiment: e}]}\n" +
                              std::string(kExperiment))
                              .flags.at("f");
  EXPECT_THAT(std::get<FlagRule::Experiment>(same_names.rules[0].outcome).variants, ElementsAre(1U, 0U));
}

TEST(CheckFlag, ConditionsPointToWhatIsWrong) {
  EXPECT_THAT(problems_of(flag("default: red\nrules: [{serve: red, if: {email: {$regex: '('}}}, {serve: red, "
                               "if: {$inSegment: prp}}]")),
              ElementsAre(StartsWith("flag 'f', /rules/0/if/email/$regex: "),
                          "flag 'f', /rules/1/if: there is no segment 'prp' (did you mean 'pro'?)"));
}

TEST(CheckFlag, WarnsOfWhatIsProbablyNotMeant) {
  EXPECT_THAT(warnings_of(flag("default: red\nrules: [{serve: red, if: {}}, {serve: green}]")),
              ElementsAre(StartsWith("flag 'f', /rules/1: the rule is never reached")));
  EXPECT_THAT(
      warnings_of(flag(
          "default: red\nrules: [{serve: red, rollout: 0}, {serve: green, rollout: 0.5, seed: \xC3\xA9}]")),
      ElementsAre(StartsWith("flag 'f', /rules/0/rollout: a roll-out of 0"),
                  StartsWith("flag 'f', /rules/1/seed: text outside ASCII")));
  EXPECT_THAT(warnings_of("{kind: flag, key: f, variants: {a: 1, b: 1}, default: a}"),
              ElementsAre(StartsWith("flag 'f', /variants/b: it has the value of 'a'")));
  EXPECT_THAT(
      warnings_of("{kind: flag, key: f, variants: {a: 1, b: 2}, default: a, rules: [{experiment: s}]}\n---\n"
                  "{kind: experiment, key: s, status: stopped, variants: {a: 1, b: 1}}"),
      ElementsAre(StartsWith("flag 'f', /rules/0/experiment: the experiment has stopped")));
  EXPECT_THAT(warnings_of(flag("default: red\nrules: [{serve: red, if: {a: 1}}, {serve: green}]")),
              IsEmpty());
}

}  // namespace
}  // namespace splitplot::model
