/// What is known when a flag is asked for, beside its key: OpenFeature's evaluation context and what surrounds it.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/decide/decision.hpp>
#include <splitplot/decide/hash.hpp>
#include <splitplot/model/attributes.hpp>
#include <splitplot/model/condition.hpp>

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
    Schedule,      ///< the rule's or experiment's time has come, and is not over
    Override,      ///< somebody forced an answer
    Prerequisite,  ///< `name`: the other flag, `value`: its answer, `condition`: what it must meet
    Filter,        ///< a layer's slice, a namespace: `name`: attribute, `bucket`, `ranges`
    Condition,     ///< of the rule: `condition`
    Rollout,       ///< `name`: attribute, `bucket`, `ranges`
    Status,        ///< the experiment runs
    Url,           ///< the page's address is one of the experiment's
    Unit,          ///< there is something to hash: `name`: attribute, `value`
    Population,    ///< of the experiment: `condition`
    Sticky,        ///< an earlier assignment: passed: there is one; not passed: its version is blocked
    Variant,       ///< `bucket` lies in one of the variants' `ranges`
    QaMode,        ///< nobody is assigned by hash while it is on
  };
  What what = What::Enabled;
  bool passed = false;
  std::string_view rule = {};        ///< id; empty outside of rules
  std::string_view experiment = {};  ///< key; empty outside of experiments
  std::string_view name = {};
  const Value* value = nullptr;
  const model::Condition* condition = nullptr;
  std::optional<double> bucket = {};
  std::span<const BucketRange> ranges = {};
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

/// Is told every step of a decision, to explain it; likewise.
class CheckObserver {
 public:
  virtual ~CheckObserver() = default;
  virtual void checked(std::string_view flag, const Check& check) = 0;
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
  Timestamp now;                          ///< for schedules and ramps; the epoch: before all of them
  EvaluationObserver* observer = nullptr;
  CheckObserver* checks = nullptr;
};

}  // namespace splitplot::decide
