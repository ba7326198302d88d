/// One experiment's assignment of many units, one after another: for lists that are handed to somebody else. It answers
/// what a decision would. Holds no state but that of the unit asked last; points into the snapshot.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/decide/refusal.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::decide {

struct AssignedUnit {
  std::optional<std::size_t> variant;  ///< index into the experiment's variants
  std::string_view refusal;            ///< without a variant: refusal_word of what kept it out
  std::optional<Value>
      value;            ///< what the flag answers, as it is shown; nothing: the caller's default, or no flag
  bool counts = false;  ///< assigned by hash, and not forced by somebody
};

class Assigner {
 public:
  /// `flag`: whose values are wanted beside; empty: none. The snapshot must outlive this. Errors: NotFound; Conflict where
  /// the experiment does not run, and it is no rehearsal.
  [[nodiscard]] static Result<Assigner> of(const Snapshot& snapshot, std::string_view experiment,
                                           std::string flag, Timestamp now,
                                           Evaluation::Rehearsal rehearsal = Evaluation::Rehearsal::No);

  /// `context`: for content, what is said of the unit in the list, an object or null.
  [[nodiscard]] AssignedUnit assign(const model::Attributes& unit, const Value* context = nullptr);

  [[nodiscard]] const model::Experiment& experiment() const { return *experiment_; }
  /// For each variant, how many of the units that count were planned to get it: the sum of their weights.
  [[nodiscard]] std::span<const double> planned() const { return planned_; }

 private:
  Assigner(const Snapshot& snapshot, const model::Experiment& experiment, std::string flag);

  const Snapshot* snapshot_;
  const model::Experiment* experiment_;
  std::string flag_;
  Timestamp now_;
  Evaluation::Rehearsal rehearsal_ = Evaluation::Rehearsal::No;
  std::vector<double> planned_;
};

}  // namespace splitplot::decide
