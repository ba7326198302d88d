#include "nouns.hpp"
#include "object_reader.hpp"
#include "redirects.hpp"
#include "restrictions.hpp"

#include <splitplot/base/key.hpp>
#include <splitplot/base/number_text.hpp>

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

/// One that is wrong counts as 1, once that is said.
double read_weight(const Value& value, const Spot& spot) {
  const std::string* text = value.if_text();
  if (text != nullptr && text->ends_with('%')) {
    spot.problem("a weight is a number, not a percentage",
                 "weights are shares of their sum: write 60 for 60%");
    return 1;
  }
  const std::optional<double> weight = read_number(value, spot);
  if (!weight || *weight > 0) return weight.value_or(1);
  spot.problem("a weight must be more than 0", "leave out a variant that nobody gets");
  return 1;
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
    read.variant.redirect = read_redirect(reader);
    reader.finish();
    for (std::size_t j = 0; j < i; ++j) {
      if (!read.variant.key.empty() && all[j].variant.key == read.variant.key)
        spot.at(i).at("key").problem("the variant '" + read.variant.key + "' is there twice",
                                     "give it another key");
    }
  }
  return all;
}

/// {80, 40} is a slip of who thinks in percentages; {2, 1} and {60, 60} mean what they are.
void warn_of_percentages(const std::vector<WeightedVariant>& variants, double sum, const Spot& spot) {
  const bool are_equal = std::ranges::all_of(
      variants, [&](const WeightedVariant& variant) { return variant.weight == variants.front().weight; });
  const bool look_like_it = std::ranges::all_of(
      variants, [](const WeightedVariant& variant) { return variant.weight.value_or(0) <= 100; });
  if (are_equal || !look_like_it || sum < 100.5 || sum >= 200) return;
  spot.warning("the weights add up to " + std::string(ScriptNumber(sum).view()) +
                   ", not to 100: each variant gets its share of that",
               "make them add up to 100 if they are percentages");
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
  warn_of_percentages(read, sum, spot);
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

/// Position of a variant; else nothing, and a note. Where none could be read, none is missed.
std::optional<std::size_t> find_arm(const Experiment& experiment, const std::string& key, const Spot& spot) {
  const auto found = std::ranges::find(experiment.variants, key, &ExperimentVariant::key);
  if (found != experiment.variants.end())
    return static_cast<std::size_t>(found - experiment.variants.begin());
  std::vector<std::string> names;
  for (const ExperimentVariant& variant : experiment.variants) names.push_back(variant.key);
  if (!names.empty()) spot.unknown("variant", key, names);
  return std::nullopt;
}

void read_control(ObjectReader& reader, Experiment& experiment) {
  const std::optional<std::string> control = reader.text("control");
  if (control) experiment.control = find_arm(experiment, *control, reader.at("control")).value_or(0);
}

/// {control: 50, express: 50}: shares of the variants that are named.
std::vector<double> weights_of(const Value& written, const Experiment& experiment, const Spot& spot) {
  std::vector<double> weights(experiment.variants.size(), 0);
  const Value::Object* members = written.if_object();
  if (members == nullptr) {
    expected("an object", written, spot, "write {control: 50, treatment: 50}");
    return weights;
  }
  double sum = 0;
  for (const Member& member : *members) {
    const std::optional<std::size_t> variant = find_arm(experiment, member.name, spot.at(member.name));
    const double weight = read_weight(member.value, spot.at(member.name));
    if (!variant) continue;
    weights[*variant] = weight;
    sum += weight;
  }
  if (members->size() < 2)
    spot.problem("a segment is tested with at least two variants", "name the control, too");
  for (double& weight : weights) weight /= sum > 0 ? sum : 1;
  return weights;
}

void read_weights_for(ObjectReader& reader, Experiment& experiment) {
  const Value* written = reader.take("variants_for");
  if (written == nullptr) return;
  const Spot spot = reader.at("variants_for");
  const Value::Array* elements = written->if_array();
  if (elements == nullptr) return expected("a list", *written, spot, "write [{if: {...}, variants: {...}}]");
  if (elements->size() > kMostVariants)
    return spot.problem("at most " + std::to_string(kMostVariants) + " groups have variants of their own");
  for (std::size_t i = 0; i < elements->size(); ++i) {
    ObjectReader group((*elements)[i], spot.at(i));
    ConditionalWeights weights;
    group.require("if", "say whom it is about: {$inSegment: ...}");
    weights.condition = group.condition("if");
    const Value* variants = group.require("variants", "write {control: 50, treatment: 50}");
    if (variants != nullptr) {
      weights.weights = weights_of(*variants, experiment, group.at("variants"));
      if (experiment.control < weights.weights.size() && weights.weights[experiment.control] == 0)
        group.at("variants")
            .problem("it leaves out the control, which all groups have in common",
                     "name '" + experiment.variants[experiment.control].key + "', too");
    }
    group.finish();
    experiment.weights_for.push_back(std::move(weights));
  }
}

std::uint32_t version_of(ObjectReader& reader, std::string_view name) {
  constexpr std::int64_t kLastVersion = 1000;
  const std::optional<std::int64_t> version = reader.integer(name);
  if (!version) return 0;
  if (*version >= 0 && *version <= kLastVersion) return static_cast<std::uint32_t>(*version);
  reader.at(name).problem("must lie between 0 and 1000", "count up by one to assign everybody anew");
  return 0;
}

std::optional<Stickiness> read_stickiness(ObjectReader& reader) {
  const Value* written = reader.take("sticky");
  if (written == nullptr) return std::nullopt;
  if (const bool* truth = written->if_boolean()) return *truth ? std::optional(Stickiness{}) : std::nullopt;
  ObjectReader sticky(*written, reader.at("sticky"));
  Stickiness stickiness;
  stickiness.version = version_of(sticky, "version");
  stickiness.first_valid = version_of(sticky, "first_valid");
  stickiness.fallback_attribute = sticky.text("fallback_attribute").value_or("");
  sticky.finish();
  if (stickiness.first_valid > stickiness.version)
    sticky.at("first_valid").problem("it lies behind the version that assigns now", "nobody could take part");
  return stickiness;
}

void read_pages(ObjectReader& reader, Experiment& experiment) {
  const Value* written = reader.take("pages");
  if (written == nullptr) return;
  // A bare text is a simple pattern.
  Value patterns = *written;
  if (Value::Array* elements = patterns.if_array()) {
    for (Value& element : *elements) {
      if (element.if_text() != nullptr)
        element = Value::Object{{"type", "simple"}, {"pattern", *element.if_text()}};
    }
  }
  std::string pointer;
  Result<UrlTargets> targets = UrlTargets::compile(patterns, &pointer);
  if (!targets)
    return reader.at("pages").below(pointer).problem(targets.error().message, targets.error().hint);
  experiment.pages = std::move(patterns);
  experiment.compiled_pages = std::make_shared<const UrlTargets>(std::move(*targets));
}

void read_holdout(ObjectReader& reader, Experiment& experiment) {
  const Value* written = reader.take("holds_out");
  if (written == nullptr) return;
  ObjectReader holdout(*written, reader.at("holds_out"));
  Holdout read;
  holdout.require("variant", "name the variant whose units take part in nothing else");
  if (const std::optional<std::string> variant = holdout.text("variant"))
    read.variant = find_arm(experiment, *variant, holdout.at("variant")).value_or(0);
  for (auto& [key, place] : holdout.texts("of")) {
    place.refers_to(DocumentKind::Experiment, key);
    read.experiments.push_back(std::move(key));
  }
  holdout.finish();
  const Value::Object* population = experiment.population.written.if_object();
  if (population != nullptr && !population->empty())
    reader.at("holds_out")
        .warning("whom it keeps out is decided by hash alone, also outside of its population",
                 "leave out the population");
  experiment.holdout = std::move(read);
}

int read_hash_version(ObjectReader& reader) {
  const std::int64_t version = reader.integer("hash_version").value_or(2);
  if (version != 1 && version != 2)
    reader.at("hash_version").problem("there are versions 1 and 2", "leave it out for the better one");
  if (version == 1)
    reader.at("hash_version")
        .warning("under version 1, experiments with similar seeds are not independent",
                 "only for an experiment that began elsewhere");
  return version == 1 ? 1 : 2;
}

void read_slice(const Value& written, const Spot& spot, LayerSlice& slice) {
  const Value::Array* ends = written.if_array();
  if (ends == nullptr || ends->size() != 2) {
    constexpr const char* kHint = "write [0, 0.5] for the first half";
    if (ends == nullptr) {
      expected("a list of two numbers", written, spot, kHint);
    } else {
      spot.problem("a slice has two ends, not " + std::to_string(ends->size()), kHint);
    }
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
                                                   {"device", UnitKind::Anonymous},
                                                   {"account", UnitKind::Account},
                                                   {"session", UnitKind::Session}})
                        .value_or(experiment.unit);
  experiment.attribute = reader.text("attribute").value_or(experiment.attribute);
  experiment.population = reader.condition("population");
  ShareOrRamp coverage = read_share_or_ramp(reader, "coverage");
  experiment.coverage = coverage.share.value_or(experiment.coverage);
  experiment.ramp = std::move(coverage.ramp);
  experiment.schedule = read_schedule(reader);
  experiment.prerequisites = read_prerequisites(reader);
  if (const Value* variants = reader.require("variants", "write {control: 50, treatment: 50}"))
    experiment.variants = read_variants(*variants, reader.at("variants"));
  read_control(reader, experiment);
  read_weights_for(reader, experiment);
  experiment.overrides = read_overrides(reader, [&experiment](const std::string& name, const Spot& place) {
    return find_arm(experiment, name, place);
  });
  experiment.sticky = read_stickiness(reader);
  if (experiment.sticky && experiment.unit == UnitKind::Session)
    reader.at("sticky").problem("what is assigned to a session holds as long as the session, and no longer",
                                "leave it out, or randomise by device: unit: device");
  read_pages(reader, experiment);
  read_holdout(reader, experiment);
  read_redirects(reader, experiment);
  experiment.hash_version = read_hash_version(reader);
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
