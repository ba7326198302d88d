#include "growthbook/question.hpp"

#include "ofrep/question.hpp"

#include <splitplot/model/json.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace splitplot::serve::growthbook {
namespace {

/// GrowthBook's own limit.
constexpr std::size_t kMostKeys = 1000;

using Flaw = std::optional<std::string>;

Flaw take_object(Value& question, std::string_view name, Value& place) {
  Value* written = question.find(name);
  if (written == nullptr || written->is_null()) return {};
  if (written->if_object() == nullptr) return "'" + std::string(name) + "' is not an object";
  if (written->if_object()->size() > kMostKeys)
    return "'" + std::string(name) + "' has more than " + std::to_string(kMostKeys) + " members";
  place = std::move(*written);
  return {};
}

/// A list of pairs, as a JavaScript Map is written; of two with one key the last counts.
Flaw take_forced_values(Value& question, Value& place) {
  Value* written = question.find("forcedFeatures");
  if (written == nullptr || written->is_null()) return {};
  Value::Array* pairs = written->if_array();
  if (pairs == nullptr) return "'forcedFeatures' is not a list";
  if (pairs->size() > kMostKeys)
    return "'forcedFeatures' has more than " + std::to_string(kMostKeys) + " elements";
  for (Value& pair : *pairs) {
    Value::Array* parts = pair.if_array();
    if (parts == nullptr || parts->size() != 2 || (*parts)[0].if_text() == nullptr)
      return "'forcedFeatures' holds something else than pairs of a key and a value";
    place.set(*(*parts)[0].if_text(), std::move((*parts)[1]));
  }
  return {};
}

Flaw take_url(Value& question, std::string& place) {
  Value* written = question.find("url");
  if (written == nullptr || written->is_null()) return {};
  if (written->if_text() == nullptr) return "'url' is not text";
  place = *written->if_text();
  return {};
}

Flaw check_ids(const Value& attributes) {
  for (const std::string_view name : {"targetingKey", "id"}) {
    const Value* id = attributes.find(name);
    if (id == nullptr || id->if_text() == nullptr || ofrep::can_be_id_of_event(*id->if_text())) continue;
    return "the attribute '" + std::string(name) + "' is too long, or holds a NUL character";
  }
  return {};
}

}  // namespace

tl::expected<Question, std::string> read_question(std::string_view body) {
  Question read;
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return read;
  Result<Value> question = model::parse_json(body);
  if (!question) return tl::unexpected("the body cannot be read: " + question.error().message);
  if (question->if_object() == nullptr) return tl::unexpected(std::string("the body is not a JSON object"));
  Flaw flaw = take_object(*question, "attributes", read.attributes);
  if (!flaw) flaw = take_object(*question, "forcedVariations", read.forced_variants);
  if (!flaw) flaw = take_forced_values(*question, read.forced_values);
  if (!flaw) flaw = take_url(*question, read.url);
  if (!flaw) flaw = check_ids(read.attributes);
  if (flaw) return tl::unexpected(std::move(*flaw));
  return read;
}

}  // namespace splitplot::serve::growthbook
