#include "content.hpp"
#include "flag_rules.hpp"
#include "nouns.hpp"
#include "object_reader.hpp"
#include "restrictions.hpp"

#include <splitplot/base/key.hpp>
#include <splitplot/model/value_schema.hpp>

#include <algorithm>

namespace splitplot::model {
namespace {

constexpr std::size_t kMostVariants = 100;
constexpr std::size_t kMostMetadata = 50;
constexpr std::size_t kLongestMetadataBytes = 1000;

std::string_view word_of(ValueType type) {
  switch (type) {
    case ValueType::Boolean:
      return "a boolean";
    case ValueType::Text:
      return "text";
    case ValueType::Integer:
      return "an integer";
    case ValueType::Float:
      return "a float";
    case ValueType::Json:
      return "an object or list";
  }
  return "a value";
}

std::optional<ValueType> type_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::Boolean:
      return ValueType::Boolean;
    case Value::Kind::Text:
      return ValueType::Text;
    case Value::Kind::Integer:
      return ValueType::Integer;
    case Value::Kind::Float:
      return ValueType::Float;
    case Value::Kind::Array:
    case Value::Kind::Object:
      return ValueType::Json;
    case Value::Kind::Null:
      break;
  }
  return std::nullopt;
}

std::vector<FlagVariant> read_variants(const Value& written, const Spot& spot) {
  std::vector<FlagVariant> variants;
  const Value::Object* members = written.if_object();
  if (members == nullptr) {
    expected("an object", written, spot, "write {red: \"#f00\", green: \"#0f0\"}");
    return variants;
  }
  if (members->empty()) spot.problem("a flag has at least one variant");
  if (members->size() > kMostVariants) {
    spot.problem("a flag has at most " + std::to_string(kMostVariants) + " variants");
    return variants;
  }
  for (const Member& member : *members) {
    if (!is_key(member.name))
      spot.at(member.name).problem("'" + member.name + "' is not a key", std::string(kKeyRule));
    const auto same = std::ranges::find(variants, member.value, &FlagVariant::value);
    if (same != variants.end())
      spot.at(member.name).warning("it has the value of '" + same->key + "'", "nobody can tell them apart");
    variants.push_back({member.name, member.value});
  }
  return variants;
}

/// Values must be of one type. A float may be written as an integer, since not every writer of JSON can write 5.0.
void read_type(std::optional<ValueType> declared, const Spot& spot, Flag& flag) {
  std::optional<ValueType> type = declared;
  for (FlagVariant& variant : flag.variants) {
    const Spot place = spot.at("variants").at(variant.key);
    const std::optional<ValueType> own = type_of(variant.value);
    if (!own) {
      place.problem("a variant needs a value, and null is none");
      continue;
    }
    if (!type) type = own;
    if (own == type) continue;
    if (declared == ValueType::Float && own == ValueType::Integer) {
      variant.value = *variant.value.number();
      continue;
    }
    std::string hint = declared ? "" : "variants have one type";
    if (own == ValueType::Float && type == ValueType::Integer) hint = "declare type: float";
    if (own == ValueType::Integer && type == ValueType::Float)
      hint = "declare type: float, or write it with a point";
    place.problem("must be " + std::string(word_of(*type)) + ", not " + std::string(word_of(*own)),
                  std::move(hint));
  }
  flag.type = type.value_or(flag.type);
}

/// What the server itself says beside an answer.
constexpr std::string_view kReservedMetadata[] = {
    "flagSetId", "version", "experimentKey", "experimentVariant", "inExperiment", "bucket", "contentFailure"};

/// An object of texts, numbers and booleans, which is what OpenFeature's flag metadata may hold.
Value read_metadata(const Value& written, const Spot& spot) {
  const Value::Object* members = written.if_object();
  if (members == nullptr) {
    expected("an object", written, spot, "write {team: checkout, ticket: 42}");
    return {};
  }
  if (members->size() > kMostMetadata)
    spot.problem("a flag has at most " + std::to_string(kMostMetadata) + " metadata");
  for (const Member& member : *members) {
    const Spot place = spot.at(member.name);
    if (std::ranges::find(kReservedMetadata, member.name) != std::end(kReservedMetadata))
      place.problem("'" + member.name + "' is what the server says itself", "choose another name");
    if (member.value.is_null() || member.value.if_array() != nullptr || member.value.if_object() != nullptr)
      expected("text, a number or a boolean", member.value, place);
    if (const std::string* text = member.value.if_text();
        text != nullptr && text->size() > kLongestMetadataBytes)
      place.problem("it is longer than " + std::to_string(kLongestMetadataBytes) + " bytes");
  }
  return written;
}

/// Holds the values against the flag's schema.
void check_schema(const Value& written, const Spot& spot, const Flag& flag) {
  if (flag.content != nullptr)
    return spot.at("schema").problem("values that are templates are no values yet",
                                     "remove the schema, or the content");
  std::string pointer;
  const Result<ValueSchema> schema = ValueSchema::compile(written, &pointer);
  if (!schema) return spot.at("schema").below(pointer).problem(schema.error().message, schema.error().hint);
  for (const FlagVariant& variant : flag.variants) {
    for (const ValueSchema::Fault& fault : schema->faults_of(variant.value))
      spot.at("variants")
          .at(variant.key)
          .below(fault.pointer)
          .problem(fault.message, "the flag's schema says so");
  }
}

}  // namespace

std::optional<std::size_t> find_variant(const Flag& flag, const std::string& name, const Spot& spot) {
  const auto found = std::ranges::find(flag.variants, name, &FlagVariant::key);
  if (found != flag.variants.end()) return static_cast<std::size_t>(found - flag.variants.begin());
  std::vector<std::string> names;
  for (const FlagVariant& variant : flag.variants) names.push_back(variant.key);
  if (!names.empty()) spot.unknown("variant", name, names);
  return std::nullopt;
}

Flag read_flag(const std::string& key, const Value& body, const Spot& spot,
               const ByKey<Experiment>& experiments) {
  ObjectReader reader(body, spot);
  Flag flag;
  flag.key = key;
  flag.description = reader.text("description").value_or("");
  const auto declared = reader.choice<ValueType>("type", {{"boolean", ValueType::Boolean},
                                                          {"string", ValueType::Text},
                                                          {"integer", ValueType::Integer},
                                                          {"float", ValueType::Float},
                                                          {"json", ValueType::Json}});
  if (const Value* variants = reader.require("variants", "write {on: true, off: false}"))
    flag.variants = read_variants(*variants, reader.at("variants"));
  const Value* content = reader.take("content");
  // A type that is no type is one problem, not one for each value.
  const bool has_known_type = declared || reader.take("type") == nullptr;
  if (content != nullptr) {
    flag.content = read_content(*content, reader.at("content"), declared);
    flag.type = declared.value_or(ValueType::Text);
    require_templates(flag, reader.at("variants"));
  } else if (has_known_type) {
    read_type(declared, spot, flag);
  }
  if (const Value* schema = reader.take("schema")) check_schema(*schema, reader.spot(), flag);
  if (reader.require("default", "name the variant where no rule applies") != nullptr) {
    if (const std::optional<std::string> fallback = reader.text("default"))
      flag.fallback = find_variant(flag, *fallback, reader.at("default")).value_or(0);
  }
  if (const Value* metadata = reader.take("metadata"))
    flag.metadata = read_metadata(*metadata, reader.at("metadata"));
  flag.enabled = reader.boolean("enabled").value_or(flag.enabled);
  flag.overrides = read_overrides(reader, [&flag](const std::string& name, const Spot& place) {
    return find_variant(flag, name, place);
  });
  if (const Value* rules = reader.take("rules")) read_rules(*rules, reader.at("rules"), experiments, flag);
  reader.finish();
  return flag;
}

}  // namespace splitplot::model
