/// The Segment HTTP tracking API: events from the SDKs of Segment, RudderStack and their likes.
#pragma once

#include "call.hpp"

#include <splitplot/collect/event.hpp>
#include <splitplot/collect/segment_api.hpp>

namespace splitplot::serve::segment {

/// POST /v1/batch, /v1/track, ...: answers exactly 200 once the events are durable.
void receive(const Call& call, const collect::SegmentPath& path, const Responder& responder);

void receive_batch(const Call& call, const Responder& responder);
template <collect::EventType type>
void receive_one(const Call& call, const Responder& responder) {
  receive(call, type, responder);
}

/// GET /v1/projects/{writeKey}/settings: what analytics.js and the mobile SDKs ask for at start.
[[nodiscard]] Response settings(const Call& call);

/// POST /v1/m: the SDKs' telemetry about themselves, thrown away.
[[nodiscard]] Response swallow(const Call& call);

}  // namespace splitplot::serve::segment
