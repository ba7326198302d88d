#include "raw_client.hpp"
#include "service_fixture.hpp"

#include <splitplot/serve/server.hpp>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using test::RawClient;
using test::RawResponse;
using ::testing::HasSubstr;

// The whole server, over sockets.
class ServerTest : public test::ServiceTest {
 protected:
  void start() {
    options.port = 0;
    auto started = Server::start(services(), options);
    ASSERT_TRUE(started) << started.error().message;
    server = std::move(*started);
  }
  void TearDown() override { server.reset(); }

  std::string post(const std::string& path, const std::string& key, const std::string& body) {
    return "POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }

  std::unique_ptr<Server> server;
};

TEST_F(ServerTest, OneConnectionCarriesDecisionsEventsAndChanges) {
  start();
  RawClient client(server->port());
  const RawResponse applied = client.ask(
      post("/api/v1/apply", admin_key,
           R"({"files":[{"name":"f","text":"kind: flag\nkey: banner\nvariants: {a: 1}\ndefault: a\n"}]})"));
  EXPECT_EQ(applied.status, 200) << applied.body;
  const RawResponse decided = client.ask(post("/ofrep/v1/evaluate/flags/banner", client_key, "{}"));
  EXPECT_EQ(decided.status, 200);
  EXPECT_THAT(decided.body, HasSubstr(R"("value":1,)"));
  EXPECT_TRUE(decided.has_header("X-Request-Id: "));
  EXPECT_TRUE(decided.has_header("Access-Control-Allow-Origin: *\r\n"));
  const RawResponse taken = client.ask(post("/v1/track", client_key, R"({"userId":"u1","event":"E"})"));
  EXPECT_EQ(taken.status, 200);
  EXPECT_EQ(taken.body, R"({"success":true})");
  EXPECT_EQ(client.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
}

TEST_F(ServerTest, AKeyThatAConnectionShowedBeforeIsForgottenOnceItIsRevoked) {
  start();
  RawClient client(server->port());
  const auto status = [&](const std::string& key) {
    return client.ask(post("/ofrep/v1/evaluate/flags", key, "{}")).status;
  };
  EXPECT_EQ(status(client_key), 200);
  EXPECT_EQ(status(client_key), 200);
  EXPECT_EQ(status(client_key + "x"), 401);
  const auto other = catalogue->add_key({}, "client");
  ASSERT_TRUE(other);
  EXPECT_EQ(status(other->secret), 200);
  EXPECT_EQ(status(client_key), 200);
  ASSERT_TRUE(catalogue->revoke_old_keys({}, "client"));
  EXPECT_EQ(status(client_key), 401);
  EXPECT_EQ(status(other->secret), 200);
}

TEST_F(ServerTest, WhatIsRefusedBeforeItsRouteIsKnownHasTheFormOfItsProtocol) {
  start();
  RawClient large(server->port());
  const RawResponse refused =
      large.ask("POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + client_key +
                "\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_EQ(refused.status, 413);
  EXPECT_THAT(refused.body, HasSubstr(R"("errorCode":"GENERAL")"));
  EXPECT_TRUE(refused.has_header("Access-Control-Allow-Origin: *\r\n"))
      << "a browser must be able to read why";
  RawClient malformed(server->port());
  EXPECT_THAT(malformed.ask("nonsense\r\n\r\n").body, HasSubstr(R"("status":400)"));
}

TEST_F(ServerTest, AWrongKeyIsRefusedBeforeTheBodyIsRead) {
  start();
  RawClient client(server->port());
  EXPECT_EQ(
      client
          .ask("POST /api/v1/apply HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\nContent-Length: "
               "16000000\r\nExpect: 100-continue\r\n\r\n")
          .status,
      401);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, StopsWhileItIsAsked) {
  start();
  std::vector<std::thread> clients;
  for (int at = 0; at < 4; ++at) {
    clients.emplace_back([&] {
      while (true) {
        RawClient client(server->port());
        const RawResponse event = client.ask(post("/v1/track", client_key, R"({"userId":"u1","event":"E"})"));
        if (event.status == 0) return;  // the server is gone
        EXPECT_EQ(event.status, 200);
        client.ask("GET /api/v1/documents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + admin_key +
                   "\r\n\r\n");
      }
    });
  }
  while (pipeline.events().size() < 20) std::this_thread::yield();
  server->stop(std::chrono::seconds(20));
  for (std::thread& client : clients) client.join();
}

}  // namespace
}  // namespace splitplot::serve
