#include "name_counts.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace splitplot::collect {

void NameCounts::add(int kind, std::string_view name, Timestamp now) {
  if (const auto found = by_name_.find(KeyView{kind, name}); found != by_name_.end()) {
    found->second.add(now);
    return;
  }
  if (by_name_.size() >= kMostNames) make_room(now);
  Counts& counts = by_name_.size() < kMostNames ? by_name_[Key{kind, std::string(name)}] : beyond_;
  counts.add(now);
}

void NameCounts::make_room(Timestamp now) {
  const auto minute = period_of<std::chrono::minutes>(now);
  if (std::exchange(last_look_, minute) == minute) return;
  std::erase_if(by_name_, [&](const auto& entry) { return entry.second.last_hour(now) == 0; });
}

NameCounts::Ranking NameCounts::ranking(Timestamp now, std::size_t places) const {
  std::vector<Count> all;
  all.reserve(by_name_.size());
  for (const auto& [key, counts] : by_name_) {
    const std::uint64_t last_hour = counts.last_hour(now);
    if (last_hour != 0) all.push_back({key.kind, key.name, counts.last_minute(now), last_hour});
  }
  std::sort(all.begin(), all.end(), [](const Count& left, const Count& right) {
    return std::tie(right.last_hour, left.name, left.kind) < std::tie(left.last_hour, right.name, right.kind);
  });
  Ranking ranking;
  ranking.others.last_minute = beyond_.last_minute(now);
  ranking.others.last_hour = beyond_.last_hour(now);
  for (std::size_t place = places; place < all.size(); ++place) {
    ranking.others.last_minute += all[place].last_minute;
    ranking.others.last_hour += all[place].last_hour;
  }
  if (all.size() > places) all.resize(places);
  ranking.first = std::move(all);
  return ranking;
}

}  // namespace splitplot::collect
