// The page that users read: docs/formats/content.md.
#include "fixture.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::content {
namespace {

using ::testing::IsEmpty;

std::string page() {
  std::ifstream file(SPLITPLOT_SOURCE_DIR "/docs/formats/content.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// What stands between two marks.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t at = text.find(begin);
  EXPECT_NE(at, text.npos) << begin;
  const std::size_t from = at + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

TEST(ContentPage, ItsExampleShowsWhatItSays) {
  const std::string text = page();
  const std::string documents = between(text, "```yaml\n", "```");
  EXPECT_THAT(test::problems_of(documents), IsEmpty());
  EXPECT_THAT(test::warnings_of(documents), IsEmpty());
  EXPECT_EQ(test::Shop(documents).text("hello", "warm", between(text, "`warm`, for `", "`")),
            between(text, "```html\n", "\n```"));
}

TEST(ContentPage, TheExamplesOfTheDocumentsPageAreRight) {
  std::ifstream file(SPLITPLOT_SOURCE_DIR "/docs/formats/documents.md");
  std::string documents;
  bool is_inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      is_inside = line == "```yaml";
      if (is_inside) documents += "---\n";
    } else if (is_inside) {
      documents += line + "\n";
    }
  }
  EXPECT_THAT(documents, ::testing::HasSubstr("home-banner"));
  EXPECT_THAT(test::warnings_of(documents), IsEmpty());
}

}  // namespace
}  // namespace splitplot::content
