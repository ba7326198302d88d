#include "compiled.hpp"
#include "fnv.hpp"

#include <splitplot/decide/snapshot.hpp>

#include <algorithm>
#include <utility>

namespace splitplot::decide {
namespace {

/// How many segments may stand behind one another.
constexpr int kDeepestSegment = 32;

const model::Condition* condition_of(const model::WrittenCondition& condition) {
  return condition.compiled.get();
}

class SnapshotCompiler {
 public:
  SnapshotCompiler(const model::Configuration& configuration, const SeedSource& seeds)
      : configuration_(configuration), seeds_(seeds) {}

  [[nodiscard]] CompiledExperiment experiment(const model::Experiment& experiment) const {
    CompiledExperiment compiled;
    compiled.experiment = &experiment;
    compiled.population = condition_of(experiment.population);
    compiled.unit = unit("experiment", experiment.key, experiment.seed, experiment.attribute);
    if (experiment.layer) compiled.slice = slice(*experiment.layer);
    for (const model::ExperimentVariant& variant : experiment.variants)
      compiled.weights.push_back(variant.weight);
    return compiled;
  }

  [[nodiscard]] CompiledRule rule(
      const model::Flag& flag, const model::FlagRule& rule,
      const std::unordered_map<std::string_view, CompiledExperiment>& experiments) const {
    CompiledRule compiled{rule.id, condition_of(rule.condition), {}};
    if (const auto* serve = std::get_if<model::FlagRule::Serve>(&rule.outcome)) {
      compiled.outcome =
          CompiledServe{serve->variant, serve->rollout,
                        unit("rollout", flag.key + "/" + rule.id, serve->seed, serve->attribute)};
    } else {
      const auto& asked = std::get<model::FlagRule::Experiment>(rule.outcome);
      const auto found = experiments.find(asked.key);
      const CompiledExperiment* experiment = found == experiments.end() ? nullptr : &found->second;
      compiled.outcome = CompiledExperimentRule{experiment, &asked.variants};
    }
    return compiled;
  }

 private:
  [[nodiscard]] HashedUnit unit(std::string_view kind, const std::string& key,
                                const std::string& written_seed, const std::string& attribute) const {
    const std::string seed = written_seed.empty() ? seeds_(kind, key) : written_seed;
    return {fnv_continued(kFnvBasis, seed), attribute, attribute == "id" || attribute == "targetingKey"};
  }

  [[nodiscard]] CompiledLayerSlice slice(const model::LayerSlice& written) const {
    const auto layer = configuration_.layers.find(written.layer);
    // Nobody is in a slice of a layer that does not exist.
    if (layer == configuration_.layers.end()) return {{}, 0, 0};
    return {unit("layer", layer->first, layer->second.seed, layer->second.attribute), written.begin,
            written.end};
  }

  const model::Configuration& configuration_;
  const SeedSource& seeds_;
};

/// Compiles segments from those that refer to none upwards. What is in a circle, or higher than the limit, stays out: its
/// evaluation would not end, or not on this stack.
void compile_segments(const model::Configuration& documents,
                      std::unordered_map<std::string_view, CompiledSegment>& compiled) {
  const auto is_settled = [&](const std::string& key) {
    return compiled.contains(key) || !documents.segments.contains(key);
  };
  for (int height = 0; height < kDeepestSegment; ++height) {
    std::vector<const model::Segment*> next;
    for (const auto& [key, segment] : documents.segments) {
      const model::Condition* condition = condition_of(segment.condition);
      if (compiled.contains(key)) continue;
      if (condition == nullptr || std::ranges::all_of(condition->segments(), is_settled))
        next.push_back(&segment);
    }
    if (next.empty()) return;
    for (const model::Segment* segment : next) {
      compiled.emplace(segment->key, CompiledSegment{segment, condition_of(segment->condition)});
    }
  }
}

}  // namespace

std::shared_ptr<const Snapshot> Snapshot::compile(model::Configuration configuration, std::uint64_t revision,
                                                  const SeedSource& seeds) {
  auto compiled = std::make_unique<Compiled>();
  compiled->configuration = std::move(configuration);
  compiled->revision = revision;
  const model::Configuration& documents = compiled->configuration;
  const SnapshotCompiler compiler(documents, seeds);

  for (const auto& [key, experiment] : documents.experiments) {
    compiled->experiments.emplace(key, compiler.experiment(experiment));
  }
  for (const auto& [key, flag] : documents.flags) {
    CompiledFlag& place = compiled->flags[key];
    place.flag = &flag;
    for (const model::FlagRule& rule : flag.rules) {
      place.rules.push_back(compiler.rule(flag, rule, compiled->experiments));
    }
    compiled->flags_by_key.push_back(&place);
  }
  compile_segments(documents, compiled->segments);
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(compiled)));
}

}  // namespace splitplot::decide
