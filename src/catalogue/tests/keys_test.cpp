#include "catalogue_fixture.hpp"

#include <set>

namespace splitplot::catalogue {
namespace {

using model::ConnectionKind;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;

class KeysTest : public test::CatalogueTest {
 protected:
  void SetUp() override { open(); }
  bool opens(const std::string& secret) const { return catalogue_->authenticate(secret).has_value(); }
};

TEST_F(KeysTest, OfTheFirstStartOpenTheirConnections) {
  ASSERT_THAT(first_keys_, SizeIs(3));
  const std::pair<ConnectionKind, const char*> kinds[] = {{ConnectionKind::Client, "client"},
                                                          {ConnectionKind::Server, "server"},
                                                          {ConnectionKind::Admin, "admin"}};
  for (const auto& [kind, name] : kinds) {
    const std::string secret = first_key(kind);
    EXPECT_THAT(secret, MatchesRegex(std::string("sp_") + name + "_[A-Za-z0-9_-]+"));
    EXPECT_EQ(secret.size(), std::string_view(name).size() + 4 + 43);
    const auto principal = catalogue_->authenticate(secret);
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->connection, name);
    EXPECT_EQ(principal->kind, kind);
    EXPECT_EQ(principal->scope, Scope{});
  }
}

TEST_F(KeysTest, AreShownOnceAndStoredHashed) {
  const std::string secret = first_key(ConnectionKind::Admin);
  const auto keys = first_keys_;
  first_keys_.clear();
  open();
  EXPECT_THAT(first_keys_, SizeIs(0));
  EXPECT_TRUE(opens(secret));
  catalogue_.reset();
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    for (const NewCredential& key : keys)
      EXPECT_THAT(content(entry.path().string()), Not(HasSubstr(key.secret.substr(10))));
  }
}

TEST_F(KeysTest, OpenNothingWhereACharacterIsAnother) {
  const std::string secret = first_key(ConnectionKind::Admin);
  for (std::size_t i = 0; i < secret.size(); ++i) {
    std::string wrong = secret;
    wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(opens(wrong)) << i;
  }
  EXPECT_FALSE(opens(""));
  EXPECT_FALSE(opens(secret + "A"));
  EXPECT_FALSE(opens(secret.substr(0, secret.size() - 1)));
  EXPECT_FALSE(opens(std::string(1'000'000, 'A')));
  EXPECT_FALSE(opens(std::string(secret) + std::string(1, '\0')));
}

TEST_F(KeysTest, AreMadeForNewConnectionsOnly) {
  const auto committed = apply("{kind: connection, key: web, type: client}");
  ASSERT_THAT(committed.credentials, SizeIs(1));
  EXPECT_EQ(committed.credentials[0].connection, "web");
  EXPECT_TRUE(opens(committed.credentials[0].secret));
  EXPECT_THAT(apply("{kind: connection, key: web, type: client, description: x}").credentials, SizeIs(0));
  EXPECT_TRUE(opens(committed.credentials[0].secret));
}

TEST_F(KeysTest, FollowTheirConnection) {
  const std::string secret = first_key(ConnectionKind::Server);
  EXPECT_TRUE(catalogue_->authenticate(secret)->record_exposures);
  apply("{kind: connection, key: server, type: server, record_exposures: false}");
  EXPECT_FALSE(catalogue_->authenticate(secret)->record_exposures);
}

TEST_F(KeysTest, StopAtOnceWithTheirConnectionAndForEver) {
  const auto secret = apply("{kind: connection, key: web, type: client}").credentials.at(0).secret;
  commit(*catalogue_->plan_rollback({}, 1));
  EXPECT_FALSE(opens(secret));
  const auto again = apply("{kind: connection, key: web, type: client}").credentials;
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_FALSE(opens(secret));
  EXPECT_TRUE(opens(again[0].secret));
  open();
  EXPECT_FALSE(opens(secret));
  EXPECT_TRUE(opens(again[0].secret));
}

TEST_F(KeysTest, AreAddedBesideTheOldAndTheOldRevoked) {
  const std::string first = first_key(ConnectionKind::Server);
  clock_.advance(std::chrono::hours(1));
  const auto second = catalogue_->add_key({}, "server");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->kind, ConnectionKind::Server);
  EXPECT_TRUE(opens(first));
  EXPECT_TRUE(opens(second->secret));
  ASSERT_TRUE(catalogue_->revoke_old_keys({}, "server"));
  EXPECT_FALSE(opens(first));
  EXPECT_TRUE(opens(second->secret));
  EXPECT_TRUE(opens(first_key(ConnectionKind::Admin)));
  ASSERT_TRUE(catalogue_->revoke_old_keys({}, "server"));
  EXPECT_TRUE(opens(second->secret));
  open();
  EXPECT_FALSE(opens(first));
  EXPECT_TRUE(opens(second->secret));
  EXPECT_EQ(*catalogue_->verify_chain(), std::nullopt);
  EXPECT_EQ(catalogue_->snapshot({})->revision(), 1U);
}

TEST_F(KeysTest, AreNewerThanTheOldOnesAlsoWhereTheClockStandsStillOrGoesBack) {
  std::string newest;
  for (int i = 0; i < 10; ++i) {
    if (i == 5) clock_.advance(-std::chrono::hours(1));
    newest = catalogue_->add_key({}, "server")->secret;
    ASSERT_TRUE(catalogue_->revoke_old_keys({}, "server"));
    ASSERT_TRUE(opens(newest)) << i;
  }
  open();
  EXPECT_TRUE(opens(newest));
}

TEST_F(KeysTest, AreNotAddedToConnectionsThatAreNotThere) {
  EXPECT_EQ(catalogue_->add_key({}, "servre").error().code, ErrorCode::NotFound);
  EXPECT_THAT(catalogue_->add_key({}, "servre").error().hint, HasSubstr("'server'"));
  EXPECT_EQ(catalogue_->revoke_old_keys({}, "nobody").error().code, ErrorCode::NotFound);
}

TEST_F(KeysTest, AreToldApartByAnIdThatOpensNothing) {
  const std::string first = first_key(ConnectionKind::Admin);
  const std::string second = catalogue_->add_key({}, "admin")->secret;
  const std::string first_id = catalogue_->authenticate(first)->credential;
  const std::string second_id = catalogue_->authenticate(second)->credential;
  EXPECT_NE(first_id, second_id);
  EXPECT_FALSE(opens(first_id));
  EXPECT_EQ(first_id, catalogue_->authenticate(first)->credential);
  const auto holder = catalogue_->holder_of(second_id);
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->connection, "admin");
  EXPECT_EQ(holder->kind, ConnectionKind::Admin);
  EXPECT_EQ(holder->scope, Scope{});
  EXPECT_EQ(holder->credential, second_id);
  open();
  EXPECT_EQ(catalogue_->authenticate(first)->credential, first_id);
  EXPECT_TRUE(catalogue_->holder_of(second_id));
}

TEST_F(KeysTest, HaveNoHolderOnceTheyAreRevokedOrTheirConnectionIsGone) {
  const std::string old_id = catalogue_->authenticate(first_key(ConnectionKind::Admin))->credential;
  ASSERT_TRUE(catalogue_->holder_of(old_id));
  const std::string new_id = catalogue_->authenticate(catalogue_->add_key({}, "admin")->secret)->credential;
  ASSERT_TRUE(catalogue_->revoke_old_keys({}, "admin"));
  EXPECT_FALSE(catalogue_->holder_of(old_id));
  EXPECT_TRUE(catalogue_->holder_of(new_id));
  const auto web = apply("{kind: connection, key: web, type: admin}").credentials.at(0).secret;
  const std::string web_id = catalogue_->authenticate(web)->credential;
  commit(*catalogue_->plan_rollback({}, 1));
  EXPECT_FALSE(catalogue_->holder_of(web_id));
  EXPECT_FALSE(catalogue_->holder_of(""));
  EXPECT_FALSE(catalogue_->holder_of("nonsense"));
  open();
  EXPECT_FALSE(catalogue_->holder_of(old_id));
  EXPECT_FALSE(catalogue_->holder_of(web_id));
}

TEST_F(KeysTest, SignWhatOnlyThisInstallationKnowsAgain) {
  const std::string signature = catalogue_->signature("sessions", "text");
  EXPECT_EQ(signature.size(), 32U);
  EXPECT_NE(signature, catalogue_->signature("sessions", "texs"));
  EXPECT_NE(signature, catalogue_->signature("session", "text"));
  EXPECT_NE(signature, catalogue_->signature("sessionst", "ext"));
  open();
  EXPECT_EQ(signature, catalogue_->signature("sessions", "text"));
  const std::string file = content(options_.secrets_path);
  EXPECT_THAT(file, Not(HasSubstr(signature)));
  catalogue_.reset();
  options_ = {path("another.sqlite"), path("other-keys")};
  open();
  EXPECT_NE(signature, catalogue_->signature("sessions", "text"));
}

TEST_F(KeysTest, NeverComeTwice) {
  std::set<std::string> secrets;
  for (int i = 0; i < 20; ++i) secrets.insert(catalogue_->add_key({}, "client")->secret);
  EXPECT_THAT(secrets, SizeIs(20));
}

}  // namespace
}  // namespace splitplot::catalogue
