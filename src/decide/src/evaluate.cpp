#include "evaluate.hpp"

#include "experiment_judge.hpp"
#include "scene.hpp"

#include <variant>

namespace splitplot::decide {
namespace {

/// How many flags may wait for one another's answers: deeper than anybody means, and far from the end of the stack.
constexpr int kDeepestPrerequisite = 64;

/// Copied where there is none: GCC would clear that much memory by a slow instruction.
const Assignment kNoAssignment;

bool waits(const Waiting* waiting, const CompiledFlag* flag) {
  for (; waiting != nullptr; waiting = waiting->asker) {
    if (waiting->flag == flag) return true;
  }
  return false;
}

/// Applies the rules of one flag to one unit.
class FlagJudge {
 public:
  FlagJudge(const CompiledFlag& compiled, const Evaluation& evaluation,
            const model::SegmentMembership& segments, const Waiting& waiting, Decision& decision)
      : compiled_(compiled), scene_{evaluation, segments, &waiting, compiled.key}, decision_(decision) {}

  /// Writes to the decision, which must be empty: it is large to be copied.
  void decide() {
    if (!compiled_.enabled) {
      decision_.reason = Reason::Disabled;
      if (scene_.is_watched()) scene_.tell(place_, Check::What::Enabled, false, {});
      return;
    }
    for (const CompiledRule& rule : compiled_.rules) {
      if (scene_.is_watched())
        scene_.evaluation.checks->reached(compiled_.key,
                                          static_cast<std::size_t>(&rule - compiled_.rules.data()));
      if (apply(rule)) return;
    }
    if (targeting_key_missing_) {
      decision_.error = DecisionError::TargetingKeyMissing;
      return;
    }
    answer(compiled_.fallback, Source::Fallback, compiled_.rules.empty() ? Reason::Static : Reason::Default);
  }

 private:
  void answer(const Served& served, Source source, Reason reason) {
    decision_.value = served.value;
    decision_.variant = served.variant;
    decision_.source = source;
    decision_.reason = reason;
  }

  /// Whether the rule settles the flag.
  bool apply(const CompiledRule& rule) {
    place_.rule = rule.id;
    if (rule.window) {
      const bool holds = rule.window->contains(scene_.evaluation.now);
      if (scene_.is_watched()) scene_.tell(place_, Check::What::Schedule, holds, {.window = *rule.window});
      if (!holds) return false;
    }
    if (!rule.prerequisites.empty()) {
      switch (meet_prerequisites(rule.prerequisites, scene_, place_)) {
        case Met::Yes:
          break;
        case Met::SkipRule:
          return false;
        case Met::CloseGate:
          decision_.source = Source::Prerequisite;
          decision_.reason = Reason::Disabled;
          decision_.rule = rule.id;
          return true;
        case Met::Cycle:
          decision_.error = DecisionError::CyclicPrerequisite;
          return true;
      }
    }
    if (!rule.filters.empty()) {
      const Filtered filtered = pass_filters(rule.filters, scene_, place_);
      targeting_key_missing_ |= filtered == Filtered::TargetingKeyMissing;
      if (filtered != Filtered::In) return false;
    }
    if (!meets_condition(rule)) return false;
    const bool settled = std::visit([this](const auto& outcome) { return apply(outcome); }, rule.outcome);
    if (settled) decision_.rule = rule.id;
    return settled;
  }

  bool meets_condition(const CompiledRule& rule) {
    if (rule.condition == nullptr) return true;
    const bool met = scene_.meets(rule.condition);
    if (scene_.is_watched()) scene_.tell(place_, Check::What::Condition, met, {.condition = rule.condition});
    return met;
  }

  bool apply(const CompiledServe& serve) {
    if (!serve.rollout) {
      answer(serve.served, Source::Rule, Reason::TargetingMatch);
      return true;
    }
    const Rollout& rollout = *serve.rollout;
    const UnitText unit = find_unit(rollout.unit);
    if (unit.empty()) {
      targeting_key_missing_ |= rollout.unit.is_targeting_key;
      tell_rollout(rollout, std::nullopt, current_range(rollout), false);
      return false;
    }
    const double bucket = rollout.unit.seed.bucket(unit);
    const BucketRange* range = current_range(rollout);
    const bool is_in = range != nullptr && (range->contains(bucket) ||
                                            (rollout.end == Rollout::End::Included && bucket == range->end));
    tell_rollout(rollout, bucket, range, is_in);
    if (!is_in) return false;
    answer(serve.served, Source::Rule, Reason::Split);
    decision_.assignment.bucket = bucket;
    decision_.assignment.bucket_value = unit;
    decision_.assignment.attribute = rollout.unit.attribute.text();
    return true;
  }

  [[nodiscard]] UnitText find_unit(const HashedUnit& unit) const {
    const UnitText text = scene_.unit(unit.attribute);
    if (scene_.evaluation.sticky == nullptr || !unit.fallback || !text.empty()) return text;
    return scene_.unit(*unit.fallback);
  }

  /// Null before a ramp begins.
  [[nodiscard]] const BucketRange* current_range(const Rollout& rollout) const {
    return rollout.ramp.empty() ? &rollout.range : stage_at(scene_.evaluation.now, rollout.ramp);
  }

  void tell_rollout(const Rollout& rollout, std::optional<double> bucket, const BucketRange* range,
                    bool passed) {
    if (!scene_.is_watched()) return;
    scene_.tell(place_, Check::What::Rollout, passed,
                {.name = rollout.unit.attribute.text(),
                 .bucket = bucket,
                 .ranges = std::span(range, range == nullptr ? 0 : 1)});
  }

  bool apply(const CompiledExperimentRule& rule) {
    if (rule.experiment == nullptr) return false;
    targeting_key_missing_ |= judge_experiment(*rule.experiment, scene_, place_.rule, decision_.assignment) ==
                              MissedUnit::TargetingKey;
    const bool settled = decision_.assignment.variant && serve_variant(rule, *decision_.assignment.variant);
    if (!settled) decision_.assignment = kNoAssignment;
    return settled;
  }

  /// Whether the variant does more than look on.
  bool serve_variant(const CompiledExperimentRule& rule, std::size_t variant) {
    const Served& served = rule.served[variant];
    if (scene_.evaluation.observer != nullptr && !decision_.assignment.is_forced)
      scene_.evaluation.observer->assigned(compiled_.key, decision_.assignment, *served.value);
    if (variant < rule.experiment->pass_through.size() && rule.experiment->pass_through[variant])
      return false;
    answer(served, Source::Experiment, Reason::Split);
    return true;
  }

  const CompiledFlag& compiled_;
  Scene scene_;
  Place place_;
  Decision& decision_;
  bool targeting_key_missing_ = false;
};

/// Writes what somebody forced, if anybody did.
bool answer_forced(std::string_view key, const Evaluation& evaluation, Decision& decision) {
  const Value* forced = evaluation.forced_values == nullptr ? nullptr : evaluation.forced_values->find(key);
  if (forced == nullptr) return false;
  decision.value = forced;
  decision.source = Source::Override;
  decision.reason = Reason::Static;
  if (evaluation.checks != nullptr)
    evaluation.checks->checked(key, {.what = Check::What::Override, .passed = true, .value = forced});
  return true;
}

/// Whether the user is one of those who are shown a variant to try it out.
bool answer_overridden(const CompiledFlag& flag, const Evaluation& evaluation, Decision& decision) {
  if (flag.overrides.empty()) return false;
  const UnitText user(evaluation.attributes.find(kIdName));
  const auto overridden = flag.overrides.find(user.view());
  if (overridden == flag.overrides.end()) return false;
  decision.value = overridden->second.value;
  decision.variant = overridden->second.variant;
  decision.source = Source::Override;
  decision.reason = Reason::TargetingMatch;
  if (evaluation.checks != nullptr)
    evaluation.checks->checked(flag.key,
                               {.what = Check::What::Override, .passed = true, .value = decision.value});
  return true;
}

}  // namespace

Decision decide_flag(const CompiledFlag& flag, const Evaluation& evaluation,
                     const model::SegmentMembership& segments, const Waiting* asker) {
  Decision decision;
  if (asker == nullptr && flag.plain.answers(evaluation) && flag.plain.decide(evaluation, segments, decision))
    return decision;
  const Waiting waiting{&flag, asker, asker == nullptr ? 0 : asker->depth + 1};
  if (evaluation.checks != nullptr) evaluation.checks->begun(flag.key);
  if (waits(asker, &flag) || waiting.depth > kDeepestPrerequisite) {
    decision.error = DecisionError::CyclicPrerequisite;
  } else if (!answer_forced(flag.key, evaluation, decision) &&
             !answer_overridden(flag, evaluation, decision)) {
    FlagJudge(flag, evaluation, segments, waiting, decision).decide();
  }
  if (evaluation.checks != nullptr) evaluation.checks->decided(flag.key, decision);
  return decision;
}

Decision decide_missing_flag(std::string_view key, const Evaluation& evaluation) {
  Decision decision;
  if (evaluation.checks != nullptr) evaluation.checks->begun(key);
  if (!answer_forced(key, evaluation, decision)) decision.error = DecisionError::FlagNotFound;
  if (evaluation.checks != nullptr) evaluation.checks->decided(key, decision);
  return decision;
}

Assignment assign_unit(const CompiledExperiment& experiment, const Evaluation& evaluation,
                       const model::SegmentMembership& segments) {
  const Scene scene{evaluation, segments, nullptr, {}};
  Assignment assignment;
  judge_experiment(experiment, scene, {}, assignment);
  return assignment;
}

}  // namespace splitplot::decide
