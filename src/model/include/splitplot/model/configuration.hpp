/// The nouns of an environment, checked: what documents say once they are known to make sense together. Plain values;
/// a Configuration is built by `check` and then only read.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/base/unit.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/model/condition.hpp>
#include <splitplot/model/content.hpp>
#include <splitplot/model/document.hpp>
#include <splitplot/model/url_targets.hpp>
#include <splitplot/model/written_condition.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace splitplot::model {

/// A moment as it is written: with an offset, or by the clocks of the project.
struct PlannedTime {
  Timestamp time;  ///< where `clock` is Project: as if the project's clocks showed UTC
  enum class ClockOf { World, Project } clock = ClockOf::World;
};

/// From when (included) until when (excluded) something holds; nothing: always.
struct Schedule {
  std::optional<PlannedTime> from;
  std::optional<PlannedTime> until;
};

/// A share that grows: the last step whose time has come holds, and nobody before the first.
struct RampStep {
  PlannedTime from;
  double share = 0;
};

/// What another flag must answer.
struct Prerequisite {
  std::string flag;
  std::vector<std::string> variants;  ///< one of these, by name; empty: any
  /// Over {"value": the other flag's answer}: what is written, and that it is one of the variants.
  WrittenCondition condition;
  /// Where it is not met: the next rule, or nothing from this flag.
  enum class Otherwise { Skip, Close } otherwise = Otherwise::Skip;
};

/// What a flag answers.
enum class ValueType { Boolean, Text, Integer, Float, Json };

struct FlagVariant {
  std::string key;
  Value value;
};

/// One of a flag's ordered rules. The first that applies decides.
struct FlagRule {
  std::string id;  ///< "1", "2", ... by position where none is written
  WrittenCondition condition;
  Schedule schedule;
  std::vector<Prerequisite> prerequisites;

  /// Serves a variant of the flag to a share of those who meet the condition...
  struct Serve {
    std::size_t variant = 0;       ///< index into Flag::variants
    double rollout = 1;            ///< share in [0, 1], by hash of the unit
    std::vector<RampStep> ramp;    ///< stands in for `rollout`
    std::string seed;              ///< hashed with the unit; the flag's key and rule id where none is written
    std::string attribute = "id";  ///< whose value is hashed
  };
  /// ...or asks an experiment, and serves what it assigned.
  struct Experiment {
    std::string key;
    std::vector<std::size_t> variants;  ///< flag variant for each of the experiment's variants
  };
  std::variant<Serve, Experiment> outcome;
};

struct Flag {
  std::string key;
  std::string description;
  ValueType type = ValueType::Boolean;
  bool enabled = true;
  std::vector<FlagVariant> variants;
  std::size_t fallback = 0;  ///< "default": the variant where no rule applies
  std::vector<FlagRule> rules;
  std::map<std::string, std::size_t, std::less<>> overrides;  ///< id of a user to the variant shown to them
  Value
      metadata;  ///< what applications are told beside the answer: an object of texts, numbers and booleans, or null
  /// Where the values are templates; else null. Values are then texts, also of a flag that answers JSON.
  std::shared_ptr<const Content> content;
};

struct ExperimentVariant {
  std::string key;
  std::string description;
  double weight = 0;  ///< share of those in the experiment; the weights sum to 1
  /// Address that is shown in the place of the experiment's pages, as browsers write it; empty: the page itself.
  std::string redirect = {};
};

/// A slice of a layer: buckets in [begin, end) of [0, 1).
struct LayerSlice {
  std::string layer;
  double begin = 0;
  double end = 1;
};

enum class ExperimentStatus {
  Draft,    ///< nobody is in it
  Running,  ///< assigns; the plan is frozen
  Stopped,  ///< assigns nobody any more; results stay
};

/// Assignments that hold on once they were made.
struct Stickiness {
  std::uint32_t version = 0;       ///< another one assigns everybody anew...
  std::uint32_t first_valid = 0;   ///< ...and who was assigned under one before this takes no part any more
  std::string fallback_attribute;  ///< hashed where the attribute is missing; empty: none
};

/// Other weights for those who meet a condition: which variants a segment is tested with.
struct ConditionalWeights {
  WrittenCondition condition;
  std::vector<double> weights;  ///< of all variants, 0 for those that are left out; they sum to 1
};

/// Units with a variant of this experiment are kept out of others: what all of those together do is seen by the rest.
struct Holdout {
  std::size_t variant = 0;
  std::vector<std::string> experiments;  ///< empty: all that hold nobody out themselves
};

enum class StoppingRule { AlwaysValid, FixedHorizon };

/// How the experiment will be analysed; frozen at start.
struct ExperimentPlan {
  StoppingRule method = StoppingRule::AlwaysValid;
  double alpha = 0.05;
  double power = 0.8;
  std::optional<std::uint64_t> planned_units;  ///< FixedHorizon: both arms together
  std::string correction = "holm";
  std::string segment_correction = "bh";
};

struct Experiment {
  std::string key;
  std::string hypothesis;
  ExperimentStatus status = ExperimentStatus::Draft;
  WrittenCondition population;
  std::string attribute = "id";  ///< whose value is hashed: the unit
  UnitKind unit = UnitKind::User;
  double coverage = 1;         ///< share of the population that takes part
  std::vector<RampStep> ramp;  ///< stands in for `coverage`
  Schedule schedule;           ///< outside of it nobody is in it
  std::vector<Prerequisite> prerequisites;
  Value pages;                                       ///< as written; null: everywhere
  std::shared_ptr<const UrlTargets> compiled_pages;  ///< null: everywhere
  bool keep_query = true;                            ///< redirects take along what the page's address asks
  std::optional<Stickiness> sticky;
  std::map<std::string, std::size_t, std::less<>> overrides;  ///< id of a user to the variant shown to them
  std::vector<ConditionalWeights> weights_for;  ///< the first that is met stands in for the variants' weights
  std::optional<Holdout> holdout;
  int hash_version = 2;  ///< 1: of experiments that began elsewhere
  std::vector<ExperimentVariant> variants;
  std::size_t control = 0;
  std::optional<LayerSlice> layer;
  /// Text that is hashed with the unit. Empty: derived from the environment's secret and the key, the same for ever.
  std::string seed;
  std::vector<std::string> primary_metrics;
  std::vector<std::string> secondary_metrics;
  std::vector<std::string> guardrail_metrics;
  std::vector<std::string> segments;    ///< keys: results by member / not member
  std::vector<std::string> dimensions;  ///< traits or context attributes: results by their value at exposure
  ExperimentPlan plan;
};

/// How the events of one unit become its number.
enum class MetricType {
  Proportion,  ///< did it happen: share of units
  Count,       ///< how often
  Sum,         ///< of a property
  Mean,        ///< of a property, over the unit's events
};

struct Metric {
  std::string key;
  std::string description;
  MetricType type = MetricType::Proportion;
  std::string event;                           ///< event name as sent by `track`
  std::string property;                        ///< dotted path into the properties, of Sum and Mean
  WrittenCondition where;                      ///< over the event's properties
  std::optional<std::chrono::seconds> window;  ///< counted from the first exposure; without one: until now
  bool lower_is_better = false;
};

struct Segment {
  std::string key;
  std::string description;
  WrittenCondition condition;
  std::uint32_t version = 1;  ///< of the document, set by the catalogue
};

/// Values that conditions name (`$inGroup`) instead of repeating them.
struct List {
  std::string key;
  std::string description;
  Value written;  ///< the list as it stands in the document, for who hands it on
  ValueList values;
};

/// Experiments of a layer that hold different slices exclude one another.
struct Layer {
  std::string key;
  std::string description;
  std::string seed;  ///< as for an experiment
  std::string attribute = "id";
};

enum class ConnectionKind {
  Client,  ///< publishable: decides and sends events
  Server,  ///< secret: the same, trusted
  Admin,   ///< secret: also configuration, results and operation
};

/// "client", "server", "admin": the connection's `type`.
[[nodiscard]] std::string_view name_of(ConnectionKind kind);

/// A named credential; its secret is not part of the document.
struct Connection {
  std::string key;
  std::string description;
  ConnectionKind kind = ConnectionKind::Client;
  bool record_exposures =
      true;  ///< single evaluations asked over it count as exposures (Server and Admin only)
  /// May load rules and seeds, to decide by itself (docs/formats/growthbook.md). Always for Server and Admin.
  bool local_evaluation = false;
  bool encryption = false;              ///< what it loads is encrypted
  bool saved_group_references = false;  ///< its SDK knows lists by name
};

template <typename T>
using ByKey = std::map<std::string, T, std::less<>>;

/// All documents of one environment. Every reference leads somewhere, layers do not overlap, segments form no cycle.
struct Configuration {
  ByKey<Flag> flags;
  ByKey<Experiment> experiments;
  ByKey<Metric> metrics;
  ByKey<Segment> segments;
  ByKey<Layer> layers;
  ByKey<List> lists;
  ByKey<Items> items;
  ByKey<Connection> connections;
};

struct Checked {
  Configuration configuration;    ///< meaningful if there are no problems
  std::vector<Problem> problems;  ///< errors, all of them; empty if the documents can be used
  std::vector<Problem> warnings;  ///< legal, and probably not meant
};

/// Checks documents by themselves and against one another. Unknown members are refused with a pointer and the nearest
/// name. `place` of problems is left empty (it is the caller's: DocumentText::lines).
[[nodiscard]] Checked check(const std::vector<Document>& documents);

}  // namespace splitplot::model
