/// What the steps of one decision share: the unit, who looks on, and the steps that rules and experiments have in common.
#pragma once

#include "rules.hpp"

#include <splitplot/decide/decision.hpp>
#include <splitplot/decide/evaluation.hpp>
#include <splitplot/decide/unit_text.hpp>
#include <splitplot/model/condition.hpp>

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace splitplot::decide {

/// A flag that waits for an answer, and who waits for it.
struct Waiting {
  const CompiledFlag* flag = nullptr;
  const Waiting* asker = nullptr;
  int depth = 0;
};

/// Overrides name users.
inline const model::AttributeName kIdName("id");

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
  /// The text to hash of an attribute.
  [[nodiscard]] UnitText unit(const model::AttributeName& attribute) const {
    return UnitText(evaluation.attributes.find(attribute));
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

enum class Met { Yes, SkipRule, CloseGate, Cycle };

/// Asks the other flags, in their order, until one does not answer what it must.
[[nodiscard]] Met meet_prerequisites(const std::vector<Prerequisite>& prerequisites, const Scene& scene,
                                     const Place& place);

/// Why filters kept a unit out.
enum class Filtered { In, Out, TargetingKeyMissing, OtherUnitMissing };

[[nodiscard]] Filtered pass_filters(const std::vector<Filter>& filters, const Scene& scene,
                                    const Place& place);

}  // namespace splitplot::decide
