#include "user_agent/recent_user_agents.hpp"

#include <utility>

namespace splitplot::context {

RecentUserAgents::Entry RecentUserAgents::find(std::string_view header) {
  Part& part = part_of(header);
  const std::lock_guard lock(part.mutex);
  const auto place = part.places.find(header);
  if (place == part.places.end()) return nullptr;
  part.items.splice(part.items.begin(), part.items, place->second);
  return place->second->entry;
}

void RecentUserAgents::remember(std::string_view header, Entry entry) {
  Part& part = part_of(header);
  const std::lock_guard lock(part.mutex);
  if (part.places.contains(header)) return;  // another thread read it meanwhile
  if (part.items.size() >= capacity_of_part_) {
    part.places.erase(part.items.back().header);
    part.items.pop_back();
  }
  part.items.push_front({std::string(header), std::move(entry)});
  part.places.emplace(part.items.front().header, part.items.begin());
}

}  // namespace splitplot::context
