#include "name_counts.hpp"
#include "recent_counts.hpp"

#include <splitplot/base/utf8.hpp>
#include <splitplot/collect/live_traffic.hpp>

#include <algorithm>
#include <deque>
#include <utility>

namespace splitplot::collect {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kRecentEvents = 50;
constexpr std::size_t kRecentRejections = 20;
constexpr std::size_t kPlaces = 20;
constexpr Period kRateSeconds = 10;
/// A message names members as the client wrote them, of any length.
constexpr std::size_t kLongestMessage = 300;

/// The beginning of a text, whole characters.
std::string beginning_of(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size()) {
    const std::size_t bytes = character_at(text, end).bytes;
    if (end + bytes > kLongestMessage) return std::string(text.substr(0, end)) + "...";
    end += bytes;
  }
  return std::string(text);
}

/// The last so many elements.
template <typename Element>
std::size_t first_of_last(const std::vector<Element>& elements, std::size_t count) {
  return elements.size() > count ? elements.size() - count : 0;
}

/// The entry of an environment, made if it is not there.
template <typename Entry>
Entry& entry_of(std::map<std::string, std::unique_ptr<Entry>, std::less<>>& entries, std::string_view name) {
  auto found = entries.find(name);
  if (found == entries.end()) found = entries.emplace(name, std::make_unique<Entry>()).first;
  return *found->second;
}

}  // namespace

struct LiveTraffic::Environment {
  void add(const PublishedBatch& batch, Timestamp now);
  void remember(const PublishedBatch& batch);
  void describe(Traffic& traffic) const;
  [[nodiscard]] double rate(Timestamp now, Timestamp since) const;

  RecentCounts events_by_second;
  RecentCounts events;
  RecentCounts exposures;
  RecentCounts rejected;
  RecentCounts duplicates;
  NameCounts names;
  NameCounts sources;
  std::deque<RecentEvent> recent_events;  // newest last
  std::deque<RecentRejection> recent_rejections;
};

struct LiveTraffic::Decisions {
  RecentCounts flags;
};

void LiveTraffic::Environment::add(const PublishedBatch& batch, Timestamp now) {
  const auto minute = period_of<minutes>(now);
  std::uint64_t exposed = 0;
  for (const PublishedEvent& event : batch.events) {
    names.add(static_cast<int>(event.type), event.name, now);
    exposed += event.kind == PublishedKind::Exposure ? 1 : 0;
  }
  if (!batch.events.empty()) sources.add(0, batch.source, now, batch.events.size());
  events_by_second.add(period_of<seconds>(now), batch.events.size());
  events.add(minute, batch.events.size());
  exposures.add(minute, exposed);
  rejected.add(minute, batch.rejected.size());
  duplicates.add(minute, batch.duplicates);
  remember(batch);
}

void LiveTraffic::Environment::remember(const PublishedBatch& batch) {
  for (std::size_t at = first_of_last(batch.events, kRecentEvents); at < batch.events.size(); ++at) {
    const PublishedEvent& event = batch.events[at];
    recent_events.push_back(
        {event.time, event.type, std::string(event.name), *event.unit, std::string(batch.source)});
    if (recent_events.size() > kRecentEvents) recent_events.pop_front();
  }
  for (std::size_t at = first_of_last(batch.rejected, kRecentRejections); at < batch.rejected.size(); ++at) {
    const PublishedRejection& rejection = batch.rejected[at];
    recent_rejections.push_back({batch.received, std::string(batch.source), std::string(rejection.reason),
                                 beginning_of(rejection.message)});
    if (recent_rejections.size() > kRecentRejections) recent_rejections.pop_front();
  }
}

double LiveTraffic::Environment::rate(Timestamp now, Timestamp since) const {
  const auto second = period_of<seconds>(now);
  const Period watched = std::min(kRateSeconds, second - std::min(second, period_of<seconds>(since)));
  if (watched == 0) return 0;
  return static_cast<double>(events_by_second.sum(second - 1, watched)) / watched;
}

void LiveTraffic::Environment::describe(Traffic& traffic) const {
  for (TrafficMinute& minute : traffic.minutes) {
    const auto period = period_of<minutes>(minute.start);
    minute.events = events.at(period);
    minute.exposures = exposures.at(period);
    minute.rejected = rejected.at(period);
    minute.duplicates = duplicates.at(period);
  }
  traffic.events_per_second = rate(traffic.now, traffic.since);
  NameCounts::Ranking ranked = names.ranking(traffic.now, kPlaces);
  for (NameCounts::Count& count : ranked.first) {
    traffic.names.push_back(
        {static_cast<EventType>(count.kind), std::move(count.name), count.last_minute, count.last_hour});
  }
  traffic.other_names.last_minute = ranked.others.last_minute;
  traffic.other_names.last_hour = ranked.others.last_hour;
  ranked = sources.ranking(traffic.now, kPlaces);
  for (NameCounts::Count& count : ranked.first) {
    traffic.sources.push_back({std::move(count.name), count.last_hour});
  }
  traffic.other_sources.last_hour = ranked.others.last_hour;
  traffic.recent.assign(recent_events.rbegin(), recent_events.rend());
  traffic.rejected.assign(recent_rejections.rbegin(), recent_rejections.rend());
}

LiveTraffic::LiveTraffic(const Clock& clock) : clock_(clock), since_(clock.now()) {}

LiveTraffic::~LiveTraffic() = default;

void LiveTraffic::published(const PublishedBatch& batch) {
  const Timestamp now = clock_.now();
  const std::lock_guard lock(events_mutex_);
  entry_of(environments_, batch.environment).add(batch, now);
}

void LiveTraffic::decided(std::string_view environment, std::uint64_t flags) {
  const auto minute = period_of<minutes>(clock_.now());
  const std::lock_guard lock(decisions_mutex_);
  entry_of(decisions_, environment).flags.add(minute, flags);
}

Traffic LiveTraffic::of(std::string_view environment) const {
  Traffic traffic;
  traffic.now = clock_.now();
  traffic.since = since_;
  const Timestamp running = std::chrono::floor<minutes>(traffic.now);
  for (Period back = RecentCounts::kPeriods; back > 0; --back) {
    traffic.minutes.push_back({.start = running - minutes(back - 1)});
  }
  {
    const std::lock_guard lock(events_mutex_);
    const auto found = environments_.find(environment);
    if (found != environments_.end()) found->second->describe(traffic);
  }
  const std::lock_guard lock(decisions_mutex_);
  const auto found = decisions_.find(environment);
  if (found == decisions_.end()) return traffic;
  for (TrafficMinute& minute : traffic.minutes) {
    minute.decisions = found->second->flags.at(period_of<minutes>(minute.start));
  }
  return traffic;
}

}  // namespace splitplot::collect
