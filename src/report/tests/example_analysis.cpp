#include "example_analysis.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace splitplot::report {
namespace {

using experiment::Analysis;
using experiment::Arm;
using experiment::Comparison;
using experiment::Finding;
using experiment::MetricKind;
using experiment::MetricResult;
using experiment::SegmentResult;
using experiment::SegmentTable;
using experiment::Severity;
using stats::Estimate;
using stats::Interval;

Estimate around(double value, double half_width) {
  return {value, {value - half_width, value + half_width}};
}

Arm arm(std::uint64_t units, double mean, double half_width, double sd) {
  Arm result;
  result.units = units;
  result.mean = around(mean, half_width);
  result.standard_deviation = sd;
  return result;
}

/// A comparison whose interval is 1.96 standard errors either way.
Comparison comparison(std::size_t variant, double difference, double standard_error, double p,
                      Estimate lift) {
  Comparison result;
  result.variant = variant;
  stats::Difference d;
  d.value = difference;
  d.standard_error = standard_error;
  d.interval = {difference - 1.96 * standard_error, difference + 1.96 * standard_error};
  d.p_value = p / 2;
  result.difference = d;
  result.lift = lift;
  result.adjusted_p_value = p;
  result.significant = p <= 0.05;
  result.verdict = !result.significant ? experiment::Verdict::Unclear
                   : difference > 0    ? experiment::Verdict::Helps
                                       : experiment::Verdict::Harms;
  const double chance = 0.5 * std::erfc(-difference / standard_error / std::sqrt(2.0));
  result.bayes = stats::Beats{chance, standard_error * (1 - chance) * 0.4,
                              difference > 0 ? difference : standard_error * 0.1};
  result.detectable_difference = 2.8 * standard_error;
  return result;
}

SegmentResult segment(const std::string& name, std::uint64_t units, double control_mean, double difference,
                      double sd) {
  SegmentResult s;
  s.segment = name;
  s.control_units = units / 2;
  s.treatment_units = units - units / 2;
  const double arm_error = sd / std::sqrt(static_cast<double>(units) / 2);
  const double error = arm_error * std::sqrt(2.0);
  s.control_mean = around(control_mean, 1.96 * arm_error);
  stats::Difference d;
  d.value = difference;
  d.standard_error = error;
  d.interval = {difference - 1.96 * error, difference + 1.96 * error};
  d.p_value = std::erfc(std::abs(difference / error) / std::sqrt(2.0));
  s.raw = d;
  s.raw_lift = around(difference / control_mean, 1.96 * error / control_mean * 1.1);
  s.adjusted_p_value = std::min(1.0, d.p_value * 3);
  s.significant = s.adjusted_p_value <= 0.05;
  s.verdict = !s.significant   ? experiment::Verdict::Unclear
              : difference > 0 ? experiment::Verdict::Helps
                               : experiment::Verdict::Harms;
  s.detectable_difference = 2.8 * error;
  s.too_small = 2.8 * error > 0.2 * control_mean;
  return s;
}

/// Draws every segment towards `overall`, as far as `spread` says.
void pool(SegmentTable& table, double overall, double overall_error, double spread, Estimate real_share) {
  stats::PooledSegments pooled;
  for (SegmentResult& s : table.segments) {
    const double error = s.raw->standard_error;
    const double weight = spread * spread / (spread * spread + error * error);
    const double mean = weight * s.raw->value + (1 - weight) * overall;
    const double sd = std::sqrt(weight) * error + (1 - weight) * overall_error * 0.5;
    s.pooled = stats::PooledEffect{mean, sd, {mean - 1.96 * sd, mean + 1.96 * sd}, 0.9};
    pooled.segments.push_back(*s.pooled);
  }
  pooled.overall = {
      overall, overall_error, {overall - 1.96 * overall_error, overall + 1.96 * overall_error}, 0.99};
  pooled.spread_mean = spread;
  pooled.spread = {spread, {0, spread * 2.5}};
  pooled.real_share = real_share;
  table.pooling = pooled;
  table.heterogeneity = stats::HeterogeneityTest{4.2, static_cast<double>(table.segments.size()) - 1, 0.0312};
  table.adjusted_heterogeneity_p_value = 0.0936;
}

struct Level {
  const char* name;
  std::uint64_t units;
  double effect;  ///< of the first treatment on the visit rate
};

SegmentTable segment_table(const std::string& dimension, std::size_t metric, std::size_t variant,
                           const std::vector<Level>& levels) {
  constexpr std::array<double, 3> control_means{0.1062, 0.0057, 0.65};
  constexpr std::array<double, 3> sds{0.33, 0.09, 12.0};
  constexpr std::array<double, 3> overall{0.0766, 0.0068, 0.77};
  const double part = variant == 1 ? 1.0 : 0.55;
  SegmentTable table;
  table.dimension = dimension;
  table.metric = metric;
  table.variant = variant;
  for (const Level& level : levels) {
    const double effect = level.effect / overall[0] * overall[metric] * part;
    table.segments.push_back(segment(level.name, level.units, control_means[metric], effect, sds[metric]));
  }
  pool(table, overall[metric] * part, overall[metric] * 0.08, overall[metric] * 0.12, {0.34, {0.02, 0.81}});
  if (metric == 2) {
    table.findings.push_back(
        {Severity::Note, "small_segments", "3 of 12 segments are too small to see a change of 20 %."});
  }
  return table;
}

std::vector<store::Histogram> spend_histograms() {
  std::vector<store::Histogram> histograms;
  for (const char* name : {"No E-Mail", "Mens E-Mail", "Womens E-Mail"}) {
    store::Histogram h;
    h.variant = name;
    const double scale = h.variant == "No E-Mail" ? 1.0 : h.variant == "Mens E-Mail" ? 2.2 : 1.5;
    h.zeros = h.variant == "No E-Mail" ? 21184 : 21040;
    h.above = 3;
    for (int i = 0; i < 30; ++i) {
      h.bars.push_back({i * 10.0, (i + 1) * 10.0,
                        static_cast<std::uint64_t>(scale * (14 * std::exp(-i / 9.0) + (i == 2 ? 9 : 0)))});
    }
    histograms.push_back(h);
  }
  return histograms;
}

MetricResult visit_metric() {
  MetricResult visit;
  visit.name = "visit";
  visit.definition = "visit";
  visit.kind = MetricKind::Proportion;
  visit.arms = {arm(21306, 0.10617, 0.0041, 0.308), arm(21307, 0.18276, 0.0052, 0.386),
                arm(21387, 0.15140, 0.0048, 0.358)};
  visit.arms[0].successes = 2262;
  visit.arms[1].successes = 3894;
  visit.arms[2].successes = 3238;
  visit.comparisons = {comparison(1, 0.07659, 0.00339, 1e-12, {0.7214, {0.6430, 0.8046}}),
                       comparison(2, 0.04523, 0.00323, 1e-11, {0.4260, {0.3560, 0.5001}})};
  visit.chance_to_be_best = {0, 0.99998, 0.00002};
  return visit;
}

MetricResult conversion_metric() {
  MetricResult conversion;
  conversion.name = "conversion";
  conversion.definition = "conversion=any(conversion)";
  conversion.kind = MetricKind::Proportion;
  conversion.arms = {arm(21306, 0.005726, 0.00101, 0.0755), arm(21307, 0.012531, 0.00149, 0.111),
                     arm(21387, 0.008837, 0.00125, 0.0936)};
  conversion.comparisons = {comparison(1, 0.006805, 0.00092, 2e-10, {1.188, {0.78, 1.70}}),
                            comparison(2, 0.003111, 0.00082, 0.0006, {0.543, {0.23, 0.94}})};
  conversion.chance_to_be_best = {0, 0.9998, 0.0002};
  return conversion;
}

MetricResult spend_metric() {
  MetricResult spend;
  spend.name = "spend";
  spend.definition = "spend";
  spend.arms = {arm(21306, 0.6528, 0.156, 11.588), arm(21307, 1.4226, 0.238, 17.754),
                arm(21387, 1.0772, 0.203, 15.106)};
  spend.comparisons = {comparison(1, 0.7698, 0.1454, 0.0004, {1.179, {0.60, 2.05}}),
                       comparison(2, 0.4244, 0.1304, 0.0523, {0.650, {0.19, 1.31}})};
  spend.chance_to_be_best = {0.0001, 0.985, 0.0149};
  spend.histograms = spend_histograms();
  spend.findings.push_back(
      {Severity::Warning, "skewed",
       "spend is very skewed (99.1 % zeros): with fewer units per arm than here, its intervals would miss "
       "the true value more often than they say."});
  return spend;
}

}  // namespace

Analysis email_campaign_analysis() {
  Analysis a;
  a.source = "hillstrom.csv";
  a.source_format = "CSV (',')";
  a.rows = 64000;
  a.units = 64000;
  a.request.path = "hillstrom.csv";
  a.request.variant_column = "segment";
  a.request.dimensions = {"channel", "history_segment"};
  a.request.metrics = {"visit", "conversion=any(conversion)", "spend"};
  a.variants = {{"No E-Mail", 21306, 1 / 3.0, true},
                {"Mens E-Mail", 21307, 1 / 3.0, false},
                {"Womens E-Mail", 21387, 1 / 3.0, false}};
  a.sample_ratio.overall = stats::ChiSquareTest{0.2, 2, 0.9036};
  a.sample_ratio.by_dimension = {{"channel", stats::ChiSquareTest{3.1, 4, 0.541}},
                                 {"history_segment", stats::ChiSquareTest{11.8, 12, 0.4622}}};
  a.metrics = {visit_metric(), conversion_metric(), spend_metric()};
  const std::vector<Level> channels{
      {"Multichannel", 7762, 0.071}, {"Phone", 28021, 0.083}, {"Web", 28217, 0.0715}};
  const std::vector<Level> histories{{"1) $0 - $100", 22970, 0.0821},       {"2) $100 - $200", 14254, 0.0693},
                                     {"3) $200 - $350", 12289, 0.0835},     {"4) $350 - $500", 6409, 0.064},
                                     {"5) $500 - $750", 4911, 0.091},       {"6) $750 - $1,000", 1859, 0.031},
                                     {"7) $1,000 + and above", 1308, 0.109}};
  for (std::size_t metric = 0; metric < 3; ++metric) {
    for (std::size_t variant = 1; variant < 3; ++variant) {
      a.segment_tables.push_back(segment_table("channel", metric, variant, channels));
    }
  }
  for (std::size_t metric = 0; metric < 3; ++metric) {
    for (std::size_t variant = 1; variant < 3; ++variant) {
      a.segment_tables.push_back(segment_table("history_segment", metric, variant, histories));
    }
  }
  a.family = {"2 treatments x 3 metrics", 6, stats::Correction::Holm};
  a.segment_family =
      experiment::Family{"10 segments x 3 metrics x 2 treatments", 60, stats::Correction::BenjaminiHochberg};
  a.assumptions = {{"'No E-Mail' is the control, because its name says so.", "--control NAME"},
                   {"Every row is one unit.", "--unit COLUMN"},
                   {"All variants were planned to be equally large.", "--weights A=1,B=1"}};
  a.findings = {{Severity::Note, "read_as", "'visit' holds only 0 and 1 and is read as a rate."}};
  a.conclusion = {
      {experiment::SentenceKind::Effect,
       "Mens E-Mail raises visit from 10.62 % to 18.28 %: +7.66 points [6.99, 8.32], a lift of +72.1 % "
       "[64.3, "
       "80.5]."},
      {experiment::SentenceKind::Effect, "Womens E-Mail raises visit by +4.52 points [3.89, 5.16]."},
      {experiment::SentenceKind::Effect,
       "On spend, Mens E-Mail is significantly better; for Womens E-Mail the data do not decide."},
      {experiment::SentenceKind::Alike, "No segment can be said to respond differently from the others."}};
  a.next = {experiment::Step::Ship,
            "Ship Mens E-Mail for everybody.",
            "It is better on what the test is about.",
            {},
            {}};
  return a;
}

Analysis watched_analysis() {
  Analysis a = email_campaign_analysis();
  a.request.monitoring = experiment::Monitoring::Sequential;
  a.request.covariates = {"history"};
  a.sample_ratio.mismatch = true;
  a.sample_ratio.overall = stats::ChiSquareTest{31.2, 2, 1.7e-7};
  a.findings.push_back({Severity::Warning, "covariate_missing",
                        "12 units have no value of 'history'; they count as average."});
  a.findings.push_back({Severity::Problem, "srm",
                        "Womens E-Mail has 1,204 units fewer than planned. Look for a broken redirect or a "
                        "filter that treats variants differently before reading any effect."});
  a.metrics.resize(2);
  a.segment_tables.resize(2);
  MetricResult refunds = visit_metric();
  refunds.name = "refund amount";
  refunds.definition = "\"refund amount\"=sum(refund) where event = 'refund'";
  refunds.kind = MetricKind::Mean;
  refunds.direction = stats::Direction::LowerIsBetter;
  for (Arm& one : refunds.arms) one.successes.reset();
  refunds.comparisons[0] = comparison(1, -0.0412, 0.008, 0.0003, {-0.38, {-0.49, -0.26}});
  refunds.comparisons[0].verdict = experiment::Verdict::Helps;
  refunds.comparisons[1] = comparison(2, 0.0004, 0.0081, 0.962, {0.003, {-0.14, 0.17}});
  refunds.comparisons[1].lift = stats::not_estimable("the control mean cannot be told from zero");
  refunds.adjustments = {{1, refunds.comparisons[0].difference, 0.312},
                         {2, refunds.comparisons[1].difference, -0.004}};
  a.metrics.push_back(refunds);
  return a;
}

namespace {

const std::array<std::string, 12>& hostile_names() {
  static const std::array<std::string, 12> names{
      "<script>alert('x')</script>",
      "\"quotes\" & 'apostrophes' </title></svg>",
      std::string(400, 'x') + " a very long name with an end",
      "\u5bbf\u6cca\u4e88\u7d04\u30da\u30fc\u30b8\u306e\u65b0\u3057\u3044\u30c7\u30b6\u30a4\u30f3\u6848",
      "e\u0301a\u0308o\u0302 combining \u0301\u0301\u0301",
      "\u05e9\u05dc\u05d5\u05dd \u202eevil\u202c \u0645\u0631\u062d\u0628\u0627",
      "\U0001F600\U0001F468\u200D\U0001F469\u200D\U0001F467 family",
      "",
      "tab\tnewline\nescape\x1b[31mred",
      "broken \xff\xfe utf-8 \xc3",
      "   ",
      "nan inf -0"};
  return names;
}

double hostile_number(int i) {
  constexpr std::array<double, 9> numbers{0.0,   -0.0,  1e-300,     -1e-12, 0.0049999,
                                          1e300, -1e17, 123456.789, -0.5};
  return numbers[static_cast<std::size_t>(i) % numbers.size()];
}

template <typename T>
stats::Estimated<T> sometimes(int i, T value) {
  if (i % 3 == 2)
    return stats::not_estimable("because <b>" + hostile_names()[static_cast<std::size_t>(i) % 12] + "</b>");
  return value;
}

Estimate hostile_estimate(int i) {
  const double value = hostile_number(i);
  const double half = std::abs(hostile_number(i + 3));
  Estimate e = around(value, half);
  if (i % 7 == 1) e.interval.upper = std::numeric_limits<double>::infinity();
  if (i % 11 == 1) e.interval.lower = -std::numeric_limits<double>::infinity();
  return e;
}

stats::Difference hostile_difference(int i) {
  const Estimate e = hostile_estimate(i);
  return {e.value,
          std::abs(hostile_number(i + 1)),
          e.interval,
          i % 2 == 0 ? 0.0 : 1.0,
          static_cast<stats::TestMethod>(i % 5),
          static_cast<stats::IntervalMethod>(i % 4)};
}

stats::PooledEffect hostile_pooled(int i) {
  const Estimate e = hostile_estimate(i + 4);
  return {e.value, 1, e.interval, i % 2 == 0 ? 0.0 : 1.0};
}

std::vector<Finding> hostile_findings() {
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < hostile_names().size(); ++i) {
    findings.push_back({static_cast<Severity>(i % 3), "code", hostile_names()[i]});
  }
  return findings;
}

MetricResult hostile_metric(const Analysis& a, int m) {
  MetricResult metric;
  metric.name = hostile_names()[static_cast<std::size_t>(m) % 12];
  metric.definition = hostile_names()[static_cast<std::size_t>(m + 1) % 12];
  metric.kind = m % 2 == 0 ? MetricKind::Proportion : MetricKind::Mean;
  metric.direction = m % 3 == 0 ? stats::Direction::LowerIsBetter : stats::Direction::HigherIsBetter;
  for (std::size_t v = 0; v < a.variants.size(); ++v) {
    const int i = m + static_cast<int>(v);
    Arm one;
    one.units = std::numeric_limits<std::uint64_t>::max() / 4;
    one.missing = v;
    one.mean = sometimes(i, hostile_estimate(i));
    one.standard_deviation = std::abs(hostile_number(i));
    metric.arms.push_back(one);
    store::Histogram histogram{a.variants[v].name, v, v % 2, v % 3, {}};
    for (int b = 0; b < 5; ++b) histogram.bars.push_back({b * 1.0, b + 1.0, v == 1 ? 0 : std::uint64_t(b)});
    metric.histograms.push_back(histogram);
    metric.chance_to_be_best.push_back(v == 0 ? 1.0 : 0.0);
    if (v == 0) continue;
    Comparison c;
    c.variant = v;
    c.difference = sometimes(i + 1, hostile_difference(i));
    c.lift = sometimes(i, hostile_estimate(i + 2));
    c.adjusted_p_value = v % 2 == 0 ? 0.0 : 1.0;
    c.significant = v % 2 == 0;
    c.verdict = c.significant ? experiment::Verdict::Harms : experiment::Verdict::Unclear;
    c.bayes = sometimes(i + 2, stats::Beats{0, hostile_number(i), hostile_number(i + 1)});
    c.detectable_difference = sometimes(i, std::abs(hostile_number(i)));
    metric.comparisons.push_back(c);
    metric.adjustments.push_back(
        {v, sometimes(i, hostile_difference(i + 1)), hostile_number(i) > 0 ? 0.5 : -0.1});
  }
  metric.findings = hostile_findings();
  return metric;
}

}  // namespace

Analysis served_analysis() {
  Analysis a = email_campaign_analysis();
  a.source = "experiment email-campaign, exposures from 2026-11-01 08:00 UTC to 2026-11-21 20:15 UTC";
  a.source_format = "the event warehouse";
  a.metrics[0].role = experiment::MetricRole::Primary;
  a.metrics[1].role = experiment::MetricRole::Guardrail;
  a.metrics.back().role = experiment::MetricRole::Exploratory;
  experiment::ServedFacts served;
  served.environment = "default/production";
  served.experiment = "email-campaign";
  served.hypothesis = "a mail brings people back";
  served.unit = "user";
  served.fingerprint = "sha256:b5bb9d80";
  served.revision = 12;
  served.started = *parse_rfc3339("2026-11-01T07:59:30Z");
  served.planned_units = 60'000;
  served.exposures = 70'123;
  served.first_exposure = parse_rfc3339("2026-11-01T08:00:01Z");
  served.last_exposure = parse_rfc3339("2026-11-21T20:15:59.5Z");
  served.first_revision = 12;
  served.last_revision = 17;
  served.watermark = 98'765'432;
  served.last_received = parse_rfc3339("2026-11-22T14:42:34.123Z");
  served.deviations = {"The metric 'spend' was added after the start: it is exploratory."};
  a.served = served;
  return a;
}

Analysis unmet_analysis() {
  Analysis a;
  a.source = "experiment email-campaign, no exposures yet";
  a.source_format = "the event warehouse";
  a.variants = {{"control", 0, 0.5, true}, {"treatment", 0, 0.5, false}};
  a.sample_ratio.overall = stats::not_estimable("nobody was exposed yet");
  a.findings = {{Severity::Note, "no_exposures", "Nobody was exposed to 'email-campaign' yet."}};
  a.conclusion = {{experiment::SentenceKind::NoEffect, "Nobody was exposed to 'email-campaign' yet."}};
  a.next = {experiment::Step::KeepRunning, "Keep it running.", "Nobody was exposed yet.", {}, {}};
  a.served = experiment::ServedFacts{};
  a.served->environment = "default/production";
  a.served->experiment = "email-campaign";
  a.served->unit = "user";
  return a;
}

Analysis hostile_analysis(int segments) {
  Analysis a;
  a.source = hostile_names()[0];
  a.source_format = hostile_names()[1];
  a.rows = a.units = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t v = 0; v < 12; ++v) a.variants.push_back({hostile_names()[v], v * v, 1 / 12.0, v == 0});
  for (int m = 0; m < 5; ++m) a.metrics.push_back(hostile_metric(a, m));
  a.sample_ratio.overall = stats::ChiSquareTest{1e300, 11, 0};
  a.sample_ratio.by_dimension = {{hostile_names()[2], stats::not_estimable(hostile_names()[0])}};
  for (int t = 0; t < 4; ++t) {
    SegmentTable table;
    table.dimension = hostile_names()[static_cast<std::size_t>(t)];
    table.metric = static_cast<std::size_t>(t);
    table.variant = static_cast<std::size_t>(t + 1);
    for (int i = 0; i < segments; ++i) {
      SegmentResult s;
      s.segment = hostile_names()[static_cast<std::size_t>(i) % 12] + (i < 12 ? "" : " " + std::to_string(i));
      s.control_units = static_cast<std::uint64_t>(i) * 1000;
      s.treatment_units = static_cast<std::uint64_t>(i);
      s.control_mean = sometimes(i, hostile_estimate(i));
      s.raw = sometimes(i + 1, hostile_difference(i));
      s.raw_lift = sometimes(i + 2, hostile_estimate(i));
      s.pooled = sometimes(i + 1, hostile_pooled(i));
      s.detectable_difference = sometimes(i, std::abs(hostile_number(i)));
      s.adjusted_p_value = i % 2 == 0 ? 0 : 1;
      s.significant = i % 2 == 0;
      s.verdict = s.significant ? experiment::Verdict::Helps : experiment::Verdict::Unclear;
      s.too_small = i % 3 == 0;
      table.segments.push_back(s);
    }
    stats::PooledSegments pooled;
    pooled.overall = hostile_pooled(t);
    pooled.spread = {1, {0, std::numeric_limits<double>::infinity()}};
    pooled.real_share = {0, {0, 1}};
    table.pooling = sometimes(t, pooled);
    table.heterogeneity = sometimes(t + 1, stats::HeterogeneityTest{1e300, 3, 0});
    table.findings = hostile_findings();
    a.segment_tables.push_back(table);
  }
  a.request.monitoring =
      segments % 2 == 0 ? experiment::Monitoring::Sequential : experiment::Monitoring::FixedHorizon;
  a.request.weights = {{hostile_names()[0], 1}, {hostile_names()[9], 2}};
  a.family = {hostile_names()[0], 99, stats::Correction::None};
  a.segment_family = experiment::Family{hostile_names()[2], 1, stats::Correction::Bonferroni};
  for (const std::string& name : hostile_names()) a.assumptions.push_back({name, name});
  for (const std::string& name : hostile_names())
    a.conclusion.push_back({experiment::SentenceKind::Effect, name});
  for (std::size_t i = 0; i < a.segment_tables.size() && segments > 0; ++i) {
    a.named_segments.push_back({i, 0});
    a.next.targets.push_back({{i, 0}, i % 2 == 0, "{\"a\":\"</script>\"}"});
  }
  a.next.step = experiment::Step::TargetSegments;
  a.next.text = a.next.reason = hostile_names()[0];
  a.served = experiment::ServedFacts{};
  a.served->environment = a.served->experiment = a.served->hypothesis = hostile_names()[0];
  a.served->fingerprint = a.served->unit = hostile_names()[3];
  a.served->watermark = std::numeric_limits<std::uint64_t>::max();
  a.served->deviations.assign(hostile_names().begin(), hostile_names().end());
  a.findings = hostile_findings();
  return a;
}

Analysis empty_analysis() {
  Analysis a;
  a.source = "empty.csv";
  a.variants = {{"A", 0, 0.5, true}, {"B", 0, 0.5, false}};
  const auto why = [] { return stats::not_estimable("an arm without units"); };
  a.sample_ratio.overall = why();
  MetricResult metric;
  metric.name = "y";
  metric.definition = "y";
  metric.arms.resize(2);
  for (Arm& one : metric.arms) one.mean = why();
  Comparison c;
  c.difference = why();
  c.lift = why();
  c.bayes = why();
  c.detectable_difference = why();
  metric.comparisons = {c};
  a.metrics = {metric};
  SegmentTable table;
  table.dimension = "d";
  table.pooling = stats::not_estimable("fewer than two segments");
  table.heterogeneity = stats::not_estimable("fewer than two segments");
  a.segment_tables = {table};
  a.family = {"1 treatment x 1 metric", 0, stats::Correction::Holm};
  return a;
}

}  // namespace splitplot::report
