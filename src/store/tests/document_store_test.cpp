#include "sqlite/connection.hpp"
#include "sqlite/format.hpp"
#include "temporary_files.hpp"

#include <splitplot/store/document_store.hpp>

#include <string>
#include <thread>
#include <vector>

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace splitplot::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Timestamp at(std::int64_t microseconds) {
  return Timestamp{std::chrono::microseconds(microseconds)};
}

Head head(std::uint64_t sequence, std::uint64_t revision) {
  return {sequence, revision, "hash " + std::to_string(revision), "seal " + std::to_string(sequence)};
}

ChangeRow change(std::uint64_t revision) {
  return {revision,
          "e1",
          "author",
          "mess'age \xc3\xa4",
          at(-5 + static_cast<std::int64_t>(revision)),
          "before",
          "hash " + std::to_string(revision)};
}

DocumentVersionRow version(const char* owner, const char* kind, const char* key, std::uint64_t number,
                           std::uint64_t revision, std::optional<std::string> body) {
  return {{owner, kind, key}, number, revision, std::move(body)};
}

class DocumentStoreTest : public test::TemporaryFiles {
 protected:
  std::string path() const { return TemporaryFiles::path("catalogue.sqlite"); }

  std::unique_ptr<DocumentStore> open() const {
    auto store = open_document_store(path());
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }

  /// Tenancy and the first change.
  static DocumentTransaction first_transaction() {
    DocumentTransaction first;
    first.head = head(1, 1);
    first.tenancy = {{{"o1", "default"}}, {{"p1", "o1", "default", "UTC"}}, {{"e1", "p1", "production"}}};
    first.change = change(1);
    first.versions = {version("e1", "flag", "a", 1, 1, "{}"),
                      version("p1", "metric", "m", 1, 1, "{\"x\":1}")};
    first.frozen_plans = {{"e1", "test", 1, at(7), "sha256:1", "{\"plan\":1}"}};
    first.credentials = {{"c1", "e1", "admin", "k1", at(1), {}}, {"c2", "e1", "client", "k2", at(2), {}}};
    return first;
  }

  static DocumentTransaction second_transaction() {
    DocumentTransaction second;
    second.expected = head(1, 1);
    second.head = head(2, 2);
    second.change = change(2);
    second.versions = {version("e1", "flag", "a", 2, 2, std::nullopt), version("e1", "flag", "b", 1, 2, "")};
    second.frozen_plans = {{"e1", "test", 2, at(9), "sha256:2", "{\"plan\":2}"}};
    second.revocations = {{"c1", at(3)}};
    return second;
  }

  void execute(const std::string& sql) const {
    auto connection = sqlite::Connection::open(path(), sqlite::Access::ReadWrite);
    ASSERT_TRUE(connection);
    const auto done = connection->execute(sql.c_str());
    ASSERT_TRUE(done) << done.error().message;
  }
};

TEST_F(DocumentStoreTest, IsNewUntilSomethingIsWritten) {
  EXPECT_EQ(*open()->head(), std::nullopt);
  const auto store = open();
  EXPECT_EQ(*store->head(), std::nullopt);
  EXPECT_THAT(store->tenancy()->organisations, IsEmpty());
  EXPECT_THAT(*store->credentials(), IsEmpty());
  EXPECT_THAT(*store->documents("e1", {}), IsEmpty());
  EXPECT_EQ(*store->change(1), std::nullopt);
  EXPECT_EQ(*store->latest_frozen_plan("e1", "test"), std::nullopt);
}

TEST_F(DocumentStoreTest, KeepsWhatWasWrittenOverAReopen) {
  const auto first = first_transaction();
  const auto second = second_transaction();
  {
    const auto store = open();
    ASSERT_TRUE(store->write(first));
    ASSERT_TRUE(store->write(second));
  }
  const auto store = open();
  EXPECT_EQ(*store->head(), second.head);
  EXPECT_EQ(store->tenancy()->organisations, first.tenancy.organisations);
  EXPECT_EQ(store->tenancy()->projects, first.tenancy.projects);
  EXPECT_EQ(store->tenancy()->environments, first.tenancy.environments);
  EXPECT_EQ(*store->change(2), second.change);
  EXPECT_EQ(*store->versions_of(1), first.versions);
  EXPECT_EQ(*store->frozen_plans_of(1), first.frozen_plans);
  EXPECT_EQ(*store->latest_frozen_plan("e1", "test"), second.frozen_plans[0]);
  auto credentials = first.credentials;
  credentials[0].revoked = at(3);
  EXPECT_EQ(*store->credentials(), credentials);
}

TEST_F(DocumentStoreTest, AnswersTheLatestVersionsNowAndAtARevision) {
  const auto store = open();
  ASSERT_TRUE(store->write(first_transaction()));
  ASSERT_TRUE(store->write(second_transaction()));
  EXPECT_THAT(*store->documents("e1", {}), ElementsAre(version("e1", "flag", "a", 2, 2, std::nullopt),
                                                       version("e1", "flag", "b", 1, 2, "")));
  EXPECT_THAT(*store->documents("e1", 1), ElementsAre(version("e1", "flag", "a", 1, 1, "{}")));
  EXPECT_THAT(*store->documents("e1", 0), IsEmpty());
  EXPECT_EQ(*store->version({"e1", "flag", "a"}, 1), version("e1", "flag", "a", 1, 1, "{}"));
  EXPECT_EQ(*store->version({"e1", "flag", "a"}, 3), std::nullopt);
}

TEST_F(DocumentStoreTest, ListsChangesByWhatTheyTouched) {
  const auto store = open();
  ASSERT_TRUE(store->write(first_transaction()));
  ASSERT_TRUE(store->write(second_transaction()));
  const auto revisions = [&store](const ChangeFilter& filter) {
    std::vector<std::uint64_t> listed;
    const auto rows = store->changes(filter);
    for (const ChangeRow& row : *rows) listed.push_back(row.revision);
    return listed;
  };
  EXPECT_THAT(revisions({{"e1", "p1"}, {}, {}, {}, 10}), ElementsAre(2, 1));
  EXPECT_THAT(revisions({{"p1"}, {}, {}, {}, 10}), ElementsAre(1));
  EXPECT_THAT(revisions({{"e1"}, "flag", "b", {}, 10}), ElementsAre(2));
  EXPECT_THAT(revisions({{"e1"}, "flag", "b' OR 1=1 --", {}, 10}), IsEmpty());
  EXPECT_THAT(revisions({{"e1", "p1"}, {}, {}, 2, 10}), ElementsAre(1));
  EXPECT_THAT(revisions({{"e1", "p1"}, {}, {}, {}, 1}), ElementsAre(2));
  EXPECT_THAT(revisions({{}, {}, {}, {}, 10}), IsEmpty());
}

TEST_F(DocumentStoreTest, WritesNothingWhereTheHeadHasMoved) {
  const auto store = open();
  ASSERT_TRUE(store->write(first_transaction()));
  auto late = second_transaction();
  late.expected->seal = "another";
  const auto written = store->write(late);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::Conflict);
  EXPECT_EQ(*store->head(), head(1, 1));
  EXPECT_EQ(*store->change(2), std::nullopt);
  auto again = first_transaction();
  EXPECT_EQ(store->write(again).error().code, ErrorCode::Conflict);
}

TEST_F(DocumentStoreTest, WritesAllOfATransactionOrNothing) {
  const auto store = open();
  ASSERT_TRUE(store->write(first_transaction()));
  auto broken = second_transaction();
  broken.credentials = {{"c3", "no such environment", "admin", "k3", at(1), {}}};
  EXPECT_FALSE(store->write(broken));
  EXPECT_EQ(*store->head(), head(1, 1));
  EXPECT_EQ(*store->change(2), std::nullopt);
  EXPECT_TRUE(store->write(second_transaction()));
}

TEST_F(DocumentStoreTest, FindsRowsBeyondTheLastRevision) {
  const auto store = open();
  ASSERT_TRUE(store->write(first_transaction()));
  EXPECT_EQ(*store->has_rows_beyond(1), false);
  EXPECT_EQ(*store->has_rows_beyond(0), true);
}

TEST_F(DocumentStoreTest, LetsOneOfTwoConcurrentWritersWin) {
  const auto store = open();
  ASSERT_TRUE(store->write(first_transaction()));
  int written = 0;
  {
    std::vector<Result<void>> answers(2);
    std::vector<std::thread> writers;
    for (auto& answer : answers) {
      writers.emplace_back([&answer, &store] { answer = store->write(second_transaction()); });
    }
    for (auto& writer : writers) writer.join();
    for (const auto& answer : answers) written += answer ? 1 : 0;
  }
  EXPECT_EQ(written, 1);
}

TEST_F(DocumentStoreTest, IsReadableByItsOwnerOnlyAndWritesAhead) {
  const auto store = open();
  ASSERT_TRUE(store->write(first_transaction()));
  for (const char* suffix : {"", "-wal"}) {
    struct stat status {};
    ASSERT_EQ(stat((path() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(DocumentStoreTest, RefusesASecondWriterUntilTheFirstIsGone) {
  {
    const auto store = open();
    const auto second = open_document_store(path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::Conflict);
    EXPECT_THAT(second.error().message, HasSubstr("in use by another process"));
  }
  EXPECT_TRUE(open_document_store(path()));
}

TEST_F(DocumentStoreTest, RefusesANewerFormatAndLeavesItAlone) {
  open();
  execute("PRAGMA user_version = 3");
  const auto opened = open_document_store(path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::BadData);
  EXPECT_THAT(opened.error().message, HasSubstr("has format 3, and this program knows formats up to 2"));
}

TEST_F(DocumentStoreTest, RefusesDatabasesOfOthers) {
  execute("CREATE TABLE bookmarks(url TEXT)");
  const auto opened = open_document_store(path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::Unreadable);
  EXPECT_THAT(opened.error().message, HasSubstr("of another program"));
}

TEST_F(DocumentStoreTest, RefusesWhatIsNoDatabase) {
  write("catalogue.sqlite", std::string(4096, 'x'));
  const auto opened = open_document_store(path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::BadData);
}

TEST_F(DocumentStoreTest, TellsADamagedPage) {
  {
    const auto store = open();
    ASSERT_TRUE(store->write(first_transaction()));
  }
  // Everything behind the first page, which holds the schema.
  std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(4096 * 20, '\xee');
  file.close();
  const auto store = open_document_store(path());
  const auto answer = store ? (*store)->documents("e1", {}) : tl::unexpected(store.error());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::BadData);
}

TEST_F(DocumentStoreTest, MigratesAnOlderFormatAfterACopy) {
  {
    const auto store = open();
    ASSERT_TRUE(store->write(first_transaction()));
  }
  std::vector<const char*> steps(sqlite::format_steps().begin(), sqlite::format_steps().end());
  steps.push_back("ALTER TABLE project ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'");
  {
    auto connection = sqlite::Connection::open(path(), sqlite::Access::ReadWrite);
    ASSERT_TRUE(connection);
    const auto brought = sqlite::bring_to_format(*connection, path(), steps);
    ASSERT_TRUE(brought) << brought.error().message;
    EXPECT_EQ(*connection->number("SELECT count(*) FROM project WHERE colour = 'red'"), 1);
    EXPECT_EQ(*connection->number("PRAGMA user_version"), 3);
    EXPECT_TRUE(sqlite::bring_to_format(*connection, path(), steps));
  }
  const auto copy = open_document_store(path() + ".format-2");
  ASSERT_TRUE(copy);
  EXPECT_EQ(*(*copy)->head(), head(1, 1));
}

TEST_F(DocumentStoreTest, StaysAsItWasWhereAMigrationFails) {
  open();
  std::vector<const char*> steps(sqlite::format_steps().begin(), sqlite::format_steps().end());
  steps.push_back("CREATE TABLE half(x INTEGER) STRICT; SELECT no_such_function()");
  auto connection = sqlite::Connection::open(path(), sqlite::Access::ReadWrite);
  ASSERT_TRUE(connection);
  EXPECT_FALSE(sqlite::bring_to_format(*connection, path(), steps));
  EXPECT_EQ(*connection->number("PRAGMA user_version"), 2);
  EXPECT_EQ(*connection->number("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
}

TEST_F(DocumentStoreTest, TellsAFullDisk) {
  const auto store = open();
  ASSERT_TRUE(store->write(first_transaction()));
  // SQLite answers a size limit as it answers a full disk.
  auto connection = sqlite::Connection::open(path(), sqlite::Access::ReadWrite);
  ASSERT_TRUE(connection);
  ASSERT_TRUE(connection->execute("PRAGMA max_page_count = 1"));
  auto statement = connection->prepare("INSERT INTO organisation(id, key) VALUES('o2', ?1)");
  ASSERT_TRUE(statement);
  statement->bind(std::string_view(std::string(1'000'000, 'x')));
  const auto written = statement->run();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::ResourceLimit);
}

TEST_F(DocumentStoreTest, IsCopiedWhileAnotherProcessWrites) {
  // The process is made before SQLite is used, which must not be carried over a fork.
  const std::string target = TemporaryFiles::path("copy.sqlite");
  int start[2];
  ASSERT_EQ(pipe(start), 0);
  const pid_t child = fork();
  if (child == 0) {
    char go = 0;
    const bool told = read(start[0], &go, 1) == 1;
    _exit(told && copy_document_store(path(), target) ? 0 : 1);
  }
  const auto store = open();
  ASSERT_TRUE(store->write(first_transaction()));
  ASSERT_EQ(::write(start[1], "!", 1), 1);
  ASSERT_TRUE(store->write(second_transaction()));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 0);
  close(start[0]);
  close(start[1]);

  const auto copy = open_document_store(target);
  ASSERT_TRUE(copy) << copy.error().message;
  const auto copied = *(*copy)->head();
  ASSERT_TRUE(copied);
  EXPECT_EQ((*copy)->change(copied->revision)->has_value(), true);
  EXPECT_EQ(*(*copy)->has_rows_beyond(copied->revision), false);
}

TEST_F(DocumentStoreTest, IsNotCopiedOverAnotherFileNorFromNowhere) {
  const auto store = open();
  const std::string target = write("copy.sqlite", "mine");
  EXPECT_EQ(copy_document_store(path(), target).error().code, ErrorCode::Conflict);
  EXPECT_EQ(std::filesystem::file_size(target), 4U);
  const std::string another = TemporaryFiles::path("another.sqlite");
  EXPECT_EQ(copy_document_store(TemporaryFiles::path("nowhere"), another).error().code,
            ErrorCode::Unreadable);
  EXPECT_FALSE(std::filesystem::exists(another));
}

TEST_F(DocumentStoreTest, TellsAFolderThatIsNotThere) {
  const auto opened = open_document_store(TemporaryFiles::path("no/such/folder.sqlite"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::Unreadable);
}

}  // namespace
}  // namespace splitplot::store
