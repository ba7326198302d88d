#include "exposure_conventions.hpp"

#include <splitplot/base/key.hpp>

#include <array>
#include <string>

namespace splitplot::collect {
namespace {

/// Where one kind of client puts what. Of several names the first that holds something counts.
struct Convention {
  std::string_view event;
  std::array<std::string_view, 3> experiment;
  std::array<std::string_view, 3> variant;
};

constexpr std::array<Convention, 5> kConventions{{
    // Segment's specification and GrowthBook's third-party plugin; GrowthBook's JavaScript and PHP plugins write one word.
    {"Experiment Viewed",
     {"experiment_id", "experimentId", "experiment_name"},
     {"variation_id", "variationId", "variation_name"}},
    // GrowthBook through GA4's gtag or a tag manager's data layer.
    {"experiment_viewed", {"experiment_id", "experimentId"}, {"variation_id", "variationId"}},
    // GrowthBook's Python plugin; its variation_id is an index, so the key comes first.
    {"$$experiment_viewed", {"experiment_id"}, {"variation_key", "variation_id"}},
    // GO Feature Flag's kind of event, forwarded under its name.
    {"feature", {"key"}, {"variation"}},
    // OpenTelemetry's evaluation event.
    {"feature_flag.evaluation", {"feature_flag.key"}, {"feature_flag.result.variant"}},
}};

/// The first of the properties that holds something, as text; empty if none does, or if it can be no key.
std::string first_of(const simdjson::dom::object& properties, const std::array<std::string_view, 3>& names) {
  for (const std::string_view name : names) {
    if (name.empty()) break;
    simdjson::dom::element held;
    if (properties.at_key(name).get(held) != simdjson::SUCCESS || held.is_null()) continue;
    std::string key;
    std::string_view text;
    std::int64_t index = 0;
    if (held.get_string().get(text) == simdjson::SUCCESS) {
      if (text.empty()) continue;
      key = text;
    } else if (held.is_int64() && held.get_int64().get(index) == simdjson::SUCCESS) {
      key = std::to_string(index);
    }
    return is_key(key) ? key : std::string();
  }
  return {};
}

}  // namespace

std::optional<Exposure> exposure_of(std::string_view event_name, const simdjson::dom::object& properties) {
  for (const Convention& convention : kConventions) {
    if (convention.event != event_name) continue;
    Exposure exposure;
    exposure.experiment = first_of(properties, convention.experiment);
    exposure.variant = first_of(properties, convention.variant);
    if (exposure.experiment.empty() || exposure.variant.empty()) return {};
    return exposure;
  }
  return {};
}

}  // namespace splitplot::collect
