// Lists that are long, and changed often: what is stored of each change.
#include "catalogue_fixture.hpp"

#include <splitplot/model/json.hpp>

#include <sqlite3.h>

namespace splitplot::catalogue {
namespace {

using model::DocumentId;
using model::DocumentKind;

constexpr int kLength = 2000;

class LongListsTest : public test::CatalogueTest {
 protected:
  LongListsTest() { open(); }

  static Value::Array ids(int count) {
    Value::Array all;
    for (int i = 0; i < count; ++i) all.emplace_back("user-" + std::to_string(i));
    return all;
  }

  Revision put(Value::Array values) {
    model::DocumentText text;
    text.documents.push_back({id_, Value::Object{{"description", "ours"}, {"values", std::move(values)}}});
    text.lines.emplace_back();
    const auto planned = catalogue_->plan({}, {text}, Absent::Keep);
    EXPECT_TRUE(planned);
    return commit(*planned).revision;
  }

  Value::Array values(std::optional<Revision> at = {}) {
    auto document = catalogue_->document({}, id_, at);
    EXPECT_TRUE(document) << document.error().message;
    EXPECT_EQ(*document->body.find("description"), Value("ours"));
    return *document->body.find("values")->if_array();
  }

  /// The one number that a query answers, of the file.
  std::int64_t number(const std::string& sql) const {
    sqlite3* file = nullptr;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_open(options_.path.c_str(), &file), SQLITE_OK);
    EXPECT_EQ(sqlite3_prepare_v2(file, sql.c_str(), -1, &statement, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const std::int64_t answer = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(file);
    return answer;
  }

  void execute(const std::string& sql) const {
    sqlite3* file = nullptr;
    EXPECT_EQ(sqlite3_open(options_.path.c_str(), &file), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(file, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(file);
  }

  const DocumentId id_{DocumentKind::List, "known"};
};

TEST_F(LongListsTest, AChangeOfOneElementIsStoredInAFewBytes) {
  std::vector<std::pair<Revision, Value::Array>> said;
  Value::Array list = ids(kLength);
  said.emplace_back(put(list), list);
  for (int change = 0; change < 40; ++change) {
    if (change % 3 == 0) {
      list.erase(list.begin() + change * 7);
    } else {
      list.emplace_back("more-" + std::to_string(change));
    }
    said.emplace_back(put(list), list);
  }
  const std::string of_list = " FROM document_version WHERE kind = 'list'";
  const std::int64_t whole = number("SELECT length(body)" + of_list + " AND version = 1");
  EXPECT_LT(number("SELECT sum(length(body))" + of_list + " AND version > 1"), whole / 2) << "forty changes";
  EXPECT_LT(number("SELECT max(length(body))" + of_list + " AND version > 1"), 1500);

  EXPECT_EQ(*catalogue_->verify_chain(), std::nullopt);
  open();
  EXPECT_EQ(values(), list) << "after a restart";
  for (const auto& [revision, then] : said) EXPECT_EQ(values(revision), then) << "at revision " << revision;

  const auto back = catalogue_->plan_rollback({}, said[5].first);
  ASSERT_TRUE(back);
  commit(*back);
  EXPECT_EQ(values(), said[5].second);
}

TEST_F(LongListsTest, AListThatIsAnotherNowIsStoredWhole) {
  put(ids(kLength));
  Value::Array other;
  for (int i = 0; i < kLength; ++i) other.emplace_back("other-" + std::to_string(i));
  put(other);
  EXPECT_EQ(number("SELECT count(*) FROM document_version WHERE kind = 'list' AND body LIKE '{%'"), 2);
  other.emplace_back("one");
  put(other);
  EXPECT_EQ(number("SELECT count(*) FROM document_version WHERE kind = 'list' AND body LIKE '[%'"), 1);
  open();
  EXPECT_EQ(values(), other);
}

TEST_F(LongListsTest, AListThatIsMadeAgainIsStoredWhole) {
  put(ids(kLength));
  apply("{kind: metric, key: m, type: count, event: e}");
  const auto gone = catalogue_->plan_rollback({}, 1);
  ASSERT_TRUE(gone);
  commit(*gone);
  put(ids(kLength + 1));
  open();
  EXPECT_EQ(values(), ids(kLength + 1));
}

TEST_F(LongListsTest, TheHistoryNamesTheChangeWithoutTheList) {
  put(ids(kLength));
  put(ids(kLength + 1));
  const auto history = *catalogue_->history({}, id_, 10, {});
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].documents[0].kind, ChangeKind::Updated);
  EXPECT_EQ(history[1].documents[0].kind, ChangeKind::Created);
  EXPECT_EQ(history[0].documents[0].after->body.find("values"), nullptr);
}

TEST_F(LongListsTest, ADamagedDifferenceIsToldAndNotRead) {
  put(ids(kLength));
  put(ids(kLength + 1));
  for (const char* body :
       {"[\"difference\",", "[\"difference\",{}]", "[\"difference\",5]",
        "[\"difference\",{\"base\":2,\"whole\":1,\"members\":{},\"lists\":{}}]",
        "[\"difference\",{\"base\":1,\"whole\":1,\"members\":{},\"lists\":{\"values\":[5]}}]",
        "[\"difference\",{\"base\":1,\"whole\":1,\"members\":{},\"lists\":{\"valeus\":[5]}}]"}) {
    catalogue_.reset();
    execute("UPDATE document_version SET body = '" + std::string(body) +
            "' WHERE kind = 'list' AND version = 2");
    const auto opened = open_catalogue(options_, clock_);
    ASSERT_FALSE(opened) << body;
    EXPECT_EQ(opened.error().code, ErrorCode::BadData);
    EXPECT_EQ(opened.error().message, "the stored list 'known' is damaged");
  }
}

}  // namespace
}  // namespace splitplot::catalogue
