#include "catalogue_fixture.hpp"

namespace splitplot::catalogue {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

using OpeningTest = test::CatalogueTest;

TEST_F(OpeningTest, MakesADefaultEnvironmentWithAConnectionOfEachKind) {
  open();
  EXPECT_THAT(catalogue_->scopes(), ::testing::ElementsAre(Scope{"default", "production"}));
  const auto documents = *catalogue_->documents({});
  ASSERT_THAT(documents, SizeIs(3));
  for (const model::Document& document : documents)
    EXPECT_EQ(document.id.kind, model::DocumentKind::Connection);
  ASSERT_NE(catalogue_->snapshot({}), nullptr);
  EXPECT_EQ(*catalogue_->verify_chain(), std::nullopt);
}

TEST_F(OpeningTest, NeverMakesAKeyFileForACatalogueThatIsThere) {
  open();
  catalogue_.reset();
  const std::string moved = path("moved");
  std::filesystem::rename(options_.secrets_path, moved);
  auto opened = open_catalogue(options_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::Unreadable);
  EXPECT_THAT(opened.error().message, HasSubstr("key file"));
  EXPECT_THAT(opened.error().message, HasSubstr("is missing"));
  EXPECT_FALSE(std::filesystem::exists(options_.secrets_path));
  std::filesystem::rename(moved, options_.secrets_path);
  open();
}

TEST_F(OpeningTest, RefusesTheKeyFileOfAnotherCatalogue) {
  open();
  catalogue_.reset();
  const CatalogueOptions other{path("other.sqlite"), path("other-keys")};
  ASSERT_TRUE(open_catalogue(other, clock_));
  const auto opened = open_catalogue({options_.path, other.secrets_path}, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::BadData);
  EXPECT_THAT(opened.error().message, HasSubstr("does not fit its seal"));
}

TEST_F(OpeningTest, RefusesAKeyFileThatOthersCanRead) {
  open();
  catalogue_.reset();
  std::filesystem::permissions(options_.secrets_path, std::filesystem::perms(0644));
  const auto opened = open_catalogue(options_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::Forbidden);
}

TEST_F(OpeningTest, TakesAKeyFileThatWasPutThereBefore) {
  const CatalogueOptions other{path("other.sqlite"), options_.secrets_path};
  ASSERT_TRUE(open_catalogue(other, clock_));
  const std::string before = content(options_.secrets_path);
  open();
  EXPECT_EQ(content(options_.secrets_path), before);
  EXPECT_THAT(first_keys_, SizeIs(3));
}

TEST_F(OpeningTest, IsForOneProcess) {
  open();
  const auto second = open_catalogue(options_, clock_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
}

TEST_F(OpeningTest, BacksUpWhileItIsOpenToACatalogueThatOpens) {
  open();
  apply(test::kShop);
  const std::string backup = path("backup.sqlite");
  ASSERT_TRUE(back_up_catalogue(options_.path, backup));
  apply("{kind: layer, key: later}");
  EXPECT_EQ(back_up_catalogue(options_.path, backup).error().code, ErrorCode::Conflict);
  const CatalogueOptions copy{backup, options_.secrets_path};
  EXPECT_EQ(*verify_catalogue(copy), std::nullopt);
  const auto opened = open_catalogue(copy, clock_);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->catalogue->snapshot({})->revision(), 2U);
  EXPECT_TRUE(opened->catalogue->authenticate(first_key(model::ConnectionKind::Admin)));
}

TEST_F(OpeningTest, VerifiesNoCatalogueThatIsNotThere) {
  EXPECT_EQ(verify_catalogue(options_).error().code, ErrorCode::Unreadable);
  EXPECT_FALSE(std::filesystem::exists(options_.path));
}

}  // namespace
}  // namespace splitplot::catalogue
