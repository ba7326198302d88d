// What the client adds to a decision: the same flags, of the same users, asked of a snapshot and through a client that has the
// same rules, in one and in two threads. The client's server is this program: it hands the rules out and takes no events.
#include <splitplot/client/client.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/json.hpp>

#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace splitplot;

constexpr int kUsers = 10'000;
constexpr int kFlags = 20;

/// A condition, an experiment in a namespace and a roll-out for each flag.
std::string payload() {
  Value features = Value::Object{};
  for (int i = 0; i < kFlags; ++i) {
    const std::string number = std::to_string(i);
    const Value condition = Value::Object{{"country", Value::Object{{"$in", Value::Array{"DE", "AT", "CH"}}}},
                                          {"purchases", Value::Object{{"$gt", 5}}}};
    Value::Array rules;
    rules.emplace_back(Value::Object{{"force", "on"}, {"condition", condition}});
    rules.emplace_back(Value::Object{{"key", "exp-" + number},
                                     {"hashVersion", 2},
                                     {"variations", Value::Array{"a", "b", "c"}},
                                     {"coverage", 0.8}});
    rules.emplace_back(Value::Object{{"force", "on"}, {"hashVersion", 2}, {"coverage", 0.25}});
    features.set("feature-" + number, Value::Object{{"defaultValue", "off"}, {"rules", std::move(rules)}});
  }
  return model::to_json(
      Value::Object{{"features", std::move(features)}, {"dateUpdated", "2026-11-22T10:00:00.000Z"}});
}

/// Answers each connection once: rules to those who ask for them, 503 to all else.
class RulesServer {
 public:
  RulesServer() : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listening_, 16) != 0 ||
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      std::abort();
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { run(); });
    thread_.detach();  // it lives as long as the program
  }
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  void run() const {
    for (;;) {
      const int peer = ::accept(listening_, nullptr, nullptr);
      if (peer < 0) continue;
      std::array<char, 4096> request{};
      const ssize_t count = ::read(peer, request.data(), request.size());
      const std::string_view asked(request.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
      const bool is_for_rules = asked.starts_with("GET /api/features/");
      const std::string body = is_for_rules ? payload() : "";
      const std::string answer = std::string("HTTP/1.1 ") + (is_for_rules ? "200 OK" : "503 No") +
                                 "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                                 "\r\n\r\n" + body;
      if (::write(peer, answer.data(), answer.size()) < 0) ::perror("write");
      ::close(peer);
    }
  }

  int listening_;
  std::string url_;
  std::thread thread_;
};

struct Crowd {
  Crowd() {
    for (int i = 0; i < kUsers; ++i)
      users.emplace_back(Value::Object{{"id", "user-" + std::to_string(i)},
                                       {"country", i % 3 == 0 ? "DE" : "US"},
                                       {"purchases", i % 11},
                                       {"device", "mobile"}});
    for (const Value& user : users) indexes.emplace_back(model::Attributes(&user));
    for (int i = 0; i < kFlags; ++i) flags.push_back("feature-" + std::to_string(i));
  }
  std::vector<Value> users;
  std::vector<model::AttributeIndex> indexes;
  std::vector<std::string> flags;
};

const Crowd& crowd() {
  static const Crowd made;
  return made;
}

std::unique_ptr<client::Client> started(client::Options::Exposures exposures) {
  static const RulesServer server;
  client::Options options;
  options.exposures = exposures;
  options.server = server.url();
  options.key = "k";
  options.remembered_exposures = 1U << 20;
  options.most_waiting_events = 10;
  options.close_patience = std::chrono::milliseconds(0);
  auto started = *client::Client::start(options);
  for (int i = 0; i < kUsers; ++i) {  // all exposures are known from here on
    for (const std::string& flag : crowd().flags)
      static_cast<void>(started->decide(flag, {crowd().users[i], crowd().indexes[i]}));
  }
  return started;
}

const client::Client& reporting() {
  static const auto made = started(client::Options::Exposures::Reported);
  return *made;
}
const client::Client& silent() {
  static const auto made = started(client::Options::Exposures::Kept);
  return *made;
}

/// `ask(flag, user, index)` for each flag of one user after the other.
template <typename Ask>
void ask_all(benchmark::State& state, const Ask& ask) {
  std::size_t user = static_cast<std::size_t>(state.thread_index()) * 5'000;
  for (auto _ : state) {
    for (const std::string& flag : crowd().flags) ask(flag, crowd().users[user], crowd().indexes[user]);
    user = (user + 1) % kUsers;
  }
  state.SetItemsProcessed(state.iterations() * kFlags);
}

void snapshot_itself(benchmark::State& state) {
  static const auto snapshot = *decide::Snapshot::read_payload(*model::parse_json(payload()));
  ask_all(state, [](const std::string& flag, const Value&, const model::AttributeIndex& index) {
    benchmark::DoNotOptimize(snapshot->decide(flag, model::Attributes(index)));
  });
}
BENCHMARK(snapshot_itself)->Threads(1)->Threads(2)->UseRealTime();

void client_decide(benchmark::State& state, const client::Client& (*which)()) {
  const client::Client& client = which();
  if (client.state().rules_from != client::RulesFrom::Server) state.SkipWithError("the client has no rules");
  ask_all(state, [&](const std::string& flag, const Value& user, const model::AttributeIndex& index) {
    benchmark::DoNotOptimize(client.decide(flag, {user, index}));
  });
}
BENCHMARK_CAPTURE(client_decide, exposures_reported, &reporting)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_CAPTURE(client_decide, exposures_kept, &silent)->Threads(1)->Threads(2)->UseRealTime();

void client_get_bool(benchmark::State& state) {
  const client::Client& client = reporting();
  ask_all(state, [&](const std::string& flag, const Value& user, const model::AttributeIndex& index) {
    benchmark::DoNotOptimize(client.get_bool(flag, {user, index}, false));
  });
}
BENCHMARK(client_get_bool)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
