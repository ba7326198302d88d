/// What rules of a GrowthBook payload are written from: the members that say who is hashed, and what variants get. Pure.
#pragma once

#include "rules.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/decide/hash.hpp>
#include <splitplot/model/attributes.hpp>

#include <string>
#include <vector>

namespace splitplot::decide {

/// SDKs know the unit by one name.
[[nodiscard]] std::string attribute_name(const model::AttributeName& attribute);

/// Null: the caller's default.
[[nodiscard]] Value value_of(const Served& served);

/// [begin, end]
[[nodiscard]] Value pair_of(const BucketRange& range);

[[nodiscard]] Value list_of(const std::vector<BucketRange>& ranges);

[[nodiscard]] Value filter_of(const std::string& attribute, const HashSeed& seed,
                              const std::vector<BucketRange>& ranges);

/// hashAttribute, fallbackAttribute, seed, hashVersion
void set_unit(Value& rule, const HashedUnit& unit);

/// bucketVersion and its like, or that there is nothing sticky.
void set_stickiness(Value& rule, const CompiledExperiment& compiled);

/// Key of each variant, and whether it only looks on.
[[nodiscard]] Value meta_of(const CompiledExperiment& compiled);

[[nodiscard]] Value variations_of(const CompiledExperimentRule& asked);

/// meta, weights, coverage; ranges where they do not follow from these.
void set_variants(Value& rule, const CompiledExperiment& compiled, const std::vector<BucketRange>& ranges);

}  // namespace splitplot::decide
