// After a crash everything is as it was: profiles and the knowledge of repetitions come back from checkpoint and journal.
#include "pipeline_fixture.hpp"
#include "profile_changes.hpp"

#include <splitplot/base/random.hpp>

#include <set>
#include <thread>

namespace splitplot::collect::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// What profiles must be, computed the slow and obvious way.
struct Twin {
  struct Known {
    std::map<std::string, std::string> traits;
    std::uint64_t events = 0;
  };
  std::map<std::string, Known> users;
  std::set<std::string> seen;
  std::vector<std::string> ids;  ///< of all events, in order
};

class PipelineRecoveryTest : public PipelineTest {
 protected:
  /// Sends random events, some of them again, and keeps the twin.
  void send_random(Pipeline& pipeline, RandomStream& random, int batches, Twin& twin) const {
    for (int i = 0; i < batches; ++i) {
      std::vector<Event> events;
      std::uint64_t repeated = 0;
      for (std::uint64_t k = 1 + random.below(6); k > 0; --k) {
        const bool again = !twin.ids.empty() && random.bernoulli(0.2);
        const std::string id =
            again ? twin.ids[random.below(twin.ids.size())] : "m" + std::to_string(twin.ids.size());
        const std::string name = "u" + std::to_string(random.below(30));
        const std::string trait = "t" + std::to_string(random.below(4));
        const std::string value = std::to_string(random.below(1000));
        const bool removes = random.bernoulli(0.2);
        events.push_back(identify(id, name, "{\"" + trait + "\":" + (removes ? "null" : value) + "}"));
        if (!twin.seen.insert(id).second) {
          ++repeated;
          continue;
        }
        twin.ids.push_back(id);
        auto& known = twin.users[name];
        ++known.events;
        if (removes) {
          known.traits.erase(trait);
        } else {
          known.traits[trait] = value;
        }
      }
      EXPECT_EQ(send(pipeline, events).duplicates, repeated);
    }
  }

  static void expect_like(const Pipeline& pipeline, const Twin& twin) {
    for (int i = 0; i < 30; ++i) {
      const std::string name = "u" + std::to_string(i);
      const auto profile = pipeline.profiles().find(kEnvironment, user(name));
      const auto known = twin.users.find(name);
      ASSERT_EQ(profile != nullptr, known != twin.users.end()) << name;
      if (profile == nullptr) continue;
      EXPECT_EQ(profile->events, known->second.events) << name;
      const auto* traits = profile->traits.if_object();
      ASSERT_EQ(traits == nullptr ? 0 : traits->size(), known->second.traits.size()) << name;
      for (const auto& [trait, value] : known->second.traits) {
        ASSERT_NE(profile->traits.find(trait), nullptr) << name << " " << trait;
        EXPECT_EQ(*profile->traits.find(trait), Value(std::stoll(value)));
      }
    }
  }

  void expect_all_are_repetitions(Pipeline& pipeline, const Twin& twin) const {
    std::vector<Event> events;
    for (const std::string& id : twin.ids) events.push_back(track(id));
    EXPECT_EQ(send(pipeline, events).duplicates, twin.ids.size());
  }
};

TEST_F(PipelineRecoveryTest, EverythingComesBackFromTheJournalAlone) {
  RandomStream random(1);
  Twin twin;
  Served served = serve();
  send_random(*served.pipeline, random, 60, twin);
  expect_like(*served.pipeline, twin);
  Served recovered = serve(crash_image("crashed"));
  EXPECT_EQ(recovered.pipeline->status().replayed, twin.ids.size());
  expect_like(*recovered.pipeline, twin);
  expect_all_are_repetitions(*recovered.pipeline, twin);
}

TEST_F(PipelineRecoveryTest, EverythingComesBackFromACheckpointAndTheJournalBehindIt) {
  RandomStream random(2);
  Twin twin;
  for (int life = 0; life < 4; ++life) {
    Served served = serve();
    EXPECT_EQ(served.pipeline->status().replayed, 0U);
    send_random(*served.pipeline, random, 15, twin);
    const std::size_t saved = life == 0 ? 0 : 1;
    Served recovered = serve(crash_image("crashed" + std::to_string(life)));
    if (saved > 0) {
      EXPECT_LT(recovered.pipeline->status().replayed, twin.ids.size());
    }
    expect_like(*recovered.pipeline, twin);
    expect_all_are_repetitions(*recovered.pipeline, twin);
  }
}

TEST_F(PipelineRecoveryTest, CheckpointsBesideTheEventsChangeNothing) {
  options_.checkpoint_changes = 5;
  options_.hot_profiles = 8;
  RandomStream random(3);
  Twin twin;
  {
    Served served = serve();
    send_random(*served.pipeline, random, 60, twin);
    expect_like(*served.pipeline, twin);
    EXPECT_LE(served.pipeline->status().checkpointed, served.pipeline->status().durable_end);
  }
  Served served = serve();
  EXPECT_EQ(served.pipeline->status().replayed, 0U);
  expect_like(*served.pipeline, twin);
  expect_all_are_repetitions(*served.pipeline, twin);
}

TEST_F(PipelineRecoveryTest, CheckpointsAreWrittenWhileThePipelineRuns) {
  options_.checkpoint_every = 0s;
  Served served = serve();
  const Accepted accepted = send(*served.pipeline, {track("m1")});
  while (served.pipeline->status().checkpointed < accepted.end) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(served.online->profile(kEnvironment, user("anna")).value().has_value());
}

Event assignment_of(const std::string& user, const std::string& experiment, const std::string& variant) {
  Event event;
  event.name = kLastingAssignment;
  event.user_id = user;
  event.assignment = LastingAssignment{"id", experiment, variant};
  return event;
}

TEST_F(PipelineRecoveryTest, AssignmentsStayInTheProfileAndAreNoEvents) {
  const Value expected = Value::Object{{"id", Value::Object{{"other__0", "x"}, {"e__1", "green"}}}};
  const auto expect_assigned = [&](const Pipeline& pipeline) {
    const auto profile = pipeline.profiles().find(kEnvironment, user("anna"));
    ASSERT_NE(profile, nullptr);
    EXPECT_EQ(profile->assignments, expected);
    EXPECT_EQ(profile->events, 1U);
    EXPECT_EQ(profile->first_seen, profile->last_seen);
  };
  {
    Served served = serve();
    send(*served.pipeline, {assignment_of("anna", "e__1", "red"), assignment_of("anna", "other__0", "x")});
    send(*served.pipeline, {track("m1")});
    send(*served.pipeline, {assignment_of("anna", "e__1", "green")});
    expect_assigned(*served.pipeline);
    expect_assigned(*serve(crash_image("crashed")).pipeline);
  }
  Served again = serve();
  EXPECT_EQ(again.pipeline->status().replayed, 0U);
  expect_assigned(*again.pipeline);
}

TEST_F(PipelineRecoveryTest, OfManyAssignmentsTheOldestGoes) {
  Served served = serve();
  std::vector<Event> events;
  for (std::size_t i = 0; i <= kMaximumAssignments; ++i)
    events.push_back(assignment_of("anna", "e" + std::to_string(i) + "__0", "x"));
  send(*served.pipeline, events);
  const auto profile = served.pipeline->profiles().find(kEnvironment, user("anna"));
  ASSERT_NE(profile, nullptr);
  const Value& assigned = *profile->assignments.find("id");
  EXPECT_EQ(assigned.if_object()->size(), kMaximumAssignments);
  EXPECT_EQ(assigned.find("e0__0"), nullptr);
  EXPECT_NE(assigned.find("e1__0"), nullptr);
}

TEST_F(PipelineRecoveryTest, ALongReplaySavesOnItsWay) {
  RandomStream random(4);
  Twin twin;
  Served served = serve();
  send_random(*served.pipeline, random, 60, twin);
  const std::string crashed = crash_image("crashed");
  options_.checkpoint_changes = 20;
  {
    Served recovered = serve(crashed);
    EXPECT_GT(recovered.pipeline->status().checkpointed, 0U);
    expect_like(*recovered.pipeline, twin);
  }
  Served again = serve(crashed);
  EXPECT_EQ(again.pipeline->status().replayed, 0U);
  expect_like(*again.pipeline, twin);
}

TEST_F(PipelineRecoveryTest, AFullDiskDoesNotKeepItFromStarting) {
  RandomStream random(5);
  Twin twin;
  Served served = serve();
  send_random(*served.pipeline, random, 60, twin);
  const std::string crashed = crash_image("crashed");
  options_.checkpoint_changes = 20;
  {
    Served recovered = open(crashed);
    recovered.unreliable_online->fail_checkpoints(true);
    auto started = try_to_start(recovered);
    ASSERT_TRUE(started) << started.error().message;
    expect_like(**started, twin);
    recovered.unreliable_online->fail_checkpoints(false);
    while ((*started)->status().checkpointed == 0) std::this_thread::sleep_for(1ms);
    expect_like(**started, twin);
    expect_all_are_repetitions(**started, twin);
  }
  options_.unsaved_changes = 30;
  std::filesystem::remove_all(folder_ / crashed / "online");
  Served too_much = open(crashed);
  too_much.unreliable_online->fail_checkpoints(true);
  const auto refused = try_to_start(too_much);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::ResourceLimit);
}

TEST_F(PipelineRecoveryTest, ADeletedOnlineStoreIsMadeAnew) {
  RandomStream random(6);
  Twin twin;
  {
    Served served = serve();
    send_random(*served.pipeline, random, 40, twin);
  }
  std::filesystem::remove_all(folder_ / "data" / "online");
  Served served = serve();
  EXPECT_EQ(served.pipeline->status().replayed, twin.ids.size());
  expect_like(*served.pipeline, twin);
  expect_all_are_repetitions(*served.pipeline, twin);
}

TEST_F(PipelineRecoveryTest, RecordsThatNobodyUnderstandsAreCountedAndSkipped) {
  {
    Served served = open();
    Event event = identify("m1", "anna", R"({"plan":"pro"})");
    event.environment = kEnvironment;
    event.source = "server";
    ASSERT_TRUE(served.journal->append(std::vector<std::string>{"\xff what is this", encode(event), ""}));
  }
  Served served = serve();
  EXPECT_EQ(served.pipeline->status().replayed, 3U);
  EXPECT_EQ(served.pipeline->status().undecodable, 2U);
  EXPECT_EQ(*served.pipeline->profiles().find(kEnvironment, user("anna"))->traits.find("plan"), Value("pro"));
}

TEST_F(PipelineRecoveryTest, IdsOutsideTheWindowAreNotRemembered) {
  Served served = serve();
  send(*served.pipeline, {track("m1")});
  clock_.advance(24h + 1us);
  Served recovered = serve(crash_image("crashed"));
  EXPECT_EQ(send(*recovered.pipeline, {track("m1")}).stored, 1U);
}

TEST_F(PipelineRecoveryTest, AStoreAheadOfTheJournalIsRefused) {
  Served served = open();
  ASSERT_TRUE(served.online->checkpoint({.profiles = {}, .seen = {}, .reflects = 1'000'000}));
  const auto refused = try_to_start(served);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::BadData);
  EXPECT_THAT(refused.error().hint, HasSubstr("delete the online store"));
}

TEST_F(PipelineRecoveryTest, AStoreBehindTheBeginningOfTheJournalIsRefused) {
  const std::string online = (folder_ / "data" / "online").string();
  store::JournalOptions journal_options{.directory = (folder_ / "data" / "journal").string(),
                                        .segment_bytes = 1};
  {
    auto journal = store::open_journal(store::posix_file_system(), journal_options).value().journal;
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(journal->append(std::vector<std::string>{encode(RejectedEvent{})}));
    }
    ASSERT_TRUE(journal->remove_before(journal->durable_end()));
    ASSERT_GT(journal->begin(), 0U);
  }
  Served served = open();
  const auto refused = try_to_start(served);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::BadData);
  EXPECT_THAT(refused.error().message, HasSubstr("is gone"));
}

}  // namespace
}  // namespace splitplot::collect::test
