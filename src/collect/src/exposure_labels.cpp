#include "exposure_labels.hpp"

#include <splitplot/decide/unit_text.hpp>
#include <splitplot/model/condition.hpp>
#include <splitplot/model/json.hpp>

#include <utility>

namespace splitplot::collect {

namespace {

/// The id by which the experiment knows the unit; empty if the event does not say it.
std::string id_of_kind(const Event& event, const Value& context, UnitKind kind) {
  switch (kind) {
    case UnitKind::User:
      return event.user_id;
    case UnitKind::Anonymous:
      return event.anonymous_id;
    case UnitKind::Account:
      if (!event.group_id.empty()) return event.group_id;
      if (const Value* group = context.find("groupId"); group != nullptr && group->if_text() != nullptr) {
        return *group->if_text();
      }
      return {};
    case UnitKind::Session:
      return std::string(decide::UnitText(context.find("sessionId")).view());
  }
  return {};
}

/// What the event itself says about the unit. A name may be there twice; the first counts.
Value said_of_unit(const Event& event, const Value& context) {
  Value::Object said{{"id", event.unit().id}};
  const auto append = [&said](const Value* more) {
    const auto* members = more == nullptr ? nullptr : more->if_object();
    if (members != nullptr) said.insert(said.end(), members->begin(), members->end());
  };
  append(context.find("traits"));
  const Value properties = object_of(event.properties_json);
  append(&properties);
  return said;
}

std::string dimension_values(const model::Experiment& experiment, const model::Attributes& attributes) {
  Value values;
  for (const std::string& dimension : experiment.dimensions) {
    const Value* value = attributes.find(dimension);
    if (value != nullptr && !value->is_null()) values.set(dimension, *value);
  }
  return values.is_null() ? std::string() : model::to_json(values);
}

}  // namespace

void label_exposure(Event& event, const profile::Profile* profile, const decide::Snapshot* snapshot) {
  if (!event.exposure || snapshot == nullptr) return;
  const Value context = object_of(event.context_json);
  const Value said = said_of_unit(event, context);
  const bool has_traits = profile != nullptr && profile->traits.if_object() != nullptr;
  const model::Attributes attributes(&said, has_traits ? &profile->traits : nullptr);

  Exposure& exposure = *event.exposure;
  exposure.revision = snapshot->revision();
  exposure.segments = snapshot->segments_of(attributes);
  const auto& experiments = snapshot->configuration().experiments;
  const auto experiment = experiments.find(exposure.experiment);
  if (experiment == experiments.end()) return;
  exposure.attributes_json = dimension_values(experiment->second, attributes);
  std::string id = id_of_kind(event, context, experiment->second.unit);
  if (!id.empty()) exposure.unit = {experiment->second.unit, std::move(id)};
}

}  // namespace splitplot::collect
