/// What comes in right now, per environment: for people who want to see that their events arrive. Kept in memory since
/// the start, bounded, and gone with it; what really happened is in the warehouse. It looks on at the pipeline once a
/// batch is durable, and is told of decisions by the server.
///
/// All functions may be called by any thread. Decisions wait for nothing but each other.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/base/unit.hpp>
#include <splitplot/collect/event.hpp>
#include <splitplot/collect/pipeline.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::collect {

struct TrafficMinute {
  Timestamp start;
  std::uint64_t events = 0;     ///< stored
  std::uint64_t exposures = 0;  ///< of those, the ones that are exposures
  std::uint64_t rejected = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t decisions = 0;
};

struct NameTraffic {
  EventType type = EventType::Track;
  std::string name;
  std::uint64_t last_minute = 0;  ///< the 60 seconds that end with the running one
  std::uint64_t last_hour = 0;    ///< the 60 minutes that end with the running one
};

struct SourceTraffic {
  std::string connection;
  std::uint64_t last_hour = 0;
};

struct RecentEvent {
  Timestamp time;  ///< when it happened, by our clock
  EventType type = EventType::Track;
  std::string name;
  Unit unit;
  std::string source;
};

struct RecentRejection {
  Timestamp received;
  std::string source;
  std::string reason;
  std::string message;
};

struct Traffic {
  Timestamp now;
  Timestamp since;                     ///< nothing before this was seen
  std::vector<TrafficMinute> minutes;  ///< 60, oldest first; the last is the running one
  double events_per_second = 0;    ///< mean of the 10 full seconds before now, or of those since the start
  std::vector<NameTraffic> names;  ///< the 20 most frequent of the hour
  NameTraffic other_names;         ///< all others together
  std::vector<SourceTraffic> sources;  ///< the 20 most frequent of the hour
  SourceTraffic other_sources;
  std::vector<RecentEvent> recent;        ///< newest first, 50
  std::vector<RecentRejection> rejected;  ///< newest first, 20
};

class LiveTraffic final : public Onlooker {
 public:
  /// `clock` must outlive it.
  explicit LiveTraffic(const Clock& clock);
  LiveTraffic(const LiveTraffic&) = delete;
  LiveTraffic& operator=(const LiveTraffic&) = delete;
  ~LiveTraffic() override;

  void published(const PublishedBatch& batch) override;

  /// So many flags were decided for somebody.
  void decided(std::string_view environment, std::uint64_t flags);

  /// Of an environment that nothing came for: zeros.
  [[nodiscard]] Traffic of(std::string_view environment) const;

 private:
  struct Environment;
  struct Decisions;

  const Clock& clock_;
  const Timestamp since_;
  mutable std::mutex events_mutex_;
  std::map<std::string, std::unique_ptr<Environment>, std::less<>> environments_;
  mutable std::mutex decisions_mutex_;  ///< apart, so that no decision waits for a large batch
  std::map<std::string, std::unique_ptr<Decisions>, std::less<>> decisions_;
};

}  // namespace splitplot::collect
