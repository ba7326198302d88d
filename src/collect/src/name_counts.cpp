#include "name_counts.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace splitplot::collect {
namespace {

/// Where the clock was set back and on again, a name may remember what all of them together do not.
void take(std::uint64_t& from, std::uint64_t count) {
  from -= std::min(from, count);
}

}  // namespace

void NameCounts::add(int kind, std::string_view name, Timestamp now, std::uint64_t count) {
  all_.add(now, count);
  auto found = by_name_.find(KeyView{kind, name});
  if (found == by_name_.end()) {
    if (by_name_.size() >= kMostNames) make_room(now);
    if (by_name_.size() >= kMostNames) return;
    found = by_name_.try_emplace(Key{kind, std::string(name)}).first;
  }
  found->second.add(now, count);
}

void NameCounts::make_room(Timestamp now) {
  const auto minute = period_of<std::chrono::minutes>(now);
  if (std::exchange(last_look_, minute) == minute) return;
  std::erase_if(by_name_, [&](const auto& entry) { return entry.second.last_hour(now) == 0; });
}

NameCounts::Ranking NameCounts::ranking(Timestamp now, std::size_t places) const {
  using Place = std::pair<std::uint64_t, const std::pair<const Key, Counts>*>;
  std::vector<Place> all;
  all.reserve(by_name_.size());
  for (const auto& entry : by_name_) {
    if (const std::uint64_t last_hour = entry.second.last_hour(now)) all.emplace_back(last_hour, &entry);
  }
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(std::min(places, all.size()));
  std::partial_sort(all.begin(), first, all.end(), [](const Place& left, const Place& right) {
    return std::tie(right.first, left.second->first.name, left.second->first.kind) <
           std::tie(left.first, right.second->first.name, right.second->first.kind);
  });
  Ranking ranking;
  ranking.others.last_minute = all_.last_minute(now);
  ranking.others.last_hour = all_.last_hour(now);
  for (auto place = all.begin(); place != first; ++place) {
    const auto& [key, counts] = *place->second;
    ranking.first.push_back({key.kind, key.name, counts.last_minute(now), place->first});
    take(ranking.others.last_minute, ranking.first.back().last_minute);
    take(ranking.others.last_hour, ranking.first.back().last_hour);
  }
  return ranking;
}

}  // namespace splitplot::collect
