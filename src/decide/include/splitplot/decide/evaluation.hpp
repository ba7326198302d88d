/// What is known when a flag is asked for, beside its key: OpenFeature's evaluation context and what surrounds it.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/decide/decision.hpp>
#include <splitplot/decide/hash.hpp>
#include <splitplot/model/attributes.hpp>
#include <splitplot/model/condition.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace splitplot::decide {

/// Assignments that were made earlier and hold on, whatever becomes of weights and attributes. Asked during evaluation, so
/// it must not allocate, block or fail.
class StickyBuckets {
 public:
  virtual ~StickyBuckets() = default;
  /// Key of the variant that was assigned to the unit whose attribute has this value. `experiment` is
  /// "<experiment key>__<bucket version>".
  [[nodiscard]] virtual std::optional<std::string_view> find(std::string_view attribute,
                                                             std::string_view value,
                                                             std::string_view experiment) const = 0;
};

/// An assignment that is to hold on.
struct StickyAssignment {
  std::string_view attribute;
  std::string_view value;
  std::string_view experiment;  ///< "<experiment key>__<bucket version>"
  std::string_view variant;
};

/// One thing that was looked at on the way to a decision, and whether it let the unit pass.
struct Check {
  enum class What {
    Enabled,       ///< the flag is switched on
    Schedule,      ///< the rule's or experiment's time has come, and is not over: `from`, `until`
    Override,      ///< somebody forced an answer
    Prerequisite,  ///< `name`: the other flag, `value`: its answer, `condition`: what it must meet
    Filter,        ///< of a payload: `name`: attribute, `bucket`, `ranges`
    Layer,         ///< its slice of the layer `key`; likewise
    Holdout,       ///< not held out by the experiment `key`; likewise
    Namespace,     ///< likewise
    Condition,     ///< of the rule: `condition`
    Rollout,       ///< `name`: attribute, `bucket`, `ranges`
    Status,        ///< the experiment runs
    Url,           ///< the page's address is one of the experiment's
    Unit,          ///< there is something to hash: `name`: attribute, `value`
    Population,    ///< of the experiment: `condition`
    Sticky,        ///< an earlier assignment: passed: there is one; not passed: its version is blocked
    Weights,       ///< other ones than everybody's hold for those who meet `condition`
    Variant,       ///< `name`: attribute, `bucket` lies in one of the variants' `ranges`
    QaMode,        ///< nobody is assigned by hash while it is on
  };
  What what = What::Enabled;
  bool passed = false;
  std::string_view rule = {};        ///< id; empty outside of rules
  std::string_view experiment = {};  ///< key; empty outside of experiments
  std::string_view name = {};
  std::string_view key = {};
  const Value* value = nullptr;
  const model::Condition* condition = nullptr;
  std::optional<double> bucket = {};
  std::span<const BucketRange> ranges = {};
  Timestamp from = Timestamp::min();
  Timestamp until = Timestamp::max();
};

/// Is told what follows from a decision, and may keep views only as long as snapshot and attributes live.
class EvaluationObserver {
 public:
  virtual ~EvaluationObserver() = default;
  /// The unit takes part in an experiment: that of the answer, those that only look on (pass through), those of
  /// prerequisites. Not told of forced ones.
  virtual void assigned(std::string_view flag, const Assignment& assignment, const Value& value) {
    static_cast<void>(flag), static_cast<void>(assignment), static_cast<void>(value);
  }
  virtual void remember(const StickyAssignment& assignment) { static_cast<void>(assignment); }
};

/// Is told every step of a decision, to explain it; likewise. What is told between `begun` and `decided` of a flag that
/// another one needs belongs to the other's prerequisite, which is checked next.
class CheckObserver {
 public:
  virtual ~CheckObserver() = default;
  virtual void begun(std::string_view flag) { static_cast<void>(flag); }
  /// A rule is looked at, by its position among the compiled ones.
  virtual void reached(std::string_view flag, std::size_t rule) {
    static_cast<void>(flag), static_cast<void>(rule);
  }
  virtual void checked(std::string_view flag, const Check& check) = 0;
  virtual void decided(std::string_view flag, const Decision& decision) {
    static_cast<void>(flag), static_cast<void>(decision);
  }
};

struct Evaluation {
  Evaluation() = default;
  /// Nothing but attributes.
  Evaluation(const model::Attributes& known) : attributes(known) {}  // NOLINT(google-explicit-constructor)

  model::Attributes attributes;
  std::string_view url;  ///< address of the page; `?<experiment key>=<index of variant>` forces a variant
  /// Objects, or null pointers. Flag to value; experiment to index of variant.
  const Value* forced_values = nullptr;
  const Value* forced_variants = nullptr;
  const StickyBuckets* sticky = nullptr;  ///< null: nothing is sticky
  bool experiments_enabled = true;        ///< off: nobody is in an experiment
  bool qa_mode = false;                   ///< on: only those are in an experiment who are forced into it
  /// To look at experiments before they run.
  enum class Rehearsal {
    No,
    /// Drafts assign as if they ran, whatever their schedule says and at the end of their ramp.
    AsIfLaunched,
    /// The same of all experiments, and nobody is asked for more than what is hashed: no population, no pages, no other
    /// flags, nobody's own weights or overrides.
    HashAlone,
  } rehearsal = Rehearsal::No;
  Timestamp now;  ///< for schedules and ramps; the epoch: before all of them
  EvaluationObserver* observer = nullptr;
  CheckObserver* checks = nullptr;
};

}  // namespace splitplot::decide
