// The service without sockets: a real catalogue, real profiles, a pipeline that the test controls.
#pragma once

#include "service.hpp"

#include <splitplot/base/log.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/collect/pipeline.hpp>
#include <splitplot/model/document.hpp>
#include <splitplot/model/json.hpp>
#include <splitplot/profile/profiles.hpp>
#include <splitplot/store/online.hpp>

#include <condition_variable>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace splitplot::serve::test {

class EmptyOnlineStore final : public store::OnlineStore {
 public:
  Result<std::optional<std::string>> profile(std::string_view, const Unit&) const override {
    return std::optional<std::string>();
  }
  Result<std::optional<Timestamp>> seen(const store::EventFingerprint&) const override {
    return std::optional<Timestamp>();
  }
  Result<void> checkpoint(const store::OnlineCheckpoint&) override { return {}; }
  [[nodiscard]] store::JournalOffset reflects() const override { return 0; }
};

// Keeps what was submitted, and answers as the test says: at once, or when it is told to.
class ControlledPipeline final : public collect::Pipeline {
 public:
  void submit(collect::Batch batch, Done done) override {
    const std::lock_guard lock(mutex_);
    batches.push_back(std::move(batch));
    if (refuse_with) {
      done(tl::unexpected(*refuse_with));
    } else {
      done(collect::Accepted{});
    }
  }
  [[nodiscard]] const profile::Profiles& profiles() const override { return known; }
  [[nodiscard]] collect::PipelineStatus status() const override { return now; }

  [[nodiscard]] std::vector<collect::Event> events() {
    const std::lock_guard lock(mutex_);
    std::vector<collect::Event> all;
    for (const collect::Batch& batch : batches) {
      all.insert(all.end(), batch.events.begin(), batch.events.end());
    }
    return all;
  }

  EmptyOnlineStore store;
  profile::Profiles known{store, 100};
  std::optional<Error> refuse_with;
  collect::PipelineStatus now;
  std::vector<collect::Batch> batches;

 private:
  std::mutex mutex_;
};

// Everything that was logged, as text.
class RecordingLog final : public Log {
 public:
  void write(LogLevel, std::string_view message, std::initializer_list<LogField> fields) override {
    const std::lock_guard lock(mutex_);
    text_.append(message);
    for (const LogField& field : fields) {
      text_.append(" ").append(field.name).append("=").append(model::to_json(field.value));
    }
    text_.append("\n");
  }
  [[nodiscard]] std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

struct Ask {
  Method method = Method::Get;
  std::string path = {};
  std::string key = {};  // sent as Authorization: Bearer; empty: none
  std::string body = {};
  std::string query = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string peer = "192.0.2.1";
};

inline Timestamp start_of_test() {
  return *parse_rfc3339("2026-11-22T12:00:00Z");
}

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string("splitplot-serve-") + test->test_suite_name() + "-" + test->name();
    for (char& character : name) {
      if (character == '/') character = '-';
    }
    folder_ = std::filesystem::temp_directory_path() / (name + "-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    open_new_catalogue();
  }
  ~ServiceTest() override {
    service.reset();
    catalogue.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void open_new_catalogue() {
    auto opened = catalogue::open_catalogue(
        {.path = (folder_ / "catalogue.db").string(), .secrets_path = (folder_ / "keys").string()}, clock);
    if (!opened) throw std::runtime_error(opened.error().message);
    catalogue = std::move(opened->catalogue);
    for (const catalogue::NewCredential& credential : opened->first_keys) {
      if (credential.kind == model::ConnectionKind::Client) client_key = credential.secret;
      if (credential.kind == model::ConnectionKind::Server) server_key = credential.secret;
      if (credential.kind == model::ConnectionKind::Admin) admin_key = credential.secret;
    }
  }

  // Another catalogue in the place of the first, with keys of its own.
  void replace_installation() {
    service.reset();
    catalogue.reset();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    open_new_catalogue();
  }

  [[nodiscard]] Services services() {
    return {.catalogue = *catalogue,
            .pipeline = pipeline,
            .clock = clock,
            .log = log,
            .loader = nullptr,
            .results = results,
            .back_up = back_up,
            .readiness = readiness,
            .test_clock = test_clock,
            .version = "1.2.3",
            .site = site,
            .traffic = traffic,
            .experiments = experiments,
            .files = files,
            .truth = truth,
            .request_context = request_context};
  }

  Service& served() {
    if (service == nullptr) service = std::make_unique<Service>(services(), options);
    return *service;
  }

  // Makes the documents of a YAML text hold.
  void configure(std::string_view yaml) {
    auto texts = model::read_documents("test.yaml", yaml);
    ASSERT_TRUE(texts) << model::to_text(texts.error().front());
    const auto plan = catalogue->plan({}, {*texts}, catalogue::Absent::Keep);
    ASSERT_TRUE(plan) << plan.error().message;
    ASSERT_TRUE(plan->problems.empty()) << model::to_text(plan->problems.front());
    const auto committed = catalogue->commit(*plan, "test", "");
    ASSERT_TRUE(committed) << committed.error().message;
  }

  // What a socket would have carried there and back.
  Response ask(const Ask& question) {
    Service& to = served();
    std::unique_ptr<Exchange> exchange = to.make_exchange();
    Request& request = exchange->request;
    request.method = question.method;
    request.path = question.path;
    request.query = question.query;
    request.peer = question.peer;
    request.address = question.peer;
    request.body = question.body;
    const std::string authorization = "Bearer " + question.key;
    const std::string length = std::to_string(question.body.size());
    if (!question.key.empty()) request.headers.push_back({"Authorization", authorization});
    if (question.method == Method::Post) request.headers.push_back({"Content-Length", length});
    bool has_type = false;
    for (const auto& [name, value] : question.headers) {
      request.headers.push_back({name, value});
      has_type = has_type || name == "Content-Type";
    }
    if (!has_type) request.headers.push_back({"Content-Type", "application/json"});

    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Response> late;
    std::optional<Response> response = to.admit(*exchange);
    if (!response) {
      response = to.answer(*exchange, [&] {
        return Responder([&](Response delivered) {
          const std::lock_guard lock(mutex);
          late = std::move(delivered);
          changed.notify_all();
        });
      });
    }
    if (!response) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return late.has_value(); });
      response = std::move(late);
    }
    to.finish(*exchange, *response);
    return std::move(*response);
  }

  // Logs in; the name and value of the cookie.
  std::string log_in(const std::string& key) {
    const Response response =
        ask({.method = Method::Post, .path = "/api/v1/session", .body = R"({"key":")" + key + "\"}"});
    EXPECT_EQ(response.status, 201) << response.body;
    const std::string line(response.headers.find("Set-Cookie").value_or(""));
    return line.substr(0, line.find(';'));
  }

  static Value json(const Response& response) {
    Result<Value> value = model::parse_json(response.body);
    EXPECT_TRUE(value) << response.body;
    return value.value_or(Value());
  }

  // A member of a JSON body as JSON text; "" if it is not there.
  static std::string member(const Response& response, std::string_view name) {
    const Value value = json(response);
    const Value* found = value.find(name);
    return found != nullptr ? model::to_json(*found) : "";
  }

  ManualClock clock{start_of_test()};
  RecordingLog log;
  ControlledPipeline pipeline;
  std::unique_ptr<catalogue::Catalogue> catalogue;
  std::string client_key;
  std::string server_key;
  std::string admin_key;
  ServerOptions options;
  ResultsSource results;
  ExperimentSources experiments;
  FileAnalyses* files = nullptr;
  TruthSource truth;
  BackUp back_up;
  std::vector<ReadinessCheck> readiness;
  ManualClock* test_clock = nullptr;
  std::vector<SiteFile> site;
  collect::LiveTraffic* traffic = nullptr;
  const context::RequestContext* request_context = nullptr;
  std::unique_ptr<Service> service;

 private:
  std::filesystem::path folder_;
};

}  // namespace splitplot::serve::test
