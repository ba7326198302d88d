/// What a snapshot is compiled to, from documents or from a GrowthBook payload: rules with the seed's part of each hash
/// done, ranges instead of weights, pointers in the place of keys. Pointers lead into what lies beside it in the snapshot;
/// immutable once it is built.
#pragma once

#include "hash_seed.hpp"
#include "plain_flag.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/decide/evaluation.hpp>
#include <splitplot/decide/hash.hpp>
#include <splitplot/model/attributes.hpp>
#include <splitplot/model/condition.hpp>
#include <splitplot/model/configuration.hpp>
#include <splitplot/model/url_targets.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace splitplot::decide {

struct CompiledFlag;

/// An attribute that is hashed.
struct HashedUnit {
  model::AttributeName attribute;
  HashSeed seed;
  bool is_targeting_key = false;
  /// Taken where the first is missing and assignments are sticky.
  std::optional<model::AttributeName> fallback = {};
};

/// Lets those pass whose bucket is in one of the ranges: a slice of a layer, who is not held out.
struct Filter {
  model::AttributeName attribute;
  HashSeed seed;
  std::vector<BucketRange> ranges;
  bool is_targeting_key = false;
  Check::What what = Check::What::Filter;  ///< what it is for who explains
  std::string_view key = {};               ///< of the layer or holdout
};

/// Another flag's answer must meet a condition.
struct Prerequisite {
  std::string_view flag;
  const CompiledFlag* compiled = nullptr;  ///< null: there is no such flag
  const model::Condition* condition = nullptr;
  /// What happens where it is not met: the flag as a whole answers nothing, or the rule is skipped.
  enum class Otherwise { SkipRule, CloseGate } otherwise = Otherwise::SkipRule;
};

/// What a rule serves. Without a value, the caller's default.
struct Served {
  const Value* value = nullptr;
  std::string_view variant;
};

/// From (included) until (excluded).
struct Window {
  Timestamp from = Timestamp::min();
  Timestamp until = Timestamp::max();

  [[nodiscard]] bool contains(Timestamp now) const { return from <= now && now < until; }
};

/// What holds from a time on.
template <typename T>
struct Stage {
  Timestamp from;
  T what;
};

/// The last stage that has begun; null where none has.
template <typename T>
[[nodiscard]] const T* stage_at(Timestamp now, const std::vector<Stage<T>>& stages) {
  const T* current = nullptr;
  for (const Stage<T>& stage : stages) {
    if (stage.from > now) break;
    current = &stage.what;
  }
  return current;
}

struct Rollout {
  HashedUnit unit;
  BucketRange range;
  std::vector<Stage<BucketRange>> ramp;  ///< stands in for `range`, unless it is empty
  /// GrowthBook's `coverage` of a forced value includes its end.
  enum class End { Excluded, Included } end = End::Excluded;
};

struct CompiledServe {
  Served served;
  std::optional<Rollout> rollout;  ///< nothing: everybody
};

/// Ranges of the variants for those who meet a condition.
struct Arms {
  const model::Condition* condition = nullptr;  ///< null: everybody
  std::vector<BucketRange> ranges;
};

/// Who gets which variant.
struct Allocation {
  std::vector<BucketRange> ranges;
  std::vector<Arms> conditional_arms;  ///< the first that is met stands in for `ranges`
};

struct Stickiness {
  std::string current;               ///< "<experiment>__<version>"
  std::vector<std::string> blocked;  ///< those of versions whose units are kept out
  model::AttributeName fallback;     ///< whose assignments count, too
  std::vector<std::string>
      variants;  ///< key of each variant; empty: it has none, and nothing is found for it
};

struct CompiledExperiment {
  /// Its variants are those of the document; of a payload, it is made for the purpose.
  const model::Experiment* experiment = nullptr;
  std::size_t variants = 0;
  const model::Condition* population = nullptr;  ///< null: everybody
  HashedUnit unit;
  std::vector<Filter> filters;
  /// Hashes what the experiment hashes.
  struct Namespace {
    HashSeed seed;
    BucketRange range;
  };
  std::optional<Namespace> in_namespace;
  std::vector<Prerequisite> prerequisites;
  const model::UrlTargets* urls = nullptr;  ///< null: all pages
  std::optional<Window> window;             ///< nothing: always
  Allocation allocation;
  std::vector<Stage<Allocation>> ramp;  ///< stands in for `allocation`, unless it is empty
  /// Users to variants; null: nobody is overridden.
  const std::map<std::string, std::size_t, std::less<>>* overrides = nullptr;
  std::optional<Stickiness> stickiness;
  std::optional<std::size_t> forced_variant;  ///< everybody in it gets that one; beyond the last: nobody
  std::vector<bool> pass_through;             ///< variants that only look on: the next rule decides
};

struct CompiledExperimentRule {
  const CompiledExperiment* experiment = nullptr;  ///< null: there is none; the rule serves nobody
  std::vector<Served> served;                      ///< for each variant of the experiment
};

struct CompiledRule {
  std::string_view id;
  std::optional<Window> window;  ///< nothing: always
  std::vector<Prerequisite> prerequisites;
  std::vector<Filter> filters;
  const model::Condition* condition = nullptr;  ///< null: everybody
  std::variant<CompiledServe, CompiledExperimentRule> outcome;
};

struct CompiledFlag {
  std::string_view key;
  bool enabled = true;
  Served fallback;
  std::vector<CompiledRule> rules;
  std::unordered_map<std::string_view, Served> overrides;  ///< by the id of a user
  PlainFlag plain;                                         ///< the short way, where there is one
};

}  // namespace splitplot::decide
