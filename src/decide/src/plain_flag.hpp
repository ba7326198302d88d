/// The short way to an answer, for flags and questions of the usual kind: rules with conditions, values, roll-outs and running
/// experiments in a layer or namespace, all of which hash the same attribute; no page, nothing forced, nobody who looks on.
/// It answers what evaluate.cpp answers, which knows everything; tests/plain_flag_test.cpp compares them.
///
/// Hashes are chains of multiplications that wait for one another: here all chains of a flag are begun before its rules are
/// judged, side by side, so that a processor goes on with the first condition meanwhile.
#pragma once

#include "hash_seed.hpp"

#include <splitplot/decide/decision.hpp>
#include <splitplot/decide/evaluation.hpp>
#include <splitplot/decide/hash.hpp>
#include <splitplot/model/attributes.hpp>
#include <splitplot/model/condition.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace splitplot::decide {

struct CompiledExperiment;
struct CompiledExperimentRule;
struct CompiledFlag;
struct CompiledRule;
struct CompiledServe;
struct Served;

class PlainFlag {
 public:
  /// A flag that has no short way.
  PlainFlag() = default;
  /// Points into the flag, whose rules must stay where they are. Has no short way where something in them is unusual.
  explicit PlainFlag(const CompiledFlag& flag);

  /// Whether a question may be answered by it.
  [[nodiscard]] bool answers(const Evaluation& evaluation) const {
    return flag_ != nullptr && evaluation.checks == nullptr && evaluation.url.empty() &&
           evaluation.forced_values == nullptr && evaluation.forced_variants == nullptr &&
           (evaluation.sticky == nullptr || !is_sticky_) && evaluation.experiments_enabled &&
           !evaluation.qa_mode && evaluation.rehearsal == Evaluation::Rehearsal::No;
  }

  /// Writes the answer to a decision, which must be empty. False, and nothing is written, where the unit is missing or its
  /// text is not ASCII.
  bool decide(const Evaluation& evaluation, const model::SegmentMembership& segments,
              Decision& decision) const;

 private:
  /// Of a flag; more are seldom asked for before the unit is settled, and are made then.
  static constexpr std::size_t kMostHashes = 3;
  using Hashes = std::array<std::uint32_t, kMostHashes>;

  /// Where a unit must lie.
  struct Slice {
    std::size_t seed = 0;
    std::span<const BucketRange> ranges;
  };
  struct Rule {
    const CompiledRule* rule = nullptr;
    const model::Condition* condition = nullptr;  ///< null: everybody
    const Served* served = nullptr;               ///< one, or one for each variant
    /// Null: the rule is no experiment.
    const model::Experiment* experiment = nullptr;
    const model::Condition* population = nullptr;
    std::optional<Slice> slice;            ///< of a layer or namespace
    std::optional<Slice> parts;            ///< variants, or those whom a roll-out reaches; nothing: everybody
    const double* included_end = nullptr;  ///< of a roll-out: who is reached, too
  };

  [[nodiscard]] bool add(const CompiledRule& rule);
  [[nodiscard]] bool add(const CompiledServe& serve, Rule& rule);
  [[nodiscard]] bool add(const CompiledExperimentRule& asks, Rule& rule);
  /// The place of a seed, which the attribute is hashed with.
  [[nodiscard]] std::optional<std::size_t> place(const model::AttributeName& attribute, const HashSeed& seed);

  [[nodiscard]] double bucket(std::size_t seed, const Hashes& hashes, const UnitText& unit) const {
    return seed < kMostHashes ? seeds_[seed]->ended(hashes[seed]) : seeds_[seed]->bucket(unit);
  }
  bool apply(const Rule& rule, const Hashes& hashes, const UnitText& unit, const Evaluation& evaluation,
             Decision& decision) const;

  const CompiledFlag* flag_ = nullptr;  ///< null: there is no short way
  const model::AttributeName* attribute_ = nullptr;
  std::vector<const HashSeed*>
      seeds_;  ///< at least as many as are hashed at once; some may stand there twice
  std::vector<Rule> rules_;
  bool is_sticky_ = false;
};

}  // namespace splitplot::decide
