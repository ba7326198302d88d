#include "growthbook/events.hpp"

#include "ofrep/exposures.hpp"
#include "ofrep/question.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/decide/unit_text.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace splitplot::serve {
namespace {

/// Those of the Segment API, with room for the names that are longer there.
constexpr collect::EventLimits kLimits{.event_bytes = 40UL * 1024, .batch_bytes = 2UL * 1024 * 1024};

/// The first of the members that is neither missing nor null nor an empty text.
const Value* first_of(const Value& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const Value* value = object.find(name);
    if (value == nullptr || value->is_null() || *value == Value("")) continue;
    return value;
  }
  return nullptr;
}

void copy(Value& to, std::string_view name, const Value* value) {
  if (value != nullptr) to.set(name, *value);
}

/// Some SDKs write objects as text.
Value unpacked(const Value* value) {
  if (value == nullptr) return {};
  if (const std::string* text = value->if_text()) {
    if (Result<Value> inside = model::parse_json(*text)) return std::move(*inside);
  }
  return *value;
}

/// The events of a body: a list, the list in its member "events", or the one that it is.
Result<Value::Array> events_of(Value& body) {
  if (Value::Array* list = body.if_array()) return std::move(*list);
  if (body.if_object() == nullptr)
    return fail(ErrorCode::BadData, "the body is neither a list of events nor an object");
  Value* events = body.find("events");
  if (events == nullptr) return Value::Array{std::move(body)};
  if (Value::Array* list = events->if_array()) return std::move(*list);
  return fail(ErrorCode::BadData, "'events' is not a list");
}

/// Collects events for one Segment batch, and reads it.
class SegmentBatch {
 public:
  explicit SegmentBatch(std::string_view message_prefix) : prefix_(message_prefix) {}

  void add(Value event) {
    if (event.if_object() != nullptr) {
      event.set("type", "track");
      event.set("messageId", prefix_ + "-" + std::to_string(events_.size()));
    }
    events_.push_back(std::move(event));
  }
  void add_evaluation() { ++evaluations_; }

  [[nodiscard]] Result<ReportedEvents> read(const Value* sent_at) && {
    if (events_.empty()) return ReportedEvents{{}, evaluations_};
    Value batch = Value::Object{{"batch", std::move(events_)}};
    copy(batch, "sentAt", sent_at);
    Result<collect::ParsedBatch> parsed =
        collect::parse_segment_body(model::to_json(batch), std::nullopt, kLimits);
    if (!parsed) return tl::unexpected(std::move(parsed.error()));
    return ReportedEvents{std::move(*parsed), evaluations_};
  }

 private:
  const std::string prefix_;
  Value::Array events_;
  std::uint64_t evaluations_ = 0;
};

/// A page's address, campaign and the like, where Segment's clients have them.
Value context_of(const Value& event, Value attributes) {
  Value context = Value::Object{};
  if (attributes.if_object() != nullptr && !attributes.if_object()->empty())
    context.set("traits", std::move(attributes));
  Value page = Value::Object{};
  copy(page, "url", first_of(event, {"url"}));
  copy(page, "title", first_of(event, {"page_title"}));
  if (!page.if_object()->empty()) context.set("page", std::move(page));
  static constexpr std::pair<std::string_view, std::string_view> kCampaign[] = {{"utm_source", "source"},
                                                                                {"utm_medium", "medium"},
                                                                                {"utm_campaign", "name"},
                                                                                {"utm_term", "term"},
                                                                                {"utm_content", "content"}};
  Value campaign = Value::Object{};
  for (const auto& [written, name] : kCampaign) copy(campaign, name, first_of(event, {written}));
  if (!campaign.if_object()->empty()) context.set("campaign", std::move(campaign));
  copy(context, "sessionId", first_of(event, {"session_id"}));
  Value library = Value::Object{};
  copy(library, "name", first_of(event, {"sdk_language"}));
  copy(library, "version", first_of(event, {"sdk_version"}));
  if (!library.if_object()->empty()) context.set("library", std::move(library));
  return context;
}

/// JavaScript's plugin sends the attribute `id` as the device; without a user it is both, so that it counts for
/// experiments of either.
void set_ids(Value& event, const Value* user, const Value* device) {
  copy(event, "userId", user != nullptr ? user : device);
  copy(event, "anonymousId", device);
}

Value segment_event(const Value& event) {
  Value attributes = unpacked(first_of(event, {"context_json", "attributes", "user_attributes"}));
  const auto id = [&](std::initializer_list<std::string_view> names) {
    const Value* own = first_of(event, names);
    return own != nullptr ? own : first_of(attributes, names);
  };
  Value out = Value::Object{};
  copy(out, "event", event.find("event_name"));
  set_ids(out, id({"user_id"}), id({"device_id", "anonymous_id", "id"}));
  const Value properties = unpacked(first_of(event, {"properties_json", "properties"}));
  if (!properties.is_null()) out.set("properties", properties);
  copy(out, "timestamp", first_of(event, {"timestamp"}));
  out.set("context", context_of(event, std::move(attributes)));
  return out;
}

bool is_evaluation(const Value& event) {
  const Value* name = event.find("event_name");
  return name != nullptr && (*name == Value("Feature Evaluated") || *name == Value("$$feature_evaluated"));
}

std::string text_of(const Value* value) {
  return std::string(decide::UnitText(value).view());
}

}  // namespace

Result<ReportedEvents> growthbook::read_events(std::string_view body, std::string_view message_prefix) {
  Result<Value> parsed = model::parse_json(body);
  if (!parsed) return tl::unexpected(std::move(parsed.error()));
  std::optional<Value> sent_at;
  if (const Value* sent = parsed->find("sentAt")) sent_at = *sent;
  Result<Value::Array> events = events_of(*parsed);
  if (!events) return tl::unexpected(std::move(events.error()));
  SegmentBatch batch(message_prefix);
  for (Value& event : *events) {
    if (event.if_object() == nullptr) {
      batch.add(std::move(event));
    } else if (is_evaluation(event)) {
      batch.add_evaluation();
    } else {
      batch.add(segment_event(event));
    }
  }
  return std::move(batch).read(sent_at ? &*sent_at : nullptr);
}

namespace {

/// Whole seconds since 1970, or with a fraction; the year stays below 10000.
std::optional<std::string> time_of(const Value* seconds) {
  constexpr double kLatest = 253'402'300'799;
  const std::optional<double> number = seconds == nullptr ? std::nullopt : seconds->number();
  if (!number || !(*number >= 0 && *number <= kLatest)) return {};
  return rfc3339(Timestamp(std::chrono::microseconds(static_cast<std::int64_t>(std::round(*number * 1e6)))));
}

/// The exposure that a report of a flag is, or nothing.
std::optional<Value> exposure_properties(const Value& event, const model::Configuration& configuration) {
  const auto experiment = configuration.experiments.find(text_of(event.find("key")));
  if (experiment == configuration.experiments.end()) return {};
  const std::string variant = text_of(event.find("variation"));
  const bool is_known = std::ranges::any_of(
      experiment->second.variants, [&](const model::ExperimentVariant& one) { return one.key == variant; });
  if (!is_known) return {};
  return Value::Object{{"experiment_id", experiment->first}, {"variation_id", variant}};
}

Value segment_event_of(const Value& event) {
  Value out = Value::Object{};
  const Value* user = first_of(event, {"userKey"});
  const Value* kind = event.find("contextKind");
  const bool is_anonymous = kind != nullptr && *kind == Value("anonymousUser");
  copy(out, "userId", user);
  if (is_anonymous) copy(out, "anonymousId", user);
  if (const std::optional<std::string> time = time_of(event.find("creationDate")))
    out.set("timestamp", *time);
  if (const Value* context = event.find("evaluationContext");
      context != nullptr && context->if_object() != nullptr)
    out.set("context", Value::Object{{"traits", *context}});
  return out;
}

}  // namespace

Result<ReportedEvents> go_feature_flag::read_events(std::string_view body, std::string_view message_prefix,
                                                    const model::Configuration& configuration) {
  Result<Value> parsed = model::parse_json(body);
  if (!parsed) return tl::unexpected(std::move(parsed.error()));
  if (parsed->find("events") == nullptr)
    return fail(ErrorCode::BadData, "the body has no 'events'", R"(send {"meta":{},"events":[...]})");
  Result<Value::Array> events = events_of(*parsed);
  if (!events) return tl::unexpected(std::move(events.error()));
  SegmentBatch batch(message_prefix);
  for (Value& event : *events) {
    if (event.if_object() == nullptr) {
      batch.add(std::move(event));
      continue;
    }
    const Value* kind = event.find("kind");
    Value out = segment_event_of(event);
    if (kind != nullptr && *kind == Value("feature")) {
      std::optional<Value> exposure = exposure_properties(event, configuration);
      if (!exposure) {
        batch.add_evaluation();
        continue;
      }
      out.set("event", "Experiment Viewed");
      out.set("properties", std::move(*exposure));
    } else {
      copy(out, "event", event.find("key"));
      copy(out, "properties", first_of(event, {"trackingEventDetails"}));
    }
    batch.add(std::move(out));
  }
  return std::move(batch).read(nullptr);
}

namespace {

void name_variant(collect::Exposure& exposure, const model::Experiment& experiment) {
  const std::string& named = exposure.variant;
  const auto has_key = [&](const model::ExperimentVariant& variant) { return variant.key == named; };
  if (std::ranges::any_of(experiment.variants, has_key)) return;
  std::size_t index = 0;
  const char* const end = named.data() + named.size();
  const auto [stop, error] = std::from_chars(named.data(), end, index);
  if (error == std::errc() && stop == end && index < experiment.variants.size())
    exposure.variant = experiment.variants[index].key;
}

bool are_same(std::string_view attribute, std::string_view other) {
  const auto is_key = [](std::string_view name) { return name == "id" || name == "targetingKey"; };
  return attribute == other || (is_key(attribute) && is_key(other));
}

void name_unit(collect::Event& event, const model::Experiment& experiment) {
  const Value properties = collect::object_of(event.properties_json);
  const std::string attribute = text_of(first_of(properties, {"hashAttribute", "hash_attribute"}));
  const std::string unit = text_of(first_of(properties, {"hashValue", "hash_value"}));
  if (unit.empty() || !ofrep::can_be_id_of_event(unit) || !are_same(attribute, experiment.attribute)) return;
  ofrep::set_unit(event, experiment.unit, unit);
}

}  // namespace

void complete_exposures(std::vector<collect::Event>& events, const model::Configuration& configuration) {
  for (collect::Event& event : events) {
    if (!event.exposure) continue;
    const auto experiment = configuration.experiments.find(event.exposure->experiment);
    if (experiment == configuration.experiments.end()) continue;
    name_variant(*event.exposure, experiment->second);
    name_unit(event, experiment->second);
  }
}

}  // namespace splitplot::serve
