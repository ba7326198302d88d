#include "evaluate.hpp"

#include "url_override.hpp"

#include <algorithm>
#include <utility>

namespace splitplot::decide {
namespace {

/// How many flags may wait for one another's answers: deeper than anybody means, and far from the end of the stack.
constexpr int kDeepestPrerequisite = 64;

/// The name that conditions of prerequisites have for the other flag's answer.
const model::AttributeName kValueName("value");
/// Overrides name users.
const model::AttributeName kIdName("id");
const Value kNull;
/// Copied where there is none: GCC would clear that much memory by a slow instruction.
const Assignment kNoAssignment;

/// A flag that waits for an answer, and who waits for it.
struct Waiting {
  const CompiledFlag* flag = nullptr;
  const Waiting* asker = nullptr;
  int depth = 0;
};

bool waits(const Waiting* waiting, const CompiledFlag* flag) {
  for (; waiting != nullptr; waiting = waiting->asker) {
    if (waiting->flag == flag) return true;
  }
  return false;
}

/// Where a check stands.
struct Place {
  std::string_view rule;
  std::string_view experiment;
};

/// What all steps of one decision share.
struct Scene {
  const Evaluation& evaluation;
  const model::SegmentMembership& segments;
  const Waiting* waiting;
  std::string_view flag;

  [[nodiscard]] bool meets(const model::Condition* condition) const {
    return condition == nullptr || condition->matches(evaluation.attributes, segments);
  }
  [[nodiscard]] bool is_watched() const { return evaluation.checks != nullptr; }

  /// What is told of a check; only asked for where somebody looks on.
  struct Detail {
    std::string_view name = {};
    const Value* value = nullptr;
    const model::Condition* condition = nullptr;
    std::optional<double> bucket = {};
    std::span<const BucketRange> ranges = {};
    std::string_view key = {};
    Window window = {};
  };
  void tell(const Place& place, Check::What what, bool passed, const Detail& detail) const {
    evaluation.checks->checked(flag, {.what = what,
                                      .passed = passed,
                                      .rule = place.rule,
                                      .experiment = place.experiment,
                                      .name = detail.name,
                                      .key = detail.key,
                                      .value = detail.value,
                                      .condition = detail.condition,
                                      .bucket = detail.bucket,
                                      .ranges = detail.ranges,
                                      .from = detail.window.from,
                                      .until = detail.window.until});
  }
};

Decision decide_waiting(const CompiledFlag& flag, const Evaluation& evaluation,
                        const model::SegmentMembership& segments, const Waiting* asker);

enum class Met { Yes, SkipRule, CloseGate, Cycle };

/// Asks the other flags, in their order, until one does not answer what it must.
Met meet_prerequisites(const std::vector<Prerequisite>& prerequisites, const Scene& scene,
                       const Place& place) {
  for (const Prerequisite& prerequisite : prerequisites) {
    const Decision answer =
        prerequisite.compiled != nullptr
            ? decide_waiting(*prerequisite.compiled, scene.evaluation, scene.segments, scene.waiting)
            : decide_missing_flag(prerequisite.flag, scene.evaluation);
    if (answer.error == DecisionError::CyclicPrerequisite) {
      if (scene.is_watched())
        scene.tell(place, Check::What::Prerequisite, false, {.name = prerequisite.flag});
      return Met::Cycle;
    }
    const Value& value = answer.value != nullptr ? *answer.value : kNull;
    const bool met = prerequisite.condition == nullptr ||
                     prerequisite.condition->matches(model::Attributes(kValueName, value), scene.segments);
    if (scene.is_watched())
      scene.tell(place, Check::What::Prerequisite, met,
                 {.name = prerequisite.flag, .value = &value, .condition = prerequisite.condition});
    if (met) continue;
    return prerequisite.otherwise == Prerequisite::Otherwise::CloseGate ? Met::CloseGate : Met::SkipRule;
  }
  return Met::Yes;
}

/// Why filters kept a unit out.
enum class Filtered { In, Out, TargetingKeyMissing, OtherUnitMissing };

Filtered pass_filters(const std::vector<Filter>& filters, const Scene& scene, const Place& place) {
  for (const Filter& filter : filters) {
    const UnitText unit(scene.evaluation.attributes.find(filter.attribute));
    const bool is_there = !unit.empty();
    const double bucket = is_there ? filter.seed.bucket(unit) : 0;
    const bool passed = is_there && range_at(bucket, filter.ranges).has_value();
    if (scene.is_watched())
      scene.tell(place, filter.what, passed,
                 {.name = filter.attribute.text(),
                  .bucket = is_there ? std::optional(bucket) : std::nullopt,
                  .ranges = filter.ranges,
                  .key = filter.key});
    if (passed) continue;
    if (is_there) return Filtered::Out;
    return filter.is_targeting_key ? Filtered::TargetingKeyMissing : Filtered::OtherUnitMissing;
  }
  return Filtered::In;
}

/// One unit and one experiment, step by step in the order of the SDKs.
class ExperimentJudge {
 public:
  /// `rule`: the one that asks. What it finds is written to `assignment`, which must be empty.
  ExperimentJudge(const CompiledExperiment& compiled, const Scene& scene, std::string_view rule,
                  Assignment& assignment)
      : compiled_(compiled), scene_(scene), rule_(rule), assignment_(assignment) {
    assignment_.experiment = compiled.experiment;
  }

  void judge() {
    if (is_open() && !is_forced() && is_running() && find_unit() && assign_by_bucket()) remember();
  }

  [[nodiscard]] bool targeting_key_missing() const { return targeting_key_missing_; }

 private:
  [[nodiscard]] const Evaluation& evaluation() const { return scene_.evaluation; }
  [[nodiscard]] Place place() const { return {rule_, compiled_.experiment->key}; }

  bool tell(Check::What what, bool passed, const Scene::Detail& detail = {}) {
    if (scene_.is_watched()) scene_.tell(place(), what, passed, detail);
    return passed;
  }

  /// Whether anybody can be in it at all, on this page.
  bool is_open() {
    if (compiled_.variants < 2 || !evaluation().experiments_enabled) return tell(Check::What::Status, false);
    if (by_hash_alone()) return true;
    return compiled_.urls == nullptr || tell(Check::What::Url, compiled_.urls->matches(evaluation().url));
  }

  bool is_forced() {
    std::optional<std::size_t> variant;
    if (!evaluation().url.empty())
      variant = variant_in_url(evaluation().url, compiled_.experiment->key, compiled_.variants);
    bool is_forced = variant.has_value();
    if (!is_forced && evaluation().forced_variants != nullptr) {
      if (const Value* forced = evaluation().forced_variants->find(compiled_.experiment->key)) {
        is_forced = true;
        const std::optional<double> index = forced->number();
        if (index && *index >= 0 && *index < static_cast<double>(compiled_.variants))
          variant = static_cast<std::size_t>(*index);
      }
    }
    note_unit();
    if (!is_forced && compiled_.overrides != nullptr && !by_hash_alone()) {
      const UnitText user(evaluation().attributes.find(kIdName));
      const auto overridden = compiled_.overrides->find(user.view());
      is_forced = overridden != compiled_.overrides->end();
      if (is_forced) variant = overridden->second;
    }
    if (!is_forced) return false;
    assignment_.variant = variant;
    assignment_.is_forced = true;
    tell(Check::What::Override, true);
    return true;
  }

  [[nodiscard]] bool by_hash_alone() const {
    return evaluation().rehearsal == Evaluation::Rehearsal::HashAlone;
  }

  [[nodiscard]] bool is_rehearsed() const {
    const bool is_draft = compiled_.experiment->status == model::ExperimentStatus::Draft;
    return by_hash_alone() || (is_draft && evaluation().rehearsal == Evaluation::Rehearsal::AsIfLaunched);
  }

  bool is_running() {
    const model::ExperimentStatus status = compiled_.experiment->status;
    if (is_rehearsed()) return true;
    const bool runs = status == model::ExperimentStatus::Running ||
                      (status == model::ExperimentStatus::Stopped && compiled_.forced_variant.has_value());
    if (!runs) return tell(Check::What::Status, false);
    return !compiled_.window || tell(Check::What::Schedule, compiled_.window->contains(evaluation().now),
                                     {.window = *compiled_.window});
  }

  void note_unit() {
    assignment_.attribute = compiled_.unit.attribute.text();
    assignment_.bucket_value.read(evaluation().attributes.find(compiled_.unit.attribute));
    if (!assignment_.bucket_value.empty() || evaluation().sticky == nullptr || !compiled_.unit.fallback)
      return;
    const UnitText other(evaluation().attributes.find(*compiled_.unit.fallback));
    if (other.empty()) return;
    assignment_.attribute = compiled_.unit.fallback->text();
    assignment_.bucket_value = other;
  }

  /// The population is asked before a missing unit is complained of: who is not meant needs none.
  bool find_unit() {
    if (assignment_.bucket_value.empty()) {
      if (!meets_population()) return false;
      return miss_unit(compiled_.unit.is_targeting_key, compiled_.unit.attribute.text());
    }
    return find_sticky() || is_admitted();
  }

  bool miss_unit(bool is_targeting_key, std::string_view attribute) {
    assignment_.unit_missing = true;
    targeting_key_missing_ = is_targeting_key;
    return tell(Check::What::Unit, false, {.name = attribute});
  }

  /// An earlier assignment: the experiment's filters, population and prerequisites do not matter any more.
  bool find_sticky() {
    if (!compiled_.stickiness || evaluation().sticky == nullptr) return false;
    const Stickiness& stickiness = *compiled_.stickiness;
    is_blocked_ = std::ranges::any_of(
        stickiness.blocked, [&](const std::string& version) { return earlier_variant(version).has_value(); });
    if (is_blocked_) return false;
    const std::optional<std::string_view> key = earlier_variant(stickiness.current);
    if (!key || key->empty()) return false;
    const auto variant = std::ranges::find(stickiness.variants, *key);
    if (variant == stickiness.variants.end()) return false;
    assignment_.variant = static_cast<std::size_t>(variant - stickiness.variants.begin());
    assignment_.is_sticky = true;
    is_sticky_ = true;
    return tell(Check::What::Sticky, true);
  }

  [[nodiscard]] std::optional<std::string_view> earlier_variant(std::string_view experiment) const {
    const model::AttributeName* const names[] = {&compiled_.unit.attribute, &compiled_.stickiness->fallback};
    for (const model::AttributeName* name : names) {
      const UnitText unit(evaluation().attributes.find(*name));
      if (unit.empty()) continue;
      if (const auto variant = evaluation().sticky->find(name->text(), unit, experiment)) return variant;
    }
    return std::nullopt;
  }

  bool meets_population() {
    if (compiled_.population == nullptr || by_hash_alone()) return true;
    return tell(Check::What::Population, scene_.meets(compiled_.population),
                {.condition = compiled_.population});
  }

  bool is_admitted() {
    if (!compiled_.filters.empty()) {
      switch (pass_filters(compiled_.filters, scene_, place())) {
        case Filtered::In:
          break;
        case Filtered::Out:
          return false;
        case Filtered::TargetingKeyMissing:
        case Filtered::OtherUnitMissing:
          return miss_filter_unit();
      }
    }
    if (compiled_.in_namespace && !is_in_namespace()) return false;
    if (!meets_population()) return false;
    return compiled_.prerequisites.empty() || by_hash_alone() ||
           meet_prerequisites(compiled_.prerequisites, scene_, place()) == Met::Yes;
  }

  bool miss_filter_unit() {
    if (!meets_population()) return false;
    const auto missing = std::ranges::find_if(compiled_.filters, [&](const Filter& filter) {
      return UnitText(evaluation().attributes.find(filter.attribute)).empty();
    });
    return miss_unit(missing->is_targeting_key, missing->attribute.text());
  }

  bool is_in_namespace() {
    const double bucket = compiled_.in_namespace->seed.bucket(assignment_.bucket_value);
    return tell(Check::What::Namespace, compiled_.in_namespace->range.contains(bucket),
                {.name = assignment_.attribute,
                 .bucket = bucket,
                 .ranges = std::span(&compiled_.in_namespace->range, 1)});
  }

  bool assign_by_bucket() {
    assignment_.bucket = compiled_.unit.seed.bucket(assignment_.bucket_value);
    if (is_blocked_) {
      tell(Check::What::Sticky, false);
      return leave();
    }
    const std::vector<BucketRange>* ranges = choose_arms();
    if (!is_sticky_ && (ranges == nullptr || !choose_variant(*ranges))) return leave();
    if (compiled_.forced_variant) {
      assignment_.variant = compiled_.forced_variant;
      assignment_.is_forced = true;
      assignment_.is_sticky = false;
    } else if (evaluation().qa_mode) {
      tell(Check::What::QaMode, false);
      return leave();
    }
    if (*assignment_.variant < compiled_.variants) return true;
    tell(Check::What::Status, false);  // it is stopped, or was never meant to be
    return leave();
  }

  bool leave() {
    assignment_.variant.reset();
    return false;
  }

  /// Null before a ramp begins. The group whose condition is met is noted for who is sticky, too.
  const std::vector<BucketRange>* choose_arms() {
    const Timestamp now = is_rehearsed() ? Timestamp::max() : evaluation().now;
    const Allocation* allocation =
        compiled_.ramp.empty() ? &compiled_.allocation : stage_at(now, compiled_.ramp);
    if (allocation == nullptr) {
      tell(Check::What::Schedule, false, {.window = {compiled_.ramp.front().from, Timestamp::max()}});
      return nullptr;
    }
    const std::size_t groups = by_hash_alone() ? 0 : allocation->conditional_arms.size();
    for (std::size_t i = 0; i < groups; ++i) {
      const model::Condition* condition = allocation->conditional_arms[i].condition;
      if (!tell(Check::What::Weights, scene_.meets(condition), {.condition = condition})) continue;
      assignment_.arms = i;
      return &allocation->conditional_arms[i].ranges;
    }
    return &allocation->ranges;
  }

  bool choose_variant(const std::vector<BucketRange>& ranges) {
    assignment_.variant = range_at(assignment_.bucket, ranges);
    return tell(Check::What::Variant, assignment_.variant.has_value(),
                {.name = assignment_.attribute, .bucket = assignment_.bucket, .ranges = ranges});
  }

  void remember() {
    if (!compiled_.stickiness || evaluation().sticky == nullptr || assignment_.is_forced ||
        evaluation().observer == nullptr)
      return;
    evaluation().observer->remember({assignment_.attribute, assignment_.bucket_value,
                                     compiled_.stickiness->current,
                                     compiled_.experiment->variants[*assignment_.variant].key});
  }

  const CompiledExperiment& compiled_;
  const Scene& scene_;
  std::string_view rule_;
  Assignment& assignment_;
  bool is_sticky_ = false;
  bool is_blocked_ = false;
  bool targeting_key_missing_ = false;
};

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
    const UnitText unit(find_unit(rollout.unit));
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

  [[nodiscard]] const Value* find_unit(const HashedUnit& unit) const {
    const Value* value = scene_.evaluation.attributes.find(unit.attribute);
    if (scene_.evaluation.sticky == nullptr || !unit.fallback || !UnitText(value).empty()) return value;
    return scene_.evaluation.attributes.find(*unit.fallback);
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
    ExperimentJudge judge(*rule.experiment, scene_, place_.rule, decision_.assignment);
    judge.judge();
    targeting_key_missing_ |= judge.targeting_key_missing();
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

Decision decide_waiting(const CompiledFlag& flag, const Evaluation& evaluation,
                        const model::SegmentMembership& segments, const Waiting* asker) {
  const Waiting waiting{&flag, asker, asker == nullptr ? 0 : asker->depth + 1};
  Decision decision;
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

}  // namespace

Decision decide_flag(const CompiledFlag& flag, const Evaluation& evaluation,
                     const model::SegmentMembership& segments) {
  return decide_waiting(flag, evaluation, segments, nullptr);
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
  ExperimentJudge(experiment, scene, {}, assignment).judge();
  return assignment;
}

}  // namespace splitplot::decide
