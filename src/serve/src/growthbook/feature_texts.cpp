#include "growthbook/feature_texts.hpp"

#include "json_text.hpp"

#include <splitplot/model/json.hpp>

#include <utility>

namespace splitplot::serve::growthbook {

FeatureTexts::FeatureTexts(const std::string& /*environment*/, const decide::Snapshot& snapshot) {
  for (const auto& [key, flag] : snapshot.configuration().flags) {
    std::string& opening = openings_.emplace_back();
    append_json_text(opening, key);
    opening.append(R"(:{"defaultValue":)");
    for (const model::FlagVariant& variant : flag.variants)
      values_.emplace(&variant.value, model::to_json(variant.value));
  }
  for (const auto& [key, experiment] : snapshot.configuration().experiments) {
    std::vector<Track>& tracks = tracks_[&experiment];
    for (std::size_t variant = 0; variant < experiment.variants.size(); ++variant) {
      Track& track = tracks.emplace_back();
      track.before = R"({"experiment":{"key":)";
      append_json_text(track.before, experiment.key);
      track.before.append(R"(,"variations":[)");
      for (std::size_t i = 0; i < variant; ++i) track.before.append("{},");
      for (std::size_t i = variant + 1; i < experiment.variants.size(); ++i) track.after.append(",{}");
      track.after.append(R"(]},"result":{"key":)");
      append_json_text(track.after, experiment.variants[variant].key);
      track.after.append(R"(,"variationId":)").append(std::to_string(variant));
      track.after.append(R"(,"inExperiment":true,"hashUsed":)");
    }
  }
}

std::string_view FeatureTexts::json(const Value& value, std::string& room) const {
  const auto found = values_.find(&value);
  if (found != values_.end()) return found->second;
  room.clear();
  model::append_json(room, value);
  return room;
}

}  // namespace splitplot::serve::growthbook
