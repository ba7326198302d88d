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

TEST(ShellText, ControlCharactersReachNoTerminal) {
  EXPECT_EQ(without_control_characters("a\x1b[31mb\nc\x7f"), "a\\x1b[31mb\\nc\\x7f");
  EXPECT_EQ(without_control_characters(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(without_control_characters("\xC2\x9B"
                                       "31m"),
            "\\x9b31m");
  EXPECT_EQ(without_control_characters("M\xC3\xBCnchen \xC2\xA7"), "M\xC3\xBCnchen \xC2\xA7");
  EXPECT_EQ(without_control_characters("\xC2"), "\xC2");
}

}  // namespace
}  // namespace splitplot::app
