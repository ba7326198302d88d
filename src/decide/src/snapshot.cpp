#include "evaluate.hpp"
#include "snapshot_content.hpp"

#include <splitplot/decide/snapshot.hpp>

#include <utility>

namespace splitplot::decide {

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

Timestamp utc_clocks(Timestamp shown) {
  return shown;
}

Snapshot::Snapshot(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Snapshot::~Snapshot() = default;

std::uint64_t Snapshot::revision() const {
  return compiled_->revision;
}
const model::Configuration& Snapshot::configuration() const {
  return compiled_->configuration;
}

const std::vector<std::string>& Snapshot::asked_attributes() const {
  return compiled_->asked_attributes;
}

const std::vector<model::AttributeName>& Snapshot::sticky_attributes() const {
  return compiled_->sticky_attributes;
}
const std::vector<Timestamp>& Snapshot::turning_points() const {
  return compiled_->turning_points;
}

Decision Snapshot::decide(std::string_view flag, const Evaluation& evaluation) const {
  const CompiledFlag* found = compiled_->flag_table.find(flag);
  return found != nullptr ? decide_flag(*found, evaluation, *this) : decide_missing_flag(flag, evaluation);
}

const Value* Snapshot::metadata_of(std::string_view flag) const {
  if (compiled_->metadata.empty()) return nullptr;
  const auto found = compiled_->metadata.find(flag);
  return found != compiled_->metadata.end() ? found->second : nullptr;
}

void Snapshot::decide_all(const Evaluation& evaluation,
                          const std::function<void(std::string_view flag, const Decision&)>& visit) const {
  for (const CompiledFlag* flag : compiled_->flags_by_key) {
    visit(flag->key, decide_flag(*flag, evaluation, *this));
  }
}

std::optional<content::Rendering> Snapshot::render(const Value* value, const model::Attributes& user,
                                                   const Value* context) const {
  if (!compiled_->contents) return std::nullopt;
  return compiled_->contents->render(value, {user, context, this});
}

Assignment Snapshot::assign(const model::Experiment& experiment, const Evaluation& evaluation) const {
  return assign(experiment.key, evaluation).value_or(Assignment{});
}

std::optional<Assignment> Snapshot::assign(std::string_view experiment, const Evaluation& evaluation) const {
  const auto found = compiled_->experiments_by_key.find(experiment);
  if (found == compiled_->experiments_by_key.end()) return std::nullopt;
  return assign_unit(*found->second, evaluation, *this);
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
  if (found == compiled_->segments.end()) return false;
  const model::Condition* condition = found->second.condition;
  return condition == nullptr || condition->matches(attributes, *this);
}

}  // namespace splitplot::decide
