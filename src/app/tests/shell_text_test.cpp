#include "shell_text.hpp"

#include <gtest/gtest.h>

namespace splitplot::app {
namespace {

TEST(ShellText, PlainWordsStayAndOthersComeBackAsTheyAre) {
  EXPECT_EQ(shell_word("build/release/bin/splitplot"), "build/release/bin/splitplot");
  EXPECT_EQ(shell_word("spend before"), "'spend before'");
  EXPECT_EQ(shell_word("$(rm x)"), "'$(rm x)'");
  EXPECT_EQ(shell_word("it's"), R"('it'\''s')");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace splitplot::app
