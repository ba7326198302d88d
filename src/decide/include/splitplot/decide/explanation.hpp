/// Why a flag answered what it did: rule by rule, clause by clause, the unit's value beside the expected one. Written down
/// while the decision is made, by the call that makes it, so it cannot say anything else. It shows rules and what is known
/// of the unit: for who may see both. Plain values that outlive the snapshot; pure; any thread.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/decide/decision.hpp>
#include <splitplot/decide/evaluation.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/condition_findings.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::decide {

struct Explanation;

/// Who is in a segment, and the clauses that say so.
struct ExplainedSegment {
  std::string key;
  bool is_in = false;
  std::vector<model::Finding> clauses;
};

/// A range of buckets, and what it leads to.
struct ExplainedRange {
  BucketRange range;
  std::string variant;  ///< of an experiment; else empty
};

/// One Check.
struct ExplainedCheck {
  Check::What what = Check::What::Enabled;
  bool passed = false;
  std::string experiment;  ///< empty outside of experiments
  std::string name;        ///< attribute that is hashed, or the other flag
  std::string key;         ///< of a layer or holdout
  std::optional<double> bucket;
  std::vector<ExplainedRange> ranges;
  std::optional<Timestamp> from;
  std::optional<Timestamp> until;
  std::vector<model::Finding> clauses;
  std::vector<ExplainedSegment> segments;  ///< that the clauses ask for, and that those ask for
  std::string note;                        ///< what the check does not show by itself; may be empty
  std::vector<Explanation> flag;           ///< Prerequisite: one, of the other flag
};

struct ExplainedRule {
  std::string id;              ///< may be empty in a payload
  std::string experiment;      ///< that it asks; empty: it serves a variant
  std::string serves;          ///< the variant, where the rule serves one that has a name
  bool serves_nobody = false;  ///< of a payload: it only closes gates, or makes no sense
  enum class Outcome {
    Decided,
    PassedOver,  ///< it was looked at, and did not apply
    LookedOn,    ///< the unit is in the experiment, which changes nothing: a holdout
    NotReached,  ///< one before it decided
  } outcome = Outcome::NotReached;
  std::vector<ExplainedCheck> checks;  ///< in their order, up to the one that did not pass
};

/// A unit's part in an experiment or roll-out.
struct ExplainedAssignment {
  std::string experiment;  ///< empty: a roll-out
  std::string variant;
  std::string attribute;
  std::string unit;
  double bucket = 0;
  bool is_forced = false;
  bool is_sticky = false;
};

struct Explanation {
  std::string flag;
  std::uint64_t revision = 0;
  std::optional<Value> value;  ///< as it is shown; nothing: the caller's default
  std::string variant;
  Reason reason = Reason::Error;
  DecisionError error = DecisionError::None;
  Source source = Source::Nothing;
  std::optional<std::size_t> rule;  ///< that decided: index into `rules`
  std::optional<ExplainedAssignment> assignment;
  std::string
      content_failure;  ///< why the default's content is shown in the place of the variant's; empty: it is not
  std::vector<ExplainedCheck> checks;  ///< before any rule
  std::vector<ExplainedRule> rules;
};

/// Decides, and says why. `context`: for content, what the caller sent, an object or null. What observes the checks of
/// `evaluation` is replaced.
[[nodiscard]] Explanation explain(const Snapshot& snapshot, std::string_view flag, Evaluation evaluation,
                                  const Value* context = nullptr);

/// What to do where there is no flag of that key: "did you mean 'checkout'?", or nothing.
[[nodiscard]] std::string nearest_flag(const Snapshot& snapshot, std::string_view flag);

/// The answer: flag, value, variant, reason, rule, assignment.
[[nodiscard]] Value answer_value(const Explanation& explanation);
/// The answer with its `checks` and `rules` (docs/guides/explain-a-decision.md).
[[nodiscard]] Value explanation_value(const Explanation& explanation);

/// In one line, with its end: "checkout = true, variant 'on' (TARGETING_MATCH, rule 'beta')".
[[nodiscard]] std::string answer_text(const Explanation& explanation);
/// The same with what led to it, a line for each check, indented under its rule.
[[nodiscard]] std::string explanation_text(const Explanation& explanation);

/// "population", "layer", ...: the check, for programs.
[[nodiscard]] std::string_view name_of(Check::What what);

}  // namespace splitplot::decide
