#include "experiment_judge.hpp"

#include "url_override.hpp"

#include <algorithm>

namespace splitplot::decide {
namespace {

class ExperimentJudge {
 public:
  ExperimentJudge(const CompiledExperiment& compiled, const Scene& scene, std::string_view rule,
                  Assignment& assignment)
      : compiled_(compiled), scene_(scene), rule_(rule), assignment_(assignment) {
    assignment_.experiment = compiled.experiment;
  }

  MissedUnit judge() {
    if (is_open() && !is_forced() && is_running() && find_unit() && assign_by_bucket()) remember();
    return missed_unit_;
  }

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
    assignment_.bucket_value = scene_.unit(compiled_.unit.attribute);
    if (!assignment_.bucket_value.empty() || evaluation().sticky == nullptr || !compiled_.unit.fallback)
      return;
    const UnitText other = scene_.unit(*compiled_.unit.fallback);
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
    missed_unit_ = is_targeting_key ? MissedUnit::TargetingKey : MissedUnit::Other;
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
      const UnitText unit = scene_.unit(*name);
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
    const auto missing = std::ranges::find_if(
        compiled_.filters, [&](const Filter& filter) { return scene_.unit(filter.attribute).empty(); });
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
  MissedUnit missed_unit_ = MissedUnit::None;
};

}  // namespace

MissedUnit judge_experiment(const CompiledExperiment& experiment, const Scene& scene, std::string_view rule,
                            Assignment& assignment) {
  return ExperimentJudge(experiment, scene, rule, assignment).judge();
}

}  // namespace splitplot::decide
