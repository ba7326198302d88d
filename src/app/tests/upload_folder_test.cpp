#include "server/upload_folder.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

namespace splitplot::app {
namespace {

namespace fs = std::filesystem;

class UploadFolders : public ::testing::Test {
 protected:
  UploadFolders() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = fs::temp_directory_path() / fmt::format("splitplot-uploads-{}-{}", test->name(), getpid());
    reopen();
  }
  ~UploadFolders() override {
    folder_.reset();
    fs::remove_all(path_);
  }
  void reopen() {
    auto opened = UploadFolder::open(path_.string(), clock_);
    if (!opened) throw std::runtime_error(opened.error().message);
    folder_ = std::move(*opened);
  }
  std::shared_ptr<const Upload> add(std::string_view name, std::string_view content = "a,b\n") {
    auto upload = folder_->add(scope_, name, content);
    if (!upload) throw std::runtime_error(upload.error().message);
    return *upload;
  }
  [[nodiscard]] std::size_t on_disk() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

  fs::path path_;
  ManualClock clock_{*parse_rfc3339("2026-11-22T12:00:00Z")};
  catalogue::Scope scope_;
  std::unique_ptr<UploadFolder> folder_;
};

TEST_F(UploadFolders, AFileIsKeptUnderANameOfOurOwnAndShownWithoutFolders) {
  std::set<std::string> ids;
  for (const auto& [name, shown] : {std::pair{"test.csv", "test.csv"},
                                    {"../../etc/passwd", "passwd"},
                                    {"C:\\data\\test.csv", "test.csv"},
                                    {"a\nb\x1b[31m.csv", "ab[31m.csv"},
                                    {"..", "file"},
                                    {"folder/", "file"},
                                    {"", "file"}}) {
    const auto upload = add(name);
    EXPECT_EQ(upload->name, shown);
    EXPECT_EQ(fs::path(upload->path).parent_path(), path_);
    EXPECT_EQ(fs::path(upload->path).filename(), upload->id);
    EXPECT_THAT(upload->id, ::testing::MatchesRegex("[0-9a-f]+"));
    EXPECT_EQ(upload->id.size(), 32U);
    EXPECT_TRUE(ids.insert(upload->id).second);
  }
  EXPECT_EQ(on_disk(), ids.size());
}

TEST_F(UploadFolders, AFileIsGoneAfterAnHour) {
  const std::string id = add("a.csv")->id;
  clock_.advance(UploadFolder::kKeptFor - std::chrono::seconds(1));
  EXPECT_TRUE(folder_->find(scope_, id));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(folder_->find(scope_, id).error().code, ErrorCode::NotFound);
  EXPECT_EQ(on_disk(), 0U);
}

TEST_F(UploadFolders, AFileInUseOutlivesItsRemoval) {
  const auto upload = add("a.csv", "content");
  EXPECT_TRUE(folder_->remove(scope_, upload->id));
  std::ifstream file(upload->path);
  std::string content;
  EXPECT_TRUE(std::getline(file, content));
  EXPECT_EQ(content, "content");
  EXPECT_FALSE(folder_->find(scope_, upload->id));
  EXPECT_FALSE(folder_->remove(scope_, upload->id));
}

TEST_F(UploadFolders, AnotherEnvironmentDoesNotSeeIt) {
  const std::string id = add("a.csv")->id;
  const catalogue::Scope other{"default", "staging"};
  EXPECT_EQ(folder_->find(other, id).error().code, ErrorCode::NotFound);
  EXPECT_EQ(folder_->remove(other, id).error().code, ErrorCode::NotFound);
  EXPECT_TRUE(folder_->find(scope_, id));
}

TEST_F(UploadFolders, NoMoreThanTwentyFilesAndHalfAGigabyteAreKept) {
  std::string first;
  for (std::size_t i = 0; i < UploadFolder::kMostFiles; ++i) {
    const auto upload = add("a.csv");
    if (first.empty()) first = upload->id;
  }
  EXPECT_EQ(folder_->add(scope_, "a.csv", "x").error().code, ErrorCode::ResourceLimit);
  EXPECT_TRUE(folder_->remove(scope_, first));
  EXPECT_TRUE(folder_->add(scope_, "a.csv", "x"));
  clock_.advance(UploadFolder::kKeptFor);
  EXPECT_TRUE(folder_->add(scope_, "a.csv", "x")) << "what expired does not count";
}

TEST_F(UploadFolders, AStartFindsItEmpty) {
  folder_.reset();
  fs::create_directories(path_ / "spill");
  std::ofstream(path_ / "left") << "over";
  reopen();
  EXPECT_EQ(on_disk(), 0U);
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_all);
}

}  // namespace
}  // namespace splitplot::app
