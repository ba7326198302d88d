#include <splitplot/model/web_address.hpp>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

using ::testing::HasSubstr;

std::string normal(std::string_view written) {
  const Result<std::string> address = web_address(written);
  return address ? *address : "refused: " + address.error().message;
}

TEST(WebAddress, IsWrittenAsBrowsersWriteIt) {
  EXPECT_EQ(normal("https://shop.example"), "https://shop.example/");
  EXPECT_EQ(normal("HTTPS://Shop.Example:443/New?A=B#Top"), "https://shop.example/New?A=B#Top");
  EXPECT_EQ(normal("http://shop.example:80?x"), "http://shop.example/?x");
  EXPECT_EQ(normal("http://shop.example:0443#"), "http://shop.example:443/#");
  EXPECT_EQ(normal("http://127.0.0.1:8080/a"), "http://127.0.0.1:8080/a");
  EXPECT_EQ(normal("https://xn--bcher-kva.example/%c3%A4?q='x'#'y'"),
            "https://xn--bcher-kva.example/%c3%A4?q=%27x%27#'y'");
  EXPECT_EQ(normal("https://shop.example/a?list[]=1&b=http://c/?d"),
            "https://shop.example/a?list[]=1&b=http://c/?d");
}

TEST(WebAddress, RefusesWhatBrowsersWouldReadAsSomethingElse) {
  for (const std::string_view bad :
       {"", "/new", "new", "//shop.example/new", "shop.example", "https:/a.example", "https:a.example",
        ":https://a.example", "1https://a.example"})
    EXPECT_THAT(normal(bad), HasSubstr("is no whole address")) << bad;
  for (const std::string_view bad :
       {"javascript:alert(1)", "JavaScript://a.example/%0aalert(1)", "data:text/html,x", "file:///etc/passwd",
        "ftp://a.example/", "app://a/b"})
    EXPECT_THAT(normal(bad), HasSubstr("not with https: or http:")) << bad;
  for (const std::string_view bad :
       {"https://a.example/ b", "https://a.example/\n", "https://a.example/\t", " https://a.example/",
        "https://a.example\\b", "https://a.example/%", "https://a.example/%2", "https://a.example/%zz",
        "https://b\xC3\xBC"
        "cher.example/",
        "https://a.example/\"", "https://a.example/<b>"})
    EXPECT_TRUE(normal(bad).starts_with("refused: ")) << bad;
  EXPECT_THAT(normal("https://shop.example@evil.example/"), HasSubstr("a user before its host"));
  EXPECT_THAT(normal("https://u:p@a.example/"), HasSubstr("a user before its host"));
  for (const std::string_view bad :
       {"https:///a", "https://:80/", "https://.example/", "https://a..b/", "https://a%20b/",
        "https://[::1]/", "https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://1.2.3.256/",
        "https://1.2.3.04/", "https://a.5/", "https://a$b/"})
    EXPECT_THAT(normal(bad), HasSubstr("is no host")) << bad;
  for (const std::string_view bad : {"https://a.example:x/", "https://a.example:65536/",
                                     "https://a.example:99999999999999999999/", "https://a.example:1:2/"})
    EXPECT_THAT(normal(bad), HasSubstr("is no port")) << bad;
  for (const std::string_view bad :
       {"https://a.example/../b", "https://a.example/.", "https://a.example/a/..",
        "https://a.example/%2E%2e/b", "https://a.example/.%2e"})
    EXPECT_THAT(normal(bad), HasSubstr("'.' or '..'")) << bad;
  EXPECT_EQ(normal("https://a.example/..b/..."), "https://a.example/..b/...");
  EXPECT_THAT(normal("https://a.example/" + std::string(2000, 'a')), HasSubstr("at most 2000 characters"));
}

TEST(WebAddress, VisitorsAreOnPagesOfTheWeb) {
  EXPECT_TRUE(is_web_page("https://shop.example"));
  EXPECT_TRUE(is_web_page("HTTP://shop.example:80/a?b#c"));
  for (const std::string_view other : {"", "/a", "shop.example/a", "https://", "https:///a", "file:///a",
                                       "about:blank", "?https://a.example", "/a?b=https://a.example"})
    EXPECT_FALSE(is_web_page(other)) << other;
}

/// What `mergeQueryStrings` of GrowthBook's SDK 1.8.0 answered in Node; test/served/redirects.mjs compares many more.
TEST(WebAddress, TakesTheQueryAlongAsTheSdkDoes) {
  const auto joined = [](std::string_view address, std::string_view page) {
    return with_query_of(address, page);
  };
  EXPECT_EQ(joined("https://a.example/n", "https://b.example/o?x=1&y=2#top"), "https://a.example/n?x=1&y=2");
  EXPECT_EQ(joined("https://a.example/n?x=9#own", "https://b.example/o?x=1&y=2&y=3"),
            "https://a.example/n?x=9&y=2#own");
  EXPECT_EQ(joined("https://a.example/n?q=a%20b", "https://b.example/o"), "https://a.example/n?q=a%20b");
  EXPECT_EQ(joined("https://a.example/n?q=a%20b", "https://b.example/o?z"), "https://a.example/n?q=a+b&z=");
  EXPECT_EQ(joined("https://a.example/n", "https://b.example/o?%C3%A4=%&=1&&p=%ff"),
            "https://a.example/n?%C3%A4=%25&=1&p=%EF%BF%BD");
  EXPECT_EQ(joined("https://a.example/n?", "https://b.example/o#?x=1"), "https://a.example/n?");
}

}  // namespace
}  // namespace splitplot::model
