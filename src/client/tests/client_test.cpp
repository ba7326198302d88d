#include "rules_file.hpp"

#include <splitplot/client/client.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace {

thread_local long allocations = 0;

}  // namespace

// Not inlined, or the compiler sees free() beside a `new` that it takes for the library's.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace splitplot::client {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

/// A port that nobody listens on: the server is away.
constexpr const char* kAway = "http://127.0.0.1:1";

constexpr const char* kPayload = R"({"features": {
  "on": {"defaultValue": true}, "five": {"defaultValue": 5}, "half": {"defaultValue": 0.5},
  "text": {"defaultValue": "blue"}, "nothing": {"defaultValue": null}, "list": {"defaultValue": [1, "a"]},
  "tested": {"defaultValue": "none", "rules": [{"key": "exp", "variations": ["a", "b"], "hashVersion": 2, "seed": "s",
             "meta": [{"key": "control"}, {"key": "treatment"}]}]}},
  "dateUpdated": "2026-11-22T10:00:00.001Z"})";

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    folder_ = std::filesystem::temp_directory_path() / ("splitplot-client-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~ClientTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] Options options() const {
    Options options;
    options.server = kAway;
    options.key = "sp_client_x";
    options.cache_file = (folder_ / "rules").string();
    options.close_patience = milliseconds(0);
    return options;
  }
  void keep(std::chrono::hours ago = std::chrono::hours(3)) const {
    const RulesFile file(options().cache_file, kAway, "sp_client_x");
    ASSERT_TRUE(file.write({SystemClock().now() - ago, "abc", kPayload}));
  }
  static std::unique_ptr<Client> started(Options options) {
    auto client = Client::start(std::move(options));
    EXPECT_TRUE(client) << client.error().message;
    return client ? std::move(*client) : nullptr;
  }

  std::filesystem::path folder_;
  const Value user_ = Value::Object{{"id", "u1"}};
};

TEST_F(ClientTest, WithoutServerAndFileAnswersWhatTheCallerSays) {
  const auto client = started(options());
  EXPECT_TRUE(client->get_bool("on", user_, true));
  EXPECT_EQ(client->get_text("text", user_, "mine"), "mine");
  EXPECT_EQ(client->get_value("list", user_, Value(7)), Value(7));
  const Answer answer = client->decide("on", user_);
  EXPECT_EQ(answer.decision.value, nullptr);
  EXPECT_EQ(answer.rules, nullptr);
  const State state = client->state();
  EXPECT_EQ(state.rules_from, RulesFrom::Nowhere);
  EXPECT_EQ(state.age, std::nullopt);
  EXPECT_EQ(state.link, Link::Away);
  EXPECT_THAT(state.error, HasSubstr("cannot reach the server"));
}

TEST_F(ClientTest, WithoutServerDecidesByTheFileAndSaysItsAge) {
  keep();
  const auto client = started(options());
  EXPECT_TRUE(client->get_bool("on", user_, false));
  EXPECT_EQ(client->get_integer("five", user_, 0), 5);
  EXPECT_EQ(client->get_number("half", user_, 0), 0.5);
  EXPECT_EQ(client->get_number("five", user_, 0), 5.0);
  EXPECT_EQ(client->get_text("text", user_, ""), "blue");
  EXPECT_EQ(client->get_value("list", user_, {}), Value(Value::Array{1, "a"}));
  const State state = client->state();
  EXPECT_EQ(state.rules_from, RulesFrom::Disk);
  EXPECT_EQ(state.version, "2026-11-22T10:00:00.001Z");
  ASSERT_TRUE(state.age);
  EXPECT_GE(*state.age, std::chrono::hours(3));
  EXPECT_LT(*state.age, std::chrono::hours(4));
}

TEST_F(ClientTest, OtherTypesAndMissingFlagsAreTheCallersDefault) {
  keep();
  const auto client = started(options());
  EXPECT_EQ(client->get_integer("half", user_, 9), 9);
  EXPECT_EQ(client->get_integer("text", user_, 9), 9);
  EXPECT_FALSE(client->get_bool("five", user_, false));
  EXPECT_EQ(client->get_text("five", user_, "x"), "x");
  EXPECT_EQ(client->get_text("no such flag", user_, "x"), "x");
  EXPECT_EQ(client->get_value("nothing", user_, Value("x")), Value("x"));
}

TEST_F(ClientTest, RulesOnDiskThatAreTooOldAreNotUsed) {
  keep(std::chrono::hours(30));
  Options strict = options();
  strict.oldest_cache = std::chrono::hours(24);
  std::mutex mutex;
  std::string told;
  strict.log = [&](LogLevel, std::string_view message) {
    const std::lock_guard lock(mutex);
    told.append(message).append("\n");
  };
  const auto client = started(strict);
  EXPECT_FALSE(client->get_bool("on", user_, false));
  EXPECT_EQ(client->state().rules_from, RulesFrom::Nowhere);
  const std::lock_guard lock(mutex);
  EXPECT_THAT(told, HasSubstr("too old"));
}

TEST_F(ClientTest, DamagedFileIsToldAndNotUsed) {
  keep();
  std::ofstream(options().cache_file, std::ios::app) << "more";
  std::mutex mutex;
  std::string told;
  Options listening = options();
  listening.log = [&](LogLevel, std::string_view message) {
    const std::lock_guard lock(mutex);
    told.append(message).append("\n");
  };
  const auto client = started(listening);
  EXPECT_EQ(client->state().rules_from, RulesFrom::Nowhere);
  const std::lock_guard lock(mutex);
  EXPECT_THAT(told, HasSubstr("checksum"));
}

TEST_F(ClientTest, AnAnswerOutlivesTheClient) {
  keep();
  auto client = started(options());
  const Answer answer = client->decide("text", user_);
  client.reset();
  ASSERT_NE(answer.decision.value, nullptr);
  EXPECT_EQ(*answer.decision.value, Value("blue"));
}

TEST_F(ClientTest, ExposuresWaitOnceForEachUnitAndVariant) {
  keep();
  Options patient = options();
  patient.flush_interval = std::chrono::hours(1);
  const auto client = started(patient);
  for (int i = 0; i < 100; ++i) {
    const Value user = Value::Object{{"id", "u" + std::to_string(i % 10)}};
    EXPECT_NE(client->get_text("tested", user, ""), "none");
    EXPECT_EQ(client->get_text("text", user, ""), "blue") << "no experiment";
  }
  EXPECT_EQ(client->state().events.waiting, 10U);
  client->track("Order Completed", user_);
  client->track("Order Completed", user_);
  EXPECT_EQ(client->state().events.waiting, 12U);
  client->close();
  EXPECT_EQ(client->state().events.waiting, 0U);
  EXPECT_EQ(client->state().events.dropped, 12U);
  EXPECT_TRUE(client->get_bool("on", user_, false)) << "decisions go on";
}

TEST_F(ClientTest, KeepsExposuresToItselfWhereAsked) {
  keep();
  Options quiet = options();
  quiet.exposures = Options::Exposures::Kept;
  const auto client = started(quiet);
  EXPECT_NE(client->get_text("tested", user_, ""), "none");
  EXPECT_EQ(client->state().events.waiting, 0U);
}

TEST_F(ClientTest, DecidesWithoutAllocation) {
  keep();
  const auto client = started(options());
  const model::AttributeIndex index{model::Attributes(&user_)};
  const Context context(user_, index);
  static_cast<void>(client->get_text("tested", context, ""));  // its exposure is put down now
  const long before = allocations;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(client->get_bool("on", context, false));
    EXPECT_EQ(client->get_integer("five", user_, 0), 5);
    EXPECT_NE(client->decide("tested", context).decision.experiment(), nullptr);
  }
  EXPECT_EQ(allocations, before);
}

TEST_F(ClientTest, ManyThreadsAskAtTheSameTime) {
  keep();
  const auto client = started(options());
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const Value user = Value::Object{{"id", std::to_string(t * 500 + i)}};
        if (!client->get_bool("on", user, false)) ++wrong;
        if (client->get_text("tested", user, "") == "none") ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(client->state().events.waiting, 2'000U);
}

TEST_F(ClientTest, SeveralClientsDoNotSeeEachOthersRules) {
  keep();
  std::vector<std::unique_ptr<Client>> with;
  std::vector<std::unique_ptr<Client>> without;
  Options nowhere = options();
  nowhere.cache_file.clear();
  for (int i = 0; i < 3; ++i) {
    with.push_back(started(options()));
    without.push_back(started(nowhere));
  }
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(with[i]->get_bool("on", user_, false));
      EXPECT_FALSE(without[i]->get_bool("on", user_, false));
    }
  }
}

TEST_F(ClientTest, OptionsThatMakeNoSenseAreRefused) {
  const auto refused = [](Options options, const char* why) {
    const auto client = Client::start(std::move(options));
    ASSERT_FALSE(client) << why;
    EXPECT_EQ(client.error().code, ErrorCode::InvalidArgument);
    EXPECT_THAT(client.error().message, HasSubstr(why));
  };
  Options wrong = options();
  wrong.server = "ftp://x";
  refused(wrong, "no address");
  wrong = options();
  wrong.server = "http://x\r\nHost: y";
  refused(wrong, "no address");
  wrong = options();
  wrong.key = "a/../b";
  refused(wrong, "key");
  wrong.key = "";
  refused(wrong, "key");
  wrong = options();
  wrong.flush_interval = milliseconds(0);
  refused(wrong, "flush_interval");
}

}  // namespace
}  // namespace splitplot::client
