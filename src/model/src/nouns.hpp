/// Each noun from the body of its document. What is wrong is noted at the spot; the noun is then incomplete, and nobody
/// uses it. References to other documents are noted too, and followed when all are known.
#pragma once

#include "spot.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/model/configuration.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace splitplot::model {

[[nodiscard]] Layer read_layer(const std::string& key, const Value& body, const Spot& spot);
[[nodiscard]] Connection read_connection(const std::string& key, const Value& body, const Spot& spot);
[[nodiscard]] Segment read_segment(const std::string& key, const Value& body, const Spot& spot);
[[nodiscard]] Metric read_metric(const std::string& key, const Value& body, const Spot& spot);
[[nodiscard]] List read_list(const std::string& key, const Value& body, const Spot& spot);
[[nodiscard]] Items read_items(const std::string& key, const Value& body, const Spot& spot);
[[nodiscard]] Experiment read_experiment(const std::string& key, const Value& body, const Spot& spot);

/// Experiments must have been read: a rule serves a flag variant for each of the experiment's.
[[nodiscard]] Flag read_flag(const std::string& key, const Value& body, const Spot& spot,
                             const ByKey<Experiment>& experiments);

/// The member `plan` of an experiment; the defaults where it is missing (null).
[[nodiscard]] ExperimentPlan read_plan(const Value* plan, const Spot& spot);

/// "7d", "12h", "30m", "45s", "2w"; nothing for any other text, and for more than ten years.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// A text that is hashed: said to be risky where it is not ASCII.
void warn_of_seed(const std::string& seed, const Spot& spot);

}  // namespace splitplot::model
