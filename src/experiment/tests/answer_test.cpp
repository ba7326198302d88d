// Verdicts, conclusion and next step, from numbers written down here: what an analysis found is what the sentences say.

#include "conclusion.hpp"
#include "next_step.hpp"
#include "verdicts.hpp"

#include <splitplot/experiment/analysis.hpp>
#include <splitplot/experiment/numbers.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace splitplot::experiment {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr double kFound = 0.0001;
constexpr double kNotFound = 0.6;

stats::Difference difference(double value, double half_width, double p) {
  stats::Difference answer;
  answer.value = value;
  answer.interval = {value - half_width, value + half_width};
  answer.standard_error = half_width / 1.96;
  answer.p_value = p;
  return answer;
}

Comparison comparison(std::size_t variant, double value, double half_width, double p) {
  Comparison answer;
  answer.variant = variant;
  answer.difference = difference(value, half_width, p);
  answer.lift = stats::not_estimable("not needed here");
  answer.adjusted_p_value = p;
  answer.significant = p <= 0.05;
  return answer;
}

SegmentResult segment(std::string name, double value, double half_width, double p) {
  SegmentResult answer;
  answer.segment = std::move(name);
  answer.control_units = answer.treatment_units = 1'000;
  answer.raw = difference(value, half_width, p);
  answer.adjusted_p_value = p;
  answer.significant = p <= 0.05;
  // Pooling draws a little towards zero here.
  answer.pooled = stats::PooledEffect{value * 0.9,
                                      half_width / 1.96,
                                      {value * 0.9 - half_width, value * 0.9 + half_width},
                                      value > 0 ? 0.99 : 0.01};
  return answer;
}

MetricResult metric(std::string name, MetricRole role, std::vector<Comparison> comparisons) {
  MetricResult answer;
  answer.name = std::move(name);
  answer.role = role;
  answer.kind = MetricKind::Proportion;
  answer.arms.resize(comparisons.size() + 1);
  for (Arm& arm : answer.arms) {
    arm.units = 5'000;
    arm.mean = stats::not_estimable("not needed here");
  }
  answer.comparisons = std::move(comparisons);
  return answer;
}

SegmentTable table(std::string dimension, std::size_t metric, std::size_t variant, double heterogeneity_p,
                   std::vector<SegmentResult> segments) {
  SegmentTable answer;
  answer.dimension = std::move(dimension);
  answer.metric = metric;
  answer.variant = variant;
  answer.segments = std::move(segments);
  answer.heterogeneity = stats::HeterogeneityTest{};
  answer.adjusted_heterogeneity_p_value = heterogeneity_p;
  answer.pooling = stats::not_estimable("not needed here");
  return answer;
}

/// The demo's question: two treatments, nothing over all, and it depends on the shopper.
Analysis depends_on_shopper() {
  Analysis analysis;
  analysis.variants = {
      {"control", 5'000, 1, true}, {"express", 5'000, 1, false}, {"one-page", 5'000, 1, false}};
  analysis.units = 15'000;
  analysis.request.monitoring = Monitoring::Sequential;
  analysis.request.dimensions = {"shopper", "device"};
  analysis.served = ServedFacts{};
  analysis.sample_ratio.overall = stats::not_estimable("not needed here");
  analysis.metrics = {metric("orders", MetricRole::Primary,
                             {comparison(1, 0.013, 0.03, kNotFound), comparison(2, 0.002, 0.03, kNotFound)}),
                      metric("revenue", MetricRole::Secondary,
                             {comparison(1, 0.1, 0.3, kNotFound), comparison(2, 0.2, 0.3, kNotFound)}),
                      metric("contacts", MetricRole::Guardrail,
                             {comparison(1, 0.1, 0.3, kNotFound), comparison(2, 0.2, 0.3, kNotFound)})};
  analysis.metrics[2].direction = stats::Direction::LowerIsBetter;
  analysis.family = {"2 treatments x 3 metrics", 6, stats::Correction::Holm};
  analysis.segment_family = Family{"8 segments", 32, stats::Correction::BenjaminiHochberg};
  analysis.segment_tables = {
      table("shopper", 0, 1, kFound,
            {segment("bargain", 0.02, 0.05, kNotFound), segment("gift", -0.2, 0.05, kFound),
             segment("loyal", 0.1, 0.05, kFound)}),
      table("shopper", 0, 2, kFound,
            {segment("bargain", 0.02, 0.05, kNotFound), segment("gift", 0.01, 0.05, kNotFound),
             segment("loyal", -0.1, 0.05, kFound)}),
      table("shopper", 1, 1, kNotFound,
            {segment("gift", -0.2, 0.05, kFound), segment("loyal", 0.02, 0.05, kNotFound)}),
      table("device", 0, 1, kNotFound, {segment("phone", 0.01, 0.03, kNotFound)})};
  return analysis;
}

/// With plain blanks where words hold together.
void break_anywhere(std::string& text) {
  const std::string held = kNoBreakSpace;
  for (std::size_t at = text.find(held); at != text.npos; at = text.find(held))
    text.replace(at, held.size(), " ");
}

Analysis concluded(Analysis analysis) {
  judge(analysis);
  conclude(analysis);
  analysis.next = next_step(analysis);
  for (Sentence& sentence : analysis.conclusion) break_anywhere(sentence.text);
  break_anywhere(analysis.next.reason);
  return analysis;
}

std::vector<std::string> texts(const Analysis& analysis) {
  std::vector<std::string> answer;
  for (const Sentence& sentence : analysis.conclusion) answer.push_back(sentence.text);
  return answer;
}

std::vector<SentenceKind> kinds(const Analysis& analysis) {
  std::vector<SentenceKind> answer;
  for (const Sentence& sentence : analysis.conclusion) answer.push_back(sentence.kind);
  return answer;
}

// ---------------------------------------------------------------- verdicts

TEST(Verdicts, AnEffectOfASegmentNeedsTheCorrectedTestAndAPooledEstimateOnTheSameSide) {
  Analysis analysis = depends_on_shopper();
  auto& segments = analysis.segment_tables[0].segments;
  segments = {segment("found", 0.1, 0.05, kFound), segment("not found", 0.1, 0.05, kNotFound),
              segment("taken back", 0.1, 0.05, kFound), segment("not pooled", 0.1, 0.05, kFound)};
  segments[2].pooled->interval = {0, 0.1};
  segments[3].pooled = stats::not_estimable("too few units");
  judge(analysis);
  EXPECT_EQ(segments[0].verdict, Verdict::Helps);
  EXPECT_EQ(segments[1].verdict, Verdict::Unclear);
  EXPECT_EQ(segments[2].verdict, Verdict::Unclear);
  EXPECT_EQ(segments[3].verdict, Verdict::Helps);
  EXPECT_TRUE(estimate_of(segments[0])->is_pooled);
  EXPECT_DOUBLE_EQ(estimate_of(segments[0])->effect.value, 0.09);
  EXPECT_FALSE(estimate_of(segments[3])->is_pooled);
  EXPECT_DOUBLE_EQ(estimate_of(segments[3])->effect.value, 0.1);
}

TEST(Verdicts, APooledEstimateOnTheOtherSideTakesTheVerdictBack) {
  Analysis analysis = depends_on_shopper();
  auto& one = analysis.segment_tables[0].segments[2];
  one.pooled->interval = {-0.2, -0.1};
  judge(analysis);
  EXPECT_EQ(one.verdict, Verdict::Unclear);
}

TEST(Verdicts, TheDirectionOfTheMetricSaysWhatHelps) {
  Analysis analysis = depends_on_shopper();
  analysis.metrics[0].direction = stats::Direction::LowerIsBetter;
  analysis.metrics[0].comparisons[0] = comparison(1, 0.05, 0.01, kFound);
  judge(analysis);
  EXPECT_EQ(analysis.metrics[0].comparisons[0].verdict, Verdict::Harms);
  EXPECT_EQ(analysis.segment_tables[0].segments[1].verdict, Verdict::Helps);
  EXPECT_EQ(analysis.segment_tables[0].segments[2].verdict, Verdict::Harms);
}

TEST(Verdicts, WhatCannotBeTrustedHasNone) {
  Analysis analysis = depends_on_shopper();
  analysis.segment_tables[0].segments[2].control_units = kMinimumVerdictUnits - 1;
  analysis.segment_tables[0].segments[0].raw = stats::not_estimable("nobody");
  judge(analysis);
  EXPECT_EQ(analysis.segment_tables[0].segments[2].verdict, Verdict::Withheld);
  EXPECT_EQ(analysis.segment_tables[0].segments[0].verdict, Verdict::Unknown);
  EXPECT_EQ(analysis.segment_tables[0].segments[1].verdict, Verdict::Harms);
  analysis = depends_on_shopper();
  analysis.sample_ratio.mismatch = true;
  judge(analysis);
  EXPECT_EQ(analysis.segment_tables[0].segments[1].verdict, Verdict::Withheld);
  EXPECT_EQ(analysis.metrics[0].comparisons[0].verdict, Verdict::Unclear);
}

// ---------------------------------------------------------------- conclusion

TEST(Conclusion, ThatItDependsComesFirstAndNamesEverySegmentInTheOrderOfTheTables) {
  const Analysis analysis = concluded(depends_on_shopper());
  EXPECT_EQ(analysis.conclusion.at(0).text,
            "No variant is shown to win for everybody on 'orders', but it depends on 'shopper': express "
            "helps loyal "
            "(+9.0 points [4.0, 14.0]) and harms gift (-18.0 points [-23.0, -13.0]); one-page harms loyal "
            "(-9.0 points [-14.0, -4.0]).");
  EXPECT_EQ(headline_of(analysis),
            "No variant is shown to win for everybody on 'orders', but it depends on 'shopper': express "
            "helps loyal and "
            "harms gift; one-page harms loyal.");
  EXPECT_THAT(kinds(analysis), ElementsAre(SentenceKind::Segments, SentenceKind::Basis, SentenceKind::Differs,
                                           SentenceKind::Elsewhere, SentenceKind::NoEffect));
  EXPECT_EQ(analysis.conclusion[1].text,
            "These effects inside segments were found after correction for 32 tests; the numbers are pooled "
            "estimates "
            "with 95 % intervals for one look.");
  EXPECT_EQ(
      analysis.conclusion[2].text,
      "The effect on 'orders' differs between the levels of 'shopper' for express (corrected p = .0001) and "
      "one-page (corrected p = .0001).");
  EXPECT_EQ(analysis.conclusion[3].text,
            "Effects inside segments were also found on 'revenue' (1); the tables of segments name them.");
  EXPECT_EQ(analysis.conclusion[4].text,
            "No effect was found on 'orders', 'revenue' and 'contacts'; the intervals of the metrics say "
            "what remains "
            "possible.");
  std::vector<std::pair<std::size_t, std::size_t>> named;
  for (const SegmentPlace& place : analysis.named_segments) named.emplace_back(place.table, place.segment);
  using Pair = std::pair<std::size_t, std::size_t>;
  EXPECT_THAT(named, ElementsAre(Pair{0, 1}, Pair{0, 2}, Pair{1, 2}));
}

TEST(Conclusion, TheSizeOfAnEffectDoesNotMoveItsPlace) {
  Analysis later = depends_on_shopper();
  std::swap(later.segment_tables[0].segments[1].raw, later.segment_tables[0].segments[2].raw);
  std::swap(later.segment_tables[0].segments[1].pooled, later.segment_tables[0].segments[2].pooled);
  EXPECT_THAT(concluded(later).conclusion[0].text,
              HasSubstr("express helps gift (+9.0 points [4.0, 14.0]) and harms loyal"));
}

TEST(Conclusion, AnEffectForEverybodyComesBeforeTheSegments) {
  Analysis analysis = depends_on_shopper();
  analysis.metrics[0].comparisons[1] = comparison(2, 0.05, 0.01, kFound);
  analysis = concluded(analysis);
  EXPECT_THAT(analysis.conclusion[0].text, StartsWith("one-page raised 'orders'"));
  EXPECT_EQ(headline_of(analysis), analysis.conclusion[0].text);
  EXPECT_THAT(analysis.conclusion[1].text,
              StartsWith("The effect on 'orders' depends on 'shopper': express helps loyal"));
  EXPECT_THAT(analysis.conclusion.back().text,
              StartsWith("No effect was found of express on 'orders', nor on 'revenue' and"));
}

TEST(Conclusion, SegmentsThatRespondAlikeAddNothingToAnEffectForEverybody) {
  Analysis analysis = depends_on_shopper();
  analysis.metrics[0].comparisons[0] = comparison(1, 0.05, 0.01, kFound);
  analysis.segment_tables = {table(
      "shopper", 0, 1, kNotFound, {segment("gift", 0.1, 0.05, kFound), segment("loyal", 0.1, 0.05, kFound)})};
  analysis = concluded(analysis);
  EXPECT_THAT(analysis.named_segments, IsEmpty());
  EXPECT_THAT(kinds(analysis), Not(Contains(SentenceKind::Segments)));
}

TEST(Conclusion, OneSegmentWithAnEffectIsNoDependence) {
  Analysis analysis = depends_on_shopper();
  analysis.segment_tables = {
      table("shopper", 0, 1, kNotFound,
            {segment("gift", 0.01, 0.05, kNotFound), segment("loyal", 0.1, 0.05, kFound)})};
  analysis.variants.pop_back();
  for (MetricResult& one : analysis.metrics) one.comparisons.pop_back();
  EXPECT_EQ(
      concluded(analysis).conclusion[0].text,
      "express is not shown to win for everybody on 'orders', but inside 'shopper': express helps loyal "
      "(+9.0 points [4.0, 14.0]).");
}

TEST(Conclusion, HarmAloneIsNoQuestionOfWinning) {
  Analysis analysis = depends_on_shopper();
  analysis.segment_tables = {table("shopper", 0, 1, kNotFound, {segment("loyal", -0.1, 0.05, kFound)})};
  EXPECT_THAT(
      concluded(analysis).conclusion[0].text,
      StartsWith(
          "No effect over all units was found on 'orders', but inside 'shopper': express harms loyal"));
}

TEST(Conclusion, NothingFoundSaysWhatRemainsPossibleAndTheRestInOneSentence) {
  Analysis analysis = depends_on_shopper();
  analysis.segment_tables = {table("shopper", 0, 1, kNotFound, {segment("gift", 0.01, 0.05, kNotFound)})};
  EXPECT_THAT(
      texts(concluded(analysis)),
      ElementsAre("No effect on 'orders' was found: express +1.3 points [-1.7, 4.3] (corrected p = .600); "
                  "one-page +0.2 points [-2.8, 3.2] (corrected p = .600). Anything inside the intervals "
                  "remains possible.",
                  "No effect was found to differ between segments, which does not show that they respond "
                  "alike.",
                  "No effect was found on 'revenue' and 'contacts'; the intervals of the metrics say what "
                  "remains possible."));
}

TEST(Conclusion, WhatWouldCountByItselfIsNotCalledNotFound) {
  Analysis analysis = depends_on_shopper();
  analysis.metrics[1].comparisons[0] = comparison(1, 0.1, 0.05, 0.03);
  analysis.metrics[1].comparisons[0].adjusted_p_value = 0.18;
  analysis.metrics[1].comparisons[0].significant = false;
  const auto sentences = texts(concluded(analysis));
  EXPECT_THAT(sentences,
              Contains(HasSubstr("would count by itself but not as one of 6 tests: express on 'revenue' "
                                 "(+10.0 points [5.0, 15.0]; corrected p = .180)")));
  EXPECT_THAT(sentences, Contains(HasSubstr("nor of one-page on 'revenue'")));
}

TEST(Conclusion, MembershipsOfSegmentsAreReadOut) {
  Analysis analysis = depends_on_shopper();
  analysis.segment_tables = {
      table("segment pro", 0, 1, kFound,
            {segment("in", 0.1, 0.05, kFound), segment("not in", -0.1, 0.05, kFound)})};
  EXPECT_THAT(concluded(analysis).conclusion[0].text,
              AllOf(HasSubstr("depends on 'segment pro': express helps those in ("),
                    HasSubstr("harms those not in (")));
}

TEST(Conclusion, DataThatCannotBeTrustedHaveNoFinding) {
  Analysis analysis = depends_on_shopper();
  analysis.sample_ratio.mismatch = true;
  analysis = concluded(analysis);
  EXPECT_THAT(kinds(analysis), ElementsAre(SentenceKind::Blocked, SentenceKind::Blocked));
  EXPECT_THAT(analysis.named_segments, IsEmpty());
}

// ---------------------------------------------------------------- next step

std::vector<std::string> populations(const NextStep& next) {
  std::vector<std::string> answer;
  for (const auto& target : next.targets) answer.push_back(target.population.value_or("none"));
  return answer;
}

TEST(Next, SegmentsThatAreHelpedAreToBeConfirmedInATestOfTheirs) {
  Analysis analysis = concluded(depends_on_shopper());
  EXPECT_EQ(analysis.next.step, Step::TargetSegments);
  EXPECT_EQ(analysis.next.text, "Confirm in a test aimed at them: express for loyal (shopper).");
  EXPECT_THAT(populations(analysis.next), ElementsAre(R"({"shopper":"loyal"})"));
  EXPECT_TRUE(analysis.next.targets[0].use);
  analysis.served.reset();
  EXPECT_THAT(populations(next_step(analysis)), ElementsAre("none"));
}

TEST(Next, PopulationsAreConditionsOfTheConditionLanguage) {
  Analysis analysis = depends_on_shopper();
  analysis.segment_tables = {
      table("segment pro", 0, 1, kFound,
            {segment("in", 0.1, 0.05, kFound), segment("not in", 0.1, 0.05, kFound)}),
      table("shopper", 0, 1, kFound,
            {segment("(missing)", 0.1, 0.05, kFound), segment("\"odd", 0.1, 0.05, kFound)})};
  EXPECT_THAT(populations(concluded(analysis).next),
              ElementsAre(R"({"$inSegment":"pro"})", R"({"$notInSegment":"pro"})", R"({"shopper":null})",
                          R"({"shopper":"\"odd"})"));
}

TEST(Next, AWinnerIsShippedUnlessItHarmsSome) {
  Analysis analysis = depends_on_shopper();
  analysis.metrics[0].comparisons[0] = comparison(1, 0.05, 0.01, kFound);
  analysis.segment_tables.clear();
  const NextStep ship = concluded(analysis).next;
  EXPECT_EQ(ship.step, Step::Ship);
  EXPECT_EQ(ship.text, "Ship express for everybody.");
  // Also on a metric that is not what the test is about.
  analysis.segment_tables = {table("shopper", 1, 1, kFound, {segment("business", -0.2, 0.05, kFound)})};
  const NextStep spare = concluded(analysis).next;
  EXPECT_EQ(spare.step, Step::TargetSegments);
  EXPECT_THAT(spare.reason, HasSubstr("harms business (shopper) on 'revenue'"));
  ASSERT_THAT(spare.targets, SizeIs(1));
  EXPECT_FALSE(spare.targets[0].use);
  EXPECT_EQ(spare.targets[0].population, R"({"$not":{"shopper":"business"}})");
}

TEST(Next, AWinnerThatHurtsAGuardrailIsNone) {
  Analysis analysis = depends_on_shopper();
  analysis.segment_tables.clear();
  analysis.metrics[0].comparisons[0] = comparison(1, 0.05, 0.01, kFound);
  analysis.metrics[2].comparisons[0] = comparison(1, 0.3, 0.1, kFound);
  const NextStep next = concluded(analysis).next;
  EXPECT_EQ(next.step, Step::KeepRunning);
  EXPECT_THAT(next.reason, HasSubstr("express did harm"));
  analysis.metrics[0].comparisons[1] = comparison(2, -0.05, 0.01, kFound);
  EXPECT_EQ(concluded(analysis).next.step, Step::Stop);
}

TEST(Next, AVariantThatHurtsAGuardrailIsTargetedAtNobody) {
  Analysis analysis = depends_on_shopper();
  analysis.metrics[2].comparisons[0] = comparison(1, 0.3, 0.1, kFound);
  EXPECT_EQ(concluded(analysis).next.step, Step::KeepRunning);
}

TEST(Next, DataThatCannotBeTrustedComeFirst) {
  Analysis analysis = depends_on_shopper();
  analysis.findings = {{Severity::Problem, "several_variants", "Units saw several variants."}};
  EXPECT_EQ(concluded(analysis).next.step, Step::FixData);
  EXPECT_EQ(concluded(analysis).next.reason, "Units saw several variants.");
  analysis.findings.clear();
  analysis.sample_ratio.differs_by_segment = true;
  EXPECT_EQ(concluded(analysis).next.step, Step::FixData);
  analysis.sample_ratio.differs_by_segment = false;
  analysis.metrics[1].findings = {{Severity::Problem, "constant", "Always the same."}};
  EXPECT_EQ(concluded(analysis).next.step, Step::TargetSegments) << "not a metric that decides";
}

TEST(Next, AFewUnitsAreNoReasonToStop) {
  Analysis analysis = depends_on_shopper();
  analysis.segment_tables.clear();
  analysis.served.reset();
  analysis.request.monitoring = Monitoring::FixedHorizon;
  analysis.metrics[0].arms[2].units = 9;
  EXPECT_EQ(concluded(analysis).next.step, Step::KeepRunning);
  EXPECT_EQ(concluded(analysis).next.reason, "A verdict needs 10 units or more in every variant.");
}

TEST(Next, WithoutAnyEffectItDependsOnWhatWasPlanned) {
  Analysis analysis = depends_on_shopper();
  analysis.segment_tables.clear();
  EXPECT_EQ(concluded(analysis).next.step, Step::KeepRunning);
  EXPECT_EQ(concluded(analysis).next.missing_units, std::nullopt);
  EXPECT_THAT(concluded(analysis).next.reason, HasSubstr("No number of units was planned."));
  analysis.served->planned_units = 16'500;
  EXPECT_EQ(concluded(analysis).next.missing_units, 1'500U);
  EXPECT_EQ(concluded(analysis).next.text, "Keep it running: 1,500 of the planned units are missing.");
  analysis.served->planned_units = 15'000;
  EXPECT_EQ(concluded(analysis).next.step, Step::Stop);
  EXPECT_EQ(concluded(analysis).next.text, "Stay with control: there is no reason to change.");
  analysis.served->planned_units.reset();
  analysis.served->stopped = Timestamp();
  EXPECT_EQ(concluded(analysis).next.step, Step::Stop);
  analysis.served.reset();
  EXPECT_EQ(concluded(analysis).next.step, Step::KeepRunning) << "a file of a test that is watched";
  analysis.request.monitoring = Monitoring::FixedHorizon;
  EXPECT_EQ(concluded(analysis).next.step, Step::Stop);
}

}  // namespace
}  // namespace splitplot::experiment
