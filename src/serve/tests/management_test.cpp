#include "metrics.hpp"
#include "service_fixture.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using test::Ask;
using ::testing::HasSubstr;

constexpr std::string_view kFlag = "kind: flag\nkey: banner\nvariants: {a: 1, b: 2}\ndefault: a\n";

class ManagementTest : public test::ServiceTest {
 protected:
  Response post(const std::string& path, std::string body) {
    return ask({.method = Method::Post, .path = path, .key = admin_key, .body = std::move(body)});
  }
  Response get(const std::string& path, const std::string& query = {}) {
    return ask({.path = path, .key = admin_key, .query = query});
  }

  Response apply(std::string_view text, std::string_view more = "") {
    Value file;
    file.set("name", "flags.yaml");
    file.set("text", text);
    return post("/api/v1/apply", R"({"files":[)" + model::to_json(file) + "]" + std::string(more) + "}");
  }

  // "created flag banner, ..." of the changes that an answer tells.
  static std::string changes(const Response& response) {
    std::string text;
    const Value answer = json(response);
    const Value* list = answer.find("changes");
    if (list == nullptr) return "no changes: " + response.body;
    for (const Value& change : *list->if_array()) {
      if (*change.find("change")->if_text() == "unchanged") continue;
      if (!text.empty()) text += ", ";
      text += *change.find("change")->if_text() + " " + *change.find("kind")->if_text() + " " +
              *change.find("key")->if_text();
    }
    return text;
  }
};

TEST_F(ManagementTest, AppliesDocumentsOnce) {
  const Response first = apply(kFlag, R"(,"message":"a banner")");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(changes(first), "created flag banner");
  EXPECT_EQ(member(first, "dry_run"), "false");
  EXPECT_EQ(member(first, "credentials"), "[]");
  const Value answer = json(first);
  const Value& change = answer.find("changes")->if_array()->back();
  EXPECT_TRUE(change.find("before")->is_null());
  EXPECT_EQ(model::to_json(*change.find("after")),
            R"({"kind":"flag","key":"banner","variants":{"a":1,"b":2},"default":"a"})");

  const Response second = apply(kFlag);
  EXPECT_EQ(changes(second), "");
  EXPECT_EQ(member(second, "revision"), member(first, "revision"));
}

TEST_F(ManagementTest, ADryRunChangesNothing) {
  const Response response = apply(kFlag, R"(,"dry_run":true)");
  EXPECT_EQ(changes(response), "created flag banner");
  EXPECT_EQ(member(response, "dry_run"), "true");
  EXPECT_EQ(get("/api/v1/documents/flag/banner").status, 404);
}

TEST_F(ManagementTest, PruningDeletesWhatIsNotHandedIn) {
  apply(kFlag);
  const std::string others =
      "kind: flag\nkey: other\nvariants: {a: 1}\ndefault: a\n---\nkind: connection\nkey: admin\ntype: "
      "admin\n---\n"
      "kind: connection\nkey: client\ntype: client\n---\nkind: connection\nkey: server\ntype: server\n";
  EXPECT_THAT(changes(apply(others, R"(,"dry_run":true)")), Not(HasSubstr("deleted")));
  EXPECT_THAT(changes(apply(others, R"(,"prune":true)")), HasSubstr("deleted flag banner"));
}

TEST_F(ManagementTest, ABrokenFileChangesNothingAndSaysWhere) {
  const Response response =
      apply(std::string(kFlag) + "---\nkind: flag\nkey: broken\nvariants: {a: 1}\ndefault: blue\n");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const Value problem = json(response);
  ASSERT_NE(problem.find("errors"), nullptr) << response.body;
  ASSERT_EQ(problem.find("errors")->if_array()->size(), 1U) << response.body;
  const Value& error = problem.find("errors")->if_array()->front();
  EXPECT_THAT(*error.find("place")->if_text(), HasSubstr("flags.yaml:"));
  EXPECT_THAT(*error.find("subject")->if_text(), HasSubstr("broken"));
  EXPECT_EQ(*error.find("pointer")->if_text(), "/default");
  EXPECT_THAT(*error.find("detail")->if_text(), HasSubstr("blue"));
  EXPECT_EQ(get("/api/v1/documents/flag/banner").status, 404);
  EXPECT_EQ(apply("key: [").status, 422);
}

TEST_F(ManagementTest, NewConnectionsShowTheirSecretOnce) {
  const Response response = apply("kind: connection\nkey: shop\ntype: server\n");
  const Value answer = json(response);
  ASSERT_EQ(answer.find("credentials")->if_array()->size(), 1U) << response.body;
  const Value& credential = answer.find("credentials")->if_array()->front();
  EXPECT_EQ(*credential.find("connection")->if_text(), "shop");
  EXPECT_EQ(*credential.find("kind")->if_text(), "server");
  const std::string secret = *credential.find("secret")->if_text();
  EXPECT_EQ(ask({.method = Method::Post, .path = "/ofrep/v1/evaluate/flags", .key = secret}).status, 200);
  EXPECT_EQ(response.headers.find("Cache-Control"), "no-store");
  EXPECT_THAT(log.text(), Not(HasSubstr(secret)));
}

TEST_F(ManagementTest, BodiesAreReadStrictly) {
  const std::pair<std::string_view, std::string_view> bad[] = {
      {R"({"files":[],"dryrun":true})", "/dryrun"},
      {R"({"files":{}})", "/files"},
      {R"({"files":[{"name":"a"}]})", "/files/0"},
      {R"({"files":[{"name":"a","text":"","more":1}]})", "/files/0"},
      {R"({"files":[7]})", "/files/0"},
      {R"({"files":[],"dry_run":"yes"})", "/dry_run"},
      {R"({"files":[],"message":1})", "/message"},
      {R"({"files":[],"a/b~c":1})", "/a~1b~0c"},
      {"{}", ""}};
  for (const auto& [body, pointer] : bad) {
    const Response response = post("/api/v1/apply", std::string(body));
    EXPECT_EQ(response.status, 422) << body;
    const Value problem = json(response);
    ASSERT_NE(problem.find("errors"), nullptr) << response.body;
    EXPECT_EQ(*problem.find("errors")->if_array()->front().find("pointer")->if_text(), pointer) << body;
  }
  EXPECT_THAT(post("/api/v1/apply", R"({"files":[],"dryrun":true})").body,
              HasSubstr("did you mean 'dry_run'?"));
  EXPECT_EQ(post("/api/v1/apply", "{").status, 400);
  EXPECT_EQ(post("/api/v1/apply", "[]").status, 400);
  EXPECT_EQ(post("/api/v1/apply", R"({"files":[],"files":[]})").status, 400);
}

TEST_F(ManagementTest, BodiesMustBeCalledJson) {
  const auto status = [&](const std::string& type) {
    return ask({.method = Method::Post,
                .path = "/api/v1/rollback",
                .key = admin_key,
                .body = "{}",
                .headers = {{"Content-Type", type}}})
        .status;
  };
  EXPECT_EQ(status("application/json; charset=utf-8"), 422);
  EXPECT_EQ(status("application/merge+json"), 422);
  EXPECT_EQ(status("text/plain"), 415);
  EXPECT_EQ(status("application/x-www-form-urlencoded"), 415);
  EXPECT_EQ(status(""), 415);
  const Response no_body = ask({.method = Method::Post,
                                .path = "/api/v1/connections/client/keys",
                                .key = admin_key,
                                .headers = {{"Content-Type", ""}}});
  EXPECT_EQ(no_body.status, 201) << "no body needs no name";
}

TEST_F(ManagementTest, DocumentsAreReadNowAndAsTheyWere) {
  const std::string revision = member(apply(kFlag), "revision");
  apply("kind: flag\nkey: banner\nvariants: {a: 3}\ndefault: a\n");
  EXPECT_EQ(get("/api/v1/documents/flag/banner").body,
            R"({"kind":"flag","key":"banner","variants":{"a":3},"default":"a"})");
  EXPECT_EQ(get("/api/v1/documents/flag/banner", "at=" + revision).body,
            R"({"kind":"flag","key":"banner","variants":{"a":1,"b":2},"default":"a"})");
  EXPECT_EQ(get("/api/v1/documents", "kind=flag").body,
            R"({"documents":[{"kind":"flag","key":"banner","variants":{"a":3},"default":"a"}]})");
  EXPECT_EQ(json(get("/api/v1/documents")).find("documents")->if_array()->size(), 4U)
      << "and three connections";
  EXPECT_EQ(get("/api/v1/documents/flag/nope").status, 404);
  EXPECT_EQ(get("/api/v1/documents/flags/banner").status, 404);
  EXPECT_EQ(get("/api/v1/documents", "kind=flags").status, 404);
  EXPECT_EQ(get("/api/v1/documents", "at=x").status, 400);
}

TEST_F(ManagementTest, HistoryTellsWhoChangedWhatAndWhen) {
  apply(kFlag, R"(,"message":"first")");
  clock.advance(std::chrono::seconds(60));
  apply("kind: flag\nkey: banner\nvariants: {a: 3}\ndefault: a\n", R"(,"message":"second")");
  const Value history = json(get("/api/v1/history", "kind=flag&key=banner"));
  const Value::Array& list = *history.find("changes")->if_array();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(*list[0].find("message")->if_text(), "second");
  EXPECT_EQ(*list[0].find("time")->if_text(), "2026-11-22T12:01:00.000Z");
  EXPECT_EQ(*list[0].find("author")->if_text(), "connection admin");
  EXPECT_EQ(model::to_json(*list[1].find("documents")),
            R"([{"change":"created","kind":"flag","key":"banner"}])");
  EXPECT_EQ(json(get("/api/v1/history", "limit=1")).find("changes")->if_array()->size(), 1U);
  const std::string newest = model::to_json(*list[0].find("revision"));
  const Value older = json(get("/api/v1/history", "kind=flag&key=banner&before=" + newest));
  EXPECT_EQ(older.find("changes")->if_array()->size(), 1U);
  EXPECT_EQ(get("/api/v1/history", "kind=flag").status, 400);
}

TEST_F(ManagementTest, RollingBackRestoresTheDecisions) {
  const auto decided = [&] {
    return member(ask({.method = Method::Post, .path = "/ofrep/v1/evaluate/flags/banner", .key = client_key}),
                  "value");
  };
  const std::string revision = member(apply(kFlag), "revision");
  apply("kind: flag\nkey: banner\nvariants: {a: 3}\ndefault: a\n");
  EXPECT_EQ(decided(), "3");
  EXPECT_EQ(changes(post("/api/v1/rollback", R"({"revision":)" + revision + R"(,"dry_run":true})")),
            "updated flag banner");
  EXPECT_EQ(decided(), "3");
  EXPECT_EQ(post("/api/v1/rollback", R"({"revision":)" + revision + "}").status, 200);
  EXPECT_EQ(decided(), "1");
  EXPECT_EQ(post("/api/v1/rollback", R"({"revision":999999})").status, 404);
  EXPECT_EQ(post("/api/v1/rollback", R"({"revision":-1})").status, 422);
}

TEST_F(ManagementTest, KeysAreAddedAndOldOnesRevoked) {
  const Response added = post("/api/v1/connections/client/keys", "");
  ASSERT_EQ(added.status, 201) << added.body;
  const std::string fresh = *json(added).find("secret")->if_text();
  const auto works = [&](const std::string& key) {
    return ask({.method = Method::Post, .path = "/ofrep/v1/evaluate/flags", .key = key}).status == 200;
  };
  EXPECT_TRUE(works(client_key));
  EXPECT_TRUE(works(fresh));
  const Response revoked =
      ask({.method = Method::Delete, .path = "/api/v1/connections/client/keys/old", .key = admin_key});
  EXPECT_EQ(revoked.body, "{}");
  EXPECT_FALSE(works(client_key));
  EXPECT_TRUE(works(fresh));
  EXPECT_EQ(post("/api/v1/connections/nope/keys", "").status, 404);
}

TEST_F(ManagementTest, ResultsComeInTheFormAskedFor) {
  results = [](const catalogue::Scope& scope, std::string_view experiment,
               const ResultsRequest& wanted) -> Result<std::string> {
    if (experiment == "nope") return fail(ErrorCode::NotFound, "there is no experiment 'nope'");
    if (experiment == "broken") throw std::runtime_error("an exception of a library");
    std::string body = scope.environment + " " + std::string(experiment);
    body +=
        " " + std::to_string(static_cast<int>(wanted.format)) + " " + std::to_string(wanted.style.columns);
    return body + (wanted.style.colour ? " colour" : "") + (wanted.style.unicode ? " unicode" : "") +
           (wanted.style.detail == report::Detail::Full ? " full" : "");
  };
  const std::string path = "/api/v1/experiments/e1/results";
  EXPECT_EQ(get(path).content_type, "application/json");
  EXPECT_EQ(get(path).body, "production e1 0 80 unicode");
  EXPECT_EQ(get(path, "format=html").content_type, "text/html; charset=utf-8");
  const Response text = get(path, "format=text&columns=120&colour=yes&unicode=no");
  EXPECT_EQ(text.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(text.body, "production e1 2 120 colour");
  EXPECT_EQ(get(path, "format=pdf").status, 400);
  EXPECT_EQ(get(path, "columns=wide").status, 400);
  EXPECT_EQ(get(path, "detail=full").body, "production e1 0 80 unicode full");
  EXPECT_EQ(get(path, "detail=summary").body, "production e1 0 80 unicode");
  EXPECT_EQ(get(path, "detail=all").status, 400);
  EXPECT_EQ(get(path, "colour=maybe").status, 400);
  EXPECT_EQ(get("/api/v1/experiments/nope/results").status, 404);
  EXPECT_EQ(get("/api/v1/experiments/broken/results").status, 500);
  EXPECT_THAT(log.text(), HasSubstr("an exception of a library"));
}

TEST_F(ManagementTest, WhatIsNotThereIsUnavailable) {
  EXPECT_EQ(get("/api/v1/experiments/e1/results").status, 503);
  EXPECT_EQ(post("/api/v1/backup", "{}").status, 503);
}

TEST_F(ManagementTest, ABusyPoolAnswersLaterAtOnce) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::promise<void> running;
  std::atomic<int> calls{0};
  results = [&](const catalogue::Scope&, std::string_view, const ResultsRequest&) -> Result<std::string> {
    if (calls++ == 0) running.set_value();
    released.wait();
    return std::string();
  };
  options.pool_threads = 1;
  options.limits.waiting_tasks = 1;
  served();
  const Ask question{.path = "/api/v1/experiments/e1/results", .key = admin_key};
  std::vector<std::future<int>> taken;
  taken.push_back(std::async(std::launch::async, [&] { return ask(question).status; }));
  running.get_future().wait();  // one runs; of the next two, one waits and one is sent away
  std::promise<int> first_answer;
  std::atomic<bool> has_answer{false};
  std::vector<std::thread> two;
  std::vector<int> statuses(2);
  for (std::size_t at = 0; at < 2; ++at) {
    two.emplace_back([&, at] {
      statuses[at] = ask(question).status;
      if (!has_answer.exchange(true)) first_answer.set_value(statuses[at]);
    });
  }
  EXPECT_EQ(first_answer.get_future().get(), 503);
  release.set_value();
  for (std::thread& thread : two) thread.join();
  EXPECT_EQ(taken.front().get(), 200);
  EXPECT_EQ(statuses[0] + statuses[1], 703);
}

TEST_F(ManagementTest, BackupsHaveKeysForNames) {
  back_up = [](std::string_view name) -> Result<Value> {
    Value made;
    made.set("name", name);
    return made;
  };
  EXPECT_EQ(post("/api/v1/backup", R"({"name":"nightly"})").body, R"({"name":"nightly"})");
  EXPECT_EQ(post("/api/v1/backup", "").status, 201);
  EXPECT_EQ(post("/api/v1/backup", R"({"name":"../etc"})").status, 422);
}

TEST_F(ManagementTest, TheClockOfATestServerGoesForward) {
  test_clock = &clock;
  EXPECT_EQ(post("/api/v1/test/clock", R"({"advance_seconds":90})").body,
            R"({"now":"2026-11-22T12:01:30.000Z"})");
  EXPECT_EQ(post("/api/v1/test/clock", R"({"now":"2027-01-01T00:00:00Z"})").status, 200);
  EXPECT_EQ(clock.now(), *parse_rfc3339("2027-01-01T00:00:00Z"));
  for (const std::string_view body :
       {R"({"now":"2026-01-01T00:00:00Z"})", R"({"now":"soon"})", "{}", R"({"advance_seconds":-1})",
        R"({"advance_seconds":1,"now":"2028-01-01T00:00:00Z"})", R"({"advance_seconds":99999999999999})"}) {
    EXPECT_EQ(post("/api/v1/test/clock", std::string(body)).status, 422) << body;
  }
  EXPECT_EQ(clock.now(), *parse_rfc3339("2027-01-01T00:00:00Z"));
}

TEST_F(ManagementTest, ReadinessListsAllThatIsWrong) {
  std::optional<std::string> disk;
  readiness.push_back({"disk", [&] { return disk; }});
  EXPECT_EQ(get("/healthz").body, R"({"status":"alive"})");
  const Response ready = get("/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(
      ready.body,
      R"({"status":"ready","problems":[],"configuration":{"revision":1,"age_seconds":0,"degraded":false}})");
  disk = "only 3 MB are free";
  pipeline.now.trouble = "the journal cannot be synced";
  const Response not_ready = get("/readyz");
  EXPECT_EQ(not_ready.status, 503);
  EXPECT_EQ(not_ready.body,
            R"({"status":"not ready","problems":[{"check":"events","detail":"the journal cannot be synced"},)"
            R"({"check":"disk","detail":"only 3 MB are free"}],)"
            R"("configuration":{"revision":1,"age_seconds":0,"degraded":false}})");
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(json(get("/api/v1/status")).find("problems")->if_array()->size(), 2U);
}

TEST_F(ManagementTest, WithoutItsCatalogueTheServerIsDegradedSaysSoAndRefusesChanges) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("splitplot-degraded-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  catalogue::CatalogueOptions places{(folder / "catalogue").string(), (folder / "keys").string()};
  places.last_good_path = (folder / "last-good").string();
  const auto reopen = [&] {
    service.reset();
    catalogue.reset();
    auto opened = catalogue::open_catalogue(places, clock);
    ASSERT_TRUE(opened) << opened.error().message;
    catalogue = std::move(opened->catalogue);
    for (const catalogue::NewCredential& key : opened->first_keys) {
      if (key.kind == model::ConnectionKind::Admin) admin_key = key.secret;
    }
  };
  reopen();
  catalogue.reset();
  std::filesystem::remove(places.path);
  clock.advance(std::chrono::minutes(5));
  reopen();
  const Response ready = get("/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_THAT(ready.body, HasSubstr(R"("status":"degraded")"));
  EXPECT_THAT(ready.body, HasSubstr("is missing"));
  EXPECT_THAT(ready.body, HasSubstr(R"("configuration":{"revision":1,"age_seconds":300,"degraded":true})"));
  EXPECT_THAT(get("/metrics").body, HasSubstr("\nsplitplot_catalogue_healthy 0\n"));
  EXPECT_THAT(get("/metrics").body, HasSubstr("\nsplitplot_configuration_age_seconds 300\n"));
  const Response refused =
      post("/api/v1/apply",
           R"({"files":[{"name":"f.yaml","text":"kind: flag\nkey: f\nvariants: {a: 1}\ndefault: a\n"}]})");
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("is missing"));
  EXPECT_EQ(get("/api/v1/documents").status, 200);
  EXPECT_EQ(get("/api/v1/history").status, 503);
  service.reset();
  catalogue.reset();
  std::filesystem::remove_all(folder);
}

TEST_F(ManagementTest, StatusTellsVersionsAndCounts) {
  pipeline.now.stored = 7;
  const Response response = get("/api/v1/status");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(member(response, "version"), "\"1.2.3\"");
  EXPECT_EQ(member(response, "environment"), "\"default/production\"");
  EXPECT_EQ(member(response, "connection"), "\"admin\"");
  EXPECT_EQ(member(response, "now"), "\"2026-11-22T12:00:00.000Z\"");
  EXPECT_THAT(member(response, "events"), HasSubstr("\"stored\":7"));
}

TEST_F(ManagementTest, MetricsAreWhatPrometheusAccepts) {
  apply(kFlag);
  pipeline.now.stored = 7;
  ask({.method = Method::Post, .path = "/ofrep/v1/evaluate/flags/banner", .key = client_key});
  const Response response = get("/metrics");
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.body.back(), '\n');
  EXPECT_THAT(response.body, HasSubstr("\nsplitplot_events_stored_total 7\n"));
  EXPECT_THAT(response.body, HasSubstr("splitplot_build_info{version=\"1.2.3\"} 1\n"));
  EXPECT_THAT(response.body,
              HasSubstr("http_server_request_duration_seconds_count{http_request_method=\"POST\","
                        "http_response_status_code=\"200\",http_route=\"/ofrep/v1/evaluate/flags/{key}\","
                        "url_scheme=\"http\"} 1\n"));
  if (std::system("promtool --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "promtool is not installed";
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("splitplot-metrics-" + std::to_string(getpid()));
  std::ofstream(file) << response.body;
  std::string said;
  FILE* tool = popen(("promtool check metrics < " + file.string() + " 2>&1").c_str(), "r");
  ASSERT_NE(tool, nullptr);
  for (int character = fgetc(tool); character != EOF; character = fgetc(tool))
    said.push_back(static_cast<char>(character));
  EXPECT_EQ(pclose(tool), 0) << said;
  EXPECT_EQ(said, "");
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace splitplot::serve
