#include "growthbook/sticky_documents.hpp"

#include "growthbook/context.hpp"

namespace splitplot::growthbook {
namespace {

std::string key_of(std::string_view attribute, std::string_view value) {
  return std::string(attribute) + "||" + std::string(value);
}

}  // namespace

void StickyDocuments::add(const Value& document) {
  documents_.set(
      key_of(text_of(member(document, "attributeName")), text_of(member(document, "attributeValue"))),
      document);
}

std::optional<std::string_view> StickyDocuments::find(std::string_view attribute, std::string_view value,
                                                      std::string_view experiment) const {
  const Value* document = documents_.find(key_of(attribute, value));
  const Value* variant = document == nullptr ? nullptr : member(*document, "assignments").find(experiment);
  if (variant == nullptr || variant->if_text() == nullptr) return std::nullopt;
  return *variant->if_text();
}

void StickyDocuments::remember(const decide::StickyAssignment& assignment) {
  const std::string key = key_of(assignment.attribute, assignment.value);
  if (documents_.find(key) == nullptr) {
    documents_.set(key, Value::Object{{"attributeName", std::string(assignment.attribute)},
                                      {"attributeValue", std::string(assignment.value)},
                                      {"assignments", Value::Object{}}});
  }
  documents_.find(key)->find("assignments")->set(assignment.experiment, std::string(assignment.variant));
}

Value StickyDocuments::of(const Value& attributes) const {
  Value known = Value::Object{};
  for (const Member& document : *documents_.if_object()) {
    const Value& name = member(document.value, "attributeName");
    const Value& value = member(attributes, text_of(name));
    if (value == member(document.value, "attributeValue")) known.set(document.name, document.value);
  }
  return known;
}

}  // namespace splitplot::growthbook
