#include "event_json.hpp"

#include <splitplot/decide/unit_text.hpp>
#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/text.hpp>
#include <splitplot/model/attributes.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <utility>

namespace splitplot::client {
namespace {

constexpr std::size_t kIdDigits = 32;

Value reported(const Value& attributes, const Options& options) {
  if (!options.reported_attributes) return attributes;
  Value chosen = Value::Object{};
  for (const std::string& name : *options.reported_attributes) {
    if (const Value* value = attributes.find(name)) chosen.set(name, *value);
  }
  return chosen;
}

bool is_user(std::string_view attribute, const Options& options) {
  const auto is_id = [](std::string_view name) { return name == "id" || name == "targetingKey"; };
  return attribute == options.user_attribute || (is_id(attribute) && is_id(options.user_attribute));
}

/// Whom the event is about: the user, else the unit that was assigned.
void set_ids(Value& out, const WaitingEvent& event, const Options& options) {
  const model::Attributes attributes(&event.attributes);
  const decide::UnitText user(attributes.find(options.user_attribute));
  const decide::UnitText device(attributes.find("anonymousId"));
  const WaitingExposure& exposure = event.exposure;
  if (!user.empty()) {
    out.set("userId", user.view());
  } else if (is_user(exposure.attribute, options) && !exposure.unit.empty()) {
    out.set("userId", exposure.unit);
  }
  if (!device.empty()) {
    out.set("anonymousId", device.view());
  } else if (out.find("userId") == nullptr && !exposure.unit.empty()) {
    out.set("anonymousId", exposure.unit);
  }
}

}  // namespace

std::string exposure_id(const WaitingExposure& exposure) {
  std::string whole;
  for (const std::string* part : {&exposure.experiment, &exposure.variant, &exposure.rules_version,
                                  &exposure.attribute, &exposure.unit})
    whole.append(std::to_string(part->size())).append(":").append(*part);
  const digest::Hash hash = digest::sha256(whole);
  return "exposure-" + digest::hex(digest::bytes_of(hash)).substr(0, kIdDigits);
}

std::string event_json(const WaitingEvent& event, const Options& options) {
  const bool is_exposure = event.name.empty();
  Value out = Value::Object{{"type", "track"}, {"event", is_exposure ? "Experiment Viewed" : event.name}};
  out.set("messageId", is_exposure ? exposure_id(event.exposure) : event.message_id);
  set_ids(out, event, options);
  if (is_exposure) {
    out.set("properties", Value::Object{{"experiment_id", event.exposure.experiment},
                                        {"variation_id", event.exposure.variant},
                                        {"hashAttribute", event.exposure.attribute},
                                        {"hashValue", event.exposure.unit}});
  } else if (!event.properties.is_null()) {
    out.set("properties", event.properties);
  }
  out.set("timestamp", rfc3339(event.time));
  out.set("context", Value::Object{{"traits", reported(event.attributes, options)},
                                   {"library", Value::Object{{"name", "splitplot-client-cpp"}}}});
  return model::to_json(out);
}

std::string batch_json(std::span<const std::string> events, Timestamp sent) {
  std::string body = R"({"batch":[)";
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i > 0) body += ',';
    body.append(events[i]);
  }
  return body.append(R"(],"sentAt":")").append(rfc3339(sent)).append("\"}");
}

}  // namespace splitplot::client
