// Full disks, failed syncs, stores that cannot be read or written: refused without a trace, and over by itself.
#include "pipeline_fixture.hpp"

#include <thread>

namespace splitplot::collect::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Sends until it is taken: the pipeline looks after a pause whether its trouble is over, and nobody is told when.
Accepted send_until_taken(Pipeline& pipeline, const std::vector<Event>& events) {
  while (true) {
    if (const auto result = submit(pipeline, batch_of(events)).get()) return *result;
    std::this_thread::sleep_for(1ms);
  }
}

class FailingAppendTest : public PipelineTest, public ::testing::WithParamInterface<ErrorCode> {};

TEST_P(FailingAppendTest, LeavesNoTrace) {
  Served served = serve();
  send(*served.pipeline, {identify("m1", "anna", R"({"plan":"free"})")});
  served.unreliable_journal->hold();
  auto opening = submit(*served.pipeline, batch_of({track("m2")}));
  served.unreliable_journal->wait_until_appending();
  // These three wait behind it: one of them only repeats what is durable already.
  std::vector<std::future<Result<Accepted>>> others;
  others.push_back(submit(*served.pipeline, batch_of({identify("m3", "anna", R"({"plan":"pro"})")})));
  others.push_back(submit(*served.pipeline, batch_of({track("m1")})));
  others.push_back(submit(*served.pipeline, batch_of({track("m4", "berta")})));
  served.unreliable_journal->fail_with(GetParam());
  served.unreliable_journal->let_go();
  others.push_back(std::move(opening));
  for (auto& other : others) {
    const auto answer = other.get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);  // a full disk too: later, not less
  }
  EXPECT_NE(served.pipeline->status().trouble, "");
  EXPECT_EQ(served.pipeline->status().waiting_bytes, 0U);
  EXPECT_EQ(records_of(served).size(), 1U);
  const auto anna = served.pipeline->profiles().find(kEnvironment, user("anna"));
  EXPECT_EQ(*anna->traits.find("plan"), Value("free"));
  EXPECT_EQ(anna->events, 1U);
  EXPECT_EQ(served.pipeline->profiles().find(kEnvironment, user("berta")), nullptr);

  served.unreliable_journal->be_well();
  const Accepted again = send_until_taken(*served.pipeline, {track("m2"), track("m4", "berta"), track("m1")});
  EXPECT_EQ(again.stored, 2U);
  EXPECT_EQ(again.duplicates, 1U);
  EXPECT_EQ(served.pipeline->status().trouble, "");
  EXPECT_EQ(records_of(served).size(), 3U);
}

TEST_P(FailingAppendTest, RefusesAtOnceWithoutTroublingTheDisk) {
  Served served = serve();
  served.unreliable_journal->fail_with(GetParam());
  ASSERT_FALSE(submit(*served.pipeline, batch_of({track("m0")})).get());
  for (int i = 0; i < 1000; ++i) {
    ASSERT_FALSE(submit(*served.pipeline, batch_of({track("m" + std::to_string(i))})).get());
  }
  EXPECT_LE(served.unreliable_journal->appends(), 10);
  EXPECT_EQ(served.pipeline->status().refused_batches, 1001U);
}

TEST_P(FailingAppendTest, IsOverByItselfThoughNoEventsCome) {
  Served served = serve();
  served.unreliable_journal->fail_with(GetParam());
  ASSERT_FALSE(submit(*served.pipeline, batch_of({track("m1")})).get());
  EXPECT_THAT(served.pipeline->status().trouble, HasSubstr("the test says so"));
  served.unreliable_journal->be_well();
  while (!served.pipeline->status().trouble.empty()) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(send(*served.pipeline, {track("m1")}).stored, 1U);
}

TEST_P(FailingAppendTest, DoesNotKeepThePipelineFromStopping) {
  Served served = serve();
  send(*served.pipeline, {track("m1")});
  served.unreliable_journal->fail_with(GetParam());
  ASSERT_FALSE(submit(*served.pipeline, batch_of({track("m2")})).get());
  served.pipeline.reset();
  EXPECT_EQ(served.online->reflects(), served.journal->durable_end());
}

INSTANTIATE_TEST_SUITE_P(Pipeline, FailingAppendTest,
                         ::testing::Values(ErrorCode::ResourceLimit, ErrorCode::Unavailable),
                         [](const auto& tested) {
                           return std::string(tested.param == ErrorCode::Unavailable ? "FailedSync"
                                                                                     : "FullDisk");
                         });

using PipelineTroubleTest = PipelineTest;

TEST_F(PipelineTroubleTest, ABrokenJournalIsRepairedAsOftenAsItTakes) {
  Served served = serve();
  served.unreliable_journal->fail_with(ErrorCode::Unavailable);
  ASSERT_FALSE(submit(*served.pipeline, batch_of({track("m1")})).get());
  while (served.unreliable_journal->repairs() < 2) std::this_thread::sleep_for(1ms);
  EXPECT_NE(served.pipeline->status().trouble, "");
  served.unreliable_journal->be_well();
  EXPECT_EQ(send_until_taken(*served.pipeline, {track("m1")}).stored, 1U);
  EXPECT_EQ(served.unreliable_journal->appends(), 2);
}

TEST_F(PipelineTroubleTest, AStoreThatCannotBeReadIsNoExcuseForAGuess) {
  Served served = serve();
  send(*served.pipeline, {identify("m1", "anna", R"({"plan":"pro"})")});
  served.unreliable_online->fail_reads(true);
  const auto refused = submit(*served.pipeline, batch_of({track("m2", "berta")})).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(records_of(served).size(), 1U);
  // Decisions go on.
  EXPECT_NE(served.pipeline->profiles().find(kEnvironment, user("anna")), nullptr);
  EXPECT_EQ(served.pipeline->profiles().find(kEnvironment, user("berta")), nullptr);
  served.unreliable_online->fail_reads(false);
  EXPECT_EQ(send_until_taken(*served.pipeline, {track("m2", "berta")}).stored, 1U);
}

TEST_F(PipelineTroubleTest, EventsGoOnWhileCheckpointsFailUntilTooMuchIsUnsaved) {
  options_.checkpoint_changes = 4;
  options_.unsaved_changes = 40;
  Served served = serve();
  served.unreliable_online->fail_checkpoints(true);
  int taken = 0;
  while (true) {
    const std::string number = std::to_string(taken);
    const auto result = submit(*served.pipeline, batch_of({track("m" + number, "u" + number)})).get();
    if (!result) {
      EXPECT_EQ(result.error().code, ErrorCode::Unavailable);
      EXPECT_THAT(result.error().message, HasSubstr("no checkpoint today"));
      break;
    }
    ASSERT_LE(++taken, 40);
  }
  EXPECT_GE(taken, 20);  // two changes each
  EXPECT_THAT(served.pipeline->status().trouble, HasSubstr("no checkpoint today"));
  served.unreliable_online->fail_checkpoints(false);
  EXPECT_EQ(send_until_taken(*served.pipeline, {track("later")}).stored, 1U);
  served.pipeline.reset();
  EXPECT_EQ(served.online->reflects(), served.journal->durable_end());
  for (int i = 0; i < taken; ++i) {
    EXPECT_TRUE(served.online->profile(kEnvironment, user("u" + std::to_string(i))).value().has_value());
  }
}

}  // namespace
}  // namespace splitplot::collect::test
