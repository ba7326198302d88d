#include "compiled.hpp"
#include "fnv.hpp"

#include <splitplot/decide/hash.hpp>
#include <splitplot/decide/snapshot.hpp>

namespace splitplot::decide {
namespace {

/// Why a rule could not be judged.
enum class Missing { Nothing, TargetingKey, OtherUnit };

bool meets(const model::Condition* condition, const model::Attributes& attributes,
           const model::SegmentMembership& segments) {
  return condition == nullptr || condition->matches(attributes, segments);
}

Missing missing(const HashedUnit& unit) {
  return unit.is_targeting_key ? Missing::TargetingKey : Missing::OtherUnit;
}

double bucket_of_unit(const HashedUnit& unit, const UnitText& text) {
  return bucket_of_hash(fnv_continued(unit.seed_hash, text));
}

struct Judged {
  Assignment assignment;
  Missing missing = Missing::Nothing;
};

Judged judge(const CompiledExperiment& compiled, const model::Attributes& attributes,
             const model::SegmentMembership& segments) {
  Judged judged;
  if (compiled.experiment->status != model::ExperimentStatus::Running) return judged;
  if (!meets(compiled.population, attributes, segments)) return judged;

  const UnitText unit(attributes.find(compiled.unit.attribute));
  if (unit.empty()) judged.missing = missing(compiled.unit);
  if (compiled.slice && judged.missing == Missing::Nothing) {
    const UnitText layer_unit(attributes.find(compiled.slice->unit.attribute));
    if (layer_unit.empty()) {
      judged.missing = missing(compiled.slice->unit);
    } else {
      const double place = bucket_of_unit(compiled.slice->unit, layer_unit);
      if (place < compiled.slice->begin || place >= compiled.slice->end) return judged;
    }
  }
  judged.assignment.unit_missing = judged.missing != Missing::Nothing;
  if (judged.assignment.unit_missing) return judged;

  judged.assignment.bucket_value = unit;
  judged.assignment.bucket = bucket_of_unit(compiled.unit, unit);
  judged.assignment.variant =
      variant_at(judged.assignment.bucket, compiled.weights, compiled.experiment->coverage);
  return judged;
}

/// Applies the rules of one flag to one unit.
class FlagJudge {
 public:
  FlagJudge(const CompiledFlag& compiled, const model::Attributes& attributes,
            const model::SegmentMembership& segments)
      : compiled_(compiled), attributes_(attributes), segments_(segments) {}

  Decision decide() {
    const model::Flag& flag = *compiled_.flag;
    if (!flag.enabled) {
      decision_.reason = Reason::Disabled;
      return decision_;
    }
    for (const CompiledRule& rule : compiled_.rules) {
      if (!meets(rule.condition, attributes_, segments_)) continue;
      const bool applies = std::visit([this](const auto& outcome) { return apply(outcome); }, rule.outcome);
      if (applies) {
        decision_.rule = rule.id;
        return decision_;
      }
    }
    if (targeting_key_missing_) {
      decision_.error = DecisionError::TargetingKeyMissing;
      return decision_;
    }
    answer(flag.fallback, compiled_.rules.empty() ? Reason::Static : Reason::Default);
    return decision_;
  }

 private:
  void answer(std::size_t variant, Reason reason) {
    const model::FlagVariant& served = compiled_.flag->variants[variant];
    decision_.value = &served.value;
    decision_.variant = served.key;
    decision_.reason = reason;
  }

  bool apply(const CompiledServe& serve) {
    if (serve.rollout >= 1) {
      answer(serve.variant, Reason::TargetingMatch);
      return true;
    }
    if (serve.rollout <= 0) return false;
    const UnitText unit(attributes_.find(serve.unit.attribute));
    if (unit.empty()) {
      targeting_key_missing_ |= serve.unit.is_targeting_key;
      return false;
    }
    const double bucket = bucket_of_unit(serve.unit, unit);
    if (bucket >= serve.rollout) return false;
    answer(serve.variant, Reason::Split);
    decision_.bucket = bucket;
    decision_.bucket_value = unit;
    return true;
  }

  bool apply(const CompiledExperimentRule& rule) {
    if (rule.experiment == nullptr) return false;
    const Judged judged = judge(*rule.experiment, attributes_, segments_);
    targeting_key_missing_ |= judged.missing == Missing::TargetingKey;
    if (!judged.assignment.variant) return false;
    decision_.experiment = rule.experiment->experiment;
    decision_.experiment_variant = *judged.assignment.variant;
    decision_.bucket = judged.assignment.bucket;
    decision_.bucket_value = judged.assignment.bucket_value;
    answer((*rule.flag_variants)[decision_.experiment_variant], Reason::Split);
    return true;
  }

  const CompiledFlag& compiled_;
  const model::Attributes& attributes_;
  const model::SegmentMembership& segments_;
  Decision decision_;
  bool targeting_key_missing_ = false;
};

}  // namespace

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::Static:
      return "STATIC";
    case Reason::Default:
      return "DEFAULT";
    case Reason::TargetingMatch:
      return "TARGETING_MATCH";
    case Reason::Split:
      return "SPLIT";
    case Reason::Disabled:
      return "DISABLED";
    case Reason::Error:
      return "ERROR";
  }
  return "UNKNOWN";
}

Snapshot::Snapshot(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Snapshot::~Snapshot() = default;

std::uint64_t Snapshot::revision() const {
  return compiled_->revision;
}
const model::Configuration& Snapshot::configuration() const {
  return compiled_->configuration;
}

Decision Snapshot::decide(std::string_view flag, const model::Attributes& attributes) const {
  const auto found = compiled_->flags.find(flag);
  if (found != compiled_->flags.end()) return FlagJudge(found->second, attributes, *this).decide();
  Decision decision;
  decision.error = DecisionError::FlagNotFound;
  return decision;
}

void Snapshot::decide_all(const model::Attributes& attributes,
                          const std::function<void(const model::Flag&, const Decision&)>& visit) const {
  for (const CompiledFlag* flag : compiled_->flags_by_key) {
    visit(*flag->flag, FlagJudge(*flag, attributes, *this).decide());
  }
}

Assignment Snapshot::assign(const model::Experiment& experiment, const model::Attributes& attributes) const {
  const auto found = compiled_->experiments.find(experiment.key);
  return found == compiled_->experiments.end() ? Assignment{}
                                               : judge(found->second, attributes, *this).assignment;
}

std::vector<SegmentLabel> Snapshot::segments_of(const model::Attributes& attributes) const {
  std::vector<SegmentLabel> labels;
  for (const auto& [key, segment] : compiled_->configuration.segments) {
    if (contains(key, attributes)) labels.push_back({key, segment.version});
  }
  return labels;
}

bool Snapshot::contains(std::string_view segment_key, const model::Attributes& attributes) const {
  const auto found = compiled_->segments.find(segment_key);
  return found != compiled_->segments.end() && meets(found->second.condition, attributes, *this);
}

}  // namespace splitplot::decide
