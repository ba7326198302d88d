/// One object of a Segment body -> one event, or the reason why not.
#pragma once

#include "json_text.hpp"

#include <splitplot/collect/event.hpp>
#include <splitplot/collect/segment_api.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>
#include <tl/expected.hpp>

namespace splitplot::collect {

/// Why an event is refused: a code of docs/formats/events.md, and a clause with the place.
struct Rejection {
  std::string reason;
  std::string message;
};

/// What a batch says for all of its events.
struct BatchDefaults {
  std::string_view sent_at;                      ///< as written; empty: not given
  std::optional<simdjson::dom::object> context;  ///< its parser must live as long
};

/// The event's place in words: the one event of a body has an empty pointer.
[[nodiscard]] std::string in_words(const std::string& place);

/// `raw` is the event as received, for the id of an event without one; `place` is the event's JSON pointer in the body;
/// `type` is what the path says, or nothing if the event's own "type" counts.
[[nodiscard]] tl::expected<Event, Rejection> read_segment_event(const simdjson::dom::object& object,
                                                                std::string_view raw,
                                                                const std::string& place, SegmentPath type,
                                                                const BatchDefaults& defaults,
                                                                const EventLimits& limits);

/// What is wrong with a text that simdjson refused, and with an object that we refuse.
[[nodiscard]] Rejection rejection_of(simdjson::error_code error, const std::string& place);
[[nodiscard]] Rejection rejection_of(const JsonFlaw& flaw, const std::string& place,
                                     const EventLimits& limits);

}  // namespace splitplot::collect
