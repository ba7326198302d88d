/// What a flag answered, and why. Plain values; views and pointers belong to the snapshot that decided, texts of units to
/// the attributes that it was asked about.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/decide/unit_text.hpp>
#include <splitplot/model/configuration.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace splitplot::decide {

/// Why a flag answered what it did; OpenFeature's words.
enum class Reason { Static, Default, TargetingMatch, Split, Disabled, Error };

/// "STATIC", "DEFAULT", "TARGETING_MATCH", ...
[[nodiscard]] std::string_view name_of(Reason reason);

/// TargetingKeyMissing: no rule applied, and one that hashes the targeting key could not be judged without it. Rules that
/// hash another attribute are skipped where it is missing.
enum class DecisionError { None, FlagNotFound, TargetingKeyMissing, CyclicPrerequisite };

/// What decided.
enum class Source {
  Nothing,       ///< the flag is disabled, or there is an error
  Fallback,      ///< no rule applied
  Rule,          ///< one that serves a variant
  Experiment,    ///< one that asks an experiment
  Prerequisite,  ///< another flag closed the gate
  Override,      ///< somebody forced it, to try it out
};

/// A unit's part in an experiment.
struct Assignment {
  const model::Experiment* experiment = nullptr;
  std::optional<std::size_t> variant;  ///< index into experiment->variants; nothing: not in the experiment
  double bucket = 0;
  UnitText bucket_value;       ///< the text that was hashed
  std::string_view attribute;  ///< whose value that is: the experiment's, or the one it falls back to
  /// Forced by somebody who tries it out, by the address of the page or by hand: does not count as an exposure.
  bool is_forced = false;
  bool is_sticky = false;  ///< what was assigned earlier holds on
  /// It depends on a unit that is not there: the attribute to hash, the experiment's or its layer's, is missing, empty, 0
  /// or no scalar.
  bool unit_missing = false;
  /// Which of the experiment's conditional weights hold, by position; nothing: those for everybody.
  std::optional<std::size_t> arms;
};

/// An answer.
struct Decision {
  const Value* value = nullptr;  ///< null: the caller's default
  std::string_view variant;      ///< flag variant; empty without a value
  Reason reason = Reason::Error;
  DecisionError error = DecisionError::None;
  Source source = Source::Nothing;
  std::string_view rule;  ///< id of the rule that decided; empty for the default
  /// Where an experiment decided; else without an experiment, with the bucket where a roll-out decided.
  Assignment assignment;

  /// The experiment that decided, or null.
  [[nodiscard]] const model::Experiment* experiment() const {
    return source == Source::Experiment ? assignment.experiment : nullptr;
  }
};

}  // namespace splitplot::decide
