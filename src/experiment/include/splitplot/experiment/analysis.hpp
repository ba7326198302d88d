/// The analysis of one experiment: what was asked, and everything that was found. `analyze_file` is the one
/// way from a file to an `Analysis` (`analyze_experiment` in served_experiment.hpp that from a server's events);
/// reports only print what stands here and compute nothing. All values are plain; nothing in an `Analysis` is NaN:
/// what cannot be estimated says why. An end of an interval may be infinite.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/experiment/answer.hpp>
#include <splitplot/experiment/statistics_choice.hpp>
#include <splitplot/stats/bayes/decision.hpp>
#include <splitplot/stats/compare/contingency.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/many/multiplicity.hpp>
#include <splitplot/stats/pooling/binomial_effects.hpp>
#include <splitplot/stats/pooling/meta_analysis.hpp>
#include <splitplot/stats/pooling/segments.hpp>
#include <splitplot/stats/sequential/sample_ratio_sequence.hpp>
#include <splitplot/store/unit_frame.hpp>
#include <splitplot/store/warehouse.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::experiment {

// ---------------------------------------------------------------- what was asked

/// How the data were looked at while the test ran.
enum class Monitoring {
  FixedHorizon,     ///< looked at once, at a size fixed beforehand
  Sequential,       ///< watched: intervals and p-values hold at every look
  GroupSequential,  ///< looked at a limited number of times: they hold at the looks of the plan
};

struct AnalysisRequest {
  std::string path;  ///< the file, or the exposures
  store::ReadOptions read_options;
  std::string variant_column;
  std::optional<std::string> control;       ///< the variant to compare with; guessed when not given
  std::vector<std::string> metrics;         ///< declarations as in metric_definition.hpp, at least one
  std::map<std::string, MetricKind> kinds;  ///< by metric name, where the detected kind is not the one wanted
  std::vector<std::string> lower_is_better;  ///< names of metrics
  std::vector<std::string> dimensions;       ///< columns to segment by; "a*b" crosses two or more
  std::vector<std::string> covariates;       ///< columns measured before the exposure
  std::optional<std::string> unit_column;
  store::RepeatedUnits repeated_units = store::RepeatedUnits::Refuse;
  store::MissingValue missing = store::MissingValue::LeaveOut;
  std::optional<std::string> events_path;  ///< events in a file of their own; needs unit_column
  std::optional<std::string>
      time_column;  ///< of the exposures; found when not given and events are in a file of their own
  std::optional<std::string> event_time_column;  ///< of the events; `time_column` when not given
  std::map<std::string, double> weights;         ///< planned split; equal when empty
  double alpha = 0.05;
  double power = 0.80;            ///< of detectable effects
  double worthwhile_lift = 0.20;  ///< a segment that cannot see this relative change is called too small
  stats::Correction correction = stats::Correction::Holm;  ///< over metrics x variants
  stats::Correction segment_correction =
      stats::Correction::BenjaminiHochberg;                   ///< over segments x metrics x variants
  FamilyStructure segment_structure = FamilyStructure::Flat;  ///< BySegment leaves segment_correction unused
  MethodChoices methods;  ///< of one look; a watched test and adjusted means have methods of their own
  PriorChoices priors;
  PoolingChoice pooling = AdaptivePooling{};
  Monitoring monitoring = Monitoring::FixedHorizon;
  LookPlan look_plan;                      ///< GroupSequential
  std::uint64_t tuned_for_units = 10'000;  ///< Sequential: the total sample at which intervals are tightest
  bool with_distributions = false;  ///< histograms, two or more further passes over the file per metric
};

// ---------------------------------------------------------------- what was found

/// No effect is called significant on fewer units than this in an arm, whatever its p-value.
inline constexpr std::uint64_t kMinimumVerdictUnits = 10;

/// How much a finding matters.
enum class Severity {
  Note,     ///< good to know
  Warning,  ///< weakens a number
  Problem,  ///< the result should not be trusted until this is understood
};

/// Something the reader must know about the data or a number.
struct Finding {
  Severity severity = Severity::Note;
  std::string code;     ///< stable, for programs: "srm", "skewed", "small_segments", ...
  std::string message;  ///< one or two sentences for a person
};

/// A choice made on the user's behalf, and how to make another.
struct Assumption {
  std::string what;
  std::string change;  ///< the option that overrides it
};

struct Variant {
  std::string name;
  std::uint64_t units = 0;
  double planned_share = 0;
  bool is_control = false;
};

/// How some comparisons were made, and why so. Once for each combination; `uses` are metrics with their treatments.
struct MethodUsed {
  stats::TestMethod test = stats::TestMethod::WelchT;
  stats::IntervalMethod interval_method = stats::IntervalMethod::WelchT;
  struct Use {
    std::size_t metric = 0;   ///< index into Analysis::metrics
    std::size_t variant = 1;  ///< index into Analysis::variants
  };
  std::vector<Use> uses;
  std::string why;     ///< a sentence
  std::string change;  ///< the option that makes another choice; empty where there is none
  stats::Assumptions assumptions;
};

/// Where a group-sequential test stands: only the data of now are known, so that earlier looks count by what they spent.
struct LookStatus {
  std::size_t look = 1;       ///< counted from 1
  std::uint64_t units = 0;    ///< now
  double information = 0;     ///< share of the planned units; may be above 1
  double boundary = 0;        ///< |z| that ends the test at this look
  double spent_now = 0;       ///< alpha that may be spent by now
  double nominal_alpha = 0;   ///< two-sided p of one look that the boundary means
  bool plan_is_over = false;  ///< the planned units are there: no look is left
};

/// One arm of one metric.
struct Arm {
  std::uint64_t units = 0;  ///< with a value
  std::uint64_t missing = 0;
  stats::Estimated<stats::Estimate> mean;  ///< rate or mean with its interval (Wilson, or Student's t)
  std::optional<std::uint64_t> successes;  ///< of a proportion
  double standard_deviation = 0;
};

/// Everything that is said of two arms on one metric, over all units or inside a segment.
struct ArmComparison {
  stats::Estimated<stats::Difference> difference;
  stats::Estimated<stats::Estimate> lift;          ///< relative, with Fieller's interval
  stats::Estimated<double> detectable_difference;  ///< at alpha and power, absolute
  /// As if there had been one look: what Bayesian answers and pooling start from.
  stats::Estimated<stats::Difference> one_look;
  /// Group sequential: z of the difference, to be held against `LookStatus::boundary`.
  std::optional<double> z;
};

/// One treatment against the control, on one metric. Index 0 is the control everywhere, so comparisons are of variants 1...
struct Comparison : ArmComparison {
  std::size_t variant = 1;  ///< index into Analysis::variants
  stats::Estimated<stats::Beats> bayes;
  /// Posterior mean of the difference with its equal-tailed credible interval, under the metric's prior.
  stats::Estimated<stats::Estimate> posterior;
  double adjusted_p_value = 1;  ///< corrected over the family; 1 where there is no difference to test
  /// adjusted_p_value <= alpha, on kMinimumVerdictUnits or more per arm, with a split and values that can be trusted
  bool significant = false;
  bool verdict_withheld = false;  ///< the corrected p-value would do, but the data do not allow a verdict
  Verdict verdict = Verdict::Unknown;  ///< by `significant` and the direction
};

/// What a covariate did to one comparison.
struct CovariateAdjustment {
  std::size_t variant = 1;
  stats::Estimated<stats::Difference> unadjusted;
  double variance_reduction = 0;  ///< 1 - (adjusted se / unadjusted se)^2; may be negative by chance
};

/// What a metric is in the plan of a served experiment.
enum class MetricRole {
  Primary,
  Secondary,
  Guardrail,
  Exploratory,  ///< added after the start: tested in a family of its own, and never with a verdict
};

/// A metric over all units. Where covariates were given, `comparisons` are the adjusted ones and
/// `adjustments` tells what that changed.
struct MetricResult {
  std::string name;
  std::string definition;          ///< as the user wrote it
  std::optional<MetricRole> role;  ///< of a served experiment
  MetricKind kind = MetricKind::Mean;
  stats::Direction direction = stats::Direction::HigherIsBetter;
  StatedPrior prior = FlatPrior{};               ///< that the Bayesian answers use
  std::vector<Arm> arms;                         ///< in the order of Analysis::variants
  std::vector<Comparison> comparisons;           ///< one per treatment
  std::vector<CovariateAdjustment> adjustments;  ///< one per treatment, or empty
  std::vector<double> chance_to_be_best;         ///< one per variant; empty where it cannot be given
  std::vector<store::Histogram> histograms;      ///< one per variant, or empty
  std::vector<Finding> findings;
};

/// One segment, for one metric and one treatment.
struct SegmentResult {
  std::string segment;  ///< the level, "(missing)" for empty cells, "a / b" for crossed dimensions
  std::uint64_t control_units = 0;
  std::uint64_t treatment_units = 0;
  stats::Estimated<stats::Estimate> control_mean;
  stats::Estimated<stats::Difference> raw;
  stats::Estimated<stats::Estimate> raw_lift;
  double adjusted_p_value = 1;  ///< over the segment family
  bool significant = false;
  bool verdict_withheld = false;  ///< as for a Comparison
  /// Helps or Harms where `significant`, and the pooled effect, where there is one, lies on the same side of zero with its whole interval.
  Verdict verdict = Verdict::Unknown;
  stats::Estimated<stats::PooledEffect> pooled;  ///< on the absolute scale
  /// Pooled by binomial counts: exp of the posterior mean of the log odds ratio, with its interval.
  std::optional<stats::Estimate> pooled_odds_ratio;
  stats::Estimated<double> detectable_difference;
  bool too_small = false;                  ///< cannot see a change of AnalysisRequest::worthwhile_lift
  std::optional<double> best_probability;  ///< that its effect is the best of the pooled segments
};

/// The one number to read of a segment.
struct SegmentEstimate {
  stats::Estimate effect;
  bool is_pooled = false;
};
/// The pooled effect where there is one, else the raw one, if any.
[[nodiscard]] std::optional<SegmentEstimate> estimate_of(const SegmentResult& segment);

/// One dimension, one metric, one treatment: the forest plot.
struct SegmentTable {
  std::string dimension;
  std::size_t metric = 0;   ///< index into Analysis::metrics
  std::size_t variant = 1;  ///< index into Analysis::variants
  std::vector<SegmentResult> segments;
  stats::Estimated<stats::PooledSegments>
      pooling;  ///< `pooling->segments` is in the order of the segments it could use
  /// Pooled by binomial counts (`BinomialPooling` of a proportion): the mean over segments as an odds ratio. `pooling->overall` then is
  /// that odds ratio applied to the control's rate over all units, and the spread in `pooling` is of log odds ratios.
  std::optional<stats::Estimate> pooled_odds_ratio;
  /// Random-effects mean with Knapp and Hartung's interval, beside the pooled mean.
  std::optional<stats::MetaAnalysis> meta_analysis;
  stats::Estimated<stats::HeterogeneityTest> heterogeneity;
  double adjusted_heterogeneity_p_value = 1;  ///< corrected by Holm over all segment tables
  std::vector<Finding> findings;
};

/// A family of tests that were corrected together.
struct Family {
  std::string description;  ///< "2 treatments x 3 metrics"
  std::size_t tests = 0;
  stats::Correction correction = stats::Correction::Holm;
  FamilyStructure structure = FamilyStructure::Flat;  ///< BySegment: hierarchical, `correction` says nothing
};

struct SampleRatio {
  stats::Estimated<stats::ChiSquareTest> overall;
  /// Of a test that was watched: the check that holds at every look, and decides in the place of `overall`.
  std::optional<stats::SampleRatioLook> at_every_look;
  struct ByDimension {
    std::string dimension;
    stats::Estimated<stats::ChiSquareTest> test;  ///< is the split the same in every segment
    bool differs = false;  ///< the test says no, with its level shared between dimensions
  };
  std::vector<ByDimension> by_dimension;
  bool mismatch =
      false;  ///< the split did not arrive as planned: p < 0.001, or a variant that was not planned
  bool differs_by_segment = false;  ///< of some dimension: p < 0.001, shared between the dimensions

  [[nodiscard]] bool trusted() const { return !mismatch && !differs_by_segment; }
};

/// Where a served experiment stands, and what its analysis rests on.
struct ServedFacts {
  std::string environment;  ///< "project/environment"
  std::string experiment;   ///< key
  std::string hypothesis;
  std::string unit;            ///< "user", "anonymous", "account"
  std::string fingerprint;     ///< of the plan, which was frozen at the start
  std::uint64_t revision = 0;  ///< of the configuration, that started it
  Timestamp started;
  std::optional<Timestamp> stopped;
  std::optional<std::uint64_t> planned_units;
  bool before_horizon = false;  ///< the plan fixes a horizon that was not reached: no verdict yet
  std::uint64_t exposures = 0;
  std::optional<Timestamp> first_exposure, last_exposure;
  std::uint64_t first_revision = 0, last_revision = 0;  ///< of the configuration, at the exposures
  std::uint64_t watermark = 0;             ///< every journal record before this offset is in the analysis
  std::optional<Timestamp> last_received;  ///< when the latest of them came in
  std::vector<std::string> deviations;     ///< what was changed after the start, a sentence each
};

struct Analysis {
  AnalysisRequest request;
  std::string source;         ///< file name(s) as shown
  std::string source_format;  ///< "CSV (',')", "Parquet", ...
  std::uint64_t rows = 0;
  std::uint64_t units = 0;
  std::vector<Variant> variants;  ///< the control first, then by name
  SampleRatio sample_ratio;
  std::vector<MetricResult> metrics;
  std::vector<SegmentTable> segment_tables;  ///< by dimension, then metric, then treatment
  Family family;
  std::optional<Family> segment_family;
  std::vector<MethodUsed> methods;    ///< how metrics were compared over all units
  std::optional<LookStatus> look;     ///< GroupSequential
  std::optional<ServedFacts> served;  ///< of an experiment that was served, not read from a file
  std::vector<Assumption> assumptions;
  std::vector<Finding> findings;  ///< about the file and the experiment as a whole
  /// Plain words, one thought each, what matters most first; claims no more than the numbers.
  std::vector<Sentence> conclusion;
  /// The segment effects that the conclusion names: all that were established on primary metrics, unless the effect is there over all and
  /// does not differ. By dimension, treatment, level.
  std::vector<SegmentPlace> named_segments;
  NextStep next;
};

/// The first sentence of the conclusion, without numbers where they are many: what they belong to is in `named_segments`.
/// Empty where there is no conclusion.
[[nodiscard]] std::string headline_of(const Analysis& analysis);

/// Whether a metric is what the experiment is about: of a served one those of the plan, of a file the first.
[[nodiscard]] bool is_primary(const Analysis& analysis, std::size_t metric);

/// Reads, checks, aggregates and analyses. One pass over the file where it can.
/// Errors: InvalidArgument (the request contradicts itself), NotFound (column or variant, with the
/// nearest name), Unreadable, BadData (with the place), ResourceLimit.
[[nodiscard]] Result<Analysis> analyze_file(store::Warehouse& warehouse, const AnalysisRequest& request,
                                            const store::Progress& progress = {});

}  // namespace splitplot::experiment
