#include "prepared_batch.hpp"

#include "fingerprint.hpp"

#include <utility>

namespace splitplot::collect {

namespace {

PreparedEvent prepare_event(Event event, const Batch& batch, Timestamp received) {
  event.environment = batch.environment;
  event.source = batch.source;
  event.times.received = received;
  event.times.corrected = corrected_time(event.times.client, event.times.sent, received);
  PreparedEvent prepared{.type = event.type,
                         .name = event.name,
                         .fate = Fate::Stored,
                         .fingerprint = {},
                         .received = received,
                         .changes = profile_changes(event),
                         .payload = {},
                         .exposure = {}};
  if (!event.message_id.empty()) {
    prepared.fingerprint = fingerprint_of(event.environment, event.source, event.message_id);
  }
  if (event.exposure) {
    prepared.exposure = std::move(event);
  } else {
    prepared.payload = encode(event);
  }
  return prepared;
}

/// Texts of an exposure that waits, and what goes with any event.
std::size_t bytes_of(const PreparedEvent& event) {
  std::size_t bytes = sizeof(PreparedEvent) + event.payload.size() + event.name.size();
  if (event.exposure) bytes += event.exposure->properties_json.size() + event.exposure->context_json.size();
  return bytes;
}

}  // namespace

PreparedBatch prepare(Batch batch, Timestamp received, Pipeline::Done done) {
  PreparedBatch prepared;
  prepared.events.reserve(batch.events.size());
  for (Event& event : batch.events) {
    prepared.events.push_back(prepare_event(std::move(event), batch, received));
    prepared.bytes += bytes_of(prepared.events.back());
  }
  prepared.rejected.reserve(batch.rejected.size());
  for (RejectedEvent& rejected : batch.rejected) {
    rejected.environment = batch.environment;
    rejected.source = batch.source;
    rejected.received = received;
    std::string payload = encode(rejected);
    prepared.bytes += sizeof(PreparedRejection) + payload.size() + rejected.message.size();
    prepared.rejected.push_back(
        {std::move(rejected.reason), std::move(rejected.message), std::move(payload)});
  }
  prepared.environment = std::move(batch.environment);
  prepared.source = std::move(batch.source);
  prepared.received = received;
  prepared.done = std::move(done);
  return prepared;
}

PublishedBatch publication_of(const PreparedBatch& batch) {
  PublishedBatch published{.environment = batch.environment,
                           .source = batch.source,
                           .received = batch.received,
                           .events = {},
                           .rejected = {},
                           .duplicates = 0};
  published.events.reserve(batch.events.size());
  for (const PreparedEvent& event : batch.events) {
    if (event.fate == Fate::Repetition) {
      ++published.duplicates;
      continue;
    }
    const ProfileChange& who = event.changes.unit;
    if (who.assignment) continue;  // nobody did anything
    published.events.push_back({event.type, event.exposure ? PublishedKind::Exposure : PublishedKind::Plain,
                                event.name, &who.unit, who.time});
  }
  for (const PreparedRejection& rejection : batch.rejected) {
    published.rejected.push_back({rejection.reason, rejection.message});
  }
  return published;
}

}  // namespace splitplot::collect
