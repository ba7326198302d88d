#include "key_file.hpp"

#include "catalogue_fixture.hpp"

#include <sys/stat.h>

namespace splitplot::catalogue {
namespace {

using ::testing::HasSubstr;

class KeyFileTest : public test::CatalogueTest {
 protected:
  std::string protect(const std::string& file, mode_t mode = 0600) const {
    EXPECT_EQ(chmod(file.c_str(), mode), 0);
    return file;
  }
};

TEST_F(KeyFileTest, ReadsBackWhatItMade) {
  const auto made = make_key_file(path("keys"));
  ASSERT_TRUE(made) << made.error().message;
  const auto again = read_key_file(path("keys"));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->pepper, made->pepper);
  EXPECT_EQ(again->seeds, made->seeds);
  EXPECT_EQ(again->seal, made->seal);
  EXPECT_EQ(made->pepper.size(), 32U);
  EXPECT_NE(made->pepper, made->seeds);
  EXPECT_NE(made->seeds, made->seal);
}

TEST_F(KeyFileTest, IsForItsOwnerOnlyAndLeavesNoDraft) {
  const mode_t mask = umask(0);
  ASSERT_TRUE(make_key_file(path("keys")));
  umask(mask);
  struct stat status {};
  ASSERT_EQ(stat(path("keys").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(KeyFileTest, NeverReplacesAKeyFile) {
  write("keys", "mine");
  const auto made = make_key_file(path("keys"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::Conflict);
  EXPECT_EQ(content(path("keys")), "mine");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(KeyFileTest, IsRefusedWhereOthersCanUseIt) {
  ASSERT_TRUE(make_key_file(path("keys")));
  for (const mode_t mode : {0640U, 0604U, 0620U, 0601U}) {
    protect(path("keys"), mode);
    const auto read = read_key_file(path("keys"));
    ASSERT_FALSE(read) << mode;
    EXPECT_EQ(read.error().code, ErrorCode::Forbidden);
    EXPECT_THAT(read.error().hint, HasSubstr("chmod 600"));
  }
  protect(path("keys"), 0400);
  EXPECT_TRUE(read_key_file(path("keys")));
}

TEST_F(KeyFileTest, RefusesWhatItDoesNotUnderstand) {
  const std::string secret(64, 'a');
  const std::string whole = "format=1\npepper=" + secret + "\nseeds=" + secret + "\nseal=" + secret + "\n";
  ASSERT_TRUE(read_key_file(protect(write("keys", whole))));
  const std::string broken[] = {
      "",
      "format=1\npepper=" + secret + "\nseeds=" + secret + "\n",  // a secret is missing
      whole.substr(9),                                            // the format is missing
      whole.substr(0, whole.size() - 2),                          // cut short
      whole + "salt=" + secret + "\n",                            // unknown
      whole + "pepper=" + secret + "\n",                          // twice
      "format=1\npepper=" + std::string(64, 'g') + "\n",          // no hex
      whole + std::string(5'000, '#'),                            // too long
  };
  for (const std::string& text : broken) {
    const auto read = read_key_file(protect(write("keys", text)));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::Unreadable) << text;
  }
  const auto newer = read_key_file(protect(write("keys", "format=2\n")));
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, ErrorCode::BadData);
}

TEST_F(KeyFileTest, NeverSaysASecretInAMessage) {
  const std::string secret(64, 'b');
  const auto read = read_key_file(protect(write("keys", "format=1\npeper=" + secret + "\n")));
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message + read.error().hint, ::testing::Not(HasSubstr("bbbb")));
}

TEST_F(KeyFileTest, RefusesAFolder) {
  const auto read = read_key_file(folder_.string());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::Unreadable);
}

}  // namespace
}  // namespace splitplot::catalogue
