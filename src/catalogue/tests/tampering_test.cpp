// Whoever can write the file but has not the key file leaves a trace.
#include "audit_chain.hpp"
#include "catalogue_fixture.hpp"
#include "key_file.hpp"

#include <splitplot/store/document_store.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

namespace splitplot::catalogue {
namespace {

using ::testing::Optional;

/// The file, as somebody with an SQLite shell sees it.
class Shell {
 public:
  explicit Shell(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &database_), SQLITE_OK);
    EXPECT_TRUE(run("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF"));
  }
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;
  ~Shell() { sqlite3_close(database_); }

  bool run(const std::string& sql) {
    return sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  }

  /// Rows of an answer, every cell as an SQL literal.
  std::vector<std::vector<std::string>> rows(const std::string& sql) {
    std::vector<std::vector<std::string>> all;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sql;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      std::vector<std::string> row;
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        row.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, i)));
      }
      all.push_back(std::move(row));
    }
    sqlite3_finalize(statement);
    return all;
  }

 private:
  sqlite3* database_ = nullptr;
};

/// A row of a table: a condition that finds it, and the revision that it belongs to (0: none).
struct FoundRow {
  std::string where;
  std::uint64_t revision = 0;
};

const std::vector<std::string> kTables = {"organisation",     "project",    "environment", "change",
                                          "document_version", "credential", "frozen_plan", "head"};

class TamperingTest : public test::CatalogueTest {
 protected:
  static constexpr std::uint64_t kLast = 4;

  void SetUp() override {
    open();
    apply(test::kShop);
    apply(test::colour_experiment("draft", "running"));
    ASSERT_TRUE(catalogue_->add_key({}, "server"));
    ASSERT_TRUE(catalogue_->revoke_old_keys({}, "server"));
    ASSERT_EQ(apply("{kind: segment, key: pro, condition: {plan: business}}").revision, kLast);
    catalogue_.reset();
    store_ = *store::open_document_store(options_.path);
    secrets_ = *read_key_file(options_.secrets_path);
    ASSERT_EQ(*find_break(*store_, secrets_), std::nullopt);
    shell_ = std::make_unique<Shell>(options_.path);
    run("ATTACH ':memory:' AS original");
    for (const std::string& table : kTables)
      run("CREATE TABLE original." + table + " AS SELECT * FROM main." + table);
  }

  void run(const std::string& sql) { ASSERT_TRUE(shell_->run(sql)) << sql; }

  /// Where the chain breaks after somebody did this; then all is as it was.
  std::optional<Revision> after(const std::string& sql) {
    run(sql);
    const auto found = find_break(*store_, secrets_);
    EXPECT_TRUE(found) << found.error().message;
    run("BEGIN");
    for (const std::string& table : kTables) {
      run("DELETE FROM main." + table);
      run("INSERT INTO main." + table + " SELECT * FROM original." + table);
    }
    run("COMMIT");
    return found ? *found : std::nullopt;
  }

  /// What opening answers after somebody did this.
  Result<OpenedCatalogue> open_after(const std::string& sql) {
    run(sql);
    shell_.reset();
    store_.reset();
    return open_catalogue(options_, clock_);
  }

  std::vector<std::string> columns(const std::string& table) {
    std::vector<std::string> names;
    for (const auto& row : shell_->rows("SELECT name FROM pragma_table_info('" + table + "')"))
      names.push_back(row[0]);
    return names;
  }

  std::vector<FoundRow> rows(const std::string& table) {
    const auto names = columns(table);
    std::string cells;
    for (const std::string& name : names) cells += (cells.empty() ? "quote(" : ", quote(") + name + ")";
    std::vector<FoundRow> found;
    for (const auto& cell : shell_->rows("SELECT " + cells + " FROM " + table)) {
      FoundRow row;
      for (std::size_t i = 0; i < names.size(); ++i) {
        row.where += (i == 0 ? "" : " AND ") + names[i] + " IS " + cell[i];
        if (names[i] == "revision" && table != "head") row.revision = std::stoull(cell[i]);
      }
      found.push_back(row);
    }
    return found;
  }

  std::unique_ptr<store::DocumentStore> store_;
  Secrets secrets_;
  std::unique_ptr<Shell> shell_;
};

TEST_F(TamperingTest, IsTriedOnEveryTable) {
  for (const auto& row : shell_->rows("SELECT name FROM main.sqlite_schema WHERE type = 'table'")) {
    EXPECT_THAT(kTables, ::testing::Contains(row[0]));
    EXPECT_FALSE(rows(row[0]).empty()) << row[0];
  }
  EXPECT_EQ(after("SELECT 1"), std::nullopt);
}

TEST_F(TamperingTest, IsFoundInEveryCell) {
  for (const std::string& table : kTables) {
    for (const FoundRow& row : rows(table)) {
      for (const std::string& name : columns(table)) {
        if (table == "head" && name == "id") continue;  // can only be 1
        const std::string other = "CASE typeof(" + name + ") WHEN 'integer' THEN " + name +
                                  " + 1000 WHEN 'text' THEN " + name + " || 'x' ELSE " +
                                  (name == "revoked" ? "1" : "'{}'") + " END";
        const auto broken =
            after("UPDATE main." + table + " SET " + name + " = " + other + " WHERE " + row.where);
        ASSERT_TRUE(broken) << table << "." << name << " where " << row.where;
        if (row.revision != 0) {
          EXPECT_EQ(*broken, row.revision) << table << "." << name;
        }
      }
    }
  }
}

TEST_F(TamperingTest, IsFoundWhereAnyRowIsDeleted) {
  for (const std::string& table : kTables) {
    for (const FoundRow& row : rows(table)) {
      const auto broken = after("DELETE FROM main." + table + " WHERE " + row.where);
      ASSERT_TRUE(broken) << table << " where " << row.where;
      if (row.revision != 0) {
        EXPECT_EQ(*broken, row.revision) << table;
      }
    }
  }
}

TEST_F(TamperingTest, IsFoundWhereTextsBecomeNull) {
  EXPECT_THAT(after("UPDATE main.document_version SET body = NULL WHERE revision = 2 AND kind = 'flag'"),
              Optional(2U));
  EXPECT_THAT(after("UPDATE main.credential SET revoked = NULL"), Optional(kLast));
}

TEST_F(TamperingTest, IsFoundWhereNumbersAreTheSameInFewerBits) {
  EXPECT_THAT(after("UPDATE main.document_version SET version = version + 4294967296 WHERE revision = 4"),
              Optional(4U));
}

TEST_F(TamperingTest, IsFoundWhereChangesComeInAnotherOrder) {
  EXPECT_THAT(after("UPDATE main.change SET revision = -1 WHERE revision = 2;"
                    "UPDATE main.change SET revision = 2 WHERE revision = 3;"
                    "UPDATE main.change SET revision = 3 WHERE revision = -1"),
              Optional(2U));
}

TEST_F(TamperingTest, IsFoundWhereRowsWereAdded) {
  const std::string version = "INSERT INTO main.document_version SELECT owner_id, kind, 'other', 1, ";
  EXPECT_THAT(after(version + "3, body FROM main.document_version WHERE kind = 'flag'"), Optional(3U));
  EXPECT_THAT(after(version + "5, body FROM main.document_version WHERE kind = 'flag'"), Optional(kLast + 1));
  EXPECT_THAT(after("INSERT INTO main.change SELECT 5, environment_id, author, message, time, hash, hash "
                    "FROM main.change WHERE revision = 4"),
              Optional(kLast + 1));
  EXPECT_THAT(after("INSERT INTO main.credential SELECT 'x', environment_id, 'admin', 'x', created, NULL "
                    "FROM main.credential LIMIT 1"),
              Optional(kLast));
}

TEST_F(TamperingTest, IsFoundWhereTheEndWasCutOff) {
  const std::string cut =
      "DELETE FROM main.document_version WHERE revision = 4; DELETE FROM main.change WHERE revision = 4;"
      "UPDATE main.head SET revision = 3, hash = (SELECT hash FROM main.change WHERE revision = 3)";
  EXPECT_THAT(after(cut), Optional(3U));
  EXPECT_THAT(after(cut + ", sequence = 4"), Optional(3U));
}

TEST_F(TamperingTest, IsFoundWhereTheLastChangeWasLinkedAnew) {
  // Hashes need no secret, so that anybody can make a chain that holds; the seal tells.
  store::ChangeRow change = **store_->change(kLast);
  change.author = "somebody else";
  const std::string hash = hash_of(change, *store_->versions_of(kLast), *store_->frozen_plans_of(kLast));
  EXPECT_THAT(after("UPDATE main.change SET author = 'somebody else', hash = '" + hash +
                    "' WHERE revision = 4;" + "UPDATE main.head SET hash = '" + hash + "'"),
              Optional(kLast));
}

TEST_F(TamperingTest, KeepsACatalogueFromOpening) {
  const auto opened =
      open_after("UPDATE main.credential SET connection = 'admin' WHERE connection = 'client'");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::BadData);
  EXPECT_THAT(*verify_catalogue(options_), Optional(kLast));
}

TEST_F(TamperingTest, MakesNoNewCatalogueOfOneThatLostItsHead) {
  const auto opened = open_after("DELETE FROM main.head");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::BadData);
  EXPECT_THAT(*verify_catalogue(options_), Optional(1U));
}

TEST_F(TamperingTest, IsSeenByTheCatalogueThatIsOpen) {
  auto opened = open_after("UPDATE main.change SET author = 'somebody else' WHERE revision = 3");
  ASSERT_TRUE(opened) << opened.error().message;
  catalogue_ = std::move(opened->catalogue);
  EXPECT_THAT(*catalogue_->verify_chain(), Optional(3U));
  apply("{kind: layer, key: more}");
  EXPECT_THAT(*catalogue_->verify_chain(), Optional(3U));
}

}  // namespace
}  // namespace splitplot::catalogue
