// Event streams over real sockets: what is sent, and what becomes of clients that behave badly.
#include "http/http_server.hpp"
#include "http/stream_answer.hpp"
#include "raw_client.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using test::RawClient;
using test::RawResponse;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kStream = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";
// More than the kernel takes for a client that wants few bytes, on both sides.
const std::string kLarge(2 * 1024 * 1024, 'x');
constexpr int kFewBytes = 4096;

std::shared_ptr<const StreamMessage> message(const std::string& id, const std::string& data = "news") {
  return std::make_shared<const StreamMessage>(StreamMessage{id, "id: " + id + "\ndata: " + data + "\n\n"});
}

// Answers /stream with the test's channel, and all else with the path.
class StreamingApplication final : public Application {
 public:
  std::unique_ptr<Exchange> make_exchange() override { return std::make_unique<Exchange>(); }
  std::optional<Response> admit(Exchange& exchange) override {
    exchange.body_limit = 1000;
    return {};
  }
  std::optional<Response> answer(Exchange& exchange, const ResponderSource&) override {
    Response response;
    response.content_type = "text/plain";
    response.body = exchange.request.path;
    if (!exchange.request.path.starts_with("/stream")) return response;
    response.content_type = "text/event-stream";
    response.body.clear();
    response.stream = std::make_shared<StreamAnswer>(
        StreamAnswer{channel, std::string(exchange.request.header("last-event-id")),
                     [this] { return may_go_on.load(); }, counts, place});
    return response;
  }
  Response refuse(int status, std::string_view, std::string_view) override {
    Response response;
    response.status = status;
    return response;
  }
  void finish(Exchange&, Response&) override {}

  std::shared_ptr<Channel> channel = std::make_shared<Channel>();
  std::shared_ptr<StreamCounts> counts = std::make_shared<StreamCounts>();
  std::shared_ptr<const void> place = std::make_shared<int>(0);
  std::atomic<bool> may_go_on{true};
};

class StreamsTest : public ::testing::Test {
 protected:
  void start(const StreamLimits& streams = {}, const ServerLimits& limits = {}, unsigned io_threads = 2) {
    auto started = HttpServer::start("127.0.0.1", 0, io_threads, limits, streams, application, log);
    ASSERT_TRUE(started) << started.error().message;
    server = std::move(*started);
  }

  // A client whose stream has begun.
  std::unique_ptr<RawClient> open(std::string_view request = kStream, int receive_bytes = 0) {
    auto client = std::make_unique<RawClient>(server->port(), receive_bytes);
    EXPECT_EQ(client->ask(request).status, 200);
    EXPECT_THAT(client->receive_until("\n\n"), HasSubstr("retry: "));
    return client;
  }

  void wait_for_open(std::size_t streams) const {
    while (application.counts->open != streams) std::this_thread::yield();
  }

  SilentLog log;
  StreamingApplication application;
  std::unique_ptr<HttpServer> server;
};

TEST_F(StreamsTest, TellEverySubscriberOfEachMessage) {
  start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int at = 0; at < 50; ++at) clients.push_back(open());
  application.channel->publish(message("1"));
  for (const auto& client : clients) EXPECT_EQ(client->receive_until("\n\n"), "id: 1\ndata: news\n\n");
  application.channel->publish(message("2", "more"));
  for (const auto& client : clients) EXPECT_EQ(client->receive_until("\n\n"), "id: 2\ndata: more\n\n");
  EXPECT_EQ(application.counts->open, 50U);
  while (application.counts->messages < 100) std::this_thread::yield();  // counted once they are sent
}

TEST_F(StreamsTest, BeginWithAHeadWithoutALengthThatEndsTheConnection) {
  start();
  RawClient client(server->port());
  const RawResponse response = client.ask(kStream);
  EXPECT_TRUE(response.has_header("Content-Type: text/event-stream\r\n"));
  EXPECT_TRUE(response.has_header("Connection: close\r\n"));
  EXPECT_FALSE(response.has_header("Content-Length"));
  EXPECT_FALSE(response.has_header("Transfer-Encoding"));
}

TEST_F(StreamsTest, GiveTheNewestToWhoComesAndNothingToWhoKnowsIt) {
  start();
  application.channel->publish(message("1"));
  application.channel->publish(message("2"));
  const auto fresh = open();
  const auto behind = open("GET /stream HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 1\r\n\r\n");
  const auto current = open("GET /stream HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 2\r\n\r\n");
  EXPECT_EQ(fresh->receive_until("\n\n"), "id: 2\ndata: news\n\n");
  EXPECT_EQ(behind->receive_until("\n\n"), "id: 2\ndata: news\n\n");
  application.channel->publish(message("3"));
  EXPECT_EQ(current->receive_until("\n\n"), "id: 3\ndata: news\n\n");
}

TEST_F(StreamsTest, SpreadTheReturnOfTheirClientsOverHalfAMinute) {
  start();
  std::vector<int> retries;
  for (int at = 0; at < 100; ++at) {
    RawClient client(server->port());
    client.ask(kStream);
    retries.push_back(std::stoi(client.receive_until("\n\n").substr(7)));
  }
  std::sort(retries.begin(), retries.end());
  EXPECT_GE(retries.front(), 1000);
  EXPECT_LE(retries.back(), 32'000);
  // Of 100 uniform numbers, the chance that a quarter of the range holds none is 4 * 0.75^100, 10^-12.
  EXPECT_LT(retries.front(), 9000);
  EXPECT_GT(retries.back(), 24'000);
  EXPECT_GT(retries[50] - retries[25], 100);
}

TEST_F(StreamsTest, BeatWhenNothingHappens) {
  start({.heartbeat_least = std::chrono::milliseconds(1), .heartbeat_most = std::chrono::milliseconds(2)});
  const auto client = open();
  EXPECT_EQ(client->receive_until("\n\n"), ": ping\n\n");
  EXPECT_EQ(client->receive_until("\n\n"), ": ping\n\n");
}

TEST_F(StreamsTest, EndWhenTheyMayNotGoOn) {
  start({.heartbeat_least = std::chrono::milliseconds(1), .heartbeat_most = std::chrono::milliseconds(2)});
  const auto client = open();
  application.may_go_on = false;
  client->receive_all();
  EXPECT_EQ(application.counts->withdrawn, 1U);
  EXPECT_EQ(application.counts->open, 0U);
}

TEST_F(StreamsTest, FreeTheirPlaceWhenTheClientGoes) {
  start();
  open();
  wait_for_open(0);
  while (application.place.use_count() > 1) std::this_thread::yield();
}

TEST_F(StreamsTest, EndWithAClientThatEndsItsSide) {
  start();
  const auto client = open();
  client->end_sending();
  EXPECT_TRUE(client->is_closed());
  wait_for_open(0);
}

TEST_F(StreamsTest, ThrowAwayAPipelinedRequestAndGoOn) {
  start();
  const auto client = open(std::string(kStream) + "GET /second HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client->send("GET /third HTTP/1.1\r\nHost: x\r\n\r\n"));
  application.channel->publish(message("1"));
  EXPECT_EQ(client->receive_until("\n\n"), "id: 1\ndata: news\n\n");
}

TEST_F(StreamsTest, DropAClientThatTalksWithoutEnd) {
  start();
  const auto client = open();
  const std::string noise(16 * 1024, 'x');
  for (int at = 0; at < 1000 && client->send(noise); ++at) {
  }
  wait_for_open(0);
  EXPECT_EQ(application.counts->dropped, 1U);
}

TEST_F(StreamsTest, DropAClientThatNeverReads) {
  start({.message_time = std::chrono::milliseconds(200)});
  const auto lazy = open(kStream, kFewBytes);
  application.channel->publish(message("1", kLarge));
  wait_for_open(0);
  EXPECT_EQ(application.counts->dropped, 1U);
}

TEST_F(StreamsTest, GiveASlowClientTheNewestInThePlaceOfWhatItMissed) {
  start({}, {}, 1);
  const auto client = open(kStream, kFewBytes);
  application.channel->publish(message("1", kLarge));
  const auto other = open();  // one thread: before this one is there, the first began to get the message
  EXPECT_EQ(other->receive_until("\n\n").size(), kLarge.size() + 14);
  for (int at = 2; at < 100; ++at) {
    application.channel->publish(message(std::to_string(at)));
    EXPECT_THAT(other->receive_until("\n\n"), HasSubstr("id: " + std::to_string(at) + "\n"));
  }
  application.channel->publish(message("last"));
  EXPECT_THAT(other->receive_until("\n\n"), HasSubstr("id: last\n"));
  RawClient(server->port()).ask("GET /after HTTP/1.1\r\nHost: x\r\n\r\n");  // by then the first was told, too
  EXPECT_GT(application.counts->skipped, 0U);
  EXPECT_EQ(client->receive_until("\n\n").size(), kLarge.size() + 14);
  EXPECT_EQ(client->receive_until("\n\n"), "id: last\ndata: news\n\n");
}

TEST_F(StreamsTest, AnswerHeadWithoutAStream) {
  start();
  RawClient client(server->port());
  client.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive(false).status, 200);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(application.counts->begun, 0U);
}

TEST_F(StreamsTest, SpeakHttp10Too) {
  start();
  const auto client = open("GET /stream HTTP/1.0\r\n\r\n");
  application.channel->publish(message("1"));
  EXPECT_EQ(client->receive_until("\n\n"), "id: 1\ndata: news\n\n");
}

TEST_F(StreamsTest, AreNoConnectionsInTheSenseOfTheLimit) {
  start({}, {.connections = 2});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int at = 0; at < 10; ++at) clients.push_back(open());
  RawClient client(server->port());
  EXPECT_EQ(client.ask("GET /other HTTP/1.1\r\nHost: x\r\n\r\n").body, "/other");
}

TEST_F(StreamsTest, DoNotKeepTheServerFromStopping) {
  start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int at = 0; at < 20; ++at) clients.push_back(open());
  application.channel->publish(message("1"));
  server->stop(std::chrono::hours(1));  // the grace is for requests
  EXPECT_EQ(application.counts->open, 0U);
  for (const auto& client : clients) client->receive_all();
  application.channel->publish(message("2"));
}

TEST_F(StreamsTest, ComeAndGoWhileMessagesArePublished) {
  start();
  std::atomic<bool> done{false};
  std::vector<std::thread> visitors;
  for (int at = 0; at < 4; ++at) {
    visitors.emplace_back([&, at] {
      for (int round = 0; round < 50; ++round) {
        RawClient client(server->port());
        client.ask(kStream);
        if ((at + round) % 3 != 0) client.receive_until("data: ");
      }
    });
  }
  std::thread publisher([&] {
    for (int at = 0; !done; ++at) {
      application.channel->publish(message(std::to_string(at)));
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  for (std::thread& visitor : visitors) visitor.join();
  done = true;
  publisher.join();
  wait_for_open(0);
  EXPECT_EQ(application.counts->begun, 200U);
  EXPECT_EQ(application.counts->dropped, 0U);
}

}  // namespace
}  // namespace splitplot::serve
