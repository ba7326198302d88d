#include "scene.hpp"

#include "evaluate.hpp"

namespace splitplot::decide {
namespace {

/// The name that conditions of prerequisites have for the other flag's answer.
const model::AttributeName kValueName("value");
const Value kNull;

}  // namespace

Met meet_prerequisites(const std::vector<Prerequisite>& prerequisites, const Scene& scene,
                       const Place& place) {
  for (const Prerequisite& prerequisite : prerequisites) {
    const Decision answer =
        prerequisite.compiled != nullptr
            ? decide_flag(*prerequisite.compiled, scene.evaluation, scene.segments, scene.waiting)
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

Filtered pass_filters(const std::vector<Filter>& filters, const Scene& scene, const Place& place) {
  for (const Filter& filter : filters) {
    const UnitText unit = scene.unit(filter.attribute);
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

}  // namespace splitplot::decide
