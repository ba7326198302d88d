/// What answers of remote evaluation about a snapshot say again and again, written once: keys, values, experiments.
#pragma once

#include <splitplot/decide/snapshot.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace splitplot::serve::growthbook {

class FeatureTexts {
 public:
  /// Points into the snapshot.
  FeatureTexts(const std::string& environment, const decide::Snapshot& snapshot);

  /// "<key>":{"defaultValue": of the flag at a place in the order of keys.
  [[nodiscard]] std::string_view opening(std::size_t place) const { return openings_[place]; }

  /// JSON of a value: as it was written before, or, where it is none of the flags' own, into `room`.
  [[nodiscard]] std::string_view json(const Value& value, std::string& room) const;

  /// What a track says of an experiment's variant, before and behind its value:
  /// {"experiment":{"key":E,"variations":[{},..  ..,{}]},"result":{"key":V,"variationId":1,"inExperiment":true,"hashUsed":
  struct Track {
    std::string before;
    std::string after;
  };
  [[nodiscard]] const Track& track(const model::Experiment& experiment, std::size_t variant) const {
    return tracks_.at(&experiment)[variant];
  }

 private:
  std::vector<std::string> openings_;
  std::unordered_map<const Value*, std::string> values_;
  std::unordered_map<const model::Experiment*, std::vector<Track>> tracks_;
};

}  // namespace splitplot::serve::growthbook
