/// What Snapshot keeps beside the configuration: seeds that are hashed already, weights in a row, and pointers in the
/// place of keys. Pointers lead into the configuration that lies beside it; immutable once it is built.
#pragma once

#include <splitplot/decide/snapshot.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace splitplot::decide {

/// An attribute that is hashed, and the seed's part of the hash.
struct HashedUnit {
  std::uint32_t seed_hash = 0;
  std::string_view attribute;
  bool is_targeting_key = false;
};

struct CompiledLayerSlice {
  HashedUnit unit;
  double begin = 0;
  double end = 1;
};

struct CompiledExperiment {
  const model::Experiment* experiment = nullptr;
  const model::Condition* population = nullptr;  ///< null: everybody
  HashedUnit unit;
  std::optional<CompiledLayerSlice> slice;
  std::vector<double> weights;
};

struct CompiledServe {
  std::size_t variant = 0;
  double rollout = 1;
  HashedUnit unit;
};

struct CompiledExperimentRule {
  const CompiledExperiment* experiment = nullptr;
  const std::vector<std::size_t>* flag_variants = nullptr;
};

struct CompiledRule {
  std::string_view id;
  const model::Condition* condition = nullptr;  ///< null: everybody
  std::variant<CompiledServe, CompiledExperimentRule> outcome;
};

struct CompiledFlag {
  const model::Flag* flag = nullptr;
  std::vector<CompiledRule> rules;
};

struct CompiledSegment {
  const model::Segment* segment = nullptr;
  /// Null: everybody. Segments whose references are too deep or in a circle are not compiled at all: nobody is in them.
  const model::Condition* condition = nullptr;
};

struct Snapshot::Compiled {
  model::Configuration configuration;
  std::uint64_t revision = 0;
  /// The keys belong to the configuration.
  std::unordered_map<std::string_view, CompiledExperiment> experiments;
  std::unordered_map<std::string_view, CompiledFlag> flags;
  std::vector<const CompiledFlag*> flags_by_key;
  std::unordered_map<std::string_view, CompiledSegment> segments;
};

}  // namespace splitplot::decide
