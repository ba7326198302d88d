#include "http/http_server.hpp"

#include "raw_client.hpp"

#include <splitplot/base/random.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
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

// Answers what it was asked, and leaves /later to the test.
class EchoApplication final : public Application {
 public:
  std::unique_ptr<Exchange> make_exchange() override { return std::make_unique<Exchange>(); }

  std::optional<Response> admit(Exchange& exchange) override {
    exchange.body_limit = 100'000;
    if (exchange.request.path == "/small") exchange.body_limit = 10;
    if (exchange.request.path != "/forbidden") return {};
    Response response;
    response.status = 403;
    return response;
  }

  std::optional<Response> answer(Exchange& exchange, const ResponderSource& later) override {
    ++answered;
    const Request& request = exchange.request;
    if (request.path == "/later" || request.path == "/never") {
      const std::lock_guard lock(mutex);
      waiting.push_back(later());
      arrived.notify_all();
      if (request.path == "/never") waiting.clear();
      return {};
    }
    Response response;
    response.content_type = "text/plain";
    response.body.append(name_of(request.method)).append(" ").append(request.path);
    response.body.append(" ?").append(request.query).append(" ").append(request.body);
    if (request.path == "/large") response.body.assign(8 * 1024 * 1024, 'x');
    if (request.path == "/nothing") response.status = 204;
    return response;
  }

  Response refuse(int status, std::string_view, std::string_view what) override {
    Response response;
    response.status = status;
    response.content_type = "text/plain";
    response.body = what;
    return response;
  }

  void finish(Exchange&, Response& response) override { response.headers.add("X-Finished", "yes"); }

  Responder wait_for_later() {
    std::unique_lock lock(mutex);
    arrived.wait(lock, [&] { return !waiting.empty(); });
    Responder responder = waiting.back();
    waiting.pop_back();
    return responder;
  }

  std::atomic<int> answered{0};
  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<Responder> waiting;
};

class HttpServerTest : public ::testing::Test {
 protected:
  void start(const ServerLimits& limits = {}, unsigned io_threads = 2) {
    auto started = HttpServer::start("127.0.0.1", 0, io_threads, limits, {}, application, log);
    ASSERT_TRUE(started) << started.error().message;
    server = std::move(*started);
  }

  RawResponse ask(std::string_view request) {
    RawClient client(server->port());
    return client.ask(request);
  }

  SilentLog log;
  EchoApplication application;
  std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, AnswersSeveralRequestsOnOneConnection) {
  start();
  RawClient client(server->port());
  for (int round = 0; round < 3; ++round) {
    const RawResponse response =
        client.ask("POST /a/b?c=d HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "POST /a/b ?c=d hello");
    EXPECT_TRUE(response.has_header("Content-Type: text/plain\r\n"));
    EXPECT_TRUE(response.has_header("X-Finished: yes\r\n"));
    EXPECT_TRUE(response.has_header("Date: "));
    EXPECT_FALSE(response.has_header("Connection: close"));
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInTheirOrder) {
  start();
  RawClient client(server->port());
  std::string requests;
  for (int at = 0; at < 50; ++at) {
    requests += "GET /" + std::to_string(at) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  client.send(requests);
  for (int at = 0; at < 50; ++at) {
    EXPECT_EQ(client.receive().body, "GET /" + std::to_string(at) + " ? ");
  }
}

TEST_F(HttpServerTest, APipelinedRequestWaitsForTheAnswerBeforeIt) {
  start();
  RawClient client(server->port());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n");
  const Responder later = application.wait_for_later();
  EXPECT_EQ(application.answered, 1);
  Response first;
  first.content_type = "text/plain";
  first.body = "first";
  std::thread([&] { later(first); }).join();
  EXPECT_EQ(client.receive().body, "first");
  EXPECT_EQ(client.receive().body, "GET /second ? ");
}

TEST_F(HttpServerTest, ARequestArrivingByteByByteIsTheSameRequest) {
  start();
  RawClient client(server->port());
  for (const char byte : std::string_view("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")) {
    ASSERT_TRUE(client.send({&byte, 1}));
  }
  EXPECT_EQ(client.receive().body, "POST /slow ? abc");
}

TEST_F(HttpServerTest, TakesChunkedBodies) {
  start();
  EXPECT_EQ(ask("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
                .body,
            "POST /c ? abcde");
}

TEST_F(HttpServerTest, HeadAnswersTheHeadOfGet) {
  start();
  RawClient client(server->port());
  client.send("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n");
  const RawResponse head = client.receive(false);
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.has_header("Content-Length: 10\r\n"));
  EXPECT_EQ(client.ask("GET /g HTTP/1.1\r\nHost: x\r\n\r\n").body, "GET /g ? ") << "no body came after HEAD";
}

TEST_F(HttpServerTest, NoContentHasNoBodyAndNoLength) {
  start();
  RawClient client(server->port());
  const RawResponse nothing = client.ask("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(nothing.status, 204);
  EXPECT_FALSE(nothing.has_header("Content-Length"));
  EXPECT_EQ(client.ask("GET /g HTTP/1.1\r\nHost: x\r\n\r\n").body, "GET /g ? ");
}

TEST_F(HttpServerTest, OldClientsAreAnsweredAndClosed) {
  start();
  RawClient client(server->port());
  const RawResponse response = client.ask("GET /old HTTP/1.0\r\n\r\n");
  EXPECT_EQ(response.body, "GET /old ? ");
  EXPECT_TRUE(response.has_header("Connection: close\r\n"));
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, OldClientsMayAskToBeKept) {
  start();
  RawClient client(server->port());
  EXPECT_TRUE(client.ask("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").has_header("keep-alive"));
  EXPECT_EQ(client.ask("GET /again HTTP/1.0\r\n\r\n").body, "GET /again ? ");
}

TEST_F(HttpServerTest, ContinuesWhereTheClientWaitsForIt) {
  start();
  RawClient client(server->port());
  client.send("POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive(false).status, 100);
  EXPECT_EQ(client.ask("body").body, "POST /c ? body");
}

TEST_F(HttpServerTest, DoesNotAskForABodyThatItRefuses) {
  start();
  RawClient client(server->port());
  client.send("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, OtherExpectationsAreRefused) {
  start();
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n").status, 417);
}

TEST_F(HttpServerTest, RefusesAHugeDeclaredLengthWithoutReading) {
  start();
  EXPECT_EQ(ask("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n").status, 413);
  EXPECT_EQ(application.answered, 0);
}

TEST_F(HttpServerTest, RefusesChunksBeyondTheLimit) {
  start();
  EXPECT_EQ(ask("POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                "8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n")
                .status,
            413);
  EXPECT_EQ(
      ask("POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n").status,
      413);
  EXPECT_EQ(application.answered, 0);
}

TEST_F(HttpServerTest, ARefusalArrivesThoughTheClientStillSends) {
  start();
  RawClient client(server->port());
  std::string request = "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n";
  request.append(2'000'000, 'x');
  client.send(request);
  EXPECT_EQ(client.receive().status, 413);
}

TEST_F(HttpServerTest, ARefusedRequestWithASmallBodyKeepsItsConnection) {
  start();
  RawClient client(server->port());
  EXPECT_EQ(client.ask("POST /forbidden HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody").status, 403);
  EXPECT_EQ(client.ask("GET /next HTTP/1.1\r\nHost: x\r\n\r\n").body, "GET /next ? ");
}

TEST_F(HttpServerTest, RefusesFloodsOfHeaders) {
  ServerLimits limits;
  limits.header_bytes = 4096;
  limits.header_fields = 20;
  start(limits);
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int at = 0; at < 30; ++at) many += "A: b\r\n";
  EXPECT_EQ(ask(many + "\r\n").status, 431);
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: x\r\nLong: " + std::string(5000, 'y') + "\r\n\r\n").status, 431);
  EXPECT_EQ(ask("GET /" + std::string(5000, 'y') + " HTTP/1.1\r\nHost: x\r\n\r\n").status, 431);
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: x\r\nEndless: " + std::string(100'000, 'y')).status, 431);
  EXPECT_EQ(application.answered, 0);
}

TEST_F(HttpServerTest, RefusesChunkExtensionsWithoutEnd) {
  start();
  EXPECT_EQ(
      ask("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;" + std::string(200'000, 'e'))
          .status,
      400);
}

// Where two servers see different ends of a request, one client can speak for another.
class AmbiguousRequest : public HttpServerTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(AmbiguousRequest, IsRefusedAndItsConnectionClosed) {
  start();
  RawClient client(server->port());
  const RawResponse response = client.ask(GetParam());
  EXPECT_GE(response.status, 400) << GetParam();
  EXPECT_TRUE(response.has_header("Connection: close\r\n"));
  EXPECT_TRUE(client.is_closed()) << "what follows was taken for a request";
  EXPECT_EQ(application.answered, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Smuggling, AmbiguousRequest,
    ::testing::Values(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET "
        "/b HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET "
        "/b HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: "
        "x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\nGET /b "
        "HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbodyGET /b "
        "HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nbodyGET /b "
        "HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nbodyGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 4\r\n\r\nbodyGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET http HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        "\r\n\r\n\r\n\r\n", "GET /\r\n\r\n", "G\x01T / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a HTTP/1.1\nHost: x\n\nGET /b HTTP/1.1\nHost: x\n\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 tls\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"));

TEST_F(HttpServerTest, TakesAbsoluteTargets) {
  start();
  EXPECT_EQ(ask("GET http://x/a?b HTTP/1.1\r\nHost: x\r\n\r\n").body, "GET /a ?b ");
}

TEST_F(HttpServerTest, SlowHeadersAndBodiesEndIn408) {
  ServerLimits limits;
  limits.header_time = std::chrono::milliseconds(50);
  limits.body_time = std::chrono::milliseconds(50);
  start(limits);
  EXPECT_EQ(ask("GET /slow HTTP/1.1\r\n").status, 408);
  EXPECT_EQ(ask("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc").status, 408);
}

TEST_F(HttpServerTest, IdleConnectionsAreClosedInSilence) {
  ServerLimits limits;
  limits.idle_time = std::chrono::milliseconds(50);
  start(limits);
  RawClient client(server->port());
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, AClientThatDoesNotReadIsGivenUp) {
  ServerLimits limits;
  limits.write_time = std::chrono::milliseconds(50);
  start(limits);
  RawClient client(server->port());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  Response large;
  large.content_type = "text/plain";
  large.body.assign(64 * 1024 * 1024, 'x');
  application.wait_for_later()(std::move(large));
  server->stop(std::chrono::minutes(10));  // returns once the connection is closed
}

TEST_F(HttpServerTest, LargeAnswersArriveWhole) {
  start();
  EXPECT_EQ(ask("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").body, std::string(8 * 1024 * 1024, 'x'));
}

TEST_F(HttpServerTest, ClientsThatLeaveEarlyDoNoHarm) {
  start();
  {
    RawClient half(server->port());
    half.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal");
  }
  {
    RawClient waiting(server->port());
    waiting.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    application.wait_for_later()(Response{});
  }
  { const RawClient silent(server->port()); }
  EXPECT_EQ(ask("GET /g HTTP/1.1\r\nHost: x\r\n\r\n").body, "GET /g ? ");
}

TEST_F(HttpServerTest, AClientMayEndSendingBeforeItReadsTheAnswer) {
  start();
  RawClient client(server->port());
  client.send("GET /g HTTP/1.1\r\nHost: x\r\n\r\n");
  client.end_sending();
  EXPECT_EQ(client.receive().body, "GET /g ? ");
}

TEST_F(HttpServerTest, TooManyConnectionsAreToldSo) {
  ServerLimits limits;
  limits.connections = 2;
  start(limits);
  RawClient first(server->port());
  RawClient second(server->port());
  EXPECT_EQ(first.ask("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
  EXPECT_EQ(second.ask("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
  RawClient third(server->port());
  const RawResponse refused = third.receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.body.back(), '}') << "the length of the fixed answer is right";
  EXPECT_TRUE(third.is_closed());
}

TEST_F(HttpServerTest, ADroppedResponderStillAnswers) {
  start();
  EXPECT_EQ(ask("GET /never HTTP/1.1\r\nHost: x\r\n\r\n").status, 500);
}

TEST_F(HttpServerTest, StoppingAnswersWhatRunsAndClosesTheIdle) {
  start({}, 1);  // one thread, so that the busy connection knows of the stop when the idle one does
  RawClient idle(server->port());
  EXPECT_EQ(idle.ask("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
  RawClient busy(server->port());
  busy.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const Responder later = application.wait_for_later();
  std::thread stopping([&] { server->stop(std::chrono::seconds(20)); });
  EXPECT_TRUE(idle.is_closed());
  Response response;
  response.content_type = "text/plain";
  response.body = "in time";
  later(response);
  const RawResponse answer = busy.receive();
  EXPECT_EQ(answer.body, "in time");
  EXPECT_TRUE(answer.has_header("Connection: close\r\n"));
  stopping.join();
  EXPECT_FALSE(RawClient(server->port()).connected());
}

TEST_F(HttpServerTest, StoppingGivesUpOnWhatIsNotDoneWithinTheGrace) {
  start();
  RawClient busy(server->port());
  busy.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const Responder later = application.wait_for_later();
  server->stop(std::chrono::milliseconds(10));
  EXPECT_TRUE(busy.is_closed());
  server.reset();
  later(Response{});  // too late, and harmless
}

TEST_F(HttpServerTest, AnswersFromManyThreadsReachTheirOwnClients) {
  start();
  constexpr int kClients = 8;
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int client = 0; client < kClients; ++client) {
    threads.emplace_back([&, client] {
      RawClient connection(server->port());
      for (int round = 0; round < 100; ++round) {
        const std::string path = "/" + std::to_string(client) + "/" + std::to_string(round);
        const RawResponse response = connection.ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        if (response.body == "GET " + path + " ? ") ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, kClients * 100);
}

TEST_F(HttpServerTest, DamagedRequestsAreAnsweredOrClosedAndHarmNobody) {
  start();
  const std::string whole[] = {
      "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: "
      "u\r\n\r\n",
      "GET http://x/a HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n"};
  constexpr std::uint64_t kSeed = 20261122;
  RandomStream random(kSeed);
  for (int round = 0; round < 600; ++round) {
    std::string request = whole[random.below(3)];
    for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes) {
      const std::size_t at = random.below(request.size());
      const char byte =
          random.bernoulli(0.5) ? "\r\n :;,/0f%"[random.below(10)] : static_cast<char>(random.below(256));
      switch (random.below(3)) {
        case 0:
          request[at] = byte;
          break;
        case 1:
          request.insert(at, 1, byte);
          break;
        default:
          request.erase(at, 1 + random.below(3));
      }
    }
    RawClient client(server->port());
    client.send(request);
    client.end_sending();
    const std::string answers = client.receive_all();
    ASSERT_TRUE(answers.empty() || answers.starts_with("HTTP/1.1 "))
        << "round " << round << ", seed " << kSeed;
  }
  EXPECT_EQ(ask("GET /g HTTP/1.1\r\nHost: x\r\n\r\n").body, "GET /g ? ");
}

TEST_F(HttpServerTest, SaysWhyItCannotListen) {
  start();
  const auto taken = HttpServer::start("127.0.0.1", server->port(), 1, {}, {}, application, log);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(taken.error().message, HasSubstr("127.0.0.1"));
  const auto wrong = HttpServer::start("localhost:x", 1, 1, {}, {}, application, log);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::InvalidArgument);
}

TEST_F(HttpServerTest, WhetherOneCanListenIsKnownBeforeAndTakesNothing) {
  start();
  const std::uint16_t port = server->port();
  EXPECT_EQ(check_can_listen("127.0.0.1", port).error().code, ErrorCode::Unavailable);
  EXPECT_EQ(check_can_listen("localhost:x", port).error().code, ErrorCode::InvalidArgument);
  server->stop({});
  EXPECT_TRUE(check_can_listen("127.0.0.1", port));
  EXPECT_TRUE(HttpServer::start("127.0.0.1", port, 1, {}, {}, application, log)) << "it was let go";
}

}  // namespace
}  // namespace splitplot::serve
