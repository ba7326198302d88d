// What people see arriving, against a list of everything that ever came.
#include "name_counts.hpp"
#include "pipeline_fixture.hpp"

#include <splitplot/collect/live_traffic.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <thread>
#include <tuple>

namespace splitplot::collect::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// ---- a slow twin, which keeps everything

struct Arrival {
  std::string environment;
  std::string source;
  Timestamp at;
  std::vector<std::tuple<EventType, std::string, Unit, Timestamp, PublishedKind>> events;
  std::vector<std::pair<std::string, std::string>> rejected;
  std::uint64_t duplicates = 0;
  std::uint64_t decisions = 0;
};

template <typename Duration>
std::int64_t age_in(Timestamp now, Timestamp then) {
  return std::chrono::floor<Duration>(now).time_since_epoch().count() -
         std::chrono::floor<Duration>(then).time_since_epoch().count();
}

using Ranked = std::vector<std::tuple<std::uint64_t, std::string, int, std::uint64_t>>;

class Twin {
 public:
  Twin(const std::vector<Arrival>& all, std::string environment, Timestamp now, Timestamp since)
      : now_(now), since_(since) {
    for (const Arrival& arrival : all) {
      if (arrival.environment == environment) mine_.push_back(&arrival);
    }
  }

  TrafficMinute minute(std::int64_t age) const {
    TrafficMinute minute;
    for (const Arrival* arrival : mine_) {
      if (age_in<std::chrono::minutes>(now_, arrival->at) != age) continue;
      minute.events += arrival->events.size();
      minute.rejected += arrival->rejected.size();
      minute.duplicates += arrival->duplicates;
      minute.decisions += arrival->decisions;
      for (const auto& event : arrival->events) {
        if (std::get<4>(event) == PublishedKind::Exposure) ++minute.exposures;
      }
    }
    return minute;
  }

  double rate() const {
    const std::int64_t watched = std::min<std::int64_t>(10, age_in<std::chrono::seconds>(now_, since_));
    std::size_t events = 0;
    for (const Arrival* arrival : mine_) {
      const std::int64_t age = age_in<std::chrono::seconds>(now_, arrival->at);
      if (age >= 1 && age <= watched) events += arrival->events.size();
    }
    return watched == 0 ? 0 : static_cast<double>(events) / static_cast<double>(watched);
  }

  // Hour, name, type, minute; the most frequent first.
  Ranked names() const {
    return ranked([](const Arrival&, const auto& event) {
      return std::pair(std::get<1>(event), static_cast<int>(std::get<0>(event)));
    });
  }
  Ranked sources() const {
    return ranked([](const Arrival& arrival, const auto&) { return std::pair(arrival.source, 0); });
  }

  std::vector<std::string> recent() const {
    std::vector<std::string> lines;
    for (auto arrival = mine_.rbegin(); arrival != mine_.rend(); ++arrival) {
      for (auto event = (*arrival)->events.rbegin(); event != (*arrival)->events.rend(); ++event) {
        if (lines.size() == 50) return lines;
        lines.push_back(std::get<1>(*event) + " " + std::get<2>(*event).id + " " + (*arrival)->source + " " +
                        rfc3339(std::get<3>(*event)));
      }
    }
    return lines;
  }

  std::vector<std::string> rejected() const {
    std::vector<std::string> lines;
    for (auto arrival = mine_.rbegin(); arrival != mine_.rend(); ++arrival) {
      for (auto each = (*arrival)->rejected.rbegin(); each != (*arrival)->rejected.rend(); ++each) {
        if (lines.size() == 20) return lines;
        lines.push_back(each->first + " " + each->second + " " + (*arrival)->source);
      }
    }
    return lines;
  }

 private:
  template <typename KeyOf>
  Ranked ranked(KeyOf key_of) const {
    std::map<std::pair<std::string, int>, std::pair<std::uint64_t, std::uint64_t>> counts;
    for (const Arrival* arrival : mine_) {
      if (age_in<std::chrono::minutes>(now_, arrival->at) >= 60) continue;
      for (const auto& event : arrival->events) {
        auto& [hour, minute] = counts[key_of(*arrival, event)];
        ++hour;
        if (age_in<std::chrono::seconds>(now_, arrival->at) < 60) ++minute;
      }
    }
    Ranked all;
    for (const auto& [key, count] : counts) {
      all.emplace_back(count.first, key.first, key.second, count.second);
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& left, const auto& right) {
      return std::get<0>(left) > std::get<0>(right);
    });
    return all;
  }

  std::vector<const Arrival*> mine_;
  Timestamp now_;
  Timestamp since_;
};

void publish(LiveTraffic& traffic, const Arrival& arrival) {
  PublishedBatch batch{.environment = arrival.environment,
                       .source = arrival.source,
                       .received = arrival.at,
                       .events = {},
                       .rejected = {},
                       .duplicates = arrival.duplicates};
  for (const auto& [type, name, unit, time, kind] : arrival.events) {
    batch.events.push_back({type, kind, name, &unit, time});
  }
  for (const auto& [reason, message] : arrival.rejected) batch.rejected.push_back({reason, message});
  traffic.published(batch);
  if (arrival.decisions > 0) traffic.decided(arrival.environment, arrival.decisions);
}

Arrival random_arrival(std::mt19937& random, Timestamp now) {
  Arrival arrival;
  arrival.environment = random() % 4 == 0 ? "default/staging" : "default/production";
  arrival.source = "source-" + std::to_string(random() % 25);
  arrival.at = now;
  const std::size_t events = random() % 50 == 0 ? 120 : random() % 4;
  for (std::size_t at = 0; at < events; ++at) {
    const auto type = static_cast<EventType>(random() % 3);
    const std::string name = type == EventType::Identify ? "" : "name-" + std::to_string(random() % 20);
    arrival.events.emplace_back(type, name, Unit{UnitKind::User, "u" + std::to_string(random() % 9)},
                                now - std::chrono::milliseconds(random() % 5000),
                                random() % 5 == 0 ? PublishedKind::Exposure : PublishedKind::Plain);
  }
  for (std::size_t left = random() % 30 == 0 ? 25 : random() % 2; left > 0; --left) {
    arrival.rejected.emplace_back("reason-" + std::to_string(left), "why " + std::to_string(random() % 100));
  }
  arrival.duplicates = random() % 3;
  arrival.decisions = random() % 4;
  return arrival;
}

void expect_ranking(const Ranked& expected, const std::vector<NameTraffic>& first,
                    const NameTraffic& others) {
  ASSERT_EQ(first.size(), std::min<std::size_t>(20, expected.size()));
  std::uint64_t hour = 0;
  std::uint64_t minute = 0;
  for (std::size_t place = 0; place < expected.size(); ++place) {
    const auto& [last_hour, name, type, last_minute] = expected[place];
    if (place < 20) {
      EXPECT_EQ(first[place].name, name);
      EXPECT_EQ(static_cast<int>(first[place].type), type);
      EXPECT_EQ(first[place].last_hour, last_hour);
      EXPECT_EQ(first[place].last_minute, last_minute);
    } else {
      hour += last_hour;
      minute += last_minute;
    }
  }
  EXPECT_EQ(others.last_hour, hour);
  EXPECT_EQ(others.last_minute, minute);
}

void expect_same(const Traffic& traffic, const Twin& twin) {
  ASSERT_THAT(traffic.minutes, SizeIs(60));
  for (std::int64_t age = 0; age < 60; ++age) {
    const TrafficMinute& minute = traffic.minutes[59 - static_cast<std::size_t>(age)];
    const TrafficMinute expected = twin.minute(age);
    EXPECT_EQ(minute.start,
              std::chrono::floor<std::chrono::minutes>(traffic.now) - std::chrono::minutes(age));
    EXPECT_EQ(minute.events, expected.events) << age;
    EXPECT_EQ(minute.exposures, expected.exposures) << age;
    EXPECT_EQ(minute.rejected, expected.rejected) << age;
    EXPECT_EQ(minute.duplicates, expected.duplicates) << age;
    EXPECT_EQ(minute.decisions, expected.decisions) << age;
  }
  EXPECT_DOUBLE_EQ(traffic.events_per_second, twin.rate());
  expect_ranking(twin.names(), traffic.names, traffic.other_names);
  std::vector<NameTraffic> sources;
  const Ranked expected_sources = twin.sources();
  std::uint64_t beyond = 0;
  for (std::size_t place = 0; place < expected_sources.size(); ++place) {
    const auto& [last_hour, name, type, last_minute] = expected_sources[place];
    if (place >= 20) {
      beyond += last_hour;
      continue;
    }
    ASSERT_LT(place, traffic.sources.size());
    EXPECT_EQ(traffic.sources[place].connection, name);
    EXPECT_EQ(traffic.sources[place].last_hour, last_hour);
  }
  EXPECT_EQ(traffic.other_sources.last_hour, beyond);
  std::vector<std::string> recent;
  for (const RecentEvent& event : traffic.recent) {
    recent.push_back(event.name + " " + event.unit.id + " " + event.source + " " + rfc3339(event.time));
  }
  EXPECT_EQ(recent, twin.recent());
  std::vector<std::string> rejected;
  for (const RecentRejection& each : traffic.rejected) {
    rejected.push_back(each.reason + " " + each.message + " " + each.source);
  }
  EXPECT_EQ(rejected, twin.rejected());
}

TEST(LiveTraffic, SaysWhatAListOfEverythingWouldSay) {
  for (unsigned seed = 1; seed <= 2; ++seed) {
    std::mt19937 random(seed);
    ManualClock clock(kStart + std::chrono::seconds(random() % 60));
    LiveTraffic traffic(clock);
    const Timestamp since = clock.now();
    std::vector<Arrival> all;
    for (int step = 0; step < 350 && !::testing::Test::HasFailure(); ++step) {
      all.push_back(random_arrival(random, clock.now()));
      publish(traffic, all.back());
      if (step % 10 == 0 || step > 340) {
        for (const char* environment : {"default/production", "default/staging"}) {
          const Traffic now = traffic.of(environment);
          EXPECT_EQ(now.since, since);
          expect_same(now, Twin(all, environment, clock.now(), since));
        }
      }
      // Mostly seconds, now and then a pause, twice more than an hour.
      std::chrono::milliseconds pause(random() % 3000);
      if (random() % 40 == 0) pause += std::chrono::minutes(random() % 20);
      if (step == 150 || step == 250) pause += std::chrono::minutes(59 + random() % 3);
      clock.advance(pause);
    }
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
  }
}

TEST(LiveTraffic, OfAnEnvironmentThatNothingCameForIsEmpty) {
  ManualClock clock(kStart);
  const LiveTraffic live(clock);
  const Traffic traffic = live.of("default/nowhere");
  EXPECT_EQ(traffic.since, kStart);
  ASSERT_THAT(traffic.minutes, SizeIs(60));
  EXPECT_EQ(traffic.minutes.back().events, 0U);
  EXPECT_EQ(traffic.events_per_second, 0);
  EXPECT_THAT(traffic.names, IsEmpty());
  EXPECT_THAT(traffic.recent, IsEmpty());
}

TEST(LiveTraffic, GoesOnWhereTheClockIsSetBack) {
  ManualClock clock(kStart);
  LiveTraffic live(clock);
  const auto arrive = [&] {
    Arrival arrival{.environment = "e", .source = "s", .at = clock.now(), .events = {}, .rejected = {}};
    arrival.events.emplace_back(EventType::Track, "n", Unit{}, clock.now(), PublishedKind::Plain);
    publish(live, arrival);
  };
  arrive();
  clock.set(kStart - 5h);
  arrive();
  arrive();
  EXPECT_EQ(live.of("e").minutes.back().events, 2U);
  EXPECT_EQ(live.of("e").events_per_second, 0) << "the start lies ahead: nothing can be said yet";
  ASSERT_THAT(live.of("e").names, SizeIs(1));
  EXPECT_EQ(live.of("e").names[0].last_hour, 2U);
}

TEST(LiveTraffic, KeepsTheBeginningOfALongMessageInWholeCharacters) {
  ManualClock clock(kStart);
  LiveTraffic live(clock);
  std::string message(299, 'a');
  message += "\xc3\xa4\xc3\xa4";
  publish(live,
          {.environment = "e", .source = "s", .at = kStart, .events = {}, .rejected = {{"r", message}}});
  ASSERT_THAT(live.of("e").rejected, SizeIs(1));
  EXPECT_EQ(live.of("e").rejected[0].message, std::string(299, 'a') + "...");
}

TEST(NameCounts, CountsTogetherWhatFindsNoRoomAndLosesNothing) {
  NameCounts counts;
  const auto total = [&](Timestamp now) {
    const NameCounts::Ranking ranking = counts.ranking(now, 20);
    std::uint64_t sum = ranking.others.last_hour;
    for (const NameCounts::Count& count : ranking.first) sum += count.last_hour;
    return sum;
  };
  for (std::size_t name = 0; name < 3 * NameCounts::kMostNames; ++name) {
    counts.add(0, "name-" + std::to_string(name), kStart);
    counts.add(0, "known", kStart);
  }
  const auto ranking = counts.ranking(kStart, 20);
  EXPECT_EQ(ranking.first[0].name, "known");
  EXPECT_EQ(ranking.first[0].last_hour, 3000U);
  EXPECT_EQ(total(kStart), 6000U);
  // An hour later the room is there again.
  const Timestamp later = kStart + 1h;
  EXPECT_EQ(total(later), 0U);
  counts.add(0, "new", later);
  ASSERT_THAT(counts.ranking(later, 20).first, SizeIs(1));
  EXPECT_EQ(counts.ranking(later, 20).first[0].name, "new");
}

TEST(NameCounts, ANameThatIsStillUsedIsNotForgottenForANewOne) {
  NameCounts counts;
  for (std::size_t name = 0; name < NameCounts::kMostNames; ++name) {
    counts.add(0, "name-" + std::to_string(name), kStart + (name == 7 ? 30min : 0min));
  }
  const Timestamp later = kStart + 70min;
  counts.add(0, "new", later);
  const auto ranking = counts.ranking(later, 20);
  ASSERT_THAT(ranking.first, SizeIs(2));
  EXPECT_EQ(ranking.first[0].name, "name-7");
  EXPECT_EQ(ranking.first[1].name, "new");
}

TEST(NameCounts, NeverCountLessThanNothingWhereTheClockJumps) {
  NameCounts counts;
  counts.add(0, "a", kStart);
  counts.add(0, "b", kStart - 1h);
  const auto ranking = counts.ranking(kStart, 20);
  ASSERT_THAT(ranking.first, SizeIs(1));
  EXPECT_EQ(ranking.first[0].last_hour, 1U);
  EXPECT_EQ(ranking.others.last_hour, 0U);
  EXPECT_EQ(ranking.others.last_minute, 0U);
}

// ---- what the pipeline tells

class LivePipelineTest : public PipelineTest {};

TEST_F(LivePipelineTest, WhatIsAnsweredHasBeenSeenAndRepetitionsAreNoEvents) {
  LiveTraffic live(clock_);
  options_.onlooker = &live;
  Served served = serve();
  Event exposed = track("m2", "ben");
  exposed.exposure.emplace();
  exposed.exposure->experiment = "colour";
  exposed.exposure->variant = "green";
  exposed.times.client = kStart - 10s;
  exposed.times.sent = kStart - 5s;
  Batch batch = batch_of({track("m1"), exposed, track("m1")});
  batch.rejected.push_back(
      {.environment = {}, .source = {}, .received = {}, .reason = "no_user", .message = "why", .body = "{}"});
  send(*served.pipeline, std::move(batch));
  const Traffic traffic = live.of(kEnvironment);
  const TrafficMinute& minute = traffic.minutes.back();
  EXPECT_EQ(minute.events, 2U);
  EXPECT_EQ(minute.exposures, 1U);
  EXPECT_EQ(minute.duplicates, 1U);
  EXPECT_EQ(minute.rejected, 1U);
  ASSERT_THAT(traffic.recent, SizeIs(2));
  EXPECT_EQ(traffic.recent[0].unit, user("ben"));
  EXPECT_EQ(traffic.recent[0].name, "Clicked");
  EXPECT_EQ(traffic.recent[0].time, kStart - 5s);
  EXPECT_EQ(traffic.recent[0].source, "server");
  EXPECT_EQ(traffic.recent[1].unit, user("anna"));
  ASSERT_THAT(traffic.rejected, SizeIs(1));
  EXPECT_EQ(traffic.rejected[0].reason, "no_user");
  EXPECT_EQ(traffic.rejected[0].message, "why");
  EXPECT_EQ(traffic.rejected[0].received, kStart);
}

TEST_F(LivePipelineTest, WhatDidNotBecomeDurableIsNotSeen) {
  LiveTraffic live(clock_);
  options_.onlooker = &live;
  Served served = serve();
  served.unreliable_journal->fail_with(ErrorCode::Unavailable);
  EXPECT_FALSE(submit(*served.pipeline, batch_of({track("m1")})).get());
  EXPECT_EQ(live.of(kEnvironment).minutes.back().events, 0U);
  EXPECT_THAT(live.of(kEnvironment).recent, IsEmpty());
}

TEST_F(LivePipelineTest, IsLookedAtWhileItRuns) {
  LiveTraffic live(clock_);
  options_.onlooker = &live;
  Served served = serve();
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      const Traffic traffic = live.of(kEnvironment);
      EXPECT_LE(traffic.recent.size(), 50U);
    }
  });
  std::thread decider([&] {
    for (int round = 0; round < 1000; ++round) live.decided(kEnvironment, 2);
  });
  for (int round = 0; round < 50; ++round) send(*served.pipeline, {track("m" + std::to_string(round))});
  decider.join();
  done = true;
  reader.join();
  EXPECT_EQ(live.of(kEnvironment).minutes.back().events, 50U);
  EXPECT_EQ(live.of(kEnvironment).minutes.back().decisions, 2000U);
}

}  // namespace
}  // namespace splitplot::collect::test
