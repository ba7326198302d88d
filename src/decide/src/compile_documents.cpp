#include "snapshot_content.hpp"

#include <splitplot/decide/hash.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace splitplot::decide {
namespace {

/// How many segments may stand behind one another.
constexpr int kDeepestSegment = 32;

const model::Condition* condition_of(const model::WrittenCondition& condition) {
  return condition.compiled.get();
}

bool is_targeting_key(const std::string& attribute) {
  return attribute == "id" || attribute == "targetingKey";
}

class SnapshotCompiler {
 public:
  SnapshotCompiler(const model::Configuration& configuration, const SeedSource& seeds)
      : configuration_(configuration), seeds_(seeds) {}

  [[nodiscard]] CompiledExperiment experiment(const model::Experiment& experiment) const {
    CompiledExperiment compiled;
    compiled.experiment = &experiment;
    compiled.variants = experiment.variants.size();
    compiled.population = condition_of(experiment.population);
    compiled.unit = unit("experiment", experiment.key, experiment.seed, experiment.attribute);
    if (experiment.layer) compiled.filters.push_back(slice(*experiment.layer));
    std::vector<double> weights;
    for (const model::ExperimentVariant& variant : experiment.variants) weights.push_back(variant.weight);
    compiled.ranges = bucket_ranges(weights, experiment.coverage);
    return compiled;
  }

  [[nodiscard]] CompiledRule rule(
      const model::Flag& flag, const model::FlagRule& rule,
      const std::unordered_map<std::string_view, const CompiledExperiment*>& experiments) const {
    CompiledRule compiled;
    compiled.id = rule.id;
    compiled.condition = condition_of(rule.condition);
    if (const auto* serve = std::get_if<model::FlagRule::Serve>(&rule.outcome)) {
      CompiledServe outcome{served(flag, serve->variant), std::nullopt};
      if (serve->rollout < 1)
        outcome.rollout = Rollout{unit("rollout", flag.key + "/" + rule.id, serve->seed, serve->attribute),
                                  {0, serve->rollout},
                                  Rollout::End::Excluded};
      // Nobody is in it, whoever they are.
      if (serve->rollout <= 0) outcome.rollout->unit.is_targeting_key = false;
      compiled.outcome = std::move(outcome);
    } else {
      const auto& asked = std::get<model::FlagRule::Experiment>(rule.outcome);
      const auto found = experiments.find(asked.key);
      CompiledExperimentRule outcome;
      if (found != experiments.end()) outcome.experiment = found->second;
      for (const std::size_t variant : asked.variants) outcome.served.push_back(served(flag, variant));
      compiled.outcome = std::move(outcome);
    }
    return compiled;
  }

  [[nodiscard]] static Served served(const model::Flag& flag, std::size_t variant) {
    return {&flag.variants[variant].value, flag.variants[variant].key};
  }

 private:
  [[nodiscard]] HashSeed seed(std::string_view kind, const std::string& key, const std::string& written) const {
    return {written.empty() ? seeds_(kind, key) : written, HashVersion::Two};
  }

  [[nodiscard]] HashedUnit unit(std::string_view kind, const std::string& key,
                                const std::string& written_seed, const std::string& attribute) const {
    return {model::AttributeName(attribute), std::nullopt, seed(kind, key, written_seed),
            is_targeting_key(attribute)};
  }

  [[nodiscard]] Filter slice(const model::LayerSlice& written) const {
    const auto layer = configuration_.layers.find(written.layer);
    // Nobody is in a slice of a layer that does not exist.
    if (layer == configuration_.layers.end()) return {};
    return {model::AttributeName(layer->second.attribute),
            seed("layer", layer->first, layer->second.seed),
            {{written.begin, written.end}},
            is_targeting_key(layer->second.attribute)};
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
    compiled->experiments.push_back(compiler.experiment(experiment));
    compiled->experiments_by_key.emplace(key, &compiled->experiments.back());
  }
  for (const auto& [key, flag] : documents.flags) {
    CompiledFlag& place = compiled->flags[key];
    place.key = key;
    place.enabled = flag.enabled;
    place.fallback = SnapshotCompiler::served(flag, flag.fallback);
    for (const model::FlagRule& rule : flag.rules) {
      place.rules.push_back(compiler.rule(flag, rule, compiled->experiments_by_key));
    }
    compiled->flags_by_key.push_back(&place);
  }
  compile_segments(documents, compiled->segments);
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(compiled)));
}

}  // namespace splitplot::decide
