#include "reference_order.hpp"

#include <algorithm>
#include <string>

namespace splitplot::model {
namespace {

Spot spot_of(const OrderRule& rule, std::string_view key, Findings& findings) {
  return Spot(findings, to_text(DocumentId{rule.kind, std::string(key)})).at(rule.member);
}

/// Takes away, level by level, documents that only ask for settled ones; what is left lies on a cycle or asks for one.
std::map<std::string_view, std::size_t> settle(AskedFor& open) {
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

/// Follows open documents from one to the next until one comes again, or one of an earlier walk.
void report_cycle(const AskedFor& open, std::string_view start, const OrderRule& rule,
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
  spot_of(rule, current, findings)
      .problem(std::string(rule.noun) + " ask for one another in a circle: " + cycle, std::string(rule.hint));
}

}  // namespace

void check_order(AskedFor open, const OrderRule& rule, Findings& findings) {
  const std::map<std::string_view, std::size_t> depths = settle(open);
  std::map<std::string_view, std::string_view> walked;
  for (const auto& [key, asked] : open) report_cycle(open, key, rule, walked, findings);
  for (const auto& [key, depth] : depths) {
    if (depth == rule.deepest + 1 && !open.contains(key))
      spot_of(rule, key, findings)
          .problem(std::string(rule.noun) + " ask for one another more than " + std::to_string(rule.deepest) +
                       " deep",
                   std::string(rule.hint));
  }
}

}  // namespace splitplot::model
