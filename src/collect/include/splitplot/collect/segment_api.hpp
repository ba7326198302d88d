/// The Segment tracking API's bodies -> events: docs/formats/events.md says what is accepted. Pure: no clock, no I/O,
/// nothing of HTTP. Any thread.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/collect/event.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::collect {

/// The limits of the Segment specification, after decompression.
struct EventLimits {
  std::size_t event_bytes = 32UL * 1024;
  std::size_t batch_bytes = 500UL * 1024;
  std::size_t batch_events = 2500;
  std::size_t depth = 16;  ///< nested objects and lists, the event itself among them
};

/// Which path the body came to: a batch, or one event of this type.
using SegmentPath = std::optional<EventType>;  ///< nothing: batch

/// A body understood. Events carry no environment, source, received time or exposure segments yet; an `exposure` is
/// there where the event is one by any of the known conventions ("Experiment Viewed", ...).
struct ParsedBatch {
  std::vector<Event> events;
  std::vector<RejectedEvent> rejected;
  std::string write_key;  ///< of the body; may be empty
};

/// Parses by content, whatever the content type said. Errors: BadData (not JSON, no object), ResourceLimit (too
/// large, too many events). Single bad events are rejected, not the batch.
[[nodiscard]] Result<ParsedBatch> parse_segment_body(std::string_view body, const SegmentPath& path,
                                                     const EventLimits& limits = {});

}  // namespace splitplot::collect
