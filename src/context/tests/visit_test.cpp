#include "visit/address.hpp"
#include "visit/language.hpp"
#include "visit/referrer.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::context {
namespace {

std::string text_of(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->if_text() != nullptr ? *value->if_text() : std::string("(none)");
}

std::string around(std::string_view before, std::size_t count, char character, std::string_view behind = {}) {
  std::string text(before);
  text.append(count, character);
  return text.append(behind);
}

TEST(AddressParts, TakesAnAddressApart) {
  const Address full = address_parts("https://Anna:secret@Shop.Example:8443/sale/a%20b?size=38#top?x=1");
  EXPECT_EQ(full.host, "shop.example");
  EXPECT_EQ(full.path, "/sale/a%20b");
  EXPECT_EQ(full.query, "size=38");
  const Address relative = address_parts("/sale?to=http://other.example/");
  EXPECT_EQ(relative.host, "");
  EXPECT_EQ(relative.path, "/sale");
  EXPECT_EQ(relative.query, "to=http://other.example/");
  EXPECT_EQ(address_parts("https://shop.example").path, "/");
  EXPECT_EQ(address_parts("https://shop.example?x=1").query, "x=1");
  EXPECT_EQ(address_parts("https://shop.example?x=1").host, "shop.example");
  EXPECT_EQ(address_parts("http://[2001:db8::1]:80/").host, "2001:db8::1");
  EXPECT_EQ(address_parts("android-app://com.google.android.gm/").host, "com.google.android.gm");
}

TEST(AddressParts, SaysNothingOfWhatIsNone) {
  for (const std::string_view text :
       {"", "?", "#", "about:blank", "shop.example/sale", "://", "http:", "http:/x"}) {
    EXPECT_EQ(address_parts(text).host, "") << text;
    EXPECT_EQ(address_parts(text).path, "") << text;
  }
  EXPECT_EQ(address_parts("https://[").host, "");
  EXPECT_EQ(address_parts(around("https://", 300, 'a', "/")).host, "");
  EXPECT_EQ(address_parts(around("/", kMaxPathLength, 'a')).path, "");
  EXPECT_EQ(address_parts(around("/?", kMaxAddressLength, 'a')).query, "");
}

TEST(QueryObject, DecodesNamesAndValuesAndKeepsTheFirst) {
  const Value query = query_object("q=red+shoes&size=38&size=39&%C3%A4=%2B&flag&=x&&n=");
  EXPECT_EQ(text_of(query, "q"), "red shoes");
  EXPECT_EQ(text_of(query, "size"), "38");
  EXPECT_EQ(text_of(query, "\xC3\xA4"), "+");
  EXPECT_EQ(text_of(query, "flag"), "");
  EXPECT_EQ(text_of(query, "n"), "");
  EXPECT_EQ(query.if_object()->size(), 5U);
}

TEST(QueryObject, KeepsWhatIsNoEncodingAsItStands) {
  EXPECT_EQ(text_of(query_object("off=100%"), "off"), "100%");
  EXPECT_EQ(text_of(query_object("x=%FF"), "x"), "\xEF\xBF\xBD");  // U+FFFD
}

TEST(QueryObject, HasBounds) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "p" + std::to_string(i) + "=1&";
  EXPECT_EQ(query_object(many).if_object()->size(), kMaxPairs);
  EXPECT_EQ(text_of(query_object(around("v=", kMaxValueLength, 'x')), "v").size(), kMaxValueLength);
  EXPECT_EQ(text_of(query_object(around("v=", kMaxValueLength + 1, 'x', "&v=2")), "v"), "2");
  EXPECT_EQ(query_object(around("", kMaxNameLength + 1, 'n', "=1")).if_object()->size(), 0U);
}

TEST(CookieObject, ReadsAHeader) {
  const Value cookies =
      cookie_object("session=abc; consent=\"yes\"; name=A%26B; tricky=a=b; session=old;bad");
  EXPECT_EQ(text_of(cookies, "session"), "abc");
  EXPECT_EQ(text_of(cookies, "consent"), "yes");
  EXPECT_EQ(text_of(cookies, "name"), "A&B");
  EXPECT_EQ(text_of(cookies, "tricky"), "a=b");
  EXPECT_EQ(text_of(cookies, "bad"), "");
}

TEST(ReferrerClass, TellsKindsOfPages) {
  struct Row {
    const char* referrer;
    const char* own;
    const char* kind;
  };
  for (const Row& row : std::vector<Row>{{"", "shop.example", "direct"},
                                         {"www.shop.example", "shop.example", "internal"},
                                         {"blog.shop.example", "www.shop.example", "internal"},
                                         {"shop.example", "checkout.shop.example", "internal"},
                                         {"myshop.example", "shop.example", "other"},
                                         {"www.google.com", "shop.example", "search"},
                                         {"google.de", "shop.example", "search"},
                                         {"www.google.co.uk", "shop.example", "search"},
                                         {"www.google.com.br", "", "search"},
                                         {"mail.google.com", "", "other"},
                                         {"google.evil.example", "", "other"},
                                         {"google.com.evil.example", "", "other"},
                                         {"notgoogle.com", "", "other"},
                                         {"de.search.yahoo.com", "", "search"},
                                         {"mail.yahoo.com", "", "other"},
                                         {"duckduckgo.com", "", "search"},
                                         {"www.bing.com", "", "search"},
                                         {"notbing.com", "", "other"},
                                         {"l.facebook.com", "", "social"},
                                         {"t.co", "", "social"},
                                         {"rt.co", "", "other"},
                                         {"news.example", "", "other"}}) {
    EXPECT_EQ(name_of(referrer_class(row.referrer, row.own)), row.kind) << row.referrer;
  }
}

std::string preferred(std::string_view header) {
  const auto language = preferred_language(header);
  return language ? language->language + " " + language->locale : std::string();
}

// The form is RFC 9110, 12.5.4.
TEST(PreferredLanguage, IsTheFirstOfThoseWantedMost) {
  EXPECT_EQ(preferred("de-AT,de;q=0.9,en;q=0.8"), "de de-AT");
  EXPECT_EQ(preferred("en;q=0.8, FR ;q=0.9 , it;q=0.9"), "fr FR");
  EXPECT_EQ(preferred("da, en-gb;q=1.0"), "da da");
  EXPECT_EQ(preferred("*,de;q=0.5"), "de de");
  EXPECT_EQ(preferred("de;q=0,en;q=0.001"), "en en");
  EXPECT_EQ(preferred("zh-Hant-TW"), "zh zh-Hant-TW");
  EXPECT_EQ(preferred("es-419"), "es es-419");
}

TEST(PreferredLanguage, IsNothingInWhatNamesNone) {
  for (const std::string_view header : {"", "*", ",", ";", "de;q=0", "de;q=2", "de;q=x", "de;q=0.1234",
                                        "<script>", "-de", "de-", "1", "deutschsprachig", "de_AT"}) {
    EXPECT_EQ(preferred(header), "") << header;
  }
  EXPECT_EQ(preferred(around("", 2000, ',', "de")), "");
}

}  // namespace
}  // namespace splitplot::context
