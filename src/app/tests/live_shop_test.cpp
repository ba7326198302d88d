#include "simulate/live_shop.hpp"

#include "simulate/shop_documents.hpp"

#include <splitplot/serve/server.hpp>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace splitplot::app::simulate {
namespace {

class LiveShopTest : public testing::Test {
 protected:
  LiveShopTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "splitplot-live-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    TypedSettings typed;
    typed.flags = {{"data", folder_.string()}, {"analysis-threads", "1"}};
    installation_ = *Installation::open(*resolve_settings(typed), clock_, log_, [](const auto&) {});
    const auto keys = open_shop(installation_->catalogue(), model_);
    key_ = keys->front().secret;
  }
  ~LiveShopTest() override {
    installation_.reset();
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] LiveOptions options(const std::string& url) const {
    LiveOptions options;
    options.url = url;
    options.key = key_;
    options.visitors_per_second = 2000;
    options.speed = 20'000;
    options.shop_time = clock_.now();
    return options;
  }

  // What a shop has no use for (results, backups ...) is left out, whatever there is.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
  Result<std::unique_ptr<serve::Server>> start_server() {
    serve::ServerOptions server_options;
    server_options.port = 0;
    return serve::Server::start({.catalogue = installation_->catalogue(),
                                 .pipeline = installation_->pipeline(),
                                 .clock = clock_,
                                 .log = log_},
                                server_options);
  }
#pragma GCC diagnostic pop

  SystemClock clock_;
  SilentLog log_;
  std::filesystem::path folder_;
  ShopModel model_{{.seed = 8, .disturbances = {.duplicates = 0.2}}, clock_.now()};
  std::unique_ptr<Installation> installation_;
  std::string key_;
  Truth truth_{model_};
  ShopCounts counts_;
};

TEST_F(LiveShopTest, WhatItTakesForTrueIsWhatTheServerHas) {
  auto server = start_server();
  ASSERT_TRUE(server);
  LiveOptions live = options("http://127.0.0.1:" + std::to_string((*server)->port()));
  live.visitors = 150;
  LiveShop shop(model_, clock_, truth_, counts_, live);
  shop.run({});
  EXPECT_EQ(counts_.visitors, 150U);
  EXPECT_GE(counts_.visits, 150U);
  EXPECT_EQ(shop.troubles().failed + shop.troubles().refused + shop.troubles().unreachable, 0U)
      << shop.troubles().last;
  EXPECT_GT(counts_.repetitions, 0U);
  EXPECT_EQ(installation_->pipeline().status().duplicates + installation_->pipeline().status().stored,
            counts_.events);
  for (const std::string_view experiment : {kBannerExperiment, kFlowExperiment}) {
    const auto analysis = installation_->analyze({}, experiment);
    ASSERT_TRUE(analysis);
    for (const TrueEffect& effect : truth_.effects()) {
      if (effect.experiment == experiment && effect.dimension.empty()) {
        EXPECT_EQ(analysis->units, effect.units);
      }
    }
  }
  (*server)->stop(std::chrono::seconds(1));
}

TEST_F(LiveShopTest, StopsWhenAskedTo) {
  LiveShop shop(model_, clock_, truth_, counts_, options("http://127.0.0.1:9"));
  std::jthread thread([&shop](const std::stop_token& stop) { shop.run(stop); });
  thread.request_stop();
  thread.join();
  EXPECT_EQ(counts_.visits, 0U);
}

/// Answers its first requests with 503 and Retry-After, all others with 200.
class BusyServer {
 public:
  explicit BusyServer(int busy_for) : busy_for_(busy_for) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 64) != 0)
      throw std::runtime_error("cannot listen");
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~BusyServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  BusyServer(const BusyServer&) = delete;
  BusyServer& operator=(const BusyServer&) = delete;
  [[nodiscard]] int port() const { return port_; }

 private:
  /// One request per connection: read until the body is there, answer, close.
  void serve() {
    while (true) {
      const int connection = accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      std::string request;
      char bytes[4096];
      while (!is_whole(request)) {
        const ssize_t count = read(connection, bytes, sizeof bytes);
        if (count <= 0) break;
        request.append(bytes, static_cast<std::size_t>(count));
      }
      const std::string answer =
          busy_for_-- > 0
              ? "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
              : "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
      (void)!write(connection, answer.data(), answer.size());
      close(connection);
    }
  }
  static bool is_whole(const std::string& request) {
    const std::size_t head = request.find("\r\n\r\n");
    const std::size_t length = request.find("Content-Length: ");
    return head != request.npos && length != request.npos &&
           request.size() >= head + 4 + std::stoul(request.substr(length + 16));
  }
  int listener_ = -1;
  int port_ = 0;
  int busy_for_;
  std::thread thread_;
};

TEST_F(LiveShopTest, ComesAgainWhenTheServerIsBusy) {
  BusyServer server(2);
  LiveOptions live = options("http://127.0.0.1:" + std::to_string(server.port()));
  live.visitors = 5;
  const Timestamp began = clock_.now();
  LiveShop shop(model_, clock_, truth_, counts_, live);
  shop.run({});
  EXPECT_EQ(shop.troubles().refused, 2U);
  EXPECT_GE(counts_.visits, 5U);
  EXPECT_GE(clock_.now() - began, std::chrono::milliseconds(900)) << "the server asked for a second";
}

}  // namespace
}  // namespace splitplot::app::simulate
