// Starts without the catalogue, and catalogues that go away while they are open.

#include "catalogue_fixture.hpp"

#include <splitplot/base/log.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>

namespace splitplot::catalogue {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

class NotedLog final : public Log {
 public:
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField>) override {
    const std::lock_guard guard(mutex_);
    if (level != LogLevel::Info) lines_.emplace_back(message);
  }
  std::vector<std::string> lines() const {
    const std::lock_guard guard(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class LastGoodTest : public test::CatalogueTest {
 protected:
  LastGoodTest() {
    options_.last_good_path = path("last-good");
    options_.log = &log_;
    options_.look_every = std::chrono::milliseconds(5);
  }
  ~LastGoodTest() override { catalogue_.reset(); }

  /// A catalogue with the shop, closed.
  void found_shop() {
    open();
    apply(test::kShop);
    revision_ = catalogue_->standing().revision;
    server_key_ = first_key(model::ConnectionKind::Server);
    catalogue_.reset();
  }

  void take_away() const { fs::rename(options_.path, path("elsewhere")); }
  void bring_back() const { fs::rename(path("elsewhere"), options_.path); }

  template <typename Condition>
  bool comes_true(Condition condition) const {
    for (int waited = 0; waited < 2'000; ++waited) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  bool is_away() const { return !catalogue_->standing().trouble.empty(); }

  std::string refused_start() const {
    const auto opened = open_catalogue(options_, clock_);
    EXPECT_FALSE(opened);
    return opened ? std::string() : opened.error().message;
  }

  NotedLog log_;
  Revision revision_ = 0;
  std::string server_key_;
};

TEST_F(LastGoodTest, AMissingCatalogueIsStoodInForByTheSameConfigurationAndKeys) {
  open();
  apply(test::kShop);
  const auto before = catalogue_->snapshot({});
  server_key_ = first_key(model::ConnectionKind::Server);
  catalogue_.reset();
  take_away();
  clock_.advance(std::chrono::minutes(7));
  open();
  const auto after = catalogue_->snapshot({});
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->revision(), before->revision());
  EXPECT_EQ(catalogue_->documents({})->size(), 8U);  // five of the shop, three connections
  const auto holder = catalogue_->authenticate(server_key_);
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->connection, "server");
  EXPECT_FALSE(catalogue_->authenticate(server_key_ + "x"));
  const Standing standing = catalogue_->standing();
  EXPECT_THAT(standing.trouble, HasSubstr("is missing"));
  EXPECT_EQ(standing.age, std::chrono::minutes(7));
  EXPECT_FALSE(fs::exists(options_.path)) << "a new catalogue was made";
  EXPECT_THAT(log_.lines(), Contains(HasSubstr("the catalogue is away")));
}

TEST_F(LastGoodTest, ChangesAreRefusedWhileItIsAwayAndSayWhy) {
  found_shop();
  take_away();
  open();
  const auto planned = plan("{kind: flag, key: another, variants: {on: true}, default: on}");
  const auto committed = catalogue_->commit(planned, "tester", "");
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(committed.error().message, HasSubstr("is missing"));
  EXPECT_EQ(catalogue_->add_key({}, "server").error().code, ErrorCode::Unavailable);
  EXPECT_EQ(catalogue_->history({}, {}, 10, {}).error().code, ErrorCode::Unavailable);
  EXPECT_EQ(catalogue_->snapshot({})->revision(), revision_);
}

TEST_F(LastGoodTest, ItComesBackByItselfAndNobodyIsToldOfWhatStayedTheSame) {
  found_shop();
  take_away();
  open();
  std::atomic<int> told = 0;
  const auto watch = catalogue_->watch([&](const auto&) { ++told; });
  bring_back();
  ASSERT_TRUE(comes_true([&] { return !is_away(); }));
  EXPECT_EQ(told, 0);
  apply("{kind: flag, key: another, variants: {on: true}, default: on}");
  EXPECT_EQ(told, 1);
  EXPECT_EQ(catalogue_->history({}, {}, 10, {})->size(), 3U);
}

TEST_F(LastGoodTest, WhoListensIsToldWhatChangedWhileItWasAway) {
  found_shop();
  fs::copy_file(options_.last_good_path, path("older"));
  open();
  apply("{kind: flag, key: another, variants: {on: true}, default: on}");
  catalogue_.reset();
  fs::rename(path("older"), options_.last_good_path);
  take_away();
  open();
  EXPECT_EQ(catalogue_->snapshot({})->revision(), revision_);
  std::atomic<int> told = 0;
  const auto watch = catalogue_->watch([&](const auto&) { ++told; });
  bring_back();
  ASSERT_TRUE(comes_true([&] { return told == 1; }));
  EXPECT_EQ(catalogue_->snapshot({})->revision(), revision_ + 1);
}

TEST_F(LastGoodTest, ACatalogueThatIsRemovedWhileItIsOpenTakesNoChangesThatWouldBeLost) {
  open();
  apply(test::kShop);
  const auto planned = plan("{kind: flag, key: another, variants: {on: true}, default: on}");
  take_away();
  const auto committed = catalogue_->commit(planned, "tester", "");
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::Unavailable);
  ASSERT_TRUE(comes_true([&] { return is_away(); }));
  EXPECT_NE(catalogue_->snapshot({}), nullptr);
  bring_back();
  ASSERT_TRUE(comes_true([&] { return !is_away(); }));
  commit(planned);
}

TEST_F(LastGoodTest, DamagedAndEmptyCataloguesAreStoodInForAndLeftAsTheyAre) {
  found_shop();
  fs::remove(path("catalogue.sqlite-wal"));
  for (const std::string& damage :
       {std::string("this is no database, whatever its name says"), std::string()}) {
    write("catalogue.sqlite", damage);
    open();
    EXPECT_TRUE(is_away());
    EXPECT_EQ(catalogue_->snapshot({})->revision(), revision_);
    catalogue_.reset();
    EXPECT_EQ(content(options_.path), damage);
  }
}

TEST_F(LastGoodTest, ACatalogueThatAnotherProcessHoldsIsStoodInForUntilItIsFree) {
  found_shop();
  CatalogueOptions plain{options_.path, options_.secrets_path};
  auto other = open_catalogue(plain, clock_);
  ASSERT_TRUE(other);
  open();
  EXPECT_THAT(catalogue_->standing().trouble, HasSubstr("in use by another process"));
  other->catalogue.reset();
  EXPECT_TRUE(comes_true([&] { return !is_away(); }));
}

TEST_F(LastGoodTest, EveryTornOrAlteredFileIsRefusedWithAReason) {
  found_shop();
  take_away();
  const std::string good = content(options_.last_good_path);
  for (std::size_t size = 0; size < good.size(); size += 97) {
    write("last-good", good.substr(0, size));
    EXPECT_THAT(refused_start(), HasSubstr("last-good"));
  }
  for (std::size_t at = 0; at < good.size(); at += 61) {
    std::string altered = good;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    write("last-good", altered);
    EXPECT_THAT(refused_start(), HasSubstr("last-good"));
    EXPECT_EQ(content(options_.last_good_path), altered) << "what cannot be read was overwritten";
  }
  EXPECT_FALSE(fs::exists(options_.path));
}

TEST_F(LastGoodTest, AFileOfAnotherKeyFileOpensNothing) {
  found_shop();
  take_away();
  fs::remove(options_.secrets_path);
  CatalogueOptions other{path("other.sqlite"), options_.secrets_path};
  ASSERT_TRUE(open_catalogue(other, clock_));
  EXPECT_THAT(refused_start(), HasSubstr("not written with this key file"));
}

TEST_F(LastGoodTest, ADamagedFileIsWrittenAnewByAGoodCatalogue) {
  found_shop();
  write("last-good", "splitplot-last-good 1\nnonsense");
  open();
  EXPECT_FALSE(is_away());
  catalogue_.reset();
  take_away();
  open();
  EXPECT_EQ(catalogue_->snapshot({})->revision(), revision_);
}

TEST_F(LastGoodTest, WhatCannotBeKeptIsSaidAndStopsNoChange) {
  found_shop();
  open();
  fs::create_directory(path("last-good.draft"));
  fs::create_directory(path("last-good.draft/full"));
  apply("{kind: flag, key: another, variants: {on: true}, default: on}");
  EXPECT_THAT(catalogue_->standing().keeping_trouble, HasSubstr("last-good.draft"));
  EXPECT_THAT(log_.lines(), Contains(HasSubstr("could not be written")));
  fs::remove_all(path("last-good.draft"));
  apply("{kind: flag, key: third, variants: {on: true}, default: on}");
  EXPECT_THAT(catalogue_->standing().keeping_trouble, IsEmpty());
}

TEST_F(LastGoodTest, RevokedKeysOpenNothingWithoutTheCatalogueEither) {
  open();
  const std::string old_key = first_key(model::ConnectionKind::Server);
  const auto added = catalogue_->add_key({}, "server");
  ASSERT_TRUE(added);
  ASSERT_TRUE(catalogue_->revoke_old_keys({}, "server"));
  catalogue_.reset();
  take_away();
  open();
  EXPECT_FALSE(catalogue_->authenticate(old_key));
  EXPECT_TRUE(catalogue_->authenticate(added->secret));
}

TEST_F(LastGoodTest, TheFileIsItsOwnersAndHoldsNoSecret) {
  open();
  struct stat about {};
  ASSERT_EQ(::stat(options_.last_good_path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  const std::string kept = content(options_.last_good_path);
  for (const NewCredential& key : first_keys_) EXPECT_EQ(kept.find(key.secret), std::string::npos);
}

}  // namespace
}  // namespace splitplot::catalogue
