#include "whole.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model {
namespace {

/// Evaluation follows segments into one another on the stack.
constexpr std::size_t kDeepestSegments = 32;

Spot spot_of(DocumentKind kind, const std::string& key, Findings& findings) {
  return {findings, to_text(DocumentId{kind, key})};
}

/// Segments asked for that exist, of each segment that is not settled yet.
using Open = std::map<std::string_view, std::vector<std::string_view>>;

Open edges_of(const ByKey<Segment>& segments) {
  Open open;
  for (const auto& [key, segment] : segments) {
    std::vector<std::string_view>& asked = open[key];
    for (const std::string& other : segment.condition.compiled->segments()) {
      if (segments.contains(other)) asked.push_back(other);
    }
  }
  return open;
}

/// Takes away, level by level, segments that only ask for settled ones; what is left lies on a cycle or asks for one.
std::map<std::string_view, std::size_t> settle(Open& open) {
  std::map<std::string_view, std::vector<std::string_view>> askers;
  std::map<std::string_view, std::size_t> waiting_for;
  std::map<std::string_view, std::size_t> depths;
  std::vector<std::string_view> ready;
  for (const auto& [key, asked] : open) {
    waiting_for[key] = asked.size();
    depths[key] = 1;
    for (const std::string_view other : asked) askers[other].push_back(key);
    if (asked.empty()) ready.push_back(key);
  }
  while (!ready.empty()) {
    const std::string_view settled = ready.back();
    ready.pop_back();
    open.erase(settled);
    for (const std::string_view asker : askers[settled]) {
      depths[asker] = std::max(depths[asker], depths[settled] + 1);
      if (--waiting_for[asker] == 0) ready.push_back(asker);
    }
  }
  return depths;
}

/// Follows open segments from one to the next until one comes again, or one of an earlier walk.
void report_cycle(const Open& open, std::string_view start,
                  std::map<std::string_view, std::string_view>& walked, Findings& findings) {
  std::vector<std::string_view> path;
  std::string_view current = start;
  while (!walked.contains(current)) {
    walked.emplace(current, start);
    path.push_back(current);
    current = *std::ranges::find_if(open.at(current),
                                    [&open](std::string_view next) { return open.contains(next); });
  }
  if (walked.at(current) != start) return;
  const auto first = std::ranges::find(path, current);
  std::string cycle;
  for (auto step = first; step != path.end(); ++step) cycle += std::string(*step) + " -> ";
  cycle += current;
  spot_of(DocumentKind::Segment, std::string(current), findings)
      .at("condition")
      .problem("segments ask for one another in a circle: " + cycle,
               "let one of them say its condition itself");
}

}  // namespace

void check_references(const std::set<DocumentId>& ids, Findings& findings) {
  std::map<DocumentKind, std::vector<std::string>> keys;
  for (const DocumentId& id : ids) keys[id.kind].push_back(id.key);
  for (const Reference& reference : findings.references) {
    if (!ids.contains({reference.kind, reference.key}))
      Spot(findings, reference.subject, reference.pointer)
          .unknown(name_of(reference.kind), reference.key, keys[reference.kind]);
  }
}

void check_segment_order(const ByKey<Segment>& segments, Findings& findings) {
  Open open = edges_of(segments);
  const std::map<std::string_view, std::size_t> depths = settle(open);
  std::map<std::string_view, std::string_view> walked;
  for (const auto& [key, asked] : open) report_cycle(open, key, walked, findings);
  for (const auto& [key, depth] : depths) {
    if (depth == kDeepestSegments + 1 && !open.contains(key))
      spot_of(DocumentKind::Segment, std::string(key), findings)
          .at("condition")
          .problem("segments ask for one another more than " + std::to_string(kDeepestSegments) + " deep",
                   "let one of them say its condition itself");
  }
}

void check_layer_slices(const ByKey<Experiment>& experiments, Findings& findings) {
  std::map<std::string_view, std::vector<const Experiment*>> layers;
  for (const auto& [key, experiment] : experiments) {
    if (experiment.layer && experiment.status != ExperimentStatus::Stopped)
      layers[experiment.layer->layer].push_back(&experiment);
  }
  for (auto& [layer, members] : layers) {
    std::ranges::stable_sort(members, {},
                             [](const Experiment* experiment) { return experiment->layer->begin; });
    std::set<const Experiment*> refused;
    std::set<const Experiment*> warned;
    for (std::size_t i = 0; i < members.size(); ++i) {
      for (std::size_t j = i + 1; j < members.size(); ++j) {
        const Experiment& left = *members[i];
        const Experiment& right = *members[j];
        if (right.layer->begin >= left.layer->end) break;
        // One complaint an experiment: a layer of thousands that all overlap is one mistake.
        const bool both_run =
            left.status == ExperimentStatus::Running && right.status == ExperimentStatus::Running;
        if (!(both_run ? refused : warned).insert(&right).second) continue;
        const Spot spot = spot_of(DocumentKind::Experiment, right.key, findings).at("layer").at("slice");
        const std::string message = "the slice overlaps that of experiment '" + left.key +
                                    "' in the layer '" + std::string(layer) + "'";
        if (both_run) {
          spot.problem(message, "experiments of a layer hold different slices while they run");
        } else {
          spot.warning(message, "they cannot both run");
        }
      }
    }
  }
}

}  // namespace splitplot::model
