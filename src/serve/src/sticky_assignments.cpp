#include "sticky_assignments.hpp"

#include "ofrep/exposures.hpp"
#include "ofrep/question.hpp"

#include <splitplot/collect/pipeline.hpp>
#include <splitplot/decide/unit_text.hpp>

#include <functional>
#include <utility>

namespace splitplot::serve {
namespace {

/// Whose profile keeps the assignments of an attribute's value: the user's, or, for all others, that of a device of this
/// id. The attribute's name stands beside them, so that accounts and devices do not get in each other's way.
Unit keeper_of(std::string_view attribute, std::string_view value) {
  const bool is_user = attribute == "id" || attribute == "targetingKey";
  return {is_user ? UnitKind::User : UnitKind::Anonymous, std::string(value)};
}

}  // namespace

StickyAssignments::StickyAssignments(const Call& call, const decide::Snapshot& snapshot,
                                     const model::Attributes& attributes, const std::optional<Unit>& user,
                                     const std::shared_ptr<const profile::Profile>& profile)
    : call_(call), are_asked_(!snapshot.sticky_attributes().empty()) {
  if (!are_asked_) return;
  const std::string environment = environment_name(call.principal->scope);
  const profile::Profiles& profiles = call.context.services.pipeline.profiles();
  for (const model::AttributeName& name : snapshot.sticky_attributes()) {
    const decide::UnitText value(attributes.find(name));
    if (value.empty() || !ofrep::can_be_id_of_event(value)) continue;
    const Unit keeper = keeper_of(name.text(), value);
    auto known = user && keeper == *user ? profile : profiles.find(environment, keeper);
    holders_.push_back({name.text(), keeper.id, std::move(known)});
  }
}

const decide::StickyBuckets* StickyAssignments::source() const {
  return are_asked_ ? this : nullptr;
}

std::optional<std::string_view> StickyAssignments::find(std::string_view attribute, std::string_view value,
                                                        std::string_view experiment) const {
  for (const Holder& holder : holders_) {
    if (holder.attribute != attribute || holder.value != value || holder.profile == nullptr) continue;
    const Value* of_attribute = holder.profile->assignments.find(attribute);
    const Value* variant = of_attribute == nullptr ? nullptr : of_attribute->find(experiment);
    if (variant != nullptr && variant->if_text() != nullptr) return *variant->if_text();
  }
  return std::nullopt;
}

void StickyAssignments::remember(const decide::StickyAssignment& assignment) {
  if (!ofrep::can_be_id_of_event(assignment.value)) return;
  if (find(assignment.attribute, assignment.value, assignment.experiment) == assignment.variant) return;
  new_.push_back({std::string(assignment.attribute), std::string(assignment.value),
                  std::string(assignment.experiment), std::string(assignment.variant)});
}

void StickyAssignments::keep(Timestamp now) {
  if (new_.empty()) return;
  const catalogue::Principal& principal = *call_.principal;
  collect::Batch batch;
  batch.environment = environment_name(principal.scope);
  batch.source = principal.connection;
  std::vector<std::uint64_t> fingerprints;
  for (New& assigned : new_) {
    std::string identity = "assignment/" + batch.environment;
    for (const std::string* part :
         {&assigned.attribute, &assigned.value, &assigned.experiment, &assigned.variant}) {
      identity.append("/").append(*part);
    }
    // Until the pipeline has taken it, every evaluation finds it new.
    const auto fingerprint = static_cast<std::uint64_t>(std::hash<std::string>{}(identity));
    if (!call_.context.exposures->add(fingerprint, now)) continue;
    fingerprints.push_back(fingerprint);
    collect::Event event;
    event.name = collect::kLastingAssignment;
    Unit keeper = keeper_of(assigned.attribute, assigned.value);
    (keeper.kind == UnitKind::User ? event.user_id : event.anonymous_id) = std::move(keeper.id);
    event.assignment = collect::LastingAssignment{
        std::move(assigned.attribute), std::move(assigned.experiment), std::move(assigned.variant)};
    batch.events.push_back(std::move(event));
  }
  new_.clear();
  if (batch.events.empty()) return;
  call_.context.services.pipeline.submit(std::move(batch), [recent = call_.context.exposures, fingerprints](
                                                               const Result<collect::Accepted>& accepted) {
    if (accepted) return;
    for (const std::uint64_t fingerprint : fingerprints) recent->forget(fingerprint);
  });
}

}  // namespace splitplot::serve
