/// What waits, as a batch of the Segment API (docs/formats/events.md). Pure.
#pragma once

#include "outbox.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/client/options.hpp>

#include <span>
#include <string>

namespace splitplot::client {

/// The id by which the server knows that exposure: the same for all programs that see the unit under the same rules.
[[nodiscard]] std::string exposure_id(const WaitingExposure& exposure);

/// The event as JSON text.
[[nodiscard]] std::string event_json(const WaitingEvent& event, const Options& options);

/// A body of events that are JSON text.
[[nodiscard]] std::string batch_json(std::span<const std::string> events, Timestamp sent);

}  // namespace splitplot::client
