/// How clients say that a unit met a variant; the table in docs/formats/events.md, "Exposures".
#pragma once

#include <splitplot/collect/event.hpp>

#include <optional>
#include <string_view>

#include <simdjson.h>

namespace splitplot::collect {

/// The exposure that a Track event of this name and with these properties reports; nothing if it is no exposure by any
/// convention, or if what it names is no key.
[[nodiscard]] std::optional<Exposure> exposure_of(std::string_view event_name,
                                                  const simdjson::dom::object& properties);

}  // namespace splitplot::collect
