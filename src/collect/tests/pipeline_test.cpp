// The way in: what is stored, in which order, what is a repetition, and what becomes visible when.
#include "fingerprint.hpp"
#include "pipeline_fixture.hpp"

#include <thread>

namespace splitplot::collect::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> message_ids(const std::vector<Record>& records) {
  std::vector<std::string> ids;
  for (const Record& record : records) {
    const auto* event = std::get_if<Event>(&record);
    ids.push_back(event == nullptr ? "rejected" : event->message_id);
  }
  return ids;
}

TEST_F(PipelineTest, AnEventIsInTheJournalWithItsTimesWhenItIsAnswered) {
  Served served = serve();
  Event event = track("m1");
  event.times.client = kStart - 1h;
  event.times.sent = kStart - 50min;
  event.properties_json = R"({"price":5.0})";
  const Accepted accepted = send(*served.pipeline, {event});
  EXPECT_EQ(accepted.stored, 1U);
  EXPECT_EQ(accepted.end, served.journal->durable_end());
  const auto records = records_of(served);
  ASSERT_EQ(records.size(), 1U);
  const Event& stored = std::get<Event>(records[0]);
  EXPECT_EQ(stored.environment, kEnvironment);
  EXPECT_EQ(stored.source, "server");
  EXPECT_EQ(stored.properties_json, event.properties_json);
  EXPECT_EQ(stored.times.client, event.times.client);
  EXPECT_EQ(stored.times.received, kStart);
  EXPECT_EQ(stored.times.corrected, kStart - 10min);
}

TEST_F(PipelineTest, RejectedEventsAreKeptBesideTheOthers) {
  Served served = serve();
  Batch batch = batch_of({track("m1")});
  batch.rejected.push_back(
      {.environment = {}, .source = {}, .received = {}, .reason = "no_user", .message = "why", .body = "{}"});
  const Accepted accepted = send(*served.pipeline, std::move(batch));
  EXPECT_EQ(accepted.stored, 1U);
  EXPECT_EQ(accepted.rejected, 1U);
  const auto records = records_of(served);
  ASSERT_EQ(records.size(), 2U);
  const auto& rejected = std::get<RejectedEvent>(records[1]);
  EXPECT_EQ(rejected.environment, kEnvironment);
  EXPECT_EQ(rejected.received, kStart);
  EXPECT_EQ(rejected.reason, "no_user");
}

TEST_F(PipelineTest, TheFingerprintIsTheDocumentedHash) {
  // printf 'default/production\0server\0message-1' | sha256sum
  const auto fingerprint = fingerprint_of("default/production", "server", "message-1");
  EXPECT_EQ(fingerprint.high, 0xa1d59826fbe61465ULL);
  EXPECT_EQ(fingerprint.low, 0x2502c2844f6c676aULL);
}

TEST_F(PipelineTest, RepetitionsAreFoundWithinABatchARoundAndBetweenRounds) {
  Served served = serve();
  const Accepted first = send(*served.pipeline, {track("m1"), track("m2"), track("m1")});
  EXPECT_EQ(first.stored, 2U);
  EXPECT_EQ(first.duplicates, 1U);
  EXPECT_EQ(send(*served.pipeline, {track("m2")}).duplicates, 1U);

  served.unreliable_journal->hold();
  auto opening = submit(*served.pipeline, batch_of({track("m3")}));
  served.unreliable_journal->wait_until_appending();
  auto one = submit(*served.pipeline, batch_of({track("m4")}));
  auto other = submit(*served.pipeline, batch_of({track("m4"), track("m3")}));
  served.unreliable_journal->let_go();
  EXPECT_EQ(opening.get()->stored, 1U);
  EXPECT_EQ(one.get()->stored, 1U);
  EXPECT_EQ(other.get()->duplicates, 2U);
  EXPECT_EQ(served.unreliable_journal->appends(), 3);  // the last two shared a round
  EXPECT_THAT(message_ids(records_of(served)), ElementsAre("m1", "m2", "m3", "m4"));
}

TEST_F(PipelineTest, TheSameIdFromElsewhereIsAnotherEvent) {
  Served served = serve();
  Batch batch = batch_of({track("m1")});
  EXPECT_EQ(send(*served.pipeline, batch).stored, 1U);
  batch.source = "client";
  EXPECT_EQ(send(*served.pipeline, batch).stored, 1U);
  batch.environment = "default/staging";
  EXPECT_EQ(send(*served.pipeline, batch).stored, 1U);
  EXPECT_EQ(send(*served.pipeline, batch).duplicates, 1U);
}

TEST_F(PipelineTest, EventsWithoutAnIdAreNeverRepetitions) {
  Served served = serve();
  EXPECT_EQ(send(*served.pipeline, {track(""), track("")}).stored, 2U);
}

TEST_F(PipelineTest, ABatchOfRepetitionsIsAnsweredWithoutASync) {
  Served served = serve();
  send(*served.pipeline, {track("m1")});
  const Accepted again = send(*served.pipeline, {track("m1")});
  EXPECT_EQ(again.duplicates, 1U);
  EXPECT_EQ(again.end, served.journal->durable_end());
  EXPECT_EQ(served.unreliable_journal->appends(), 1);
}

TEST_F(PipelineTest, RepetitionsAreFoundOverRestarts) {
  {
    Served served = serve();
    send(*served.pipeline, {track("m1")});
  }
  Served served = serve();
  EXPECT_EQ(served.pipeline->status().replayed, 0U);  // the checkpoint at the end has it all
  EXPECT_EQ(send(*served.pipeline, {track("m1")}).duplicates, 1U);
}

TEST_F(PipelineTest, AnIdCountsAgainWhenTheWindowHasPassed) {
  Served served = serve();
  send(*served.pipeline, {track("m1")});
  clock_.advance(24h);
  EXPECT_EQ(send(*served.pipeline, {track("m1")}).duplicates, 1U);
  clock_.advance(1us);
  EXPECT_EQ(send(*served.pipeline, {track("m1")}).stored, 1U);
  clock_.advance(23h);
  EXPECT_EQ(send(*served.pipeline, {track("m1")}).duplicates, 1U);
}

TEST_F(PipelineTest, AnIdCountsAgainWhenTheWindowHasPassedOverRestarts) {
  {
    Served served = serve();
    send(*served.pipeline, {track("m1")});
  }
  clock_.advance(24h + 1us);
  {
    Served served = serve();
    EXPECT_EQ(send(*served.pipeline, {track("m1")}).stored, 1U);
  }
  Served served = serve();
  EXPECT_EQ(send(*served.pipeline, {track("m1")}).duplicates, 1U);
}

TEST_F(PipelineTest, AClockThatJumpsLosesNothingAndDoublesNothing) {
  Served served = serve();
  send(*served.pipeline, {track("m1")});
  clock_.advance(2h);
  EXPECT_EQ(send(*served.pipeline, {track("m1"), track("m2")}).stored, 1U);
  clock_.set(kStart - 2h);
  const Accepted back = send(*served.pipeline, {track("m1"), track("m2"), track("m3")});
  EXPECT_EQ(back.stored, 1U);
  EXPECT_EQ(back.duplicates, 2U);
  EXPECT_THAT(message_ids(records_of(served)), ElementsAre("m1", "m2", "m3"));
}

TEST_F(PipelineTest, NothingIsVisibleBeforeItIsDurable) {
  Served served = serve();
  served.unreliable_journal->hold();
  auto answer = submit(*served.pipeline, batch_of({identify("m1", "anna", R"({"plan":"pro"})")}));
  served.unreliable_journal->wait_until_appending();
  EXPECT_EQ(served.pipeline->profiles().find(kEnvironment, user("anna")), nullptr);
  served.unreliable_journal->let_go();
  ASSERT_TRUE(answer.get());
  const auto profile = served.pipeline->profiles().find(kEnvironment, user("anna"));
  ASSERT_NE(profile, nullptr);
  EXPECT_EQ(*profile->traits.find("plan"), Value("pro"));
}

TEST_F(PipelineTest, EachProducersEventsKeepTheirOrder) {
  Served served = serve();
  constexpr int kProducers = 4;
  constexpr int kBatches = 50;
  std::vector<std::thread> producers;
  std::atomic<std::uint64_t> stored = 0;
  for (int producer = 0; producer < kProducers; ++producer) {
    producers.emplace_back([&, producer] {
      std::vector<std::future<Result<Accepted>>> answers;
      for (int i = 0; i < kBatches; ++i) {
        const std::string id = std::to_string(producer) + "-" + std::to_string(i);
        answers.push_back(submit(*served.pipeline, batch_of({track(id + "a", id), track(id + "b", id)})));
        static_cast<void>(served.pipeline->status());
        static_cast<void>(served.pipeline->profiles().find(kEnvironment, user(id)));
      }
      for (auto& answer : answers) stored += answer.get().value().stored;
    });
  }
  for (auto& producer : producers) producer.join();
  EXPECT_EQ(stored, 2U * kProducers * kBatches);
  std::map<std::string, std::vector<std::string>> by_producer;
  for (const std::string& id : message_ids(records_of(served))) {
    const auto dash = id.find('-');
    by_producer[id.substr(0, dash)].push_back(id.substr(dash + 1));
  }
  for (int producer = 0; producer < kProducers; ++producer) {
    std::vector<std::string> expected;
    for (int i = 0; i < kBatches; ++i) {
      expected.push_back(std::to_string(i) + "a");
      expected.push_back(std::to_string(i) + "b");
    }
    EXPECT_EQ(by_producer[std::to_string(producer)], expected);
  }
}

TEST_F(PipelineTest, TooMuchThatWaitsIsRefusedAtOnce) {
  options_.waiting_bytes = 1;
  Served served = serve();
  served.unreliable_journal->hold();
  auto taken = submit(*served.pipeline, batch_of({track("m1")}));
  served.unreliable_journal->wait_until_appending();
  const auto refused = submit(*served.pipeline, batch_of({track("m2")})).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::ResourceLimit);
  EXPECT_EQ(served.pipeline->status().refused_batches, 1U);
  served.unreliable_journal->let_go();
  EXPECT_TRUE(taken.get());
  EXPECT_EQ(send(*served.pipeline, {track("m2")}).stored, 1U);
  EXPECT_EQ(served.pipeline->status().waiting_bytes, 0U);
}

TEST_F(PipelineTest, TheEndFinishesWhatWasSubmitted) {
  std::vector<std::future<Result<Accepted>>> answers;
  {
    Served served = serve();
    served.unreliable_journal->hold();
    for (int i = 0; i < 20; ++i) {
      answers.push_back(submit(*served.pipeline, batch_of({track("m" + std::to_string(i))})));
    }
    std::thread release([&] { served.unreliable_journal->let_go(); });
    served.pipeline.reset();
    release.join();
  }
  for (auto& answer : answers) EXPECT_EQ(answer.get().value().stored, 1U);
  Served served = serve();
  EXPECT_EQ(records_of(served).size(), 20U);
  EXPECT_EQ(served.pipeline->status().replayed, 0U);
}

TEST_F(PipelineTest, TheCountersSayWhatHappened) {
  Served served = serve();
  Batch batch = batch_of({track("m1"), track("m1"), track("m2")});
  batch.rejected.resize(1);
  send(*served.pipeline, std::move(batch));
  const PipelineStatus status = served.pipeline->status();
  EXPECT_EQ(status.received, 4U);
  EXPECT_EQ(status.stored, 2U);
  EXPECT_EQ(status.duplicates, 1U);
  EXPECT_EQ(status.rejected, 1U);
  EXPECT_EQ(status.rounds, 1U);
  EXPECT_EQ(status.durable_end, served.journal->durable_end());
  EXPECT_EQ(status.checkpointed, 0U);
  EXPECT_EQ(status.trouble, "");
}

}  // namespace
}  // namespace splitplot::collect::test
