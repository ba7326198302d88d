/// Events of GrowthBook's tracking plugins, and of GO Feature Flag's providers, as the events of ours. They are written as
/// a Segment batch first, so that one reader checks whatever comes in. Pure.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/collect/event.hpp>
#include <splitplot/collect/segment_api.hpp>
#include <splitplot/model/configuration.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace splitplot::serve {

struct ReportedEvents {
  collect::ParsedBatch batch;
  std::uint64_t evaluations = 0;  ///< reports that a flag was asked for: counted, not kept
};

namespace growthbook {

/// [event, ...], {"events": [event, ...], "sentAt": time} or one event; of JavaScript's plugin, Python's and the
/// documented form. Events get `message_prefix` and their number as message id. Errors: BadData (not JSON, no events),
/// ResourceLimit (too many, too large).
[[nodiscard]] Result<ReportedEvents> read_events(std::string_view body, std::string_view message_prefix);

}  // namespace growthbook

namespace go_feature_flag {

/// {"meta": {...}, "events": [...]} of the data collector. Of events "feature", those that name an experiment of the
/// configuration and one of its variants are exposures. Errors: as above.
[[nodiscard]] Result<ReportedEvents> read_events(std::string_view body, std::string_view message_prefix,
                                                 const model::Configuration& configuration);

}  // namespace go_feature_flag

/// What the configuration knows of exposures: the key of a variant that was named by its index, and which id of the event
/// the hashed value is.
void complete_exposures(std::vector<collect::Event>& events, const model::Configuration& configuration);

}  // namespace splitplot::serve
