/// The statistical choices of an analysis that a user can make by a word: how variants are compared, what is believed of an effect
/// beforehand, how segments are pooled, how a planned number of looks is paid for. Read from what was typed; checked against the
/// data by `analyze_file`. Pure values and functions, thread-safe.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/stats/bayes/beta_binomial.hpp>
#include <splitplot/stats/bayes/effect.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/many/multiplicity.hpp>
#include <splitplot/stats/pooling/segments.hpp>
#include <splitplot/stats/sequential/spending.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace splitplot::experiment {

/// How a metric's values are compared. Found from the values: 0 and 1 alone make a proportion.
enum class MetricKind { Proportion, Mean };

// ---------------------------------------------------------------- how variants are compared

/// The test of a comparison at one look. One a line.
enum class ComparisonMethod {
  Automatic,  ///< proportions: pooled z, or an exact test where it would be rough; means: Welch
  PooledZ,
  Fisher,
  Boschloo,
  Barnard,
  Score,  ///< Miettinen and Nurminen's test, and the interval that inverts it
  Welch,
  Student,
};

/// The word that chooses it ("pooled-z").
[[nodiscard]] std::string_view word_of(ComparisonMethod method);
/// The method of a word. Errors: InvalidArgument, with the words there are.
[[nodiscard]] Result<ComparisonMethod> comparison_method(std::string_view word);
/// The kind of metric that a method is for; nothing for Automatic.
[[nodiscard]] std::optional<MetricKind> kind_of(ComparisonMethod method);
/// "pooled-z, fisher, boschloo, barnard, score": the words that fit a kind, after "auto".
[[nodiscard]] std::string_view methods_for(MetricKind kind);

/// Methods by kind of metric, and for single metrics.
struct MethodChoices {
  ComparisonMethod proportions = ComparisonMethod::Automatic;
  ComparisonMethod means = ComparisonMethod::Automatic;
  std::map<std::string, ComparisonMethod> by_metric;
  /// Of proportions; where nothing is said Newcombe's, and the score interval with the score test.
  std::optional<stats::ProportionDifferenceInterval> interval;

  /// Whether any test or interval was asked for.
  [[nodiscard]] bool chosen() const;
};

// ---------------------------------------------------------------- sizes

/// A size in a metric's unit, or as a share of the control's mean.
struct Size {
  double value = 0;
  bool relative = false;  ///< true: times the absolute value of the control's mean

  [[nodiscard]] double in_unit(double control_mean) const;
};

/// "0.02", or "5%" of the control's mean. Nothing where the text is no finite number.
[[nodiscard]] std::optional<Size> size_of(std::string_view text);

// ---------------------------------------------------------------- what is believed beforehand

struct FlatPrior {};
struct NormalPrior {
  Size mean;
  Size sd;
};
struct StudentPrior {
  Size scale;
  double degrees = 3;
};
/// What is believed of an effect before the data, or of each variant's rate (`BetaPrior`).
using StatedPrior = std::variant<FlatPrior, NormalPrior, StudentPrior, stats::BetaPrior>;

/// flat, normal:SD, normal:MEAN,SD, t:SCALE,DF or beta:A,B, sizes as `size_of`. Errors: InvalidArgument, with these forms.
[[nodiscard]] Result<StatedPrior> stated_prior(std::string_view text);
/// The prior as it is typed ("normal:5%").
[[nodiscard]] std::string text_of(const StatedPrior& prior);

/// A prior for all metrics, and for single ones.
struct PriorChoices {
  StatedPrior all = FlatPrior{};
  std::map<std::string, StatedPrior> by_metric;

  [[nodiscard]] const StatedPrior& of(const std::string& metric) const;
};

// ---------------------------------------------------------------- pooling of segments

struct AdaptivePooling {
  double typical_errors = 5;
};
struct HalfNormalPooling {
  Size scale;
};
struct HalfCauchyPooling {
  Size scale;
};
/// Proportions by their counts, which are binomial, instead of by differences that are taken for normal; means as `AdaptivePooling`.
struct BinomialPooling {
  double typical_errors =
      5;  ///< of the adaptive prior: on log odds ratios for proportions, on differences for means
};
struct NoPooling {};
/// The prior of the spread between segments and the model of proportions, or no pooling at all.
using PoolingChoice =
    std::variant<AdaptivePooling, HalfNormalPooling, HalfCauchyPooling, BinomialPooling, NoPooling>;

/// adaptive, half-normal:SCALE, half-cauchy:SCALE, binomial or none, scales as `size_of`. Errors: InvalidArgument, with these forms.
[[nodiscard]] Result<PoolingChoice> pooling_choice(std::string_view text);
[[nodiscard]] std::string text_of(const PoolingChoice& pooling);

// ---------------------------------------------------------------- many tests

/// The corrections by the words that choose them: "holm", "bh", ...
[[nodiscard]] const std::vector<std::pair<std::string, stats::Correction>>& correction_words();

/// How the tests of a family hang together in their correction.
enum class FamilyStructure {
  Flat,  ///< one list of tests
  BySegment,  ///< hierarchical: a family a segment; the rate of false discoveries holds over tests and over segments shown
};

// ---------------------------------------------------------------- planned looks

/// A plan of looks: how many units there will be in all, and at which numbers was looked so far.
struct LookPlan {
  std::uint64_t planned_units = 0;   ///< over all compared variants, at the end
  std::vector<std::uint64_t> looks;  ///< increasing, the last being now; empty: the first look is now
  stats::SpendingFunction spending;
};

/// obf, pocock, hsd:GAMMA or power:RHO. Errors: InvalidArgument, with these forms.
[[nodiscard]] Result<stats::SpendingFunction> spending_function(std::string_view text);
[[nodiscard]] std::string text_of(const stats::SpendingFunction& spending);

}  // namespace splitplot::experiment
