// The documents that users are shown: those of examples/documents, and every block of docs/formats/documents.md.
#include "check_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

using ::testing::IsEmpty;

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  EXPECT_TRUE(file.good() && !content.str().empty()) << path << " cannot be read";
  return content.str();
}

std::vector<Document> documents_of(const std::string& name, const std::string& text) {
  auto read = read_documents(name, text);
  if (read) return read->documents;
  for (const Problem& problem : read.error()) ADD_FAILURE() << to_text(problem);
  return {};
}

TEST(ExampleDocuments, AreWithoutProblemsAndWarnings) {
  std::vector<Document> all;
  std::map<DocumentKind, int> kinds;
  for (const auto& entry : std::filesystem::directory_iterator(SPLITPLOT_SOURCE_DIR "/examples/documents")) {
    if (entry.path().extension() != ".yaml") continue;
    for (Document& document : documents_of(entry.path().filename(), content_of(entry.path()))) {
      ++kinds[document.id.kind];
      all.push_back(std::move(document));
    }
  }
  const Checked checked = check(all);
  EXPECT_THAT(test::texts_of(checked.problems), IsEmpty());
  EXPECT_THAT(test::texts_of(checked.warnings), IsEmpty());
  EXPECT_EQ(kinds, (std::map<DocumentKind, int>{{DocumentKind::Connection, 1},
                                                {DocumentKind::Experiment, 1},
                                                {DocumentKind::Flag, 2},
                                                {DocumentKind::Layer, 1},
                                                {DocumentKind::Metric, 3},
                                                {DocumentKind::Segment, 2}}));
}

}  // namespace
}  // namespace splitplot::model
