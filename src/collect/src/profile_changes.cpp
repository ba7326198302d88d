#include "profile_changes.hpp"

#include <algorithm>

namespace splitplot::collect {

namespace {

/// Room that a value takes, roughly: its texts, and 16 bytes for each thing in it.
std::size_t size_of(const Value& value) {
  std::size_t size = 16;
  if (const auto* text = value.if_text()) size += text->size();
  if (const auto* elements = value.if_array()) {
    for (const Value& element : *elements) size += size_of(element);
  }
  if (const auto* members = value.if_object()) {
    for (const Member& member : *members) size += member.name.size() + size_of(member.value);
  }
  return size;
}

std::size_t merge(const Value::Object& changes, Value& traits) {
  std::size_t dropped = 0;
  std::size_t size = size_of(traits);
  for (const Member& change : changes) {
    if (change.name == "id") continue;
    const Value* old = traits.find(change.name);
    const std::size_t old_size = old == nullptr ? 0 : change.name.size() + size_of(*old);
    if (change.value.is_null()) {
      if (traits.erase(change.name)) size -= old_size;
      continue;
    }
    const std::size_t new_size = change.name.size() + size_of(change.value);
    const auto* members = traits.if_object();
    const std::size_t count = members == nullptr ? 0 : members->size();
    if (size - old_size + new_size > kMaximumTraitBytes || (old == nullptr && count >= kMaximumTraits)) {
      ++dropped;
      continue;
    }
    size = size - old_size + new_size;
    traits.set(change.name, change.value);
  }
  return dropped;
}

void keep(const LastingAssignment& assignment, Value& assignments) {
  Value* of_attribute = assignments.find(assignment.attribute);
  if (of_attribute == nullptr) {
    assignments.set(assignment.attribute, Value(Value::Object{}));
    of_attribute = assignments.find(assignment.attribute);
  }
  of_attribute->erase(assignment.experiment);
  Value::Object& members = *of_attribute->if_object();
  if (members.size() >= kMaximumAssignments) members.erase(members.begin());
  of_attribute->set(assignment.experiment, Value(assignment.variant));
}

}  // namespace

ProfileChanges profile_changes(const Event& event) {
  ProfileChanges changes{.unit = {.unit = event.unit(), .time = event.times.corrected, .traits = {}},
                         .account = {}};
  if (event.assignment) {
    changes.unit.assignment = event.assignment;
    return changes;
  }
  if (event.type == EventType::Identify) changes.unit.traits = object_of(event.properties_json);
  if (event.type == EventType::Group && !event.group_id.empty()) {
    changes.account = ProfileChange{.unit = {UnitKind::Account, event.group_id},
                                    .time = event.times.corrected,
                                    .traits = object_of(event.properties_json)};
  }
  return changes;
}

std::size_t apply(const ProfileChange& change, profile::Profile& profile) {
  if (change.assignment) {
    keep(*change.assignment, profile.assignments);
    return 0;
  }
  const bool is_new = profile.events == 0;
  profile.first_seen = is_new ? change.time : std::min(profile.first_seen, change.time);
  profile.last_seen = is_new ? change.time : std::max(profile.last_seen, change.time);
  ++profile.events;
  const auto* traits = change.traits.if_object();
  return traits == nullptr ? 0 : merge(*traits, profile.traits);
}

}  // namespace splitplot::collect
