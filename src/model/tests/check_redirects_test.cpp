#include "check_fixture.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

using test::accepted;
using test::problems_of;
using test::warnings_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string redirecting(const std::string& key, const std::string& page, const std::string& target,
                        const std::string& members = {}) {
  return "kind: experiment\nkey: " + key + "\npages: [\"" + page + "\"]\n" +
         "variants: [{key: control}, {key: new, redirect: \"" + target + "\"}]\n" + members + "\n";
}

TEST(CheckRedirects, ReadsWhereVariantsLead) {
  const Experiment read =
      accepted(redirecting("e", "https://a.example/old", "https://A.example")).experiments.at("e");
  EXPECT_EQ(read.variants[0].redirect, "");
  EXPECT_EQ(read.variants[1].redirect, "https://a.example/");
  EXPECT_TRUE(read.keep_query);
  const Configuration without =
      accepted(redirecting("e", "/old", "https://a.example/new", "keep_query: false"));
  EXPECT_FALSE(without.experiments.at("e").keep_query);
}

TEST(CheckRedirects, RefusesAddressesThatAreNone) {
  EXPECT_THAT(problems_of(redirecting("e", "/old", "/new")),
              ElementsAre(AllOf(HasSubstr("/variants/1/redirect"), HasSubstr("'/new' is no whole address"))));
  EXPECT_THAT(problems_of(redirecting("e", "/old", "javascript:alert(1)")),
              ElementsAre(HasSubstr("/variants/1/redirect: the address begins with 'javascript:'")));
  EXPECT_THAT(
      problems_of("kind: experiment\nkey: e\npages: [/a]\nvariants: [{key: a}, {key: b, redirect: 3}]"),
      ElementsAre(HasSubstr("/variants/1/redirect: must be text")));
}

TEST(CheckRedirects, RefusesToRedirectFromTheTarget) {
  EXPECT_THAT(problems_of(redirecting("e", "https://a.example/*", "https://a.example/new")),
              ElementsAre(AllOf(HasSubstr("/variants/1/redirect"),
                                HasSubstr("leads to a page that the experiment is about"))));
  EXPECT_THAT(problems_of("kind: experiment\nkey: e\n"
                          "pages: [/shop/*, {type: simple, pattern: /shop/new, include: false}]\n"
                          "variants: [{key: a}, {key: b, redirect: 'https://a.example/shop/new'}]"),
              IsEmpty());
}

TEST(CheckRedirects, NeedsPages) {
  EXPECT_THAT(problems_of("kind: experiment\nkey: e\n"
                          "variants: [{key: a}, {key: b, redirect: 'https://a.example/'}]"),
              ElementsAre(HasSubstr("/variants: variants redirect, and nothing says from which pages")));
  // Pages that cannot be read are complained of once.
  EXPECT_THAT(problems_of("kind: experiment\nkey: e\npages: 3\n"
                          "variants: [{key: a}, {key: b, redirect: 'https://a.example/'}]"),
              ElementsAre(HasSubstr("/pages")));
}

TEST(CheckRedirects, HoldsNobodyOut) {
  EXPECT_THAT(problems_of(redirecting("e", "/old", "https://a.example/new", "holds_out: {variant: control}")),
              ElementsAre(HasSubstr("/holds_out: an experiment that redirects shows something")));
}

TEST(CheckRedirects, WarnsOfWhatIsProbablyNotMeant) {
  EXPECT_THAT(warnings_of("kind: experiment\nkey: e\nkeep_query: true\nvariants: {a: 1, b: 1}"),
              ElementsAre(HasSubstr("/keep_query: no variant redirects")));
  EXPECT_THAT(
      warnings_of("kind: experiment\nkey: e\npages: [/old]\nvariants: [{key: a}, "
                  "{key: b, redirect: 'https://a.example'}, {key: c, redirect: 'https://a.example/'}]"),
      ElementsAre(HasSubstr("/variants/2/redirect: it leads where the variant 'b' leads, too")));
}

TEST(CheckRedirects, WarnsOfChainsBetweenExperimentsThatCanRun) {
  const std::string first = redirecting("first", "/one", "https://a.example/two");
  const std::string second = redirecting("second", "/two", "https://a.example/one");
  EXPECT_THAT(warnings_of(first + "---\n" + second),
              ElementsAre(HasSubstr("experiment 'second' redirects from"),
                          HasSubstr("experiment 'first' redirects from")));
  EXPECT_THAT(warnings_of(first + "---\n" + second + "status: stopped\n"), IsEmpty());
  EXPECT_THAT(warnings_of(first + "---\n" + redirecting("second", "/three", "https://a.example/four")),
              IsEmpty());
}

}  // namespace
}  // namespace splitplot::model
