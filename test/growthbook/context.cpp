#include "growthbook/context.hpp"

namespace splitplot::growthbook {

using decide::Evaluation;
using decide::Snapshot;

const Value& member(const Value& object, std::string_view name) {
  static const Value kNothing;
  const Value* value = object.find(name);
  return value == nullptr ? kNothing : *value;
}

std::string text_of(const Value& value) {
  return value.if_text() != nullptr ? *value.if_text() : std::string();
}

bool is_true(const Value& value) {
  if (const bool* truth = value.if_boolean()) return *truth;
  if (value.is_number()) return *value.number() != 0;
  if (const std::string* text = value.if_text()) return !text->empty();
  return !value.is_null();
}

Context::Context(const Value& written) : attributes(member(written, "attributes")) {
  for (const char* name : {"features", "experiments", "savedGroups", "contextualBandits"}) {
    if (!member(written, name).is_null()) payload.set(name, member(written, name));
  }
  url = text_of(member(written, "url"));
  forced_variants = member(written, "forcedVariations");
  forced_values = member(written, "forcedFeatureValues");
  enabled = member(written, "enabled") != Value(false);
  qa_mode = is_true(member(written, "qaMode"));
}

Evaluation Context::evaluation() const {
  Evaluation evaluation{model::Attributes(&attributes)};
  evaluation.url = url;
  evaluation.forced_variants = &forced_variants;
  evaluation.forced_values = &forced_values;
  evaluation.experiments_enabled = enabled;
  evaluation.qa_mode = qa_mode;
  return evaluation;
}

std::shared_ptr<const Snapshot> Context::snapshot() const {
  return *Snapshot::read_payload(payload);
}

}  // namespace splitplot::growthbook
