#include "service_fixture.hpp"

#include <splitplot/serve/files.hpp>

#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace splitplot::serve::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Remembers what it was asked.
class RecordingFiles final : public FileAnalyses {
 public:
  Result<UploadedFile> keep(const catalogue::Scope&, std::string_view name,
                            std::string_view content) override {
    if (content == "junk") return fail(ErrorCode::BadData, "'x' is no table");
    kept = std::string(name) + ":" + std::to_string(content.size());
    UploadedFile file{"a1", "x.csv", content.size(), start_of_test(), {}, {}};
    file.columns = {{"variant", "text", "variant", "2 different values"}};
    file.sample = {{"a\xff", std::nullopt}};
    return file;
  }
  Result<std::string> analyse(const catalogue::Scope&, std::string_view id, const FileQuestion& asked,
                              ResultsFormat format) override {
    if (id != "a1") return fail(ErrorCode::NotFound, "there is no such file");
    question = asked;
    return std::string(format == ResultsFormat::Html ? "<html>" : "{}");
  }
  Result<void> remove(const catalogue::Scope&, std::string_view id) override {
    if (id != "a1") return fail(ErrorCode::NotFound, "there is no such file");
    return {};
  }

  std::string kept;
  FileQuestion question;
};

class FilesTest : public ServiceTest {
 protected:
  FilesTest() { files = &desk; }
  Response post(const std::string& path, const std::string& body, const std::string& query = {}) {
    return ask({.method = Method::Post, .path = path, .key = admin_key, .body = body, .query = query});
  }
  RecordingFiles desk;
};

TEST_F(FilesTest, AnUploadAnswersWhatTheColumnsSeemToBe) {
  const Response response = ask({.method = Method::Post,
                                 .path = "/api/v1/files",
                                 .key = admin_key,
                                 .body = "variant\na\n",
                                 .query = "name=x%20y.csv",
                                 .headers = {{"Content-Type", "text/csv"}}});
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(desk.kept, "x y.csv:10");
  EXPECT_EQ(response.body,
            "{\"id\":\"a1\",\"name\":\"x.csv\",\"bytes\":10,\"expires\":\"2026-11-22T12:00:00.000Z\","
            "\"columns\":[{\"name\":\"variant\",\"type\":\"text\",\"suggestion\":\"variant\","
            "\"why\":\"2 different values\"}],\"sample\":[[\"a\xEF\xBF\xBD\",null]]}");
  EXPECT_EQ(post("/api/v1/files", "junk").status, 422);
  EXPECT_EQ(post("/api/v1/files", "").status, 400);
}

TEST_F(FilesTest, AQuestionIsReadStrictlyAndWhole) {
  const std::string path = "/api/v1/files/a1/analysis";
  const Response response = post(
      path,
      R"({"variant":"group","control":"a","unit":"id","metrics":["won","rev"],"by":["device"],)"
      R"("sequential":true,"alpha":0.1,"weights":{"a":1,"b":2.5},"kinds":{"won":"mean"},"missing":"zero"})");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(desk.question.variant, "group");
  EXPECT_EQ(desk.question.control, "a");
  EXPECT_THAT(desk.question.metrics, ElementsAre("won", "rev"));
  EXPECT_TRUE(desk.question.sequential);
  EXPECT_EQ(desk.question.alpha, 0.1);
  EXPECT_EQ(desk.question.weights.at("b"), 2.5);
  EXPECT_EQ(desk.question.kinds.at("won"), "mean");
  EXPECT_EQ(post(path, R"({"variant":"group","metrics":["won"]})", "format=html").content_type,
            "text/html; charset=utf-8");
  EXPECT_EQ(post(path, R"({"variant":"group","metrics":["won"]})", "format=pdf").status, 400);
  EXPECT_EQ(post("/api/v1/files/..%2Fa1/analysis", R"({"variant":"g","metrics":["w"]})").status, 404);
}

TEST_F(FilesTest, WhatIsWrongWithAQuestionIsSaidWithItsPlace) {
  const std::string path = "/api/v1/files/a1/analysis";
  for (const auto& [body, place] : {std::pair{R"({"metrics":["won"]})", "'variant' is missing"},
                                    {R"({"variant":"g"})", "'metrics' is missing"},
                                    {R"({"variant":"g","metrics":[1]})", "/metrics/0"},
                                    {R"({"variant":"g","metrics":"won"})", "/metrics"},
                                    {R"({"variant":"g","metrics":["w"],"weights":{"a":"b"}})", "/weights"},
                                    {R"({"variant":"g","metrics":["w"],"alpha":"x"})", "/alpha"},
                                    {R"({"variant":"g","metrics":["w"],"path":"/etc/passwd"})", "/path"}}) {
    const Response response = post(path, body);
    EXPECT_EQ(response.status, 422) << body;
    EXPECT_THAT(response.body, HasSubstr(place));
  }
}

TEST_F(FilesTest, AFileIsRemovedOnceAndByAdminsOnly) {
  const Ask removal{.method = Method::Delete, .path = "/api/v1/files/a1", .key = admin_key};
  EXPECT_EQ(ask(removal).status, 204);
  EXPECT_EQ(ask({.method = Method::Delete, .path = "/api/v1/files/b2", .key = admin_key}).status, 404);
  EXPECT_EQ(ask({.method = Method::Delete, .path = "/api/v1/files/a1", .key = client_key}).status, 403);
}

TEST_F(FilesTest, AServerWithoutThemSaysSo) {
  files = nullptr;
  EXPECT_EQ(post("/api/v1/files", "a").status, 503);
}

}  // namespace
}  // namespace splitplot::serve::test
