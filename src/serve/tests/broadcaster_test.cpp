// The broadcaster over a real catalogue: when frames are made, and who may listen.
#include "stream/broadcaster.hpp"

#include "service_fixture.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using ::testing::HasSubstr;

// Renders the revision, and can be held at it.
class Renderer {
 public:
  [[nodiscard]] StreamTopic topic(const std::string& format = "test") {
    return {{}, format, [this](const decide::Snapshot& snapshot) { return render(snapshot); }};
  }
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  void wait_for(std::size_t renderings) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return revisions_.size() >= renderings; });
  }
  [[nodiscard]] std::vector<std::uint64_t> revisions() {
    const std::lock_guard lock(mutex_);
    return revisions_;
  }

  std::atomic<bool> fails{false};
  std::string id;  // of all events; empty: the revision

 private:
  StreamEvent render(const decide::Snapshot& snapshot) {
    std::unique_lock lock(mutex_);
    revisions_.push_back(snapshot.revision());
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_; });
    if (fails) throw std::runtime_error("it cannot be told");
    const std::string revision = std::to_string(snapshot.revision());
    return {id.empty() ? revision : id, "", revision};
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  std::vector<std::uint64_t> revisions_;
};

class BroadcasterTest : public test::ServiceTest {
 protected:
  BroadcasterTest() { limits.gathering_time = std::chrono::milliseconds(0); }

  Broadcaster& broadcaster() {
    if (broadcaster_ == nullptr) {
      broadcaster_ = std::make_unique<Broadcaster>(*catalogue, limits, clock, log);
    }
    return *broadcaster_;
  }
  void TearDown() override { broadcaster_.reset(); }

  std::shared_ptr<StreamAnswer> subscribe(const StreamTopic& topic, std::string_view known = "") {
    auto answer = broadcaster().subscribe(topic, *catalogue->authenticate(client_key), known);
    EXPECT_TRUE(answer);
    return answer.value_or(nullptr);
  }

  // Another revision.
  std::uint64_t change() {
    configure("kind: flag\nkey: f\nvariants: {a: " + std::to_string(++changes_) + "}\ndefault: a\n");
    return catalogue->snapshot({})->revision();
  }

  static std::string wait_for_id(const StreamAnswer& answer, const std::string& id) {
    while (true) {
      const auto newest = answer.channel->newest();
      if (newest != nullptr && newest->id == id) return newest->frame;
      std::this_thread::yield();
    }
  }

  StreamLimits limits;
  Renderer renderer;  // these two outlive the broadcaster, which may be rendering
  Renderer other;

 private:
  std::unique_ptr<Broadcaster> broadcaster_;
  int changes_ = 0;
};

TEST_F(BroadcasterTest, MakesAFrameOnceForAllWhoListenToTheSame) {
  std::vector<std::shared_ptr<StreamAnswer>> answers;
  for (int at = 0; at < 100; ++at) answers.push_back(subscribe(renderer.topic()));
  const std::string first = std::to_string(catalogue->snapshot({})->revision());
  wait_for_id(*answers.front(), first);
  const std::string second = std::to_string(change());
  EXPECT_EQ(wait_for_id(*answers.front(), second), "id: " + second + "\ndata: " + second + "\n\n");
  for (const auto& answer : answers) {
    EXPECT_EQ(answer->channel->newest().get(), answers.front()->channel->newest().get());
  }
  EXPECT_EQ(renderer.revisions().size(), 2U);
}

TEST_F(BroadcasterTest, MakesNoFrameThatNobodyWaitsFor) {
  auto gone = subscribe(renderer.topic());
  wait_for_id(*gone, std::to_string(catalogue->snapshot({})->revision()));
  gone.reset();
  change();
  const auto answer = subscribe(other.topic("other"));
  wait_for_id(*answer, std::to_string(change()));
  EXPECT_EQ(renderer.revisions().size(), 1U);
}

TEST_F(BroadcasterTest, MakesOneFrameOfChangesThatComeTogether) {
  const auto answer = subscribe(renderer.topic());
  renderer.wait_for(1);
  renderer.hold();
  change();
  renderer.wait_for(2);
  for (int at = 0; at < 5; ++at) change();
  const std::uint64_t last = change();
  renderer.let_go();
  wait_for_id(*answer, std::to_string(last));
  EXPECT_EQ(renderer.revisions().size(), 3U);
  EXPECT_EQ(renderer.revisions().back(), last);
}

TEST_F(BroadcasterTest, PublishesNothingWhereTheIdIsTheSame) {
  renderer.id = "same";
  const auto answer = subscribe(renderer.topic());
  wait_for_id(*answer, "same");
  const auto before = answer->channel->newest();
  change();
  renderer.wait_for(2);
  change();
  renderer.wait_for(3);  // so the second was dealt with
  EXPECT_EQ(answer->channel->newest(), before);
}

TEST_F(BroadcasterTest, TellsWhenTheTimeOfAScheduleHasCome) {
  configure(R"(
kind: flag
key: f
variants: {a: 1, b: 2}
default: a
rules: [{serve: b, from: "2026-11-22T13:00:00Z", until: "2026-11-22T15:00:00Z"}]
)");
  const std::string revision = std::to_string(catalogue->snapshot({})->revision());
  const StreamTopic topic{{}, "turns", [this](const decide::Snapshot& snapshot) {
                            const std::string id =
                                std::to_string(snapshot.revision()) + turn_at(snapshot, clock.now());
                            return StreamEvent{id, "", id};
                          }};
  const auto answer = subscribe(topic);
  wait_for_id(*answer, revision);
  clock.set(*parse_rfc3339("2026-11-22T13:00:00Z"));
  wait_for_id(*answer, revision + ".1");
  clock.set(*parse_rfc3339("2026-11-22T16:00:00Z"));
  wait_for_id(*answer, revision + ".2");
}

TEST_F(BroadcasterTest, KeepsFormatsApart) {
  const auto answer = subscribe(renderer.topic("one"));
  const auto others = subscribe(other.topic("two"));
  EXPECT_NE(answer->channel, others->channel);
  EXPECT_EQ(answer->channel, subscribe(renderer.topic("one"))->channel);
}

TEST_F(BroadcasterTest, GoesOnAfterAFrameThatCannotBeMade) {
  const auto answer = subscribe(renderer.topic());
  renderer.wait_for(1);
  renderer.fails = true;
  change();
  renderer.wait_for(2);
  change();
  renderer.wait_for(3);
  renderer.fails = false;
  wait_for_id(*answer, std::to_string(change()));
  EXPECT_THAT(log.text(), HasSubstr("it cannot be told"));
}

TEST_F(BroadcasterTest, LetsInAsManyAsThereMayBe) {
  limits.streams = 3;
  limits.streams_of_connection = 2;
  const auto refusal = [&](const std::string& key) {
    const auto principal = *catalogue->authenticate(key);
    const auto answer = broadcaster().subscribe(renderer.topic(), principal, "");
    return answer ? std::nullopt : std::optional(answer.error());
  };
  auto first = subscribe(renderer.topic());
  const auto second = subscribe(renderer.topic());
  EXPECT_EQ(refusal(client_key), NoStream::TooManyOfThese);
  EXPECT_EQ(broadcaster().refusal(*catalogue->authenticate(client_key)), NoStream::TooManyOfThese);
  EXPECT_EQ(refusal(server_key), std::nullopt);
  const auto third = broadcaster().subscribe(renderer.topic(), *catalogue->authenticate(server_key), "");
  ASSERT_TRUE(third);
  EXPECT_EQ(refusal(admin_key), NoStream::TooMany);
  first.reset();
  EXPECT_EQ(refusal(client_key), std::nullopt);
}

TEST_F(BroadcasterTest, OffersNoneWhereItIsSwitchedOff) {
  limits.streams = 0;
  const auto principal = *catalogue->authenticate(client_key);
  EXPECT_EQ(broadcaster().subscribe(renderer.topic(), principal, "").error(), NoStream::Off);
}

TEST_F(BroadcasterTest, EndsAStreamWithItsKey) {
  const auto answer = subscribe(renderer.topic());
  EXPECT_TRUE(answer->may_go_on());
  ASSERT_TRUE(catalogue->add_key({}, "client"));
  ASSERT_TRUE(catalogue->revoke_old_keys({}, "client"));
  EXPECT_FALSE(answer->may_go_on());
}

TEST_F(BroadcasterTest, RemembersWhatTheClientKnowsUnlessThatCannotBeAnId) {
  EXPECT_EQ(subscribe(renderer.topic(), "42")->known_id, "42");
  EXPECT_EQ(subscribe(renderer.topic(), std::string(65, '4'))->known_id, "");
}

TEST_F(BroadcasterTest, MayStopBeforeItsSubscribers) {
  const auto answer = subscribe(renderer.topic());
  renderer.wait_for(1);
  broadcaster().stop();
  change();
  EXPECT_EQ(renderer.revisions().size(), 1U);
}

TEST(StreamFrame, HasALineForEachOfTheData) {
  EXPECT_EQ(frame_of({"7", "features", "{}"}), "id: 7\nevent: features\ndata: {}\n\n");
  EXPECT_EQ(frame_of({"7", "", ""}), "id: 7\ndata: \n\n");
  EXPECT_EQ(frame_of({"7", "", "a\nb\r\nc\rd\n"}), "id: 7\ndata: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
}

}  // namespace
}  // namespace splitplot::serve
