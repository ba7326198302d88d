// The documents that users are shown: those of examples/documents, and every block of docs/formats/documents.md.
#include "check_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
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

/// The page, taken apart: its documents, and the rows of its tables of members.
struct Row {
  std::string document;  ///< "flag 'checkout-button'"
  std::string pointer;   ///< of the object that has the members
  std::string member;
  std::string example;  ///< "enabled: true"
};
struct Page {
  std::vector<Document> documents;
  std::vector<Row> rows;
};

/// "`enabled`" as "enabled".
std::string code_of(std::string_view cell) {
  const std::size_t begin = cell.find('`');
  const std::size_t end = cell.rfind('`');
  return begin == end ? "" : std::string(cell.substr(begin + 1, end - begin - 1));
}

/// First and last cell of a table's line.
Row row_of(const std::string& line, const Row& table) {
  const std::size_t last = line.rfind(" | ");
  Row row = table;
  row.member = code_of(line.substr(0, line.find(" | ")));
  row.example = code_of(line.substr(last));
  return row;
}

Page read_page() {
  static constexpr std::string_view kMembersOf = "<!-- members of: ";
  Page page;
  std::istringstream text(content_of(SPLITPLOT_SOURCE_DIR "/docs/formats/documents.md"));
  std::string line;
  std::string block;
  bool in_block = false;
  Row table;
  while (std::getline(text, line)) {
    if (line == "```yaml") {
      in_block = true;
    } else if (in_block && line == "```") {
      for (Document& document : documents_of("documents.md", block))
        page.documents.push_back(std::move(document));
      block.clear();
      in_block = false;
    } else if (in_block) {
      block += line + "\n";
    } else if (line.starts_with(kMembersOf)) {
      std::istringstream words(line.substr(kMembersOf.size()));
      std::string kind;
      std::string key;
      table = {};
      words >> kind >> key >> table.pointer;
      if (table.pointer == "-->") table.pointer = "";
      table.document = kind + " '" + key + "'";
    } else if (line.starts_with("#")) {
      table = {};
    } else if (!table.document.empty() && line.starts_with("| `")) {
      page.rows.push_back(row_of(line, table));
    }
  }
  return page;
}

/// The object that a pointer without escapes leads to; null if there is none.
Value* object_at(std::vector<Document>& documents, const Row& row) {
  for (Document& document : documents) {
    if (to_text(document.id) != row.document) continue;
    Value* object = &document.body;
    std::istringstream steps(row.pointer.empty() ? "" : row.pointer.substr(1));
    for (std::string step; object != nullptr && std::getline(steps, step, '/');) {
      Value::Array* elements = object->if_array();
      object = elements != nullptr ? &elements->at(std::stoul(step)) : object->find(step);
    }
    return object;
  }
  return nullptr;
}

TEST(DocumentsPage, ItsExamplesAreOneEnvironmentWithoutProblemsAndWarnings) {
  const Page page = read_page();
  std::map<DocumentKind, int> kinds;
  for (const Document& document : page.documents) ++kinds[document.id.kind];
  EXPECT_EQ(kinds.size(), std::size(kDocumentKinds));
  const Checked checked = check(page.documents);
  EXPECT_THAT(test::texts_of(checked.problems), IsEmpty());
  EXPECT_THAT(test::texts_of(checked.warnings), IsEmpty());
}

TEST(DocumentsPage, TheExampleOfEveryRowIsValidInItsPlace) {
  const Page page = read_page();
  EXPECT_GT(page.rows.size(), 40U);
  for (const Row& row : page.rows) {
    const std::string place = row.document + row.pointer + ": " + row.member;
    ASSERT_TRUE(row.example.starts_with(row.member + ": ")) << place << ": " << row.example;
    const std::vector<Document> example =
        documents_of(place, "kind: flag\nkey: example\nobject:\n  " + row.example + "\n");
    ASSERT_EQ(example.size(), 1U) << place;
    std::vector<Document> documents = page.documents;
    Value* object = object_at(documents, row);
    ASSERT_NE(object, nullptr) << place;
    object->set(row.member, *example[0].body.find("object")->find(row.member));
    EXPECT_THAT(test::texts_of(check(documents).problems), IsEmpty()) << place;
  }
}

TEST(DocumentsPage, ItsTablesNameEveryMemberThatThereIs) {
  const Page page = read_page();
  std::map<std::string, std::set<std::string>> tables;
  std::map<std::string, Row> places;
  for (const Row& row : page.rows) {
    tables[row.document + row.pointer].insert(row.member);
    places.emplace(row.document + row.pointer, row);
  }
  EXPECT_EQ(tables.size(), 20U);
  for (const auto& [name, members] : tables) {
    // What a member that is nowhere is told: "(known: description, type, ...)".
    std::vector<Document> documents = page.documents;
    object_at(documents, places.at(name))->set("zzzzzzzzzzzzzzzz", 1);
    const Checked checked = check(documents);
    ASSERT_EQ(checked.problems.size(), 1U) << name;
    std::string known = checked.problems[0].hint;
    ASSERT_TRUE(known.starts_with("known: ")) << known;
    std::istringstream names(known.substr(7));
    std::set<std::string> expected;
    for (std::string member; std::getline(names >> std::ws, member, ',');) expected.insert(member);
    if (name.ends_with("/rules/0")) expected.erase("experiment");  // of the other kind of rule
    if (name.ends_with("/rules/1")) expected.erase("serve");
    EXPECT_EQ(members, expected) << name;
  }
}

}  // namespace
}  // namespace splitplot::model
