#include "event_rows.hpp"

#include "json_text.hpp"

#include <splitplot/collect/event.hpp>

#include <utility>

namespace splitplot::collect {
namespace {

void add_exposure(store::LoadBatch& batch, const Event& event, store::JournalOffset offset) {
  const Exposure& exposure = *event.exposure;
  store::ExposureRow row;
  row.offset = offset;
  row.environment = event.environment;
  row.source = event.source;
  row.message_id = event.message_id;
  row.unit = exposure.unit.id.empty() ? event.unit() : exposure.unit;
  row.time = event.times.corrected;
  row.received = event.times.received;
  row.experiment = exposure.experiment;
  row.variant = exposure.variant;
  row.revision = exposure.revision;
  row.segments.reserve(exposure.segments.size());
  row.segment_versions.reserve(exposure.segments.size());
  for (const decide::SegmentLabel& segment : exposure.segments) {
    row.segments.push_back(segment.key);
    row.segment_versions.push_back(segment.version);
  }
  row.attributes_json = exposure.attributes_json;
  batch.exposures.push_back(std::move(row));
}

/// An alias has no properties, and `events` has no column for the id that it joins.
std::string properties_of_alias(const Event& event) {
  std::string json = R"({"previousId":)";
  append_json_text(json, event.previous_id);
  json += '}';
  return json;
}

void add_event(store::LoadBatch& batch, Event event, store::JournalOffset offset) {
  if (event.assignment) return;
  if (event.exposure) {
    add_exposure(batch, event, offset);
    if (event.name == kEvaluationExposure) return;
  }
  store::EventRow row;
  row.offset = offset;
  row.unit = event.unit();
  row.type = name_of(event.type);
  row.time = event.times.corrected;
  row.received = event.times.received;
  row.client_time = event.times.client;
  row.sent_time = event.times.sent;
  row.properties_json =
      event.type == EventType::Alias ? properties_of_alias(event) : std::move(event.properties_json);
  row.environment = std::move(event.environment);
  row.source = std::move(event.source);
  row.message_id = std::move(event.message_id);
  row.name = std::move(event.name);
  row.user_id = std::move(event.user_id);
  row.anonymous_id = std::move(event.anonymous_id);
  row.group_id = std::move(event.group_id);
  row.context_json = std::move(event.context_json);
  batch.events.push_back(std::move(row));
}

void add_rejected(store::LoadBatch& batch, RejectedEvent rejected, store::JournalOffset offset) {
  batch.rejected.push_back({offset, std::move(rejected.environment), std::move(rejected.source),
                            rejected.received, std::move(rejected.reason), std::move(rejected.message),
                            std::move(rejected.body)});
}

}  // namespace

Result<void> add_rows(store::LoadBatch& batch, const store::JournalRecord& record) {
  auto decoded = decode(record.payload);
  if (!decoded) return tl::unexpected<Error>(std::move(decoded.error()));
  if (auto* event = std::get_if<Event>(&*decoded)) {
    add_event(batch, std::move(*event), record.offset);
  } else {
    add_rejected(batch, std::move(std::get<RejectedEvent>(*decoded)), record.offset);
  }
  return {};
}

}  // namespace splitplot::collect
