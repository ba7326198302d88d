#include "rules_file.hpp"

#include <splitplot/base/random.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace splitplot::client {
namespace {

using testing::HasSubstr;

class RulesFileTest : public testing::Test {
 protected:
  RulesFileTest() {
    folder_ = std::filesystem::temp_directory_path() / ("splitplot-rules-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "rules";
  }
  ~RulesFileTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] RulesFile file(const char* server = "http://a", const char* key = "k") const {
    return {path_, server, key};
  }
  [[nodiscard]] std::string bytes() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

  std::filesystem::path folder_;
  std::string path_;
  const KeptRules kept_{*parse_rfc3339("2026-11-22T10:00:00.123456Z"), "abc", "{\"features\":{}}\n\xFF\n"};
};

TEST_F(RulesFileTest, AnswersWhatWasWritten) {
  ASSERT_TRUE(file().write({kept_.confirmed, "old", "old"}));
  ASSERT_TRUE(file().write(kept_));
  const auto read = file().read();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->confirmed, kept_.confirmed);
  EXPECT_EQ(read->id, kept_.id);
  EXPECT_EQ(read->payload, kept_.payload);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1)
      << "nothing is left beside it";
  struct stat about {};
  ASSERT_EQ(::stat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U) << "it holds rules and seeds";
}

TEST_F(RulesFileTest, EveryTruncationIsTold) {
  ASSERT_TRUE(file().write(kept_));
  const std::string whole = bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    put(whole.substr(0, size));
    const auto read = file().read();
    ASSERT_FALSE(read) << size << " bytes of " << whole.size();
    EXPECT_EQ(read.error().code, ErrorCode::BadData);
    EXPECT_THAT(read.error().message, HasSubstr(path_));
  }
}

TEST_F(RulesFileTest, AFlippedBitIsToldWhereverItIs) {
  ASSERT_TRUE(file().write(kept_));
  const std::string whole = bytes();
  for (std::size_t place = 0; place < whole.size(); ++place) {
    std::string flipped = whole;
    flipped[place] = static_cast<char>(flipped[place] ^ (1 << (place % 8)));
    put(flipped);
    EXPECT_FALSE(file().read()) << "byte " << place;
  }
}

TEST_F(RulesFileTest, ReadsNothingIntoGarbage) {
  RandomStream random(1);
  for (int i = 0; i < 50; ++i) {
    std::string garbage = i % 2 == 0 ? "splitplot-rules 1\n" : "";
    for (std::uint64_t n = random.below(300); n > 0; --n) garbage += static_cast<char>(random.below(256));
    put(garbage);
    EXPECT_FALSE(file().read());
  }
  put("splitplot-rules 2\nwhatever");
  EXPECT_THAT(file().read().error().message, HasSubstr("newer"));
}

TEST_F(RulesFileTest, BelongsToAServerAndAKey) {
  ASSERT_TRUE(file().write(kept_));
  for (const RulesFile& other : {file("http://b", "k"), file("http://a", "l")}) {
    const auto read = other.read();
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::Conflict);
  }
  EXPECT_THAT(bytes(), testing::Not(HasSubstr("http://a"))) << "nor does it tell them";
}

TEST_F(RulesFileTest, IsConfirmedAsLongAsItIsTheSame) {
  ASSERT_TRUE(file().write(kept_));
  const Timestamp later = kept_.confirmed + std::chrono::hours(3);
  file().confirm("another", later);
  EXPECT_EQ(file().read()->confirmed, kept_.confirmed);
  file().confirm("abc", later);
  EXPECT_EQ(file().read()->confirmed, later);
  file().confirm("abc", kept_.confirmed);
  EXPECT_EQ(file().read()->confirmed, later);
  EXPECT_EQ(file().read()->payload, kept_.payload);
}

TEST_F(RulesFileTest, SaysWhyItCannotBeUsed) {
  EXPECT_EQ(file().read().error().code, ErrorCode::NotFound);
  EXPECT_EQ(RulesFile("", "s", "k").read().error().code, ErrorCode::NotFound);
  EXPECT_TRUE(RulesFile("", "s", "k").write(kept_));
  const RulesFile nowhere((folder_ / "missing" / "rules").string(), "s", "k");
  EXPECT_EQ(nowhere.write(kept_).error().code, ErrorCode::Unreadable);
  EXPECT_THAT(nowhere.write(kept_).error().message, HasSubstr("No such file"));
  const RulesFile folder(folder_.string(), "s", "k");
  EXPECT_EQ(folder.read().error().code, ErrorCode::BadData);
  EXPECT_FALSE(folder.write(kept_));
  EXPECT_TRUE(std::filesystem::is_directory(folder_));
}

}  // namespace
}  // namespace splitplot::client
