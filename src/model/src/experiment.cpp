#include "nouns.hpp"
#include "object_reader.hpp"

#include <splitplot/base/key.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace splitplot::model {
namespace {

constexpr std::size_t kMostVariants = 100;
/// Units fall into 10,000 buckets, so that a smaller slice may hold none of them.
constexpr double kBucketWidth = 0.0001;

struct WeightedVariant {
  ExperimentVariant variant;
  std::optional<double> weight;
};

std::optional<double> read_weight(const Value& value, const Spot& spot) {
  const std::optional<double> weight = read_number(value, spot);
  if (!weight || *weight > 0) return weight;
  spot.problem("a weight must be more than 0", "leave out a variant that nobody gets");
  return std::nullopt;
}

/// {control: 50, treatment: 50}
std::vector<WeightedVariant> variants_of_object(const Value::Object& members, const Spot& spot) {
  std::vector<WeightedVariant> all;
  for (const Member& member : members) {
    const Spot place = spot.at(member.name);
    if (!is_key(member.name)) place.problem("'" + member.name + "' is not a key", std::string(kKeyRule));
    all.push_back({{.key = member.name, .description = {}, .weight = 0}, read_weight(member.value, place)});
  }
  return all;
}

/// [{key: control, weight: 50}, ...]
std::vector<WeightedVariant> variants_of_list(const Value::Array& elements, const Spot& spot) {
  std::vector<WeightedVariant> all;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    ObjectReader reader(elements[i], spot.at(i));
    WeightedVariant& read = all.emplace_back();
    reader.require("key");
    read.variant.key = reader.key("key").value_or("");
    read.variant.description = reader.text("description").value_or("");
    if (const Value* weight = reader.take("weight")) read.weight = read_weight(*weight, reader.at("weight"));
    reader.finish();
    for (std::size_t j = 0; j < i; ++j) {
      if (!read.variant.key.empty() && all[j].variant.key == read.variant.key)
        spot.at(i).at("key").problem("the variant '" + read.variant.key + "' is there twice",
                                     "give it another key");
    }
  }
  return all;
}

/// Weights become shares. Without any, all are equal.
std::vector<ExperimentVariant> with_shares(std::vector<WeightedVariant> read, const Spot& spot) {
  const auto weighted =
      std::ranges::count_if(read, [](const WeightedVariant& variant) { return variant.weight.has_value(); });
  if (weighted != 0 && static_cast<std::size_t>(weighted) != read.size())
    spot.problem("some variants have a weight and some have none", "give all of them one, or none");
  double sum = 0;
  for (const WeightedVariant& variant : read) sum += variant.weight.value_or(1);
  if (!std::isfinite(sum)) spot.problem("the weights are too large to add up", "only their ratios matter");
  std::vector<ExperimentVariant> variants;
  for (WeightedVariant& variant : read) {
    variant.variant.weight = variant.weight.value_or(1) / sum;
    variants.push_back(std::move(variant.variant));
  }
  return variants;
}

std::vector<ExperimentVariant> read_variants(const Value& written, const Spot& spot) {
  const Value::Array* elements = written.if_array();
  const Value::Object* members = written.if_object();
  if (elements == nullptr && members == nullptr) {
    expected("a list or object", written, spot, "write {control: 50, treatment: 50}");
    return {};
  }
  const std::size_t count = elements != nullptr ? elements->size() : members->size();
  if (count < 2)
    spot.problem("an experiment has at least two variants", "write {control: 50, treatment: 50}");
  if (count > kMostVariants) {
    spot.problem("an experiment has at most " + std::to_string(kMostVariants) + " variants");
    return {};
  }
  return with_shares(
      elements != nullptr ? variants_of_list(*elements, spot) : variants_of_object(*members, spot), spot);
}

void read_control(ObjectReader& reader, Experiment& experiment) {
  const std::optional<std::string> control = reader.text("control");
  if (!control || experiment.variants.empty()) return;
  const auto found = std::ranges::find(experiment.variants, *control, &ExperimentVariant::key);
  if (found != experiment.variants.end()) {
    experiment.control = static_cast<std::size_t>(found - experiment.variants.begin());
    return;
  }
  std::vector<std::string> names;
  for (const ExperimentVariant& variant : experiment.variants) names.push_back(variant.key);
  reader.at("control").unknown("variant", *control, names);
}

void read_slice(const Value& written, const Spot& spot, LayerSlice& slice) {
  const Value::Array* ends = written.if_array();
  if (ends == nullptr || ends->size() != 2) {
    expected("a list of two numbers", written, spot, "write [0, 0.5] for the first half");
    return;
  }
  const std::optional<double> begin = read_number((*ends)[0], spot.at(0));
  const std::optional<double> end = read_number((*ends)[1], spot.at(1));
  if (!begin || !end) return;
  if (*begin < 0 || *end > 1 || *begin >= *end) {
    spot.problem("a slice begins and ends between 0 and 1, and ends behind its begin",
                 "write [0, 0.5] for the first half");
    return;
  }
  slice.begin = *begin;
  slice.end = *end;
  if (*end - *begin < kBucketWidth)
    spot.warning("the slice is narrower than 0.0001, and may hold nobody", "units fall into 10,000 buckets");
}

std::optional<LayerSlice> read_layer_slice(ObjectReader& reader) {
  const Value* written = reader.take("layer");
  if (written == nullptr) return std::nullopt;
  ObjectReader layer(*written, reader.at("layer"));
  LayerSlice slice;
  layer.require("key", "name the layer");
  if (const std::optional<std::string> key = layer.key("key")) {
    slice.layer = *key;
    layer.at("key").refers_to(DocumentKind::Layer, *key);
  }
  if (const Value* ends = layer.take("slice")) read_slice(*ends, layer.at("slice"), slice);
  layer.finish();
  return slice;
}

void read_metrics(ObjectReader& reader, Experiment& experiment) {
  const Value* written = reader.take("metrics");
  if (written == nullptr) return;
  ObjectReader metrics(*written, reader.at("metrics"));
  std::map<std::string, std::string_view> roles;
  const auto read_role = [&](std::string_view role, std::vector<std::string>& keys) {
    for (auto& [key, place] : metrics.texts(role)) {
      const auto [earlier, is_new] = roles.emplace(key, role);
      if (!is_new)
        place.problem("the metric '" + key + "' is also " + std::string(earlier->second), "give it one role");
      place.refers_to(DocumentKind::Metric, key);
      keys.push_back(std::move(key));
    }
  };
  read_role("primary", experiment.primary_metrics);
  read_role("secondary", experiment.secondary_metrics);
  read_role("guardrail", experiment.guardrail_metrics);
  metrics.finish();
}

void warn(const Experiment& experiment, const Spot& spot) {
  warn_of_seed(experiment.seed, spot.at("seed"));
  if (experiment.unit != UnitKind::User && experiment.attribute == "id")
    spot.at("unit").warning(
        "units are '" + std::string(name_of(experiment.unit)) + "', and what is hashed is the id of the user",
        "set attribute to what names the unit");
  if (experiment.status != ExperimentStatus::Running) return;
  if (experiment.primary_metrics.empty())
    spot.at("metrics").warning("the experiment runs without a primary metric", "name what it is to change");
  if (experiment.coverage == 0) spot.at("coverage").warning("nobody takes part at a coverage of 0");
}

}  // namespace

Experiment read_experiment(const std::string& key, const Value& body, const Spot& spot) {
  ObjectReader reader(body, spot);
  Experiment experiment;
  experiment.key = key;
  experiment.hypothesis = reader.text("hypothesis").value_or("");
  experiment.status = reader
                          .choice<ExperimentStatus>("status", {{"draft", ExperimentStatus::Draft},
                                                               {"running", ExperimentStatus::Running},
                                                               {"stopped", ExperimentStatus::Stopped}})
                          .value_or(experiment.status);
  experiment.unit = reader
                        .choice<UnitKind>("unit", {{"user", UnitKind::User},
                                                   {"anonymous", UnitKind::Anonymous},
                                                   {"account", UnitKind::Account}})
                        .value_or(experiment.unit);
  experiment.attribute = reader.text("attribute").value_or(experiment.attribute);
  experiment.population = reader.condition("population");
  experiment.coverage = reader.share("coverage").value_or(experiment.coverage);
  if (const Value* variants = reader.require("variants", "write {control: 50, treatment: 50}"))
    experiment.variants = read_variants(*variants, reader.at("variants"));
  read_control(reader, experiment);
  experiment.layer = read_layer_slice(reader);
  experiment.seed = reader.text("seed").value_or("");
  read_metrics(reader, experiment);
  for (auto& [segment, place] : reader.texts("segments")) {
    place.refers_to(DocumentKind::Segment, segment);
    experiment.segments.push_back(std::move(segment));
  }
  for (auto& [dimension, place] : reader.texts("dimensions"))
    experiment.dimensions.push_back(std::move(dimension));
  experiment.plan = read_plan(reader.take("plan"), reader.at("plan"));
  reader.finish();
  warn(experiment, spot);
  return experiment;
}

}  // namespace splitplot::model
