#include "asked_attributes.hpp"
#include "redirect_rules.hpp"
#include "snapshot_content.hpp"

#include <splitplot/decide/hash.hpp>

#include <algorithm>
#include <deque>
#include <set>
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
  SnapshotCompiler(Snapshot::Compiled& content, const SeedSource& seeds, const ProjectClocks& clocks)
      : configuration_(content.configuration),
        written_(content.written),
        turning_points_(content.turning_points),
        seeds_(seeds),
        clocks_(clocks) {}

  [[nodiscard]] CompiledExperiment experiment(const model::Experiment& experiment) {
    CompiledExperiment compiled;
    compiled.experiment = &experiment;
    compiled.variants = experiment.variants.size();
    compiled.population = rule_condition(experiment.population);
    const auto version = static_cast<HashVersion>(experiment.hash_version);
    compiled.unit = unit("experiment", experiment.key, experiment.seed, experiment.attribute, version);
    if (experiment.layer) compiled.filters.push_back(slice(*experiment.layer));
    compiled.urls = experiment.compiled_pages.get();
    compiled.window = window(experiment.schedule);
    compiled.allocation = allocation(experiment, experiment.coverage);
    for (const model::RampStep& step : experiment.ramp)
      compiled.ramp.push_back({moment(step.from), allocation(experiment, step.share)});
    if (!experiment.overrides.empty()) compiled.overrides = &experiment.overrides;
    if (experiment.sticky) make_sticky(experiment, compiled);
    // Who is held out is shown what the other rules say.
    if (experiment.holdout) compiled.pass_through.assign(compiled.variants, true);
    return compiled;
  }

  /// Keeps units that a running holdout holds out from taking part.
  void hold_out(const CompiledExperiment& holdout, CompiledExperiment& experiment) const {
    const BucketRange held = holdout.allocation.ranges[holdout.experiment->holdout->variant];
    experiment.filters.push_back({holdout.unit.attribute,
                                  holdout.unit.seed,
                                  {{0, held.begin}, {held.end, 1}},
                                  holdout.unit.is_targeting_key,
                                  Check::What::Holdout,
                                  holdout.experiment->key});
  }

  [[nodiscard]] std::vector<Prerequisite> prerequisites(
      const std::vector<model::Prerequisite>& written,
      const std::unordered_map<std::string_view, CompiledFlag>& flags) {
    std::vector<Prerequisite> compiled;
    for (const model::Prerequisite& prerequisite : written) {
      const auto flag = flags.find(prerequisite.flag);
      compiled.push_back({prerequisite.flag, flag == flags.end() ? nullptr : &flag->second,
                          rule_condition(prerequisite.condition),
                          prerequisite.otherwise == model::Prerequisite::Otherwise::Close
                              ? Prerequisite::Otherwise::CloseGate
                              : Prerequisite::Otherwise::SkipRule});
    }
    return compiled;
  }

  [[nodiscard]] CompiledRule rule(
      const model::Flag& flag, const model::FlagRule& rule,
      const std::unordered_map<std::string_view, const CompiledExperiment*>& experiments) {
    CompiledRule compiled;
    compiled.id = rule.id;
    compiled.condition = rule_condition(rule.condition);
    compiled.window = window(rule.schedule);
    if (const auto* serve = std::get_if<model::FlagRule::Serve>(&rule.outcome)) {
      compiled.outcome = CompiledServe{served(flag, serve->variant), rollout(flag, rule, *serve)};
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
  /// Noted with its text, for who writes it out again.
  const model::Condition* rule_condition(const model::WrittenCondition& condition) {
    const model::Condition* compiled = condition_of(condition);
    if (compiled != nullptr) written_.emplace(compiled, &condition.written);
    return compiled;
  }

  [[nodiscard]] HashSeed seed(std::string_view kind, const std::string& key, const std::string& written,
                              HashVersion version = HashVersion::Two) const {
    return {written.empty() ? seeds_(kind, key) : written, version};
  }

  [[nodiscard]] HashedUnit unit(std::string_view kind, const std::string& key,
                                const std::string& written_seed, const std::string& attribute,
                                HashVersion version = HashVersion::Two) const {
    return {model::AttributeName(attribute), seed(kind, key, written_seed, version),
            is_targeting_key(attribute)};
  }

  [[nodiscard]] std::optional<Rollout> rollout(const model::Flag& flag, const model::FlagRule& rule,
                                               const model::FlagRule::Serve& serve) {
    if (serve.ramp.empty() && serve.rollout >= 1) return std::nullopt;
    Rollout compiled{unit("rollout", flag.key + "/" + rule.id, serve.seed, serve.attribute),
                     {0, serve.rollout},
                     {},
                     Rollout::End::Excluded};
    for (const model::RampStep& step : serve.ramp)
      compiled.ramp.push_back({moment(step.from), {0, step.share}});
    // Nobody is in it, whoever they are.
    if (serve.ramp.empty() && serve.rollout <= 0) compiled.unit.is_targeting_key = false;
    return compiled;
  }

  [[nodiscard]] Allocation allocation(const model::Experiment& experiment, double coverage) {
    std::vector<double> weights;
    for (const model::ExperimentVariant& variant : experiment.variants) weights.push_back(variant.weight);
    Allocation compiled{bucket_ranges(weights, coverage), {}};
    for (const model::ConditionalWeights& group : experiment.weights_for) {
      compiled.conditional_arms.push_back(
          {rule_condition(group.condition), bucket_ranges(group.weights, coverage)});
    }
    return compiled;
  }

  static void make_sticky(const model::Experiment& experiment, CompiledExperiment& compiled) {
    const model::Stickiness& written = *experiment.sticky;
    const std::string prefix = experiment.key + "__";
    Stickiness sticky;
    sticky.current = prefix + std::to_string(written.version);
    for (std::uint32_t i = 0; i < written.first_valid; ++i)
      sticky.blocked.push_back(prefix + std::to_string(i));
    sticky.fallback = model::AttributeName(written.fallback_attribute.empty() ? experiment.attribute
                                                                              : written.fallback_attribute);
    for (const model::ExperimentVariant& variant : experiment.variants)
      sticky.variants.push_back(variant.key);
    if (!written.fallback_attribute.empty()) compiled.unit.fallback = sticky.fallback;
    compiled.stickiness = std::move(sticky);
  }

  /// Noted, since answers may change then.
  [[nodiscard]] Timestamp moment(const model::PlannedTime& time) {
    const Timestamp moment =
        time.clock == model::PlannedTime::ClockOf::Project ? clocks_(time.time) : time.time;
    turning_points_.push_back(moment);
    return moment;
  }

  [[nodiscard]] std::optional<Window> window(const model::Schedule& schedule) {
    if (!schedule.from && !schedule.until) return std::nullopt;
    Window compiled;
    if (schedule.from) compiled.from = moment(*schedule.from);
    if (schedule.until) compiled.until = moment(*schedule.until);
    return compiled;
  }

  [[nodiscard]] Filter slice(const model::LayerSlice& written) const {
    const auto layer = configuration_.layers.find(written.layer);
    // Nobody is in a slice of a layer that does not exist.
    if (layer == configuration_.layers.end()) return {{}, {}, {}, false, Check::What::Layer, written.layer};
    return {model::AttributeName(layer->second.attribute),
            seed("layer", layer->first, layer->second.seed),
            {{written.begin, written.end}},
            is_targeting_key(layer->second.attribute),
            Check::What::Layer,
            layer->first};
  }

  const model::Configuration& configuration_;
  std::unordered_map<const model::Condition*, const Value*>& written_;
  std::vector<Timestamp>& turning_points_;
  const SeedSource& seeds_;
  const ProjectClocks& clocks_;
};

/// Whether one experiment holds units out of another.
bool holds_out(const model::Experiment& holdout, const model::Experiment& experiment) {
  if (!holdout.holdout || experiment.holdout || holdout.status != model::ExperimentStatus::Running)
    return false;
  const std::vector<std::string>& named = holdout.holdout->experiments;
  return named.empty() || std::ranges::find(named, experiment.key) != named.end();
}

/// The same rule asking the holdout instead, which only looks on: who would meet the experiment counts as exposed to being
/// held out of it, or to not being.
CompiledRule asking(const CompiledExperiment& holdout, const CompiledRule& rule, const Served& fallback) {
  CompiledRule compiled = rule;
  CompiledExperimentRule outcome{&holdout, std::vector<Served>(holdout.variants, fallback)};
  compiled.outcome = std::move(outcome);
  return compiled;
}

/// Rules of experiments, each behind those of the holdouts that keep units out of it.
void add_rule(const std::deque<CompiledExperiment>& experiments, CompiledRule rule, CompiledFlag& flag) {
  const auto* asks = std::get_if<CompiledExperimentRule>(&rule.outcome);
  if (asks != nullptr && asks->experiment != nullptr) {
    for (const CompiledExperiment& holdout : experiments) {
      if (holds_out(*holdout.experiment, *asks->experiment->experiment))
        flag.rules.push_back(asking(holdout, rule, flag.fallback));
    }
  }
  flag.rules.push_back(std::move(rule));
}

/// Of experiments that assign for good, in order, each once.
std::vector<model::AttributeName> sticky_attributes_of(const model::Configuration& documents) {
  std::set<std::string> names;
  for (const auto& [key, experiment] : documents.experiments) {
    if (!experiment.sticky) continue;
    names.insert(experiment.attribute);
    if (!experiment.sticky->fallback_attribute.empty()) names.insert(experiment.sticky->fallback_attribute);
  }
  return {names.begin(), names.end()};
}

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
                                                  const SeedSource& seeds, const ProjectClocks& clocks) {
  auto compiled = std::make_unique<Compiled>();
  compiled->configuration = std::move(configuration);
  compiled->revision = revision;
  compiled->sticky_attributes = sticky_attributes_of(compiled->configuration);
  compiled->asked_attributes = attributes_asked_by(compiled->configuration);
  const model::Configuration& documents = compiled->configuration;
  compiled->contents.emplace(documents);
  for (const auto& [key, list] : documents.lists) compiled->lists.emplace(key, list.values);
  SnapshotCompiler compiler(*compiled, seeds, clocks);

  for (const auto& [key, experiment] : documents.experiments) {
    compiled->experiments.push_back(compiler.experiment(experiment));
    compiled->experiments_by_key.emplace(key, &compiled->experiments.back());
  }
  for (CompiledExperiment& experiment : compiled->experiments) {
    for (const CompiledExperiment& holdout : compiled->experiments) {
      if (holds_out(*holdout.experiment, *experiment.experiment)) compiler.hold_out(holdout, experiment);
    }
  }
  // All flags are there before prerequisites point to them.
  for (const auto& [key, flag] : documents.flags) compiled->flags[key].key = key;
  for (CompiledExperiment& experiment : compiled->experiments)
    experiment.prerequisites = compiler.prerequisites(experiment.experiment->prerequisites, compiled->flags);
  for (const auto& [key, flag] : documents.flags) {
    CompiledFlag& place = compiled->flags[key];
    place.enabled = flag.enabled;
    if (!flag.metadata.is_null()) compiled->metadata.emplace(key, &flag.metadata);
    place.fallback = SnapshotCompiler::served(flag, flag.fallback);
    for (const auto& [user, variant] : flag.overrides)
      place.overrides.emplace(user, SnapshotCompiler::served(flag, variant));
    for (const model::FlagRule& rule : flag.rules) {
      CompiledRule next = compiler.rule(flag, rule, compiled->experiments_by_key);
      next.prerequisites = compiler.prerequisites(rule.prerequisites, compiled->flags);
      add_rule(compiled->experiments, std::move(next), place);
    }
    place.plain = PlainFlag(place);
    compiled->flags_by_key.push_back(&place);
  }
  compiled->flag_table = FlagTable(compiled->flags_by_key);
  compiled->redirects = flag_of_redirects();
  for (const CompiledExperiment& experiment : compiled->experiments) {
    if (redirects(*experiment.experiment))
      add_rule(compiled->experiments, redirect_rule(experiment, *compiled), compiled->redirects);
  }
  compile_segments(documents, compiled->segments);
  std::vector<Timestamp>& points = compiled->turning_points;
  std::ranges::sort(points);
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(compiled)));
}

}  // namespace splitplot::decide
