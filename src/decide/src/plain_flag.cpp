#include "plain_flag.hpp"

#include "rules.hpp"

#include <algorithm>
#include <string_view>
#include <variant>

namespace splitplot::decide {
namespace {

/// The hashes go on with an ASCII text, side by side. False, and they are of no use, where it is none.
template <std::size_t count>
bool go_on(std::array<std::uint32_t, count>& hashes, std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    all |= byte;
#pragma GCC unroll 4
    for (std::size_t i = 0; i < count; ++i) hashes[i] = with_code_unit(hashes[i], byte);
  }
  return all < 0x80;
}

/// The usual kind of experiment: it runs, and everybody has the same shares.
bool is_usual(const CompiledExperiment& experiment) {
  const bool looks_on = std::ranges::any_of(experiment.pass_through, [](bool passes) { return passes; });
  const bool is_overridden = experiment.overrides != nullptr && !experiment.overrides->empty();
  const std::size_t slices =
      experiment.filters.size() + static_cast<std::size_t>(experiment.in_namespace.has_value());
  return experiment.variants >= 2 && experiment.experiment->status == model::ExperimentStatus::Running &&
         slices <= 1 && experiment.prerequisites.empty() && experiment.urls == nullptr &&
         !experiment.window && experiment.allocation.conditional_arms.empty() && experiment.ramp.empty() &&
         !experiment.forced_variant && !is_overridden && !looks_on;
}

}  // namespace

PlainFlag::PlainFlag(const CompiledFlag& flag) {
  const bool is_plain =
      flag.enabled && flag.overrides.empty() &&
      std::ranges::all_of(flag.rules, [this](const CompiledRule& rule) { return add(rule); });
  // Without hashes there is nothing to be gained.
  if (!is_plain || attribute_ == nullptr) return;
  seeds_.resize(std::max(seeds_.size(), kMostHashes), seeds_.front());
  flag_ = &flag;
}

bool PlainFlag::add(const CompiledRule& rule) {
  if (rule.window || !rule.prerequisites.empty() || !rule.filters.empty()) return false;
  Rule& added = rules_.emplace_back();
  added.rule = &rule;
  added.condition = rule.condition;
  return std::visit([&](const auto& outcome) { return add(outcome, added); }, rule.outcome);
}

bool PlainFlag::add(const CompiledServe& serve, Rule& rule) {
  rule.served = &serve.served;
  if (!serve.rollout) return true;
  const Rollout& rollout = *serve.rollout;
  const std::optional<std::size_t> seed = place(rollout.unit.attribute, rollout.unit.seed);
  if (!seed || !rollout.ramp.empty()) return false;
  is_sticky_ |= rollout.unit.fallback.has_value();
  rule.parts = Slice{*seed, std::span(&rollout.range, 1)};
  if (rollout.end == Rollout::End::Included) rule.included_end = &rollout.range.end;
  return true;
}

bool PlainFlag::add(const CompiledExperimentRule& asks, Rule& rule) {
  if (asks.experiment == nullptr || !is_usual(*asks.experiment)) return false;
  const CompiledExperiment& experiment = *asks.experiment;
  rule.served = asks.served.data();
  rule.experiment = experiment.experiment;
  rule.population = experiment.population;
  is_sticky_ |= experiment.stickiness.has_value() || experiment.unit.fallback.has_value();
  if (experiment.in_namespace) {
    const auto seed = place(experiment.unit.attribute, experiment.in_namespace->seed);
    if (!seed) return false;
    rule.slice = Slice{*seed, std::span(&experiment.in_namespace->range, 1)};
  } else if (!experiment.filters.empty()) {
    const Filter& filter = experiment.filters.front();
    const auto seed = place(filter.attribute, filter.seed);
    if (!seed) return false;
    rule.slice = Slice{*seed, filter.ranges};
  }
  const std::optional<std::size_t> seed = place(experiment.unit.attribute, experiment.unit.seed);
  if (!seed || experiment.allocation.ranges.size() > experiment.variants) return false;
  rule.parts = Slice{*seed, experiment.allocation.ranges};
  return true;
}

std::optional<std::size_t> PlainFlag::place(const model::AttributeName& attribute, const HashSeed& seed) {
  if (attribute_ == nullptr) attribute_ = &attribute;
  if (!(*attribute_ == attribute)) return std::nullopt;
  seeds_.push_back(&seed);
  return seeds_.size() - 1;
}

bool PlainFlag::decide(const Evaluation& evaluation, const model::SegmentMembership& segments,
                       Decision& decision) const {
  const UnitText unit(evaluation.attributes.find(*attribute_));
  if (unit.empty()) return false;
  Hashes hashes;
  for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = seeds_[i]->begun();
  if (!go_on(hashes, unit)) return false;
  for (const Rule& rule : rules_) {
    if (rule.condition != nullptr && !rule.condition->matches(evaluation.attributes, segments)) continue;
    if (rule.slice && !range_at(bucket(rule.slice->seed, hashes, unit), rule.slice->ranges)) continue;
    if (rule.population != nullptr && !rule.population->matches(evaluation.attributes, segments)) continue;
    if (apply(rule, hashes, unit, evaluation, decision)) {
      decision.rule = rule.rule->id;
      return true;
    }
  }
  decision.value = flag_->fallback.value;
  decision.variant = flag_->fallback.variant;
  decision.source = Source::Fallback;
  decision.reason = Reason::Default;
  return true;
}

bool PlainFlag::apply(const Rule& rule, const Hashes& hashes, const UnitText& unit,
                      const Evaluation& evaluation, Decision& decision) const {
  std::size_t part = 0;
  if (rule.parts) {
    const double position = bucket(rule.parts->seed, hashes, unit);
    const std::optional<std::size_t> found = range_at(position, rule.parts->ranges);
    if (!found && (rule.included_end == nullptr || position != *rule.included_end)) return false;
    part = found.value_or(0);
    decision.assignment.bucket = position;
    decision.assignment.bucket_value = unit;
    decision.assignment.attribute = attribute_->text();
  }
  const Served& served = rule.served[part];
  decision.value = served.value;
  decision.variant = served.variant;
  decision.reason = rule.parts ? Reason::Split : Reason::TargetingMatch;
  decision.source = Source::Rule;
  if (rule.experiment == nullptr) return true;
  decision.source = Source::Experiment;
  decision.assignment.experiment = rule.experiment;
  decision.assignment.variant = part;
  if (evaluation.observer != nullptr)
    evaluation.observer->assigned(flag_->key, decision.assignment, *served.value);
  return true;
}

}  // namespace splitplot::decide
